from dataclasses import replace

from rnn_intent.data.example import Example
from rnn_intent.data.splits import Splits
from rnn_intent.settings import DistillationSettings, Settings
from rnn_intent.teaching.sentences import gathered

WORDS = [head + tail for head in ("re", "un", "pre", "mis", "out") for tail in ("load", "pack", "read", "play", "run")]


def rows_of(length: int, count: int = 100) -> list[Example]:
    return [
        Example(" ".join(WORDS[(7 * row + 3 * place + row * place) % len(WORDS)] for place in range(length)), "any")
        for row in range(count)
    ]


def made(rows: list[Example], fewest: int, settings: Settings | None = None) -> int:
    return len(gathered(settings or Settings(), Splits(rows, [], []), fewest=fewest).made)


def test_of_long_rows_fewer_sentences_are_made():
    assert made(rows_of(length=8), fewest=3_000) == made(rows_of(length=16), fewest=3_000) == 3_000
    assert made(rows_of(length=64), fewest=3_000) == 750  # each is as much to read as four
    assert made(rows_of(length=64), fewest=0) == 600  # 24 a row, as much as of short ones


def test_who_says_how_many_are_made_gets_as_many_of_long_rows_too():
    settings = replace(Settings(), distillation=DistillationSettings(made=500))
    assert made(rows_of(length=64), 3_000, settings) == 500

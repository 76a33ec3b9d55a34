from __future__ import annotations

import pytest

from rnn_intent.data.variants import plain, simplify


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("請幫我查一下臺北的電話號碼！", "请帮我查一下台北的电话号码"),
        ("Ｗhat’s   UP？", "whats up"),
        ("what's up", "whats up"),
        ("आप कैसे हैं?", "आप कैसे हैं"),
        ("？！", "?!"),
    ],
)
def test_dress_is_taken_off(text: str, same: str) -> None:
    assert plain(text) == same


@pytest.mark.parametrize(("one", "other"), [("3 + 4", "3 - 4"), ("2.5", "25"), ("nice 👍", "nice 👎"), ("5 €", "5 $")])
def test_what_changes_the_meaning_stays(one: str, other: str) -> None:
    assert plain(one) != plain(other)


def test_simplifying_keeps_the_length_and_leaves_simplified_text_alone() -> None:
    assert simplify("發現臺灣 abc") == "发现台湾 abc"
    assert simplify("现在几点了") == "现在几点了"

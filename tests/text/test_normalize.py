from __future__ import annotations

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_intent.text.normalize import align, normalize

# Unicode calls these format characters, but they are signs that one sees, in Arabic, Syriac, Kaithi and hieroglyphs.
VISIBLE_FORMATS = {*range(0x0600, 0x0606), 0x06DD, 0x0890, 0x0891, 0x08E2, 0x110BD, 0x110CD}


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("What time is it ?", "What time is it ?"),
        ("ＡＢＣ１５％", "ABC15%"),
        ("ﬁne", "fine"),
        ("don’t", "don't"),
        ("e\u0301", "é"),
        ("half\u00adway", "halfway"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("a\x00b\x07c\ud800", "abc"),
        ("a\x00b", "ab"),
        ("tab\tand\nline", "tab\tand\nline"),
        ("👍🏽 ❤\ufe0f", "👍🏽 ❤"),
        ("什么？", "什么?"),
    ],
)
def test_what_looks_the_same_is_spelled_the_same(written: str, read: str) -> None:
    assert normalize(written) == read


def test_control_format_and_surrogate_characters_are_dropped() -> None:
    for code in range(sys.maxunicode + 1):
        character = chr(code)
        category = unicodedata.category(character)
        if category in ("Cc", "Cf", "Cs") and not character.isspace() and code not in VISIBLE_FORMATS:
            assert normalize(f"a{character}b") == "ab", f"U+{code:04X}"


@pytest.mark.parametrize(
    ("original", "spans"),
    [
        ("abc", [(0, 1), (1, 2), (2, 3)]),
        ("a\u200bc", [(0, 1), (2, 3)]),
        ("ﬁn", [(0, 1), (0, 1), (1, 2)]),
        ("xe\u0301y", [(0, 1), (1, 3), (3, 4)]),
        ("ᄒ\u1161\u11ab국", [(0, 3), (3, 4)]),
        ("ｶﾞ", [(0, 2)]),
        ("\x00", []),
    ],
)
def test_each_character_knows_the_stretch_it_came_from(original: str, spans: list[tuple[int, int]]) -> None:
    aligned = align(original, normalize(original))
    assert list(zip(aligned.starts, aligned.ends, strict=True)) == spans


@given(st.text(alphabet=st.characters(exclude_categories=())))
def test_every_character_has_a_stretch_and_stretches_never_go_back(original: str) -> None:
    text, starts, ends = align(original, normalize(original))
    assert len(text) == len(starts) == len(ends)
    assert list(starts) == sorted(starts)
    assert list(ends) == sorted(ends)
    assert all(0 <= start < end <= len(original) for start, end in zip(starts, ends, strict=True))


@given(st.text())
def test_normalising_twice_changes_nothing_more(original: str) -> None:
    assert normalize(normalize(original)) == normalize(original)

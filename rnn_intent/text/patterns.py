"""What counts as a word, in one place.

The patterns for all of Unicode are compiled when first needed: plain English need not wait milliseconds for them.
"""

from __future__ import annotations

import re
from functools import cache

# Ideographs: the main block, extension A, compatibility, the planes of rare characters, and 々 〇.
_HAN = "々〇\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003fffd"
# Vowel signs and accents that have no composed form belong to the word they stand in.
_MARKS = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0730-\u074a"
    "\u0900-\u0963\u0966-\u0df3\u0e31-\u0e4e\u0eb1-\u0ecd\u0f71-\u0f84\u102b-\u103e\u17b6-\u17d3\u1ab0-\u1aff"
    "\u1dc0-\u1dff\u20d0-\u20ff\u3099\u309a\ufe20-\ufe2f"
)
_LETTER = rf"[^\W{_HAN}]"

ASCII_WORDS = re.compile(r"[a-zA-Z0-9_]+(?:'[a-zA-Z0-9_]+)*|\S")
CHARACTERS = re.compile(r"\S")


@cache
def words_pattern() -> re.Pattern[str]:
    """What `ASCII_WORDS` says, for all of Unicode: words with inner apostrophes, any other symbol alone."""
    return re.compile(rf"{_LETTER}+(?:[{_MARKS}]{_LETTER}*|'{_LETTER}+)*|\S")


@cache
def atoms_pattern() -> re.Pattern[str]:
    """The same without apostrophes: the smallest parts between which a user's word may begin and end."""
    return re.compile(rf"{_LETTER}+(?:[{_MARKS}]{_LETTER}*)*|\S")


@cache
def block_pattern() -> re.Pattern[str]:
    """A block that jieba itself looks into, letters and digits beside Chinese characters included."""
    return re.compile(r"[\u4E00-\u9FD5a-zA-Z0-9+#&._%\-]+")


@cache
def han_pattern() -> re.Pattern[str]:
    """One Han character."""
    return re.compile(f"[{_HAN}]")


@cache
def syllable_pattern() -> re.Pattern[str]:
    """One character that is a word or a syllable: Han, kana or Hangul."""
    return re.compile(f"[{_HAN}\u3041-\u309f\u30a1-\u30ff\uac00-\ud7a3]")

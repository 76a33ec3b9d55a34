"""Sentences in their plainest form: the same for all that differ only in case, marks, ｗｉｄｔｈ or 繁體.

The table of traditional characters is drawn from OpenCC (Apache-2.0, see LICENSES/) by `build_simplified.py`. It goes
character by character: 乾 becomes 干 in 乾燥 and, wrongly, in 乾隆. That is good enough to find rows alike.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from pathlib import Path

from rnn_intent.data.fold import fold

PATH = Path(__file__).with_name("simplified.txt")
_BETWEEN_DIGITS = re.compile(r"\d\s?[^\w\s]\s?\d")
_APOSTROPHES = re.compile("['’]")


def simplify(text: str) -> str:
    """The text with every traditional character replaced by the simplified one; of the same length."""
    return text if text.isascii() else text.translate(_table())


def plain(text: str) -> str:
    """The text folded, simplified and without punctuation; the folded text where nothing would be left.

    An apostrophe goes without a trace (what's, whats), other marks leave a space. Where a mark stands between digits,
    all are kept: 3 + 4, 3 - 4 and 3.4 are not the same. Symbols and emoji are no punctuation.
    """
    folded = simplify(fold(text))
    if _BETWEEN_DIGITS.search(folded):
        return folded
    letters = _APOSTROPHES.sub("", folded)
    kept = "".join(c if c.isalnum() or unicodedata.category(c)[0] != "P" else " " for c in letters)
    return " ".join(kept.split()) or folded


@cache
def _table() -> dict[int, str]:
    old, new = PATH.read_text(encoding="utf-8").splitlines()
    return dict(zip(map(ord, old), new, strict=True))

"""One spelling for what looks the same: Unicode compatibility forms united, invisible characters dropped.

Case is folded later, token by token: jieba's dictionary knows `T恤` and `卡拉OK` by their capitals.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

# Written out instead of asked from `unicodedata`, so that every Python drops the same: control characters, lone
# surrogates, and what Unicode calls ignorable (joiners, direction marks, variation selectors, fillers, tags).
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ud800-\udfff"
    "\u00ad\u034f\u061c\u070f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    "\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_APOSTROPHES = str.maketrans("‘’ʼ", "'''")  # phones type don’t


class Aligned(NamedTuple):
    """Normalised text; character i stands for `original[starts[i]:ends[i]]`."""

    text: str
    starts: Sequence[int]
    ends: Sequence[int]


def normalize(text: str) -> str:
    """NFKC, apostrophes straightened, control and zero-width characters dropped."""
    if text.isascii():
        return text if text.isprintable() else _INVISIBLE.sub("", text)
    return unicodedata.normalize("NFKC", _INVISIBLE.sub("", text).translate(_APOSTROPHES))


def align(text: str, normalized: str) -> Aligned:
    """Find for each character of `normalized`, which is `normalize(text)`, the stretch of `text` it came from."""
    if normalized == text:
        return Aligned(normalized, range(len(text)), range(1, len(text) + 1))
    visible = [place for place, character in enumerate(text) if not _INVISIBLE.match(character)]
    characters = [text[place].translate(_APOSTROPHES) for place in visible]
    clusters = _clusters(characters)
    pieces = [unicodedata.normalize("NFKC", "".join(characters[start:end])) for start, end in clusters]
    if "".join(pieces) != normalized:  # a composition that `_clusters` does not foresee: no finer place is known
        clusters, pieces = [(0, len(visible))], [normalized]
    starts: list[int] = []
    ends: list[int] = []
    for (start, end), piece in zip(clusters, pieces, strict=True):
        starts += [visible[start]] * len(piece)
        ends += [visible[end - 1] + 1] * len(piece)
    return Aligned(normalized, starts, ends)


def _clusters(characters: Sequence[str]) -> list[tuple[int, int]]:
    """Split where normalising the parts gives the same as normalising the whole: (start, end) of each part."""
    starts = [place for place, character in enumerate(characters) if place == 0 or not _composes(character)]
    return list(pairwise([*starts, len(characters)]))


def _composes(character: str) -> bool:
    """Whether a character may melt into the one before: an accent, a vowel sign, a Hangul vowel or final."""
    first = unicodedata.normalize("NFKD", character)[0]
    return unicodedata.category(first)[0] == "M" or "\u1161" <= first <= "\u11ff"

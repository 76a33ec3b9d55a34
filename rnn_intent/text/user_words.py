"""Words that a user wants kept whole: `iPhone 15 Pro`, `四海`."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

from rnn_intent.errors import DataError
from rnn_intent.text.normalize import HAN_RANGES, normalize

_PURE_HAN = re.compile(r"[\u4E00-\u9FD5]+")  # what jieba's dictionary can hold
_SHOWN = 20  # problems told at once; a file in another encoding has one on every line
_LETTER = rf"[^\W{HAN_RANGES}]"


def read_user_dictionary(path: str | Path) -> tuple[str, ...]:
    """Read a file of words, one a line, spaces inside allowed; blank lines and lines that start with # are skipped.

    The words come as written, each once, in order. Raises DataError with all of the file's problems.
    """
    try:
        lines = Path(path).read_bytes().removeprefix(b"\xef\xbb\xbf").splitlines()
    except OSError as error:
        raise DataError(f"{path}: {error.strerror or error}; give a text file with one word a line") from None
    words: dict[str, None] = {}
    problems: list[str] = []
    for number, line in enumerate(lines, 1):
        try:
            word = " ".join(line.decode("utf-8").split())
        except UnicodeDecodeError as error:
            problems.append(f"{path}:{number}: byte {error.start + 1} is not UTF-8; save the file as UTF-8")
            continue
        if not word or word.startswith("#"):
            continue
        if normalize(word).strip():
            words[word] = None
        else:
            problems.append(f"{path}:{number}: only invisible characters; remove the line or write a word")
    if len(problems) > _SHOWN:
        problems[_SHOWN:] = [f"{path}: and {len(problems) - _SHOWN} more"]
    if problems:
        raise DataError(problems)
    return tuple(words)


def split_user_words(words: Sequence[str], *, keep_han: bool) -> tuple[tuple[str, ...], list[str]]:
    """Part the normalised words into those that compete inside jieba (pure Han) and those matched before it.

    keep_han: False where jieba does not run; then all words are matched.
    """
    spaced = list(dict.fromkeys(" ".join(word.split()) for word in words))
    han = tuple(word for word in spaced if keep_han and _PURE_HAN.fullmatch(word))
    taken = set(han)
    return han, [word for word in spaced if word and word not in taken]


class Phrases:
    """Finds user words in normalised text: the leftmost, of these the longest, never inside a longer Latin word."""

    def __init__(self, words: Sequence[str], *, fold_case: bool) -> None:
        ranked = sorted(words, key=lambda word: (-len(word), word))
        self._pattern = re.compile("|".join(map(_bounded, ranked)), re.IGNORECASE if fold_case else 0)

    def cut(self, text: str, cut_rest: Callable[[str], list[str]]) -> list[str]:
        """Keep the user words whole and cut what stands between them with `cut_rest`."""
        pieces: list[str] = []
        cursor = 0
        for match in self._pattern.finditer(text):
            pieces += cut_rest(text[cursor : match.start()])
            pieces.append(match[0])
            cursor = match.end()
        return pieces + cut_rest(text[cursor:])


def _bounded(word: str) -> str:
    """A pattern for one word, any spaces where it has a space, and no letter or digit going on at a Latin end."""
    body = r"\s+".join(map(re.escape, word.split()))
    before = rf"(?<!{_LETTER})" if re.match(_LETTER, word) else ""
    after = rf"(?!{_LETTER})" if re.match(_LETTER, word[-1]) else ""
    return before + body + after

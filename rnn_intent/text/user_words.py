"""Words that a user wants kept whole: `iPhone 15 Pro`, `四海`."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

from rnn_intent.errors import DataError, printable
from rnn_intent.settings import TextSettings
from rnn_intent.text.normalize import normalize
from rnn_intent.text.patterns import atoms_pattern

_PURE_HAN = re.compile(r"[\u4E00-\u9FD5]+")  # what jieba's dictionary can hold
_SHOWN = 20  # problems told at once; a file in another encoding has one on every line


def user_words_of(settings: TextSettings) -> tuple[str, ...]:
    """The words of the dictionary that the settings name, if they name one. Raises DataError."""
    return () if settings.user_dictionary is None else read_user_dictionary(settings.user_dictionary)


def read_user_dictionary(path: str | Path) -> tuple[str, ...]:
    """Read a file of words, one a line, spaces inside allowed; blank lines and lines that start with # are skipped.

    The words come as written, each once, in order. Raises DataError with all of the file's problems.
    """
    from rnn_intent.files import read_file  # here, because prediction needs none of it

    name = printable(str(path), 1000)
    try:
        lines = read_file(Path(path)).removeprefix(b"\xef\xbb\xbf").splitlines()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise DataError(f"{name}: {reason}; give a text file with one word a line") from None
    words: dict[str, None] = {}
    problems: list[str] = []
    for number, line in enumerate(lines, 1):
        try:
            word = " ".join(line.decode("utf-8").split())
        except UnicodeDecodeError as error:
            problems.append(f"{name}:{number}: byte {error.start + 1} is not UTF-8; save the file as UTF-8")
            continue
        if not word or word.startswith("#"):
            continue
        if normalize(word).strip():
            words[word] = None
        else:
            problems.append(f"{name}:{number}: only invisible characters; remove the line or write a word")
    if len(problems) > _SHOWN:
        problems[_SHOWN:] = [f"{name}: and {len(problems) - _SHOWN} more"]
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
    """Finds user words in normalised text: the leftmost, of these the longest, never inside a longer Latin word.

    Words and text are read as atoms (a run of letters and digits, or one sign), and sequences of atoms are looked up:
    the time does not grow with the number of words.
    """

    def __init__(self, words: Sequence[str], *, fold_case: bool) -> None:
        self._fold: Callable[[str], str] = str.casefold if fold_case else str
        self._known = {tuple(self._read(word)[0]) for word in words}
        self._lengths: dict[str, list[int]] = {}  # first atom → how many atoms its words have, most first
        for first, length in sorted({(atoms[0], len(atoms)) for atoms in self._known}, reverse=True):
            self._lengths.setdefault(first, []).append(length)

    def cut(self, text: str, cut_rest: Callable[[str], list[str]]) -> list[str]:
        """Keep the user words whole and cut what stands between them with `cut_rest`."""
        atoms, spans = self._read(text)
        pieces: list[str] = []
        cursor = place = 0
        while place < len(atoms):
            length = self._match(atoms, place)
            if length:
                start, end = spans[place][0], spans[place + length - 1][1]
                pieces += cut_rest(text[cursor:start])
                pieces.append(text[start:end])
                cursor = end
            place += length or 1
        return pieces + cut_rest(text[cursor:])

    def _match(self, atoms: list[str], place: int) -> int:
        """The number of atoms of the longest user word that begins here, 0 if none does."""
        first = atoms[place].lstrip()
        for length in self._lengths.get(first, ()):
            if (first, *atoms[place + 1 : place + length]) in self._known:
                return length
        return 0

    def _read(self, text: str) -> tuple[list[str], list[tuple[int, int]]]:
        """Folded atoms, a space before those that have one (or several) before them, and where each one stands."""
        spans = [match.span() for match in atoms_pattern().finditer(text)]
        ends = [0, *(end for _, end in spans)]
        fold = self._fold
        return [
            fold(text[start:end]) if start == before else " " + fold(text[start:end])
            for (start, end), before in zip(spans, ends, strict=False)
        ], spans

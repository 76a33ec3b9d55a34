"""Which known word an unknown one may be a typo of.

One slip of the fingers away (Damerau 1964): a letter is missing, one too many, or its neighbour on the keyboard, or two
have changed places. A letter without its accent, or with another one, is a slip too.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache

from rnn_intent.text.patterns import syllable_pattern

SHORT, LONG = 3, 40  # letters of an unknown word; of a short one only swaps are mended: anything else is another word
ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")


class Misspellings:
    """Known words that look like unknown ones. known: words to their ranks; of several alike the lowest rank is it."""

    def __init__(self, known: Mapping[str, int]) -> None:
        self._known = known
        self._letters: Collection[str] | None = None

    def meant(self, word: str) -> str:
        """The known word that this unknown one is a typo of, or the word itself."""
        if not SHORT <= len(word) <= LONG or not is_word(word):
            return word
        slips = swapped(word) if len(word) == SHORT else one_slip_away(word, self._letters_known())
        rank = self._known.get
        found = [(place, made) for made in slips if (place := rank(made)) is not None]
        return min(found)[1] if found else word

    def _letters_known(self) -> Collection[str]:
        """The letters of all known words."""
        if self._letters is None:
            self._letters = sorted(filter(is_word, frozenset("".join(self._known))))
        return self._letters


def is_word(word: str) -> bool:
    """Whether it is made of letters, and of apostrophes among them, and of none that is a syllable by itself."""
    return word.replace("'", "").isalpha() and (word.isascii() or not syllable_pattern().search(word))


def one_slip_away(word: str, letters: Iterable[str]) -> Iterator[str]:
    """What may have been meant by a word with one slip in it. letters: of which one may be missing."""
    alike = _alike(frozenset(letters))
    missing = [*letters, "'"]
    for place, letter in enumerate(word):
        before, after = word[:place], word[place + 1 :]
        yield before + after
        for other in keyboard_neighbours().get(letter, ""):
            yield before + other + after
        for other in alike.get(_bare(letter), ()):
            yield before + other + after
    yield from swapped(word)
    for place in range(len(word) + 1):
        before, after = word[:place], word[place:]
        for letter in missing:
            yield before + letter + after


def swapped(word: str) -> Iterator[str]:
    """The word with two neighbouring letters in the other order."""
    for place in range(len(word) - 1):
        yield word[:place] + word[place + 1] + word[place] + word[place + 2 :]


@cache
def keyboard_neighbours() -> dict[str, str]:
    """The letters around each letter of a QWERTY keyboard; rows are offset by about half a key."""
    at = {letter: (row, column + row / 2) for row, keys in enumerate(ROWS) for column, letter in enumerate(keys)}
    return {
        letter: "".join(
            other
            for other, (line, place) in at.items()
            if other != letter and abs(line - row) <= 1 and abs(place - column) <= 1
        )
        for letter, (row, column) in at.items()
    }


@cache
def _alike(letters: frozenset[str]) -> Mapping[str, Collection[str]]:
    """The letters, by what they are without accents."""
    found = defaultdict(list)
    for letter in sorted(letters):
        found[_bare(letter)].append(letter)
    return found


def _bare(letter: str) -> str:
    return unicodedata.normalize("NFD", letter)[0]

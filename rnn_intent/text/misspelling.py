"""Which known word an unknown one may be a typo of.

One slip of the fingers away (Damerau 1964): a letter is missing, one too many, or its neighbour on the keyboard, or two
have changed places. A letter without its accent, or with another one, is a slip too, in a longer word one vowel for
another; in a Chinese word, a character that sounds the same.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, cached_property

from rnn_intent.text.homophones import homophones
from rnn_intent.text.patterns import han_pattern, syllable_pattern

SHORT, LONG = 3, 40  # letters of an unknown word; of a short one only swaps are mended: anything else is another word
VOWELS, WITH_VOWELS = "aeiou", 5  # letters that a word needs for them to be mixed up: fewer, and it is another word
ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")

Slip = tuple[str, Sequence[str], str]  # what stands before it, what may have been meant there, and what stands after it


class Misspellings:
    """Known words that look like unknown ones. known: words to their ranks; of several alike the lowest rank is it."""

    def __init__(self, known: Mapping[str, int]) -> None:
        self._known = known

    def meant(self, word: str) -> str:
        """The known word that this unknown one is a typo of, or the word itself."""
        slips, known = self._slips(word), self._known
        found = [  # what is not known is not kept: there are hundreds, and a user may be waiting
            made for before, middles, after in slips for middle in middles if (made := before + middle + after) in known
        ]
        return min(found, key=known.__getitem__) if found else word

    def _slips(self, word: str) -> Iterable[Slip]:
        if len(word) > LONG:
            return ()
        if is_chinese(word):
            return one_sound_away(word)
        if len(word) < SHORT or not is_word(word):
            return ()
        return swaps(word) if len(word) == SHORT else one_slip_away(word, self._letters)

    @cached_property
    def _letters(self) -> tuple[str, ...]:
        """Those of all known words."""
        return tuple(sorted(filter(is_word, frozenset("".join(self._known)))))


def is_word(word: str) -> bool:
    """Whether it is made of letters, and of apostrophes among them, and of none that is a syllable by itself."""
    return word.replace("'", "").isalpha() and (word.isascii() or not syllable_pattern().search(word))


def is_chinese(word: str) -> bool:
    """Whether it is made of Chinese characters, and of more than one."""
    return len(word) > 1 and not word.isascii() and all(map(han_pattern().match, word))


def one_slip_away(word: str, letters: tuple[str, ...]) -> Iterator[Slip]:
    """What may have been meant by a word with one slip in it. letters: of which one may be missing."""
    missing, alike, near = (*letters, "'"), _alike(letters), keyboard_neighbours()
    vowels = VOWELS if len(word) >= WITH_VOWELS else ""
    for place, letter in enumerate(word):
        others = near.get(letter, "") + alike.get(_bare(letter), "") + (vowels if letter in VOWELS else "")
        yield word[:place], ("", *others), word[place + 1 :]
    yield from swaps(word)
    for place in range(len(word) + 1):
        yield word[:place], missing, word[place:]


def one_sound_away(word: str) -> Iterator[Slip]:
    """What may have been meant by a Chinese word with a wrong character of the same sound, or with two swapped."""
    for place, character in enumerate(word):
        yield word[:place], homophones().get(character, ""), word[place + 1 :]
    yield from swaps(word)


def swaps(word: str) -> Iterator[Slip]:
    """The word with two neighbouring letters in the other order."""
    for place in range(len(word) - 1):
        yield word[:place], (word[place + 1] + word[place],), word[place + 2 :]


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
def _alike(letters: tuple[str, ...]) -> Mapping[str, str]:
    """The letters, by what they are without accents."""
    found: defaultdict[str, str] = defaultdict(str)
    for letter in letters:
        found[_bare(letter)] += letter
    return found


def _bare(letter: str) -> str:
    return unicodedata.normalize("NFD", letter)[0]

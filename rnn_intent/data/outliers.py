"""Made-up sentences that belong to no intent: for training to be unsure of, and to measure rejection by.

splice     the beginning of one sentence and the end of another, of different intents
shuffle    words of the training sentences in any order
replace    a sentence whose telling words were replaced by others
noise      letters and characters that make no word
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence

import numpy as np

Tokens = list[str]

COMMON = 0.45  # share of all tokens that the function words make up: they stay when telling words are replaced
LONGEST_NOISE = 9  # characters of a made-up word
MOST_NOISE = 7  # made-up words in a sentence


def made_outliers(
    sentences: Sequence[Sequence[str]], intents: Sequence[Hashable], count: int, seed: int
) -> list[Tokens]:
    """So many made-up sentences, as tokens, the same for the same seed. None from fewer than two intents.

    sentences: of the training split, as tokens; intents: theirs.
    """
    pairs = [(list(tokens), intent) for tokens, intent in zip(sentences, intents, strict=True) if tokens]
    if len({intent for _, intent in pairs}) < 2:
        return []
    maker = _Maker([tokens for tokens, _ in pairs], [intent for _, intent in pairs], np.random.default_rng(seed))
    kinds = (maker.splice, maker.shuffle, maker.replace, maker.noise)
    return [kinds[number % len(kinds)]() for number in range(count)]


class _Maker:
    def __init__(self, sentences: list[Tokens], intents: list[Hashable], random: np.random.Generator) -> None:
        self._sentences, self._intents, self._random = sentences, intents, random
        counts = Counter(token for tokens in sentences for token in tokens)
        ranked = sorted(counts, key=lambda word: (-counts[word], word))
        frequencies = np.array([counts[word] for word in ranked], dtype=float)
        self._words = ranked
        rarer = np.sqrt(frequencies)  # between how often words are used and every word alike
        self._chances = np.cumsum(rarer) / rarer.sum()
        common = int(np.searchsorted(np.cumsum(frequencies) / frequencies.sum(), COMMON))
        self._common = set(ranked[:common])
        self._characters = sorted({letter for word in ranked for letter in word if letter.isalnum()}) or ["x"]

    def splice(self) -> Tokens:
        first, second = self._row(), self._row()
        while self._intents[first] == self._intents[second]:
            first, second = self._row(), self._row()
        beginning, end = self._sentences[first], self._sentences[second]
        return beginning[: self._cut(beginning)] + end[self._cut(end) :]

    def shuffle(self) -> Tokens:
        return [self._word() for _ in self._sentences[self._row()]]

    def replace(self) -> Tokens:
        share = self._random.uniform(0.6, 1.0)
        tokens = self._sentences[self._row()]
        return [
            self._word() if token not in self._common and self._random.random() < share else token for token in tokens
        ]

    def noise(self) -> Tokens:
        words = int(self._random.integers(1, MOST_NOISE + 1))
        return ["".join(self._letters(int(self._random.integers(1, LONGEST_NOISE + 1)))) for _ in range(words)]

    def _row(self) -> int:
        return int(self._random.integers(len(self._sentences)))

    def _word(self) -> str:
        return self._words[int(np.searchsorted(self._chances[:-1], self._random.random()))]

    def _letters(self, count: int) -> list[str]:
        return [self._characters[place] for place in self._random.integers(len(self._characters), size=count)]

    def _cut(self, tokens: Tokens) -> int:
        """Somewhere in the middle third."""
        return int(np.clip(round(len(tokens) * self._random.uniform(0.3, 0.7)), 1, max(1, len(tokens) - 1)))

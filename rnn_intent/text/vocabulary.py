"""Which tokens have a row of their own, and which row that is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TypeVar

from rnn_intent.errors import ModelError
from rnn_intent.settings import VocabularySettings
from rnn_intent.text.misspelling import Misspellings

SPECIALS = ("<pad>", "<unk>", "<bos>", "<eos>")
PAD, UNK, BOS, EOS = range(4)

Token = TypeVar("Token", str, str | None)


class Vocabulary:
    """Tokens ↔ ids. The four special rows come first and are never found by text, only by number."""

    def __init__(self, words: Sequence[str], respelling: bool = False) -> None:
        """words: the specials, then every known token once. Raises ModelError if they are anything else.

        respelling: whether `read` takes unknown words for known ones.
        """
        self.words = tuple(words)
        if self.words[: len(SPECIALS)] != SPECIALS:
            raise ModelError(f"vocabulary: must start with {', '.join(SPECIALS)}")
        # A sentence may hold the text "<pad>": it is an unknown word then, not padding.
        self._ids = {word: row for row, word in enumerate(self.words) if row >= len(SPECIALS)}
        if len(self._ids) + len(SPECIALS) != len(self.words) or not self._ids.keys().isdisjoint(SPECIALS):
            raise ModelError("vocabulary: the same word stands there twice")
        self.respelling = respelling
        self._misspellings = Misspellings(self._ids) if respelling else None

    @classmethod
    def build(cls, token_lists: Iterable[Sequence[str]], settings: VocabularySettings) -> Vocabulary:
        """Count the training split's tokens and keep the frequent ones: most frequent first, then alphabetically.

        `max_size` counts words; the special rows come on top.
        """
        counts = Counter(token for tokens in token_lists for token in tokens)
        for special in SPECIALS:
            counts.pop(special, None)
        ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        kept = [word for word, count in ranked[: settings.max_size] if count >= settings.min_count]
        return cls((*SPECIALS, *kept), settings.respelling)

    def read(self, tokens: Sequence[Token]) -> list[Token]:
        """The tokens as they are to be read: an unknown word is the known one that it is a typo of, if there is one.

        None, which stands for no token, stays.
        """
        if self._misspellings is None:
            return list(tokens)
        known, meant = self._ids, self._misspellings.meant
        return [token if token is None or token in known else meant(token) for token in tokens]

    def ids(self, tokens: Sequence[str]) -> list[int]:
        """One id per token, `UNK` for a token without a row; `[UNK]` for a sentence without tokens."""
        get = self._ids.get
        return [get(token, UNK) for token in tokens] or [UNK]

    def __len__(self) -> int:
        return len(self.words)

    def __contains__(self, token: object) -> bool:
        return token in self._ids

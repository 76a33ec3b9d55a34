"""Sentence → tokens, the one path that training and prediction share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from rnn_intent.settings import TextSettings
from rnn_intent.text.normalize import align, normalize
from rnn_intent.text.patterns import ASCII_WORDS, CHARACTERS, block_pattern, words_pattern
from rnn_intent.text.tokens import Token
from rnn_intent.text.user_words import Phrases, split_user_words, user_words_of

if TYPE_CHECKING:
    from rnn_intent.text.chinese import ChineseCutter

_LONGEST_WORD = 64  # what is longer than max_tokens words of this length is not read to its end


class Tokenizer:
    """Cuts sentences into normalised tokens, `words` as strings and `tokens` with their places.

    mode `words`: runs of letters and digits with inner apostrophes, every other symbol alone, each Han character alone;
    `characters`: each character that is no space; `jieba`: all of it as jieba cuts;
    `auto`: jieba for stretches with Chinese in them, `words` for the rest.
    User words are kept whole in every mode but `characters`.
    """

    def __init__(
        self, settings: TextSettings, user_words: Sequence[str] = (), dictionary: Mapping[str, str] | None = None
    ) -> None:
        """dictionary: the one that a model was trained with; ModelError at the first Chinese cut if it is not here."""
        self.settings = settings
        self.user_words = tuple(user_words)
        self.dictionary = dictionary
        self._max_tokens = settings.max_tokens
        self._max_characters = settings.max_tokens * _LONGEST_WORD
        self._fold_ascii: Callable[[str], str] = str.lower if settings.fold_case else str
        self._han_words: tuple[str, ...] = ()
        self._phrases: Phrases | None = None
        self._chinese: ChineseCutter | None = None
        self._cut_rest = self._choose_cut()
        self._take_user_words()
        # Plain English, the common case, is one `lower` and one `findall`, or, of words alone, one `split`.
        self._ascii_words = ASCII_WORDS.findall if settings.mode in ("auto", "words") and not self._phrases else None

    @classmethod
    def of(cls, settings: TextSettings) -> Tokenizer:
        """With the user words of the file that the settings name, if they name one. Raises DataError."""
        return cls(settings, user_words_of(settings))

    def words(self, text: str) -> list[str]:
        """The tokens of a sentence as strings, at most `max_tokens`."""
        if self._ascii_words and text.isascii() and len(text) <= self._max_characters:
            only_words = text.replace(" ", "").isalnum()
            if only_words or text.isprintable():
                folded = self._fold_ascii(text)
                found: list[str] = folded.split() if only_words else self._ascii_words(folded)
                return found if len(found) <= self._max_tokens else found[: self._max_tokens]
        return self._folded(self._pieces(self._normalized(text)))

    def tokens(self, text: str) -> list[Token]:
        """The same tokens with their places: `text[token.start:token.end]` is what was written."""
        text = text[: self._max_characters]
        normalized, starts, ends = align(text, self._normalized(text))
        pieces = self._pieces(normalized)
        found: list[Token] = []
        cursor = 0
        for piece, word in zip(pieces, self._folded(pieces), strict=True):
            # Only spaces stand between two pieces, so the first match is the piece itself.
            start = normalized.index(piece, cursor)
            cursor = start + len(piece)
            found.append(Token(word, starts[start], ends[cursor - 1]))
        return found

    def __reduce__(self) -> tuple[type[Tokenizer], tuple[object, ...]]:
        return Tokenizer, (self.settings, self.user_words, self.dictionary)  # the mapped file is mapped anew

    def _choose_cut(self) -> Callable[[str], list[str]]:
        modes: dict[str, Callable[[str], list[str]]] = {
            "words": self._cut_words,
            "characters": CHARACTERS.findall,
            "jieba": self._cut_jieba,
            "auto": self._cut_auto,
        }
        return modes[self.settings.mode]

    def _take_user_words(self) -> None:
        if self.settings.mode == "characters":
            return
        words = [normalize(word) if self.settings.normalize else word for word in self.user_words]
        self._han_words, phrases = split_user_words(words, keep_han=self.settings.mode != "words")
        if phrases:
            self._phrases = Phrases(phrases, fold_case=self.settings.fold_case)

    def _normalized(self, text: str) -> str:
        text = text[: self._max_characters]
        return normalize(text) if self.settings.normalize else text

    def _pieces(self, normalized: str) -> list[str]:
        cut = self._cut_rest
        pieces = self._phrases.cut(normalized, cut) if self._phrases else cut(normalized)
        return pieces[: self._max_tokens]

    def _folded(self, pieces: list[str]) -> list[str]:
        if self._phrases:  # their words may hold spaces, of which several count as one
            pieces = [" ".join(piece.split()) for piece in pieces]
        return [piece.casefold() for piece in pieces] if self.settings.fold_case else pieces

    def _cut_words(self, text: str) -> list[str]:
        return words_pattern().findall(text)

    def _cut_jieba(self, text: str) -> list[str]:
        return [piece for piece in self._cut_chinese(text) if not piece.isspace()]

    def _cut_auto(self, text: str) -> list[str]:
        pieces: list[str] = []
        cursor = 0
        cut_words = words_pattern().findall
        for block in block_pattern().finditer(text):
            if not block[0].isascii():  # it holds a Chinese character
                pieces += cut_words(text, cursor, block.start())
                pieces += self._cut_chinese(block[0])
                cursor = block.end()
        pieces += cut_words(text, cursor)
        return pieces

    def _cut_chinese(self, text: str) -> list[str]:
        if self._chinese is None:
            # Imported at the first Chinese sentence: English starts without jieba.
            from rnn_intent.text.chinese import ChineseCutter, check_dictionary

            if self.dictionary is not None:
                check_dictionary(self.dictionary)
            self._chinese = ChineseCutter(self._han_words)
        return self._chinese.cut(text)

    def used_dictionary(self) -> dict[str, str] | None:
        """Name and SHA-256 of the Chinese dictionary, for the model file; None if no Chinese was cut."""
        if self._chinese is None:
            return None
        from rnn_intent.text.chinese import this_dictionary

        return this_dictionary()

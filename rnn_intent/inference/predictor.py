"""Sentences in, intents out: the library's door to a trained model, on NumPy alone."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from threading import Lock
from typing import Any, TypeVar, overload

import numpy as np

from rnn_intent import artifact as model_file
from rnn_intent.artifact import Artifact
from rnn_intent.errors import UsageError
from rnn_intent.inference import golden
from rnn_intent.inference.arrays import Floats
from rnn_intent.inference.encoder import Encoder
from rnn_intent.inference.head import Head
from rnn_intent.inference.pooling import by_sentence
from rnn_intent.inference.prediction import Prediction
from rnn_intent.inference.rejection import Rejection
from rnn_intent.inference.scores import Scores, best_of, in_order
from rnn_intent.metrics import softmax
from rnn_intent.runs import find_model
from rnn_intent.text.tokenizer import Tokenizer

WINDOW = 4096  # sentences that are sorted by length together: batches are full, and memory stays flat
FEW = 100  # answers that are made of arrays together
WINDOW_CHARACTERS = 1 << 20  # the same for a window of very long sentences

Shown = TypeVar("Shown")
Answer = TypeVar("Answer")


class Predictor:
    """A trained model, ready to answer; safe to share between threads.

    labels: the intents, in the order of `probabilities`; threshold: sentences whose in-scope score lies
    below it are rejected.
    """

    def __init__(self, artifact: Artifact, threshold: float | None = None) -> None:
        self.artifact = artifact
        self.labels = artifact.labels
        self._names = np.array(artifact.labels, dtype=object)
        self._rejection = Rejection(artifact)
        self.threshold = self._rejection.threshold if threshold is None else threshold
        self.tokenizer = Tokenizer(artifact.settings.text, artifact.user_words, artifact.dictionary)
        in_scope = self._rejection.in_scope
        self._encoder = Encoder(artifact, None if in_scope is None else in_scope.familiarity.facts)
        self._head = Head(artifact, None if in_scope is None else in_scope.projection)
        self.renew_lock()

    def __reduce__(self) -> tuple[type[Predictor], tuple[Artifact, float]]:
        return Predictor, (self.artifact, self.threshold)

    def renew_lock(self) -> None:
        """For a process that has just been forked. The encoder computes in memory of its own, one call at a time."""
        self._lock = Lock()

    @classmethod
    def load(cls, run: str | os.PathLike[str] | None = None, threshold: float | None = None) -> Predictor:
        """A model file, a run folder or a run's name; by default the newest run, else the built-in model.

        Raises ModelError.
        """
        return cls(model_file.read(find_model(run)), threshold)

    @overload
    def predict(self, texts: str, top_k: int = 5) -> Prediction: ...  # type: ignore[overload-overlap]  # str comes first
    @overload
    def predict(self, texts: Iterable[str], top_k: int = 5) -> list[Prediction]: ...
    def predict(self, texts: str | Iterable[str], top_k: int = 5) -> Prediction | list[Prediction]:
        """The answer to one sentence, or to each of many in their order."""
        if isinstance(texts, str):
            return next(self._predictions([texts], self._scores([texts], top_k)))
        return list(self.stream(texts, top_k=top_k))

    def stream(
        self, texts: Iterable[str], *, top_k: int = 5, batch_size: int = WINDOW, workers: int = 1
    ) -> Iterator[Prediction]:
        """Answers as they come, in the order of the texts and in flat memory, however many there are.

        batch_size: sentences read before the first answer. workers: processes that share the work.
        """
        score = partial(Predictor._scores, top_k=top_k)
        for block, scores in self._answered(windows(texts, batch_size), score, workers):
            yield from self._predictions(block, scores)

    def blocks(
        self, blocks: Iterable[list[str]], show: Callable[[Prediction], Shown], *, top_k: int = 5, workers: int = 1
    ) -> Iterator[list[Shown]]:
        """Block by block, each as soon as its block is there, what `show` makes of the answers.

        With several workers they do that, too, and `show` must be a function of a module.
        """
        for _, shown in self._answered(blocks, partial(_shown, top_k=top_k, show=show), workers):
            yield shown

    def _answered(
        self, blocks: Iterable[list[str]], answer: Callable[[Predictor, list[str]], Answer], workers: int
    ) -> Iterator[tuple[list[str], Answer]]:
        if workers < 1:
            raise UsageError(f"workers: {workers} is not possible; one or more")
        if workers == 1:
            return ((block, answer(self, block)) for block in blocks)
        from rnn_intent.inference.workers import answer_blocks

        return answer_blocks(self, blocks, answer, workers)

    def probabilities(self, texts: Iterable[str]) -> Floats:
        """(texts, labels), each row a distribution over the intents."""
        return self._softmax(self.encode(texts)[0])

    def encode(self, texts: Iterable[str]) -> tuple[Floats, Floats]:
        """Logits (texts, labels), before the temperature, and summaries (texts, summary)."""
        parts = [self._encoded(window) for window in windows(texts)] or [self._encoded([])]
        logits, summaries = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
        return logits, summaries

    def read(self, tokens: Sequence[str]) -> list[str]:
        """The tokens as they are read: typos of known words are these words."""
        return self._encoder.table.embedding.vocabulary.read(tokens)

    def ids(self, tokens: Sequence[str]) -> list[int]:
        """Vocabulary ids; `<unk>` alone for a sentence without tokens."""
        return self._encoder.table.embedding.vocabulary.ids(self.read(tokens))

    def golden(self, texts: Sequence[str]) -> list[dict[str, Any]]:
        """Sentences with tokens, ids and probabilities, for the model file."""
        return golden.golden(self, texts)

    def verify(self) -> None:
        """Answers the model file's golden sentences again. Raises CheckFailed if anything differs."""
        golden.verify(self, self.artifact.golden)

    def _encoded(self, texts: Sequence[str]) -> tuple[Floats, Floats]:
        """Logits and summaries of one window."""
        logits = np.empty((len(texts), len(self.labels)), dtype=np.float32)
        summaries = np.empty((len(texts), self._encoder.summary_size), dtype=np.float32)
        with self._lock:
            sentences = self._encoder.look_up(map(self.tokenizer.words, texts))
            for places, found in self._encoder.summaries(sentences):
                summaries[places] = by_sentence(found)
                logits[places], _ = self._head.read(found)
        return logits, summaries

    def _softmax(self, logits: Floats) -> Floats:
        probabilities: Floats = softmax(logits, self.artifact.temperature)
        return probabilities

    def in_scope_scores(self, texts: Iterable[str]) -> np.ndarray:
        """How much each text is like the training sentences, (texts,), from 0 to 1: what the threshold is about."""
        found = [self._scores(window, 2).in_scope for window in windows(texts)]
        return np.concatenate(found) if found else np.empty(0)

    def unknown_shares(self, texts: Sequence[str]) -> np.ndarray:
        """Of each text's words, numbers apart, the share that training never saw, (texts,), from 0 to 1."""
        in_scope = self._rejection.in_scope
        if in_scope is None:
            return np.zeros(len(texts))
        return in_scope.familiarity.of([self.read(self.tokenizer.words(text)) for text in texts]).unknown

    def _scores(self, texts: Sequence[str], top_k: int) -> Scores:
        in_scope = self._rejection.in_scope
        with self._lock:
            sentences = self._encoder.look_up(map(self.tokenizer.words, texts))
            facts = self._encoder.table.facts.take(sentences.rows, axis=0)
            groups = [
                (places, *self._judged(summaries, top_k)) for places, summaries in self._encoder.summaries(sentences)
            ]
        best, shares, logits, beside = in_order(groups)
        if in_scope is None:
            return Scores(best, shares, sentences.words, shares[:, 0], np.zeros(len(texts)), top_k)
        strange = in_scope.familiarity.strangeness(facts, sentences.starts)
        scores = in_scope.scores(logits, shares[:, 0], beside, strange)
        return Scores(best, shares, sentences.words, scores, strange.unknown, top_k)

    def _judged(self, summaries: Floats, top_k: int) -> tuple[np.ndarray, ...]:
        """The most probable intents, their probabilities, the first one's logits, and what else speaks for them."""
        logits, projected = self._head.read(summaries)
        # two intents that are close are told, however few are wanted
        count = min(max(top_k, 2), len(self.labels))
        best, shares, highest = best_of(logits, count, self.artifact.temperature)
        in_scope = self._rejection.in_scope
        return best, shares, highest, highest if in_scope is None else in_scope.beside(logits, projected, best[:, 0])

    def _predictions(self, texts: Sequence[str], scores: Scores) -> Iterator[Prediction]:
        threshold, verdict, one_only = self.threshold, self._rejection.verdict, scores.top_k < 2
        for first in range(0, len(texts), FEW):  # a few at a time, because lists that are kept cost Python time
            some = slice(first, first + FEW)
            columns = (self._names[scores.best[some]], *(column[some] for column in scores[1:-1]))
            rows = zip(texts[some], *(column.tolist() for column in columns), strict=True)
            for text, intents, shares, words, score, unknown in rows:
                judged = verdict(score, unknown, intents, shares, words, threshold)
                if one_only:  # the second was there to be compared with
                    del intents[1:], shares[1:]
                yield Prediction(text, intents, shares, *judged)


def windows(texts: Iterable[str], size: int = WINDOW) -> Iterator[list[str]]:
    """Texts in lists of `size`, fewer where they are very long."""
    window: list[str] = []
    characters = 0
    for text in texts:
        window.append(text)
        characters += len(text)
        if len(window) >= size or characters >= WINDOW_CHARACTERS:
            yield window
            window, characters = [], 0
    if window:
        yield window


def _shown(predictor: Predictor, texts: list[str], top_k: int, show: Callable[[Prediction], Shown]) -> list[Shown]:
    return list(map(show, predictor._predictions(texts, predictor._scores(texts, top_k))))

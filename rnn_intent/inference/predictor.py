"""Sentences in, intents out: the library's door to a trained model, on NumPy alone."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import repeat
from threading import Lock
from typing import Any, NamedTuple, TypeVar, overload

import numpy as np

from rnn_intent import artifact as model_file
from rnn_intent.artifact import Artifact
from rnn_intent.errors import UsageError
from rnn_intent.inference import golden
from rnn_intent.inference.encoder import Encoder
from rnn_intent.inference.familiarity import FAMILIAR, Strangeness
from rnn_intent.inference.head import Head
from rnn_intent.inference.prediction import Prediction
from rnn_intent.inference.recurrence import Floats, Indices
from rnn_intent.inference.rejection import Rejection
from rnn_intent.metrics import softmax
from rnn_intent.runs import find_model
from rnn_intent.text.tokenizer import Tokenizer

WINDOW = 4096  # sentences that are sorted by length together: batches are full, and memory stays flat
FEW = 10  # rows, or places in a ranking
WINDOW_CHARACTERS = 1 << 20  # the same for a window of very long sentences

Shown = TypeVar("Shown")


class Scores(NamedTuple):
    """A block's answers as arrays, small enough to travel between processes.

    best: (sentences, k) label numbers, best first, two or more; shares: (sentences, k) their probabilities;
    words, and what in-scope scores are made of, (sentences,): logits and distances of the best intents, strangeness
    of the words. top_k: intents to be shown.
    """

    best: np.ndarray
    shares: np.ndarray
    words: list[int]
    logits: np.ndarray
    distances: np.ndarray
    strangeness: list[Strangeness]
    top_k: int


class Predictor:
    """A trained model, ready to answer; safe to share between threads.

    labels: the intents, in the order of `probabilities`; threshold: sentences whose in-scope score lies
    below it are rejected.
    """

    def __init__(self, artifact: Artifact, threshold: float | None = None) -> None:
        self.artifact = artifact
        self.labels = artifact.labels
        self._rejection = Rejection(artifact)
        self.threshold = self._rejection.threshold if threshold is None else threshold
        self.tokenizer = Tokenizer(artifact.settings.text, artifact.user_words, artifact.dictionary)
        self._encoder = Encoder(artifact)
        in_scope = self._rejection.in_scope
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
            return self._predictions([texts], self._scores([texts], top_k))[0]
        return list(self.stream(texts, top_k=top_k))

    def stream(
        self, texts: Iterable[str], *, top_k: int = 5, batch_size: int = WINDOW, workers: int = 1
    ) -> Iterator[Prediction]:
        """Answers as they come, in the order of the texts and in flat memory, however many there are.

        batch_size: sentences read before the first answer. workers: processes that share the work.
        """
        for answers in self.blocks(windows(texts, batch_size), top_k=top_k, workers=workers):
            yield from answers

    @overload
    def blocks(
        self, blocks: Iterable[list[str]], *, top_k: int = 5, workers: int = 1, show: None = None
    ) -> Iterator[list[Prediction]]: ...
    @overload
    def blocks(
        self, blocks: Iterable[list[str]], *, top_k: int = 5, workers: int = 1, show: Callable[[Prediction], Shown]
    ) -> Iterator[list[Shown]]: ...
    def blocks(
        self,
        blocks: Iterable[list[str]],
        *,
        top_k: int = 5,
        workers: int = 1,
        show: Callable[[Prediction], Any] | None = None,
    ) -> Iterator[list[Any]]:
        """Answers block by block, each as soon as its block is there.

        show: made of each answer, by the workers if there are several (it must then be a function of a module).
        """
        if workers < 1:
            raise UsageError(f"workers: {workers} is not possible; one or more")
        answered: Iterator[tuple[list[str], Any]]
        answer = partial(Predictor._scores, top_k=top_k) if show is None else partial(_shown, top_k=top_k, show=show)
        if workers == 1:
            answered = ((block, answer(self, block)) for block in blocks)
        else:
            from rnn_intent.inference.workers import answer_blocks

            answered = answer_blocks(self, blocks, answer, workers)
        for block, answers in answered:
            yield self._predictions(block, answers) if show is None else answers

    def probabilities(self, texts: Iterable[str]) -> Floats:
        """(texts, labels), each row a distribution over the intents."""
        return self._softmax(self.encode(texts)[0])

    def encode(self, texts: Iterable[str]) -> tuple[Floats, Floats]:
        """Logits (texts, labels), before the temperature, and summaries (texts, summary)."""
        parts = [self._encoded(window) for window in windows(texts)] or [self._encoded([])]
        logits, summaries = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
        return logits, summaries

    def ids(self, tokens: Sequence[str]) -> list[int]:
        """Vocabulary ids; `<unk>` alone for a sentence without tokens."""
        return self._encoder.table.embedding.vocabulary.ids(tokens)

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
            for places, found in self._encoder.summaries([self.tokenizer.words(text) for text in texts]):
                summaries[places] = found
                logits[places], _ = self._head.read(found)
        return logits, summaries

    def _softmax(self, logits: Floats) -> Floats:
        probabilities: Floats = softmax(logits, self.artifact.temperature)
        return probabilities

    def in_scope_scores(self, texts: Iterable[str]) -> np.ndarray:
        """How much each text is like the training sentences, (texts,), from 0 to 1: what the threshold is about."""
        found = [score for window in windows(texts) for score, _ in self._in_scope(self._scores(window, 2))]
        return np.array(found, dtype=np.float64)

    def _scores(self, texts: Sequence[str], top_k: int) -> Scores:
        words = self.tokenizer.words
        token_lists = [words(text) for text in texts]
        count = min(max(top_k, 2), len(self.labels))  # two intents that are close are told, however few are wanted
        best = np.empty((len(texts), count), dtype=np.intp)
        shares = np.empty((len(texts), count), dtype=np.float32)
        logits, distances = np.empty((2, len(texts)), dtype=np.float32)
        in_scope = self._rejection.in_scope
        with self._lock:
            for places, summaries in self._encoder.summaries(token_lists):
                read, projected = self._head.read(summaries)
                found, shares[places] = _best(self._softmax(read), count)
                best[places] = found
                if in_scope is not None:
                    logits[places] = np.maximum.reduce(read, axis=1)
                    distances[places] = in_scope.distances(projected, found[:, 0])
        strange = [] if in_scope is None else list(map(in_scope.strangeness, token_lists))
        return Scores(best, shares, list(map(len, token_lists)), logits, distances, strange, top_k)

    def _predictions(self, texts: Sequence[str], scores: Scores) -> list[Prediction]:
        labels, threshold, verdict = self.labels, self.threshold, self._rejection.verdict
        wanted = max(scores.top_k, 1)
        predictions = []
        judged_by = self._in_scope(scores)
        rows = zip(texts, scores.best.tolist(), scores.shares.tolist(), scores.words, judged_by, strict=True)
        for text, best, shares, words, (score, strange) in rows:
            ranking = list(zip([labels[label] for label in best], shares, strict=True))
            judged = verdict(score, strange, ranking, words, threshold)
            predictions.append(Prediction(text, *ranking[0], ranking[:wanted], *judged))
        return predictions

    def _in_scope(self, scores: Scores) -> Iterator[tuple[float, Strangeness]]:
        """Each sentence's in-scope score, and how strange its words are."""
        confidences = scores.shares[:, 0].tolist()
        in_scope = self._rejection.in_scope
        if in_scope is None:
            return zip(confidences, repeat(FAMILIAR), strict=False)
        columns = (scores.logits.tolist(), confidences, scores.distances.tolist(), scores.strangeness)
        return zip(map(in_scope.score, *columns), scores.strangeness, strict=True)


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


def _best(probabilities: Floats, count: int) -> tuple[Indices, Floats]:
    """The highest probabilities of each row, best first: their label numbers and themselves, (rows, count) each."""
    rows = np.arange(len(probabilities))
    if count > FEW or len(rows) < FEW:
        best = np.argsort(-probabilities, axis=1, kind="stable")[:, :count]
        return best, probabilities[rows[:, None], best]
    # Looking for the best a few times over takes a fifth of the time that sorting takes.
    left = probabilities.copy()
    best = np.empty((len(rows), count), dtype=np.intp)
    for place in range(count):
        best[:, place] = left.argmax(axis=1)
        left[rows, best[:, place]] = -1.0
    return best, probabilities[rows[:, None], best]


def _shown(predictor: Predictor, texts: list[str], top_k: int, show: Callable[[Prediction], Shown]) -> list[Shown]:
    return list(map(show, predictor._predictions(texts, predictor._scores(texts, top_k))))

"""The training loop: epochs, early stopping, the best model kept, and a state from which to go on."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy
from torch.nn.utils import clip_grad_norm_

from rnn_intent.errors import TrainingError
from rnn_intent.settings import TrainingSettings
from rnn_intent.training.batches import lengths_of, shuffled_batches, sorted_batches
from rnn_intent.training.encoder import IntentClassifier
from rnn_intent.training.lexicon import Lexicon, TokenBatch
from rnn_intent.training.objective import class_weights, disagreement, soft_cross_entropy
from rnn_intent.training.optimizers import Optimizers


@dataclass(frozen=True)
class LabelledSet:
    """Encoded sentences and their intents: numbers (rows,), or a teacher's probabilities (rows, intents)."""

    sentences: list[np.ndarray]
    targets: np.ndarray

    def __len__(self) -> int:
        return len(self.sentences)


@dataclass(frozen=True)
class Epoch:
    """One line of history.jsonl. Gradient norms are taken before clipping, over all weights but the embeddings."""

    epoch: int
    train_loss: float
    valid_loss: float
    valid_accuracy: float
    gradient_norm: float
    gradient_norm_max: float
    learning_rate: float


@dataclass(frozen=True)
class Progress:
    """Where training is, after every step."""

    epoch: int
    epochs: int
    step: int
    steps: int
    loss: float
    valid_accuracy: float | None


class Trainer:
    """Trains a classifier epoch by epoch; `state()` after any epoch is all that is needed to go on from there.

    The order of the rows and every dropout mask follow from the seed and the epoch's number, so a resumed run
    computes what an uninterrupted one would have.
    """

    def __init__(
        self,
        classifier: IntentClassifier,
        lexicon: Lexicon,
        train: LabelledSet,
        valid: LabelledSet,
        settings: TrainingSettings,
        seed: int,
        device: torch.device | None = None,
    ) -> None:
        self.classifier, self.lexicon, self.settings, self.seed = classifier, lexicon, settings, seed
        self.train_set, self.valid_set = train, valid
        self.device = device or torch.device("cpu")
        self._lengths = lengths_of(train.sentences)
        self._steps = math.ceil(len(train) / settings.batch_size)
        self._optimizers = Optimizers(classifier, settings, self._steps * settings.epochs)
        self._weights: Tensor | None = None
        if train.targets.ndim == 1:
            weights = class_weights(settings.class_weights, train.targets, classifier.head.out_features)
            self._weights = None if weights is None else weights.to(self.device)
        self.history: list[Epoch] = []
        self.best_epoch: int = 0
        self.best_weights: dict[str, Tensor] = self._copy_weights()

    def run(self, progress: Callable[[Progress], None] = lambda _: None) -> Iterator[Epoch]:
        """Trains until the last epoch or until validation stops improving; yields each finished epoch."""
        while not self.finished:
            yield self._epoch(len(self.history) + 1, progress)

    @property
    def finished(self) -> bool:
        done = len(self.history)
        return done >= self.settings.epochs or done - self.best_epoch >= self.settings.patience

    @property
    def best(self) -> Epoch:
        return self.history[self.best_epoch - 1]

    def state(self) -> dict[str, Any]:
        return {
            "history": [asdict(epoch) for epoch in self.history],
            "best_epoch": self.best_epoch,
            "best_weights": self.best_weights,
            "weights": self.classifier.state_dict(),
            "optimizers": self._optimizers.state(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        self.history = [Epoch(**row) for row in state["history"]]
        self.best_epoch, self.best_weights = state["best_epoch"], state["best_weights"]
        self.classifier.load_state_dict(state["weights"])
        self._optimizers.restore(state["optimizers"])

    def load_best(self) -> None:
        self.classifier.load_state_dict(self.best_weights)

    def _epoch(self, number: int, progress: Callable[[Progress], None]) -> Epoch:
        torch.manual_seed(self.seed * 100_003 + number)  # dropout of this epoch, whatever was drawn before
        losses, norms = [], []
        known = self.history[-1].valid_accuracy if self.history else None
        self.classifier.train()
        batches = shuffled_batches(self._lengths, self.settings.batch_size, self.seed, number)
        for step, rows in enumerate(batches, start=1):
            loss, norm = self._step(rows, f"epoch {number}, step {step}")
            losses.append(loss * len(rows))
            norms.append(norm)
            progress(Progress(number, self.settings.epochs, step, len(batches), loss, known))
        valid_loss, accuracy = self.evaluate(self.valid_set)
        epoch = Epoch(
            epoch=number,
            train_loss=sum(losses) / len(self.train_set),
            valid_loss=valid_loss,
            valid_accuracy=accuracy,
            gradient_norm=sum(norms) / len(norms),
            gradient_norm_max=max(norms),
            learning_rate=self._optimizers.learning_rate,
        )
        self._keep_if_best(epoch)
        return epoch

    def _step(self, rows: np.ndarray, where: str) -> tuple[float, float]:
        tokens = self._tokens([self.train_set.sentences[row] for row in rows])
        targets = torch.from_numpy(self.train_set.targets[rows]).to(self.device)
        self._optimizers.zero_grad()
        loss = self._loss(tokens, targets)
        loss.backward()  # type: ignore[no-untyped-call]
        norm = float(clip_grad_norm_(self._optimizers.dense, self.settings.clip_norm))
        value = float(loss.detach())
        if not (math.isfinite(value) and math.isfinite(norm)):
            raise TrainingError(
                f"{where}: loss is {value}, gradient norm {norm}: training diverged; try a smaller"
                f" training.learning_rate (now {self.settings.learning_rate}) or training.clip_norm"
                f" (now {self.settings.clip_norm})"
            )
        self._optimizers.step()
        return value, norm

    def _loss(self, tokens: TokenBatch, targets: Tensor) -> Tensor:
        smoothing = self.settings.label_smoothing
        if not self.settings.r_drop:
            return soft_cross_entropy(self.classifier(tokens), targets, smoothing, self._weights)
        logits = self.classifier(tokens.repeated(2))  # two dropout masks for each sentence
        first, second = logits.chunk(2)
        loss = soft_cross_entropy(logits, torch.cat([targets, targets]), smoothing, self._weights)
        return loss + self.settings.r_drop * disagreement(first, second)

    @torch.no_grad()
    def evaluate(self, labelled: LabelledSet) -> tuple[float, float]:
        """Mean loss and accuracy, without dropout. Rows with an intent that training lacks (-1) count as errors."""
        logits, targets = self.logits(labelled), torch.from_numpy(labelled.targets)
        known = targets >= 0
        loss = float(cross_entropy(logits[known], targets[known])) if bool(known.any()) else math.nan
        return loss, float((logits.argmax(dim=1) == targets).float().mean())

    @torch.no_grad()
    def logits(self, labelled: LabelledSet) -> Tensor:
        """(rows, intents), in the order of the rows."""
        self.classifier.eval()
        logits = torch.empty(len(labelled), self.classifier.head.out_features)
        for rows in sorted_batches(lengths_of(labelled.sentences), 256):
            tokens = self._tokens([labelled.sentences[row] for row in rows])
            logits[torch.from_numpy(rows)] = self.classifier(tokens).cpu()
        return logits

    def _tokens(self, sentences: list[np.ndarray]) -> TokenBatch:
        return self.lexicon.batch(sentences).to(self.device)

    def _keep_if_best(self, epoch: Epoch) -> None:
        self.history.append(epoch)
        if not self.best_epoch or _score(epoch) > _score(self.best):
            self.best_epoch, self.best_weights = epoch.epoch, self._copy_weights()

    def _copy_weights(self) -> dict[str, Tensor]:
        return {name: weights.detach().clone() for name, weights in self.classifier.state_dict().items()}


def _score(epoch: Epoch) -> tuple[float, float]:
    """Accuracy decides; among equals, the lower loss."""
    return epoch.valid_accuracy, -epoch.valid_loss

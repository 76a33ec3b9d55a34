"""The training loop: epochs, the model that is kept, and a state from which to go on."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy
from torch.nn.utils import clip_grad_norm_

from rnn_intent.errors import TrainingError
from rnn_intent.settings import DistillationSettings, TrainingSettings
from rnn_intent.training.adversary import pushed
from rnn_intent.training.averaging import WeightAverage
from rnn_intent.training.batches import lengths_of, shuffled_batches, sorted_batches
from rnn_intent.training.encoder import IntentClassifier
from rnn_intent.training.lexicon import Lexicon, TokenBatch
from rnn_intent.training.objective import class_weights, disagreement, taught_cross_entropy
from rnn_intent.training.optimizers import Optimizers
from rnn_intent.training.outliers import OUTLIER_WEIGHT, Outliers, certainty
from rnn_intent.training.progress import Epoch, Progress
from rnn_intent.training.reading import Reading
from rnn_intent.training.schedule import batch_size, epoch_count
from rnn_intent.training.typos import typos_share


@dataclass(frozen=True)
class LabelledSet:
    """Encoded sentences, the numbers of their intents (rows,), and what a teacher says of them.

    taught: (rows, intents) probabilities, zeros where the teacher says nothing. targets: -1 for an intent that training
    does not know, or for a sentence that only has a teacher.
    """

    sentences: list[np.ndarray]
    targets: np.ndarray
    taught: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.sentences)


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
        distillation: DistillationSettings | None = None,
        outliers: Outliers | None = None,
    ) -> None:
        self.classifier, self.lexicon, self.settings, self.seed = classifier, lexicon, settings, seed
        self._distillation = distillation or DistillationSettings()
        self._outliers = outliers or Outliers((), 0.0, seed)
        self.train_set, self.valid_set = train, valid
        self.device = device or torch.device("cpu")
        labels = train.targets[train.targets >= 0]
        typos = typos_share(settings, len(labels), vectors=classifier.encoder.embedding.projection is not None)
        self._reading = Reading(train.sentences, lexicon, settings, typos, seed)
        self._read: Sequence[np.ndarray] = train.sentences  # in this epoch
        worth = self._reading.worth
        self._batch_size = batch_size(settings, len(train), worth)
        self.epochs = epoch_count(settings, worth, taught=train.taught is not None)
        self._optimizers = Optimizers(classifier, settings, math.ceil(len(train) / self._batch_size) * self.epochs)
        weights = class_weights(settings.class_weights, labels, classifier.head.out_features)
        self._weights = None if weights is None else weights.to(self.device)
        self._average = WeightAverage(classifier, settings.averaging) if settings.averaging else None
        self.history: list[Epoch] = []
        self.kept_epoch: int = 0
        self.kept_weights: dict[str, Tensor] = self._copy_weights()

    def run(self, progress: Callable[[Progress], None] = lambda _: None) -> Iterator[Epoch]:
        """Trains until the last epoch or, with patience, until validation stops improving; yields each epoch."""
        while not self.finished:
            yield self._epoch(len(self.history) + 1, progress)

    @property
    def finished(self) -> bool:
        done, patience = len(self.history), self.settings.patience
        return done >= self.epochs or (patience != "auto" and done - self.kept_epoch >= patience)

    @property
    def judged(self) -> IntentClassifier:
        """The classifier that is evaluated and kept: the running average of the trained one, if there is one."""
        return self.classifier if self._average is None else self._average.classifier

    @property
    def kept(self) -> Epoch:
        return self.history[self.kept_epoch - 1]

    def state(self) -> dict[str, Any]:
        return {
            "history": [asdict(epoch) for epoch in self.history],
            "kept_epoch": self.kept_epoch,
            "kept_weights": self.kept_weights,
            "weights": self.classifier.state_dict(),
            "average": None if self._average is None else self._average.state(),
            "optimizers": self._optimizers.state(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        self.history = [Epoch(**row) for row in state["history"]]
        self.kept_epoch, self.kept_weights = state["kept_epoch"], state["kept_weights"]
        self.load_kept()  # those that do not fit are to be found now, not when the training is over
        self.classifier.load_state_dict(state["weights"])
        if self._average is not None:
            self._average.restore(state["average"])
        self._optimizers.restore(state["optimizers"])

    def load_kept(self) -> None:
        for classifier in (self.classifier, self.judged):
            classifier.load_state_dict(self.kept_weights)

    def _epoch(self, number: int, progress: Callable[[Progress], None]) -> Epoch:
        torch.manual_seed(self.seed * 100_003 + number)  # dropout of this epoch, whatever was drawn before
        losses, norms = [], []
        known = self.history[-1].valid_accuracy if self.history else None
        self._outliers.begin(number)
        self.classifier.train()
        self._read = self._reading.of_epoch(number)
        batches = shuffled_batches(lengths_of(self._read), self._batch_size, self.seed, number)
        for step, rows in enumerate(batches, start=1):
            loss, norm = self._step(rows, f"epoch {number}, step {step}")
            losses.append(loss * len(rows))
            norms.append(norm)
            progress(Progress(number, self.epochs, step, len(batches), loss, known))
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
        self._add(epoch)
        return epoch

    def _step(self, rows: np.ndarray, where: str) -> tuple[float, float]:
        tokens = self._tokens([self._read[row] for row in rows])
        if self.settings.r_drop:
            tokens = tokens.repeated(2)  # two dropout masks for each sentence
        self._optimizers.zero_grad()
        inputs = self.classifier.encoder.embedding(tokens)  # (batch, time, size)
        inputs.retain_grad()
        loss = self._loss(tokens, inputs, rows)
        strangers = self._outliers.draw(len(rows))
        if strangers:
            loss = loss + OUTLIER_WEIGHT * certainty(self.classifier(self._tokens(strangers)))
        loss.backward()  # type: ignore[no-untyped-call]
        if self.settings.adversarial:
            self._read_pushed(tokens, inputs, rows)
        norm = float(clip_grad_norm_(self._optimizers.dense, self.settings.clip_norm))
        value = float(loss.detach())
        if not (math.isfinite(value) and math.isfinite(norm)):
            raise TrainingError(
                f"{where}: loss is {value}, gradient norm {norm}: training diverged; try a smaller"
                f" training.learning_rate (now {self.settings.learning_rate}) or training.clip_norm"
                f" (now {self.settings.clip_norm})"
            )
        self._optimizers.step()
        if self._average is not None:
            self._average.step(self.classifier)
        return value, norm

    def _read_pushed(self, tokens: TokenBatch, inputs: Tensor, rows: np.ndarray) -> None:
        """Adds the gradients of the same sentences, pushed towards mistakes. inputs: with their gradient."""
        push = pushed(inputs, tokens.mask, self.settings.adversarial)
        again = self.classifier.encoder.embedding(tokens) + push  # with other dropout masks
        self._loss(tokens, again, rows).backward()  # type: ignore[no-untyped-call]

    def _loss(self, tokens: TokenBatch, inputs: Tensor, rows: np.ndarray) -> Tensor:
        logits = self.classifier(tokens, inputs)
        if not self.settings.r_drop:
            return self._distance(logits, rows)
        first, second = logits.chunk(2)
        return self._distance(logits, np.tile(rows, 2)) + self.settings.r_drop * disagreement(first, second)

    def _distance(self, logits: Tensor, rows: np.ndarray) -> Tensor:
        """From what labels and teacher want."""
        smoothing = self.settings.label_smoothing
        targets = torch.from_numpy(self.train_set.targets[rows]).to(self.device)
        if self.train_set.taught is None:
            return cross_entropy(logits, targets, weight=self._weights, label_smoothing=smoothing)
        taught = torch.from_numpy(self.train_set.taught[rows]).to(self.device)
        return taught_cross_entropy(logits, targets, taught, self._distillation, smoothing, self._weights)

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
        self.judged.eval()
        logits = torch.empty(len(labelled), self.classifier.head.out_features)
        for rows in sorted_batches(lengths_of(labelled.sentences), 256):
            tokens = self._tokens([labelled.sentences[row] for row in rows])
            logits[torch.from_numpy(rows)] = self.judged(tokens).cpu()
        return logits

    def _tokens(self, sentences: list[np.ndarray]) -> TokenBatch:
        return self.lexicon.batch(sentences).to(self.device)

    def _add(self, epoch: Epoch) -> None:
        """Keeps its weights; with patience, only if they are the best so far."""
        self.history.append(epoch)
        if self.settings.patience == "auto" or not self.kept_epoch or _score(epoch) > _score(self.kept):
            self.kept_epoch, self.kept_weights = epoch.epoch, self._copy_weights()

    def _copy_weights(self) -> dict[str, Tensor]:
        return {name: weights.detach().clone() for name, weights in self.judged.state_dict().items()}


def _score(epoch: Epoch) -> tuple[float, float]:
    """Accuracy decides; among equals, the lower loss."""
    return epoch.valid_accuracy, -epoch.valid_loss

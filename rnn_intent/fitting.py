"""From rows to models: trained on the training rows, and a second time on the validation rows too."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rnn_intent.artifact import Artifact
from rnn_intent.data.example import Example
from rnn_intent.data.opinions import Lessons, Opinions
from rnn_intent.data.splits import Splits
from rnn_intent.errors import TrainingError
from rnn_intent.inference.predictor import Predictor
from rnn_intent.metrics import class_numbers, fit_temperature
from rnn_intent.run_records import write_progress
from rnn_intent.runs import RunFolder
from rnn_intent.settings import DataSettings, Settings
from rnn_intent.text.tokenizer import Tokenizer
from rnn_intent.training.progress import Epoch, Progress

if TYPE_CHECKING:  # PyTorch is imported when training starts, not before
    from rnn_intent.training.fit import Fitted
    from rnn_intent.training.token_sets import TokenSet
    from rnn_intent.training.warm_start import Start

WINGS_AGREE = 1e-3  # largest difference of float32 logits between the PyTorch and the NumPy wing

OnStep = Callable[["Progress"], None]


class Fitting:
    """An experiment's rows as training reads them, and the models that are made of them.

    lessons: what teachers say of the rows and of further sentences. fresh: leave aside what checkpoints hold.
    """

    def __init__(self, settings: Settings, splits: Splits, lessons: Lessons | None, run: RunFolder, fresh: bool):
        self._settings, self._splits, self._lessons, self._run, self._fresh = settings, splits, lessons, run, fresh
        self._tokenizer = Tokenizer.of(settings.text)
        self._labels = sorted({example.intent for example in splits.train})

    @cached_property
    def _rows(self) -> dict[str, TokenSet]:
        from rnn_intent.training.token_sets import token_set

        parts = {"train": self._splits.train, "valid": self._splits.valid}
        return {name: token_set(self._tokenizer, self._labels, rows) for name, rows in parts.items()}

    def train(self, on_step: OnStep) -> tuple[Artifact, Fitted]:
        """A model of the training rows. What can be seen of a training under way stands in the run folder."""
        from rnn_intent.training import checkpoint

        def on_epoch(history: Sequence[Epoch]) -> None:
            write_progress(self._run, self._settings, history)

        if self._fresh:
            checkpoint.discard(self._run.refit_checkpoint)  # first: it is nothing without the one of the first training
        rows = self._rows["train"]
        self._warn_if_cut_short(rows)
        taught = self._taught(rows, self._splits.train, self._lessons.first() if self._lessons else None)
        fitted = self._fit(self._settings, taught, self._run.checkpoint, on_step, on_epoch)
        return self._artifact(fitted, {"rows": len(rows), **_epochs(fitted)}), fitted

    def train_again(self, first: Fitted, on_step: OnStep) -> Artifact:
        """A model of the validation rows too, from where the first training has led, in a share of its epochs."""
        from rnn_intent.training.token_sets import joined

        training = self._settings.training
        epochs = math.ceil(training.refit * first.kept.epoch)
        settings = replace(self._settings, training=replace(training, epochs=epochs, patience="auto"))

        def on_refit(progress: Progress) -> None:
            on_step(replace(progress, valid_accuracy=None, stage="refit"))  # they are no validation any more

        known = np.flatnonzero(self._rows["valid"].targets >= 0).tolist()
        rows = joined(self._rows["train"], self._rows["valid"], known)
        examples = [*self._splits.train, *(self._splits.valid[row] for row in known)]
        taught = self._taught(rows, examples, self._lessons.refit() if self._lessons else None)
        fitted = self._fit(settings, taught, self._run.refit_checkpoint, on_refit, start=first.reached)
        told = {"rows": len(rows), **_epochs(first), "refit_epochs": epochs}
        return self._artifact(fitted, told)

    def _taught(self, rows: TokenSet, examples: Sequence[Example], opinions: Opinions | None) -> TokenSet:
        """The rows with what teachers say of them, and the further sentences that these speak of."""
        from rnn_intent.training.token_sets import taught

        if opinions is None:
            return rows
        return taught(self._tokenizer, self._labels, [row.text for row in examples], rows, opinions)

    def _fit(
        self,
        settings: Settings,
        train: TokenSet,
        folder: Path,
        on_step: OnStep,
        on_epoch: Callable[[list[Epoch]], None] = lambda _: None,
        start: Start | None = None,
    ) -> Fitted:
        from rnn_intent.training.fit import fit
        from rnn_intent.training.token_sets import fingerprint

        valid = self._rows["valid"]
        return fit(
            settings,
            self._labels,
            train,
            valid,
            folder,
            fingerprint(settings, self._labels, {"train": train, "valid": valid}),
            on_step,
            on_epoch,
            self._fresh,
            start,
        )

    def _artifact(self, fitted: Fitted, training: dict[str, int]) -> Artifact:
        artifact = Artifact(
            settings=_portable(self._settings),
            labels=tuple(self._labels),
            vocabulary=fitted.vocabulary.words,
            user_words=self._tokenizer.user_words,
            dictionary=self._tokenizer.used_dictionary(),
            tensors=fitted.tensors,
            training=training,
        )
        self._compare_wings(artifact, fitted.valid_logits)
        return artifact

    def _compare_wings(self, artifact: Artifact, torch_logits: np.ndarray) -> None:
        """Raises TrainingError unless the wing that will answer computes what the wing that trained did."""
        logits, _ = Predictor(artifact).encode([example.text for example in self._splits.valid])
        gap = float(np.abs(logits - torch_logits).max())
        if not gap <= WINGS_AGREE:
            raise TrainingError(
                f"the PyTorch and NumPy wings disagree by {gap:.2g} on the validation logits: please report"
            )

    def _warn_if_cut_short(self, rows: TokenSet) -> None:
        """A line if sentences are read in part only."""
        most = self._settings.text.max_tokens
        count = sum(len(tokens) >= most for tokens in rows.tokens)
        if count:
            told = f"{count:,} of {len(rows):,} training sentences have {most} tokens or more"
            warning = f"{told}; what comes after is not read (text.max_tokens)"
            if warning not in self._splits.warnings:  # it may have been said of the teacher's training
                self._splits.warnings.append(warning)


def at_temperature(artifact: Artifact, logits: np.ndarray, valid: Sequence[Example]) -> Artifact:
    """As sure as the validation rows bear out. logits: (rows, intents), of these rows."""
    targets = class_numbers(artifact.labels, [example.intent for example in valid])
    return replace(artifact, temperature=fit_temperature(logits, targets).temperature)


def _epochs(fitted: Fitted) -> dict[str, int]:
    return {"epochs": len(fitted.history), "kept_epoch": fitted.kept.epoch}


def _portable(settings: Settings) -> Settings:
    """The settings without the paths of this machine: the model file travels, and is the same from any folder."""
    vectors = settings.embedding.vectors
    return replace(
        settings,
        data=DataSettings(out_of_scope=settings.data.out_of_scope),
        text=replace(settings.text, user_dictionary=None),
        embedding=replace(settings.embedding, vectors=None if vectors is None else Path(vectors).name),
    )

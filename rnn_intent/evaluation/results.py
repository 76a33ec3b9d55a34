"""What a report speaks about: rows, what the model made of them, and how in-scope each one looked.

Plain arrays, so that no report depends on how the probabilities were calibrated or which score rejects.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from rnn_intent.data.example import Example


@dataclass(frozen=True, eq=False)
class Results:
    """A model's answers to labelled rows.

    probabilities: (rows, intents), calibrated; uncalibrated: the same without calibration, if there is any.
    scores: (rows,), higher = more in scope, a row below `threshold` is rejected; the confidence if not given.
    out_of_scope: rows that should be rejected, with probabilities and scores of their own; may be empty.
    """

    labels: Sequence[str]
    examples: Sequence[Example]
    probabilities: np.ndarray
    uncalibrated: np.ndarray | None = None
    scores: np.ndarray | None = None
    threshold: float | None = None
    out_of_scope: Sequence[Example] = ()
    out_of_scope_probabilities: np.ndarray | None = None
    out_of_scope_scores: np.ndarray | None = None
    seconds: float = 0.0

    @cached_property
    def truth(self) -> list[str]:
        return [example.intent for example in self.examples]

    @cached_property
    def targets(self) -> np.ndarray:
        """Class numbers, (rows,); -1 for an intent that the model lacks."""
        number = {label: index for index, label in enumerate(self.labels)}
        return np.array([number.get(intent, -1) for intent in self.truth])

    @cached_property
    def predicted(self) -> np.ndarray:
        best: np.ndarray = self.probabilities.argmax(axis=1)
        return best

    @cached_property
    def correct(self) -> np.ndarray:
        same: np.ndarray = self.predicted == self.targets
        return same

    @cached_property
    def confidence(self) -> np.ndarray:
        highest: np.ndarray = self.probabilities.max(axis=1)
        return highest

    @cached_property
    def in_scope(self) -> np.ndarray:
        """The score of each row, (rows,)."""
        return self.confidence if self.scores is None else self.scores

    @cached_property
    def outside(self) -> np.ndarray | None:
        """The score of each out-of-scope row; None when there are no such rows."""
        if not len(self.out_of_scope):
            return None
        if self.out_of_scope_scores is not None:
            return self.out_of_scope_scores
        if self.scores is not None or self.out_of_scope_probabilities is None:
            return None  # a confidence cannot be compared with a score of another kind
        highest: np.ndarray = self.out_of_scope_probabilities.max(axis=1)
        return highest

    @cached_property
    def rejected(self) -> np.ndarray:
        """Which rows are turned away, (rows,) of bool; none without a threshold."""
        if self.threshold is None:
            return np.zeros(len(self.examples), dtype=bool)
        return self.in_scope < self.threshold


@dataclass(frozen=True)
class Background:
    """How the model came about, as far as it is known; empty parts are left out of the report.

    history: the lines of history.jsonl; teacher_history: the same of the network that has taught it; training: what
    the model file says of epochs and rows; files: SHA-256 by path; rows: by split; counts: split -> intent -> rows;
    settings: the experiment as YAML.
    """

    title: str = "model"
    history: Sequence[Mapping[str, Any]] = ()
    teacher_history: Sequence[Mapping[str, Any]] = ()
    training: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    rows: Mapping[str, int] = field(default_factory=dict)
    counts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    environment: Mapping[str, Any] = field(default_factory=dict)
    settings: str = ""
    warnings: Sequence[str] = ()

"""Which answers not to believe."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rnn_intent.errors import ModelError
from rnn_intent.inference.prediction import Status

NO_WORDS = "no words"

Verdict = tuple[Status, str | None]
_ACCEPTED: Verdict = ("accepted", None)


def stored_threshold(rejection: Mapping[str, Any] | None) -> float:
    """The threshold of a model file's header; 0, which rejects nothing, if it has none. Raises ModelError."""
    threshold = (rejection or {}).get("threshold", 0.0)
    if type(threshold) not in (int, float) or not 0 <= threshold <= 1:
        raise ModelError("header.rejection.threshold: is no number between 0 and 1")
    return float(threshold)


def verdict(confidence: float, words: int, threshold: float) -> Verdict:
    """Status and reason for a sentence of so many words whose most probable intent has this probability."""
    if not words:
        return "rejected", NO_WORDS
    if confidence >= threshold:
        return _ACCEPTED
    return "rejected", f"confidence {confidence:.3f} is below the threshold {threshold:.3f}"

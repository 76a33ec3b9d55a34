"""An answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Status = Literal["accepted", "rejected", "ambiguous"]


@dataclass(slots=True)
class Prediction:
    """What a sentence wants, and whether to believe it.

    ranking: the most probable intents with their probability, best first, also of a rejected sentence; intent and
    confidence are the first of it. reason: why a sentence was not accepted.
    """

    text: str
    intent: str
    confidence: float
    ranking: list[tuple[str, float]]
    status: Status = "accepted"
    reason: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """The shape that programs know from Rasa, with status and reason."""
        return {
            "text": self.text,
            "intent": {"name": self.intent, "confidence": self.confidence},
            "intent_ranking": [{"name": name, "confidence": share} for name, share in self.ranking],
            "status": self.status,
            "reason": self.reason,
        }

"""An answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Status = Literal["accepted", "rejected", "ambiguous"]


@dataclass(slots=True)
class Prediction:
    """What a sentence wants, and whether to believe it.

    intents: the most probable, best first, also of a rejected sentence; shares: their probabilities. reason: why a
    sentence was not accepted.
    """

    text: str
    intents: list[str]
    shares: list[float]
    status: Status = "accepted"
    reason: str | None = None

    @property
    def intent(self) -> str:
        """The most probable."""
        return self.intents[0]

    @property
    def confidence(self) -> float:
        """Its probability."""
        return self.shares[0]

    @property
    def ranking(self) -> list[tuple[str, float]]:
        """The intents with their probabilities, best first."""
        return list(zip(self.intents, self.shares, strict=True))

    def to_dict(self) -> dict[str, Any]:
        """The shape that programs know from Rasa, with status and reason."""
        return {
            "text": self.text,
            "intent": {"name": self.intent, "confidence": self.confidence},
            "intent_ranking": [{"name": name, "confidence": share} for name, share in self.ranking],
            "status": self.status,
            "reason": self.reason,
        }

"""How a model bears what people do to sentences: variants of labelled rows, kind by kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from rnn_intent.data.example import Example
from rnn_intent.evaluation.variants import KINDS, OPPOSITE, variant

if TYPE_CHECKING:
    from rnn_intent.inference.predictor import Predictor

SEED = 13


@dataclass(frozen=True)
class Bearing:
    """What one kind of change does to the rows to which it applies; shares of them, None where there are none.

    changed: how many get another intent than before. accuracy_before, accuracy: of the rows as they are, and changed;
    None for the kind that reverses the meaning. rejected_before, rejected: how many are turned away.
    """

    rows: int
    changed: float | None
    accuracy_before: float | None
    accuracy: float | None
    rejected_before: float | None
    rejected: float | None

    @property
    def fall(self) -> float | None:
        """By how much accuracy falls."""
        if self.accuracy is None or self.accuracy_before is None:
            return None
        return self.accuracy_before - self.accuracy


def robustness(predictor: Predictor, examples: Sequence[Example], seed: int = SEED) -> dict[str, Bearing]:
    """The bearing of each kind of variant, in the order of `variants.KINDS`. The same seed gives the same variants."""
    before = _answers(predictor, [example.text for example in examples])
    found = {}
    for kind in KINDS:
        made = [variant(kind, example.text, seed) for example in examples]
        rows = [number for number, text in enumerate(made) if text is not None]
        after = _answers(predictor, [text for text in made if text is not None])
        truth = [examples[number].intent for number in rows]
        found[kind] = _bearing([before[number] for number in rows], after, truth, kind != OPPOSITE)
    return found


def as_numbers(bearings: Mapping[str, Bearing]) -> dict[str, Any]:
    """JSON-ready, by kind."""
    return {kind: {**asdict(bearing), "fall": bearing.fall} for kind, bearing in bearings.items()}


Answer = tuple[str, bool]  # the best intent, and whether it was rejected


def _answers(predictor: Predictor, texts: Sequence[str]) -> list[Answer]:
    return [(answer.intent, answer.status == "rejected") for answer in predictor.stream(texts, top_k=1)]


def _bearing(before: Sequence[Answer], after: Sequence[Answer], truth: Sequence[str], judged: bool) -> Bearing:
    def share(hits: Sequence[bool]) -> float | None:
        return sum(hits) / len(hits) if hits else None

    pairs = list(zip(before, after, strict=True))
    return Bearing(
        rows=len(pairs),
        changed=share([one[0] != other[0] for one, other in pairs]),
        accuracy_before=share([answer[0] == intent for answer, intent in zip(before, truth, strict=True)]),
        accuracy=share([a[0] == intent for a, intent in zip(after, truth, strict=True)]) if judged else None,
        rejected_before=share([rejected for _, rejected in before]),
        rejected=share([rejected for _, rejected in after]),
    )

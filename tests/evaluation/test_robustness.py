from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from rnn_intent.data.example import Example
from rnn_intent.evaluation.robustness import as_numbers, robustness
from rnn_intent.evaluation.variants import KINDS


class Literal:
    """Knows the sentence `time` by heart, to the letter, rejects all that holds capitals, and is never certain."""

    def stream(self, texts: Any, top_k: int) -> Any:
        for text in texts:
            known = "ask_time" if "time please" in text else "other"
            yield SimpleNamespace(intent=known, status="rejected" if text != text.lower() else "ambiguous")


ROWS = [Example("time please", "ask_time"), Example("time pleas", "ask_time")]


def test_changes_falls_and_rejections_are_counted_on_the_rows_that_have_the_kind() -> None:
    found = robustness(Literal(), ROWS)  # type: ignore[arg-type]
    assert list(found) == list(KINDS)
    case = found["case"]
    assert (case.rows, case.changed, case.accuracy_before, case.accuracy, case.fall) == (2, 0.5, 0.5, 0.0, 0.5)
    assert (case.rejected_before, case.rejected) == (0.0, 1.0)
    filler = found["filler words"]
    assert (filler.changed, filler.fall) == (0.0, 0.0)


def test_negation_has_no_accuracy_and_a_kind_without_rows_no_shares() -> None:
    found = robustness(Literal(), ROWS)  # type: ignore[arg-type]
    assert found["negation"].accuracy is None
    assert found["negation"].fall is None
    assert found["negation"].changed == 0.0
    assert as_numbers(found)["homophone"] == {
        "rows": 0,
        "changed": None,
        "accuracy_before": None,
        "accuracy": None,
        "rejected_before": None,
        "rejected": None,
        "fall": None,
    }


@pytest.mark.parametrize("kind", KINDS)
def test_each_row_has_its_variant_whatever_the_other_rows_are(kind: str) -> None:
    both, one = (robustness(Literal(), rows)[kind] for rows in (ROWS, ROWS[:1]))  # type: ignore[arg-type]
    assert both.rows == 2 * one.rows

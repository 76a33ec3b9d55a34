from __future__ import annotations

import csv
import io
import json

import pytest
from made_results import results, with_out_of_scope

from rnn_intent.evaluation.evaluate import judge
from rnn_intent.evaluation.formats import FORMATS, as_csv, as_json, as_markdown, spreadsheet_text
from rnn_intent.evaluation.numbers import numbers


def rows_of(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))


def test_the_numbers_hold_those_of_metrics_json() -> None:
    made = results()
    scores = judge(made.labels, made.probabilities, made.truth, 1.0).scores()
    assert {name: numbers(made)[name] for name in scores} == scores


def test_json_reads_back_as_the_same_numbers() -> None:
    made = numbers(with_out_of_scope())
    assert json.loads(as_json(made)) == json.loads(json.dumps(made))


def test_csv_holds_every_number_of_json_once() -> None:
    made = numbers(with_out_of_scope())
    values = {(measure, intent, answer): value for measure, intent, answer, value in rows_of(as_csv(made))[1:]}
    assert float(values["accuracy", "", ""]) == made["accuracy"]
    assert float(values["recall", "intent_0", ""]) == made["per_intent"]["intent_0"]["recall"]
    true, answer, count = made["confused"][0]
    assert int(values["confused", true, answer]) == count
    assert float(values["reliability.ece", "", ""]) == made["reliability"]["ece"]
    assert float(values["rejection.out_of_scope.auroc", "", ""]) == made["rejection"]["out_of_scope"]["auroc"]
    assert float(values["rejection.budgets.4.recall", "", ""]) == made["rejection"]["budgets"][4]["recall"]
    assert len(values) == len(rows_of(as_csv(made))) - 1


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("＝1", "'＝1"),
        ("\tx", "'\\tx"),
        ("\rx", "'\\rx"),
    ],
)
def test_a_name_that_a_spreadsheet_would_run_gets_an_apostrophe(name: str, cell: str) -> None:
    assert spreadsheet_text(name) == cell
    made = results(labels=[name, "b", "c"])
    assert {row[1] for row in rows_of(as_csv(numbers(made)))[1:]} == {"", cell, "b", "c"}


def test_numbers_below_zero_stay_numbers() -> None:
    assert "-1.5" in as_csv({**numbers(results()), "rejection": {"at_threshold": {"threshold": -1.5}}}).splitlines()[-1]


def test_markdown_keeps_names_in_their_cells() -> None:
    made = as_markdown(numbers(results(labels=["a|b", "<b>*x*_y_", "new\nline", "现在"])))
    assert "| a\\|b |" in made
    assert "\\<b\\>\\*x\\*\\_y\\_" in made
    assert "new\\\\nline" in made
    assert "| 现在 |" in made
    for line in made.splitlines():
        assert not line or line.startswith(("##", "|"))


def test_every_format_names_the_accuracy() -> None:
    made = numbers(results())
    for name, write in FORMATS.items():
        assert "accuracy" in write(made), name


def test_without_calibration_and_threshold_nothing_is_said_about_them() -> None:
    made = numbers(results())
    assert made["rejection"]["at_threshold"] is None
    assert made["rejection"]["out_of_scope"] is None
    plain = numbers(type(results())(["a", "b"], results().examples[:2], results(intents=2).probabilities[:2]))
    assert plain["reliability_uncalibrated"] is None

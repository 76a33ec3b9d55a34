"""What a run folder remembers may be damaged, or a stranger's: the report then does without it."""

from __future__ import annotations

from pathlib import Path

import pytest
from random_models import SENTENCES, random_artifact

from rnn_intent.data.example import Example
from rnn_intent.evaluation.run_report import results_of, write_report
from rnn_intent.inference.predictor import Predictor
from rnn_intent.lock import held
from rnn_intent.runs import RunFolder


@pytest.mark.parametrize("record", ["[" * 100_000, '{"a":' * 100_000, "\x00", '{"epoch": 1e999}', '{"epoch": 1}'])
def test_a_damaged_record_is_left_out_of_the_report(tmp_path: Path, record: str) -> None:
    run, predictor = RunFolder(tmp_path), Predictor(random_artifact())
    rows = [Example(text, "intent_1", source=f"rows.tsv:{row}") for row, text in enumerate(SENTENCES, start=1)]
    for path in (run.history, run.environment, run.metrics, run.config):
        path.write_text(record, encoding="utf-8")
    with held(run):
        write_report(run.report, predictor, results_of(predictor, rows), run)
    assert "</html>" in run.report.read_text("utf-8")

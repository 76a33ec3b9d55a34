from __future__ import annotations

import json
import sys

import numpy as np
import pytest
from cli.conftest import Invoke

from rnn_intent.cli.gradients import reach, shown_distances

SMALL = """
data: {train: rows.tsv, valid: rows.tsv, test: rows.tsv}
embedding: {size: 4}
model: {hidden_size: 4}
training: {threads: 1}
"""


@pytest.fixture
def config(tmp_path, invoke: Invoke) -> str:
    rows = "".join(f"what time is it {n}\ttime\nplay some music {n}\tmusic\n" for n in range(4))
    (tmp_path / "rows.tsv").write_text(rows, encoding="utf-8")
    (tmp_path / "small.yaml").write_text(SMALL, encoding="utf-8")
    return "small.yaml"


def test_a_table_has_a_row_for_each_distance_and_says_what_was_read(invoke: Invoke, config: str) -> None:
    result = invoke("gradients", config, "--epochs", "1", "--length", "6", "--sentences", "3")
    assert result.exit_code == 0
    _, told, _, cells, heads, *rows = result.stdout.splitlines()
    assert told.startswith("mean of 3 sentences of 6 words, ")
    assert told.endswith(" validation rows each")
    assert cells.split() == ["rnn", "lstm", "gru"]
    assert heads.split() == ["distance", *["untrained", "1", "epoch"] * 3]
    assert [row.split()[0] for row in rows] == ["0", "1", "2", "3", "4", "5", "1/100", "accuracy"]
    assert max(map(len, result.stdout.splitlines())) <= 80
    assert result.stderr.count("training a forward") == 3


def test_json_holds_every_distance(invoke: Invoke, config: str) -> None:
    told = json.loads(invoke("gradients", config, "--epochs", "1", "--length", "6", "--json").stdout)
    assert set(told["cells"]) == {"rnn", "lstm", "gru"}
    assert len(told["cells"]["gru"]["trained"]) == 6
    assert told["length"] == 6


def test_a_picture_is_written(invoke: Invoke, config: str, tmp_path) -> None:
    pytest.importorskip("matplotlib")
    result = invoke("gradients", config, "--epochs", "1", "--length", "6", "--png", "g.png")
    assert result.exit_code == 0
    assert (tmp_path / "g.png").read_bytes().startswith(b"\x89PNG")


def test_a_missing_matplotlib_is_told_before_the_training(invoke: Invoke, config: str, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    result = invoke("gradients", config, "--png", "g.png")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "rnn-intent: a PNG needs matplotlib: pip install 'rnn-intent[plot]'\n"


def test_sentences_longer_than_the_experiment_reads_are_refused(invoke: Invoke, config: str) -> None:
    result = invoke("gradients", config, "--length", "300")
    assert result.exit_code == 2
    assert "text.max_tokens, 256" in result.stderr


@pytest.mark.parametrize("length", [2, 3, 12, 40, 1000])
def test_distances_go_from_the_last_word_to_the_first(length: int) -> None:
    distances = shown_distances(length)
    assert distances == sorted(set(distances))
    assert (distances[0], distances[-1]) == (0, length - 1)
    assert len(distances) <= 12


def test_the_reach_is_where_the_gradient_falls_below_a_hundredth_for_good() -> None:
    assert reach(np.array([1.0, 0.5, 0.02, 0.009, 0.001])) == "3"
    assert reach(np.array([1.0, 0.001, 0.5, 0.001])) == "3"
    assert reach(np.array([1.0, 0.5, 2.0])) == "never"

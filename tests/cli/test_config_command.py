from __future__ import annotations

import json
from pathlib import Path

import yaml


def test_show_prints_every_key_resolved(invoke) -> None:
    result = invoke("config", "show", "lstm.yaml", "--set", "model.layers=2", "--set", "training.learning_rate=1e-3")
    shown = yaml.safe_load(result.stdout)
    assert result.exit_code == 0
    assert (shown["model"]["cell"], shown["model"]["layers"], shown["training"]["learning_rate"]) == ("lstm", 2, 0.001)
    assert shown["text"]["mode"] == "auto"


def test_check_tells_the_problems_of_all_files_and_leaves_them_alone(invoke, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("model:\n  cel: gru\n  layers: 0\n")
    (tmp_path / "b.yaml").write_text("extends: a.yaml\n")
    (tmp_path / "c.yaml").write_text("extends: base.yaml\n")
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    result = invoke("config", "check", "a.yaml", "b.yaml", "c.yaml")
    assert (result.exit_code, result.stdout) == (2, "c.yaml: good\n")
    assert result.stderr.splitlines() == [
        "a.yaml:2: model.cel: unknown key, did you mean 'cell'?",
        "a.yaml:3: model.layers: 0 is not possible, a whole number from 1 to 8 is expected",
    ]
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_schema_is_json(invoke) -> None:
    result = invoke("config", "schema")
    assert json.loads(result.stdout)["title"] == "rnn-intent experiment"


def test_diff_compares_files_and_run_folders(invoke, tmp_path: Path) -> None:
    (tmp_path / "runs" / "one").mkdir(parents=True)
    (tmp_path / "runs" / "one" / "config.yaml").write_text("extends: bi-gru.yaml\nseed: 4\n")
    result = invoke("config", "diff", "bi-lstm.yaml", "runs/one")
    assert (result.exit_code, result.stdout) == (0, 'seed: 13 -> 4\nmodel.cell: "lstm" -> "gru"\n')
    same = invoke("config", "diff", "bi-gru.yaml", "bi-gru")
    assert (same.exit_code, same.stdout, same.stderr) == (0, "", "rnn-intent: no difference\n")

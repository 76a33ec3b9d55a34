from __future__ import annotations

from pathlib import Path

import pytest

from rnn_intent.config import load
from rnn_intent.starter import starter_folder


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_new_project_holds_an_experiment_on_data_of_its_own(invoke, tmp_path: Path) -> None:
    result = invoke("init", "my project")
    assert (result.exit_code, result.stdout) == (0, "my project\n")
    project = tmp_path / "my project"
    settings = load(project / "experiment.yaml")
    assert settings.data.train == str(project / "data" / "assistant" / "train.jsonl")
    assert (project / "data" / "assistant" / "train.jsonl").is_file()
    shipped = contents(starter_folder() / "configs")
    assert contents(project / "configs") == shipped


def test_a_folder_with_anything_in_it_is_refused_and_untouched(invoke, tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "experiment.yaml").write_text("mine")
    result = invoke("init", "full")
    assert result.exit_code == 2
    assert "--force" in result.stderr
    assert contents(tmp_path / "full") == {"experiment.yaml": b"mine"}
    assert invoke("init", "full", "--force").exit_code == 0
    assert len(contents(tmp_path / "full")) > 5


@pytest.mark.parametrize("name", ["file", "file/below"])
def test_where_no_folder_can_be_made_is_a_usage_error(invoke, tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("mine")
    result = invoke("init", name)
    assert result.exit_code == 2
    assert result.stderr.startswith(f"rnn-intent: {name}: ")
    assert contents(tmp_path) == {"file": b"mine"}

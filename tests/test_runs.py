import os

import pytest

from rnn_intent import runs
from rnn_intent.errors import ModelError
from rnn_intent.runs import RunFolder, find_model, mark_latest, newest_run


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(runs, "BUILT_IN", tmp_path / "builtin.safetensors")
    return tmp_path


def make_run(name: str, age: int = 0, finished: bool = True) -> RunFolder:
    run = RunFolder(runs.RUNS / name)
    run.path.mkdir(parents=True)
    run.model.write_bytes(b"model")
    if finished:
        run.metrics.write_text("{}")
        os.utime(run.metrics, (10_000 - age, 10_000 - age))
    return run


def test_without_a_run_the_built_in_model_answers(in_an_empty_folder):
    with pytest.raises(ModelError, match="rnn-intent train"):
        find_model()
    (in_an_empty_folder / "builtin.safetensors").write_bytes(b"model")
    assert find_model() == in_an_empty_folder / "builtin.safetensors"


def test_the_run_that_latest_names_is_the_newest():
    old = make_run("old", age=100)
    make_run("new")
    mark_latest(old)
    assert newest_run() == old
    assert find_model() == old.model


@pytest.mark.parametrize("content", [b"gone", b"", b"..", b"../runs/old", b"a/b", b"\xff\xfe", b"a\0b", b"x" * 10_000])
def test_an_unusable_latest_falls_back_to_the_youngest_finished_run(content):
    make_run("old", age=100)
    young = make_run("young")
    make_run("unfinished", finished=False)
    (runs.RUNS / runs.LATEST).write_bytes(content)
    assert newest_run() == young


def test_a_run_outside_of_runs_is_not_recorded(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    mark_latest(RunFolder(tmp_path / "elsewhere"))
    assert os.listdir(tmp_path) == ["elsewhere"]


def test_a_model_is_found_by_run_name_folder_or_file():
    run = make_run("bi-gru 中文")
    assert find_model("bi-gru 中文") == run.model
    assert find_model(run.path) == run.model
    assert find_model(str(run.model)) == run.model


def test_what_cannot_be_found_is_named_together_with_what_could():
    make_run("bi-gru")
    with pytest.raises(ModelError, match=r"bi-gur: no such run or model file; runs here: bi-gru"):
        find_model("bi-gur")
    (runs.RUNS / "empty").mkdir()
    with pytest.raises(ModelError, match=r"holds no model\.safetensors"):
        find_model("empty")
    with pytest.raises(ModelError) as caught:
        find_model("\x1b[2J\0")
    assert str(caught.value).isprintable()


def test_all_files_of_a_run_lie_in_its_folder():
    run = RunFolder(runs.RUNS / "x")
    names = ["config", "model", "checkpoint", "history", "metrics", "report", "environment", "data", "lock"]
    paths = [getattr(run, name) for name in names]
    assert len({path.name for path in paths}) == len(names)
    assert all(path.parent == run.path for path in paths)

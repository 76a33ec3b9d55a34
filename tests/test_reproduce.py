"""The same experiment gives the same bytes, in any process and folder; what does not is explained."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from nursery import ROOT, Ended, Nursery

ROWS = [
    *(
        "what time is it\task_time",
        "几点了\task_time",
        "the hour please\task_time",
        "time\task_time",
        "现在时间\task_time",
    ),
    *("will it rain\task_weather", "明天天气\task_weather", "sun or rain\task_weather", "下雨吗\task_weather"),
    *("play a song\tplay", "放首歌\tplay", "some music\tplay", "我想听音乐\tplay", "a tune\tplay"),
]
EXPERIMENT = """\
data: {train: rows.tsv, valid_fraction: 0.2, test_fraction: 0.2}
text: {user_dictionary: words.txt}
embedding: {size: 8, ngram_buckets: 512, ngram_min_count: 1}
model: {hidden_size: 6, pooling: [attention, max]}
training: {epochs: 2, batch_size: 4, threads: 1}
"""
SAME = ("model.safetensors", "history.jsonl", "metrics.json")


def project(folder: Path) -> Path:
    folder.mkdir(parents=True)
    (folder / "rows.tsv").write_text("\n".join(ROWS * 3), encoding="utf-8")
    (folder / "words.txt").write_text("放首歌\n", encoding="utf-8")
    (folder / "my.yaml").write_text(EXPERIMENT, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory, children: Nursery) -> Path:
    folder = project(tmp_path_factory.mktemp("finished") / "project")
    assert children.run("train", "my.yaml", "--out", "runs/a", folder=folder).code == 0
    return folder


@pytest.fixture
def copy(finished: Path, tmp_path: Path) -> Path:
    """The finished run, to be changed; its data stand where they stood."""
    return Path(shutil.copytree(finished / "runs" / "a", tmp_path / "runs" / "a"))


@pytest.fixture
def reproduce(children: Nursery, copy: Path):
    return lambda *options: children.run("reproduce", "runs/a", *options, folder=copy.parents[1])


def change(path: Path, **values: object) -> None:
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | values), encoding="utf-8")


def told(ended: Ended) -> list[str]:
    assert ended.code == 5, ended
    return [line.removeprefix("rnn-intent: ") for line in ended.err.splitlines()]


def test_three_processes_with_other_hash_seeds_in_other_folders_write_the_same_bytes(
    finished: Path, tmp_path: Path
) -> None:
    """The third is the server's child that trained `finished`."""
    for seed, name in ((1, "b"), (4242, "文件夹 c")):
        folder = project(tmp_path / name / "deeper")
        subprocess.run(
            [sys.executable, "-m", "rnn_intent", "train", str(folder / "my.yaml"), "--out", "runs/an other name", "-q"],
            cwd=tmp_path / name,
            env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": str(seed), "OMP_NUM_THREADS": "1"},
            check=True,
        )
        for file in SAME:
            found = (tmp_path / name / "runs" / "an other name" / file).read_bytes()
            assert found == (finished / "runs" / "a" / file).read_bytes(), file


def test_nothing_of_this_machine_or_this_hour_is_in_what_is_compared(finished: Path) -> None:
    for file in SAME:
        content = (finished / "runs" / "a" / file).read_bytes()
        assert str(finished).encode() not in content
        assert b"seconds" not in content


def test_a_run_comes_out_identical_and_is_left_alone(reproduce, copy: Path) -> None:
    before = {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in copy.rglob("*.*")}
    ended = reproduce()
    assert (ended.code, ended.err) == (0, "")
    assert [line.split()[0::2] for line in ended.out.splitlines()] == [
        ["weights", "identical"],
        ["metrics", "identical"],
    ]
    assert {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in copy.rglob("*.*")} == before
    assert os.listdir(copy.parent) == ["a"]


def test_it_can_be_read_by_programs(reproduce) -> None:
    facts = json.loads(reproduce("--json").out)
    assert facts["identical"] is True
    assert facts["causes"] == {}
    assert {then == now for then, now in facts["hashes"].values()} == {True}


def test_changed_data_are_named(children: Nursery, tmp_path: Path) -> None:
    folder = project(tmp_path / "project")
    assert children.run("train", "my.yaml", "--out", "runs/a", folder=folder).code == 0
    with (folder / "rows.tsv").open("a", encoding="utf-8") as file:
        file.write("\nhow late is it\task_time")
    first, *causes = told(children.run("reproduce", "runs/a", folder=folder))
    assert first == f"{Path('runs/a')}: weights and metrics came out differently"
    assert causes == [f"data: {folder / 'rows.tsv'} is not what it was"]


@pytest.mark.parametrize(
    ("key", "value", "cause"),
    [
        ("seed", 77, "seed 13, now 77"),
        ("model.cell", "lstm", "model.cell gru, now lstm"),
        ("data.valid_fraction", 0.3, "config.yaml was changed after the training"),
    ],
)
def test_a_changed_config_is_named(reproduce, copy: Path, key: str, value: object, cause: str) -> None:
    settings = yaml.safe_load((copy / "config.yaml").read_text("utf-8"))
    *section, name = key.split(".")
    (settings[section[0]] if section else settings)[name] = value
    (copy / "config.yaml").write_text(yaml.safe_dump(settings, allow_unicode=True), encoding="utf-8")
    assert f"config: {cause}" in told(reproduce())


def test_other_versions_and_processors_are_named(reproduce, copy: Path) -> None:
    environment = json.loads((copy / "environment.json").read_text("utf-8"))
    change(copy / "environment.json", torch="1.0", processor="Z80 \x1b[2J")
    change(copy / "metrics.json", epochs=99)
    assert told(reproduce()) == [
        f"{Path('runs/a')}: metrics came out differently",
        f"versions: torch 1.0, now {environment['torch']}",
        f"processor: processor Z80 \\x1b[2J, now {environment['processor']}",
    ]


def test_a_difference_that_nothing_explains_is_to_be_reported(reproduce, copy: Path) -> None:
    change(copy / "metrics.json", epochs=99)
    assert told(reproduce())[1].endswith("please report")


def test_what_was_fitted_to_the_model_later_is_not_compared(reproduce, copy: Path) -> None:
    from dataclasses import replace

    from rnn_intent.artifact import read, write

    write(replace(read(copy / "model.safetensors"), temperature=3.0), copy / "model.safetensors")
    assert reproduce().code == 0


def test_a_student_is_taught_again_by_the_lessons_it_was_given(children: Nursery, finished: Path) -> None:
    taught = children.run(
        "distill", "my.yaml", "--teacher", "runs/a", *["--made", "60", "-q", "--out", "runs/student"], folder=finished
    )
    assert taught.code == 0, taught.err
    ended = children.run("reproduce", "runs/student", folder=finished)
    assert (ended.code, ended.err) == (0, "")


@pytest.mark.parametrize(("several", "each"), [("--seeds", "seed-14"), ("--cross-validate", "fold-2")])
def test_each_of_several_trainings_comes_out_the_same(
    children: Nursery, finished: Path, several: str, each: str
) -> None:
    out = f"runs/{each[:4]}s"
    ended = children.run("train", "my.yaml", several, "2", "--out", out, "-q", folder=finished)
    assert ended.code == 0, ended.err
    ended = children.run("reproduce", f"{out}/{each}", folder=finished)
    assert (ended.code, ended.err) == (0, "")


def test_a_run_folder_of_a_later_format_is_refused(reproduce, copy: Path) -> None:
    change(copy / "environment.json", format_version=2)
    ended = reproduce()
    assert ended.code == 2
    assert "a run folder of format 2" in ended.err


def test_a_run_that_is_not_finished_cannot_be_compared_with(reproduce, copy: Path) -> None:
    (copy / "metrics.json").unlink()
    ended = reproduce()
    assert ended.code == 2
    assert "no finished run, metrics.json missing" in ended.err
    (copy / "metrics.json").write_text("[", encoding="utf-8")
    ended = reproduce()
    assert ended.code == 2
    assert "metrics.json: cannot be read" in ended.err

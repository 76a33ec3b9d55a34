from __future__ import annotations

import json
from pathlib import Path

import pytest

from rnn_intent.config import load

WORDS = {
    "ask_time": ["time", "clock", "hour"],
    "ask_weather": ["weather", "rain", "sun"],
    "play": ["song", "music", "tune"],
}
TINY = ["--set", "data.train=rows.tsv", "--set", "training.epochs=2", "--set", "model.hidden_size=8"]


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    texts = [f"{word} {n}\t{intent}\n" for intent, words in WORDS.items() for word in words for n in range(8)]
    (tmp_path / "rows.tsv").write_text("".join(texts), encoding="utf-8")
    return tmp_path / "rows.tsv"


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_from_rows_to_answers(invoke, rows: Path, tmp_path: Path) -> None:
    trained = invoke("train", "tiny.yaml", *TINY, "--seed", "5")
    assert trained.exit_code == 0, trained.stderr
    table = {line[:12].strip(): line[12:] for line in trained.stdout.splitlines()}
    assert table["run"] == str(Path("runs/tiny"))
    assert {"epochs", "validation", "test", "time"} <= set(table)
    assert "%|" not in trained.stderr  # no bar where there is no terminal
    count = len(rows.read_text("utf-8").splitlines()) // 10
    assert table[""] == f"of {count} rows; train --cross-validate 5 judges by every row"

    run = tmp_path / "runs" / "tiny"
    assert load(run / "config.yaml").seed == 5
    judged = json.loads(invoke("eval", "--json").stdout)
    assert judged["accuracy"] == json.loads((run / "metrics.json").read_text())["test"]["accuracy"]
    answer = invoke("predict", "what time", "--run", "tiny")
    assert (answer.exit_code, answer.stderr) == (0, "")
    assert invoke("info", "tiny", "--verify").exit_code == 0

    before = contents(run)
    refused = invoke("train", "tiny.yaml", *TINY)
    assert refused.exit_code == 2
    assert "--resume" in refused.stderr
    assert "--force" in refused.stderr
    assert contents(run) == before


def test_sentences_that_are_read_in_part_are_told(invoke, rows: Path) -> None:
    result = invoke("train", "tiny.yaml", *TINY, "--set", "text.max_tokens=2")
    assert result.exit_code == 0, result.stderr
    told = "training sentences have 2 tokens or more; what comes after is not read (text.max_tokens)"
    assert [told in line for line in result.stderr.splitlines()] == [True]


@pytest.fixture
def trained(monkeypatch):
    """What experiment.train is called with, without training."""
    from rnn_intent import experiment

    calls = []

    def train(settings, out, **options):
        calls.append((settings, out, options))
        return experiment.TrainingResult(
            run=Path(out),
            epochs=3,
            kept_epoch=2,
            refit_epochs=0,
            valid_accuracy=0.5,
            test=None,
            seconds=1.0,
            warnings=["a.tsv:3: odd"],
        )

    monkeypatch.setattr(experiment, "train", train)
    return calls


def test_options_reach_the_experiment(invoke, trained) -> None:
    result = invoke(
        "train", "lstm.yaml", "--set", "model.layers=2", "--seed", "4", "--out", "here", "--force", "--half"
    )
    ((settings, out, options),) = trained
    assert (settings.model.cell, settings.model.layers, settings.seed, out) == ("lstm", 2, 4, Path("here"))
    assert (options["force"], options["resume"], options["half"]) == (True, False, True)
    assert result.stderr == "rnn-intent: a.tsv:3: odd\n"


def test_quiet_prints_the_run_folder_alone(invoke, trained) -> None:
    assert invoke("train", "--out", "here", "-q").stdout == "here\n"


def test_the_run_is_named_after_the_experiment(invoke, trained) -> None:
    invoke("train")
    invoke("train", "lstm.yaml")
    assert [call[1] for call in trained] == [Path("runs/bi-gru"), Path("runs/lstm")]


def test_what_cannot_be_wanted_is_refused_before_anything_starts(invoke, trained, tmp_path: Path) -> None:
    assert invoke("train", "--resume", "--force").exit_code == 2
    assert invoke("train", "--set", "model.cel=gru").exit_code == 2
    assert invoke("train", "nowhere.yaml").exit_code == 2
    assert trained == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "no such file"),
        (b"", "empty"),
        ("时间\task\n".encode("gb18030"), "--encoding gb18030"),
        (b"time\task\nno intent\n", "rows.tsv:2"),
        (b"".join(b"time %d\task\n" % n for n in range(20)), "one intent only"),
    ],
)
def test_bad_data_is_told_and_no_model_appears(invoke, tmp_path: Path, content: bytes | None, told: str) -> None:
    if content is not None:
        (tmp_path / "rows.tsv").write_bytes(content)
    result = invoke("train", "tiny.yaml", *TINY)
    assert (result.exit_code, result.stdout) == (3, "")
    assert told in result.stderr
    assert not list(tmp_path.rglob("*.safetensors"))


def test_a_run_folder_that_cannot_be_made_is_a_usage_error(invoke, rows: Path, tmp_path: Path) -> None:
    before = contents(tmp_path)
    result = invoke("train", "tiny.yaml", *TINY, "--out", "rows.tsv/below")
    assert result.exit_code == 2
    assert "rows.tsv" in result.stderr
    assert contents(tmp_path) == before


def test_an_interruption_says_how_to_go_on(invoke, monkeypatch) -> None:
    from rnn_intent import experiment

    def interrupted(*_args, **_options):
        raise KeyboardInterrupt

    monkeypatch.setattr(experiment, "train", interrupted)
    result = invoke("train", "--out", "here")
    assert result.exit_code == 130
    assert "--resume" in result.stderr
    assert "here" in result.stderr


def test_several_seeds_are_trained_and_summed_up(invoke, rows: Path, tmp_path: Path) -> None:
    trained = invoke("train", "tiny.yaml", *TINY, "--seeds", "2", "--set", "training.threads=1")
    assert trained.exit_code == 0, trained.stderr
    assert "over 2 trainings" in trained.stdout
    assert str(Path("runs/tiny-seeds")) in trained.stdout
    assert "seed-14: validation" in trained.stderr
    assert "distill --teacher" in trained.stderr


def test_a_cross_validation_tells_what_is_confused(invoke, rows: Path, tmp_path: Path) -> None:
    done = invoke("train", "tiny.yaml", *TINY, "--cross-validate", "2", "--out", "here", "--set", "training.threads=1")
    assert done.exit_code == 0, done.stderr
    assert "held-out rows" in done.stdout
    assert "taken for" in done.stdout
    assert invoke("train", "--seeds", "2", "--cross-validate", "2").exit_code == 2

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from rnn_intent import distillation
from rnn_intent.training.progress import Progress


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    texts = [f"{word} {n}\t{word}\n" for word in ("time", "rain") for n in range(20)]
    (tmp_path / "rows.tsv").write_text("".join(texts), encoding="utf-8")
    return tmp_path / "rows.tsv"


KEYS = ["--set", "data.train=rows.tsv", "--set", "training.epochs=1", "--set", "training.threads=1"]


def test_another_model_labels_the_sentences_and_teaches(invoke, rows: Path, tmp_path: Path) -> None:
    written = invoke("distill", "tiny.yaml", *KEYS, "--made", "15", "--sentences", "ask.txt")
    assert (written.exit_code, written.stdout) == (0, "")
    asked = (tmp_path / "ask.txt").read_text("utf-8").splitlines()
    assert f"{len(asked)} sentences" in written.stderr
    answered = [json.dumps({"text": text, "probabilities": {"time": 0.3, "rain": 0.7}}) for text in asked]
    (tmp_path / "answers.jsonl").write_text("\n".join(answered), encoding="utf-8")
    taught = invoke("distill", "tiny.yaml", *KEYS, "--made", "0", "--teacher", "answers.jsonl")
    assert taught.exit_code == 0, taught.stderr
    assert str(Path("runs/tiny-taught")) in taught.stdout
    with gzip.open(tmp_path / "runs" / "tiny-taught" / "lessons.jsonl.gz") as lessons:
        assert len(lessons.readlines()) == len(asked)


def test_options_reach_the_distillation(invoke, rows: Path, monkeypatch) -> None:
    calls = []

    def distill(settings, teaching, out, **ways):
        calls.append((settings, teaching, out, ways))
        raise KeyboardInterrupt

    monkeypatch.setattr(distillation, "distill", distill)
    arguments = ["--teacher", "minilm", "--teacher", "five", "--fine-tune", "3", "--made", "7", "--seed", "5", "--half"]
    result = invoke("distill", "tiny.yaml", *KEYS, *arguments, "--unlabelled", "more.txt", "--out", "here")
    assert result.exit_code == 130
    assert "--resume" in result.stderr
    ((settings, teaching, out, ways),) = calls
    assert (settings.distillation.made, settings.distillation.fine_tune) == (7, 3)
    assert (settings.seed, out) == (5, Path("here"))
    assert teaching == distillation.Teaching(["minilm", "five"], Path("more.txt"))
    assert (ways["half"], ways["force"], ways["resume"]) == (True, False, False)


@pytest.mark.parametrize("quiet", [False, True])
def test_a_teacher_that_is_tuned_tells_how_epochs_went_and_the_last_one(invoke, rows: Path, monkeypatch, quiet) -> None:
    clock = iter([0.0, 1.0, 2.0, 3.0, 20.0, 40.0, 41.0, 42.0])

    def distill(settings, teaching, out, *, on_tune, **ways):
        for epoch in (1, 2, 3, 4):
            for step in (1, 2):
                accuracy = None if epoch + step == 2 else 0.875
                on_tune("minilm", Progress(epoch, 4, step, 2, loss=0.5, valid_accuracy=accuracy))
        raise KeyboardInterrupt

    monkeypatch.setattr(distillation, "distill", distill)
    monkeypatch.setattr("rnn_intent.cli.distill.monotonic", lambda: next(clock))
    told = invoke("distill", "tiny.yaml", *KEYS, "--teacher", "minilm", "--fine-tune", "4", *["--quiet"] * quiet).stderr
    lines = [line for line in told.splitlines() if "minilm" in line]
    if quiet:
        assert lines == []
    else:
        assert lines == [
            "rnn-intent: minilm, epoch 3 of 4: validation 87.5%; 0.7 minutes, 0.2 to go",
            "rnn-intent: minilm, epoch 4 of 4: validation 87.5%; 0.7 minutes, 0.0 to go",
        ]


def test_a_teacher_that_learns_to_fill_gaps_is_not_judged_by_validation_rows(invoke, rows: Path, monkeypatch) -> None:
    def distill(settings, teaching, out, *, on_tune, **ways):
        on_tune("minilm learns to fill gaps", Progress(1, 1, 1, 1, loss=0.5, valid_accuracy=None))
        raise KeyboardInterrupt

    monkeypatch.setattr(distillation, "distill", distill)
    told = invoke("distill", "tiny.yaml", *KEYS, "--teacher", "minilm").stderr
    assert "minilm learns to fill gaps, epoch 1 of 1; 0.0 minutes, 0.0 to go" in told


def test_nobody_to_learn_from_is_said_before_anything_starts(invoke, rows: Path, tmp_path: Path) -> None:
    assert "--teacher" in invoke("distill", "tiny.yaml", *KEYS).stderr
    assert invoke("distill", "tiny.yaml", *KEYS, "--teacher", "nowhere").exit_code == 4
    assert invoke("distill", "tiny.yaml", *KEYS, "--teacher", "no.jsonl").exit_code == 3
    assert invoke("distill", "tiny.yaml", *KEYS, "--teacher", "no.jsonl", "--unlabelled", "none.txt").exit_code == 3
    assert not list(tmp_path.rglob("*.safetensors"))

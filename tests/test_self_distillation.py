"""Few rows: a first network and `ngrams` teach the one that stays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from rnn_intent import experiment
from rnn_intent.artifact import read
from rnn_intent.config import load
from rnn_intent.data.example import Example
from rnn_intent.data.opinions import read_opinions
from rnn_intent.data.splits import Splits, load_splits
from rnn_intent.distillation import Teaching, distill
from rnn_intent.errors import UsageError
from rnn_intent.inference.predictor import Predictor
from rnn_intent.reproduce import reproduce
from rnn_intent.runs import RunFolder
from rnn_intent.self_distillation import teaches_itself
from rnn_intent.settings import Settings
from rnn_intent.training.progress import Progress

WORDS = {"ask_time": ["time", "clock", "hour"], "ask_weather": ["weather", "rain", "sun"], "play": ["song", "music"]}
NAMES = ["berlin", "lagos", "osaka", "quito", "dakar", "hanoi", "perth", "turin"]  # each is said once a word
ROWS = [
    (f"{word} {n} {word[:2]}{name}", intent)
    for intent, words in WORDS.items()
    for word in words
    for n, name in enumerate(NAMES)
]


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rows.tsv").write_text("".join(f"{text}\t{intent}\n" for text, intent in ROWS), encoding="utf-8")
    keys = ["data.train=rows.tsv", "training.epochs=3", "training.threads=1", "distillation.made=300"]
    return load("tiny.yaml", [*keys, "training.self_distillation=true"])


def train(
    settings: Settings, name: str, on_step: Callable[[Progress], None] = lambda _: None, **how: bool
) -> RunFolder:
    result = experiment.train(settings, Path("runs") / name, on_step=on_step, **how)
    assert (result.teacher is not None) == settings.training.self_distillation
    return RunFolder(result.run)


def test_it_is_for_few_rows_that_nobody_has_said_how_often_to_read():
    few, many = (Splits([Example("go", "play")] * count, [], []) for count in (4_999, 5_000))
    settings = load("bi-gru", [])
    assert teaches_itself(settings, few)
    assert not teaches_itself(settings, many)
    assert not teaches_itself(load("bi-gru", ["training.epochs=12"]), few)
    assert not teaches_itself(load("bi-gru", ["training.self_distillation=false"]), few)
    assert teaches_itself(load("bi-gru", ["training.self_distillation=true", "training.epochs=12"]), many)


def test_a_run_keeps_its_teacher_and_what_it_said_and_comes_out_the_same_again(settings: Settings):
    stages: list[str] = []
    run = train(settings, "a", on_step=lambda step: stages.append(step.stage))
    assert list(dict.fromkeys(stages)) == ["teacher", "", "refit"]
    teacher = Predictor.load(run.teacher.path)
    given = read_opinions(run.lessons)
    texts = [*given.said[:5], *given.made[:5]]
    said, network = given.table(texts, teacher.labels), teacher.probabilities(texts)
    assert abs(said - network).max() > 0  # ngrams have spoken, too
    assert [row.text for row in load_splits(settings.data, Path.cwd(), settings.seed).train] == given.said
    invented = {word for text in given.made for word in text.split()} - {word for t, _ in ROWS for word in t.split()}
    assert len(invented) > 50
    assert not invented & set(read(run.model).vocabulary)
    assert "A first network learned for 3 epochs, had " in run.report.read_text("utf-8")
    assert not reproduce(run.path).different
    assert experiment.train(settings, run.path, resume=True).unchanged


def test_what_is_labelled_is_counted_to_its_end(settings: Settings):
    counts: list[tuple[int, int]] = []
    experiment.train(settings, Path("runs/a"), on_lesson=lambda done, every: counts.append((done, every)))
    assert counts
    assert counts == sorted(counts)
    assert counts[-1][0] == counts[-1][1] > 300


def test_the_teacher_is_what_would_have_stayed_without_it(settings: Settings):
    taught, alone = (
        train(replace(settings, training=replace(settings.training, self_distillation=own)), f"{own}")
        for own in (True, False)
    )
    assert (
        read(taught.before_refit).tensors["head.weight"].shape == read(alone.before_refit).tensors["head.weight"].shape
    )
    first, second = (read(path).tensors["head.weight"].tobytes() for path in (taught.teacher.model, alone.before_refit))
    assert first == second  # the teacher is what would have stayed
    assert read(taught.before_refit).tensors["head.weight"].tobytes() != first


@pytest.mark.parametrize("stage", ["teacher", "", "refit"])
def test_interrupted_anywhere_it_goes_on_to_the_same_bytes(settings: Settings, stage: str):
    wanted = train(settings, "wanted")
    train(replace(settings, seed=5), "a")  # an earlier run stands there

    def interrupt(step: Progress) -> None:
        if step.stage == stage and step.epoch == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(settings, "a", on_step=interrupt, force=True)
    assert Predictor.load("a").predict(["rain now"])  # the earlier model answers meanwhile
    run = train(settings, "a", resume=True)
    for name in ("model.safetensors", "before-refit.safetensors", "history.jsonl", "metrics.json", "teaching.json"):
        assert (run.path / name).read_bytes() == (wanted.path / name).read_bytes(), name


def test_what_has_taught_an_earlier_model_does_not_stay(settings: Settings):
    run = train(settings, "a")
    train(replace(settings, training=replace(settings.training, self_distillation=False)), "a", force=True)
    assert not run.teaching.exists()
    assert "A first network" not in run.report.read_text("utf-8")
    assert not reproduce(run.path).different


def test_a_student_of_others_does_not_teach_itself_and_finds_no_lessons_of_its_own(settings: Settings):
    run = train(settings, "a")
    with pytest.raises(UsageError, match="other teachers"):
        distill(settings, Teaching(["ngrams"]), run.path, resume=True)
    student = distill(settings, Teaching(["ngrams"]), Path("runs") / "student")
    assert student.teacher is None
    assert not RunFolder(student.run).teacher.path.exists()

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from rnn_intent import experiment
from rnn_intent.artifact import read
from rnn_intent.config import load
from rnn_intent.data.fold import fold
from rnn_intent.data.opinions import read_opinions
from rnn_intent.data.splits import load_splits
from rnn_intent.distillation import Teaching, distill, sentences
from rnn_intent.errors import UsageError
from rnn_intent.inference.predictor import Predictor
from rnn_intent.reproduce import reproduce
from rnn_intent.runs import RunFolder
from rnn_intent.text.vectors import read_vectors
from rnn_intent.training import tables
from rnn_intent.training.fit import students

WORDS = {
    "ask_time": ["time", "clock", "hour"],
    "ask_weather": ["weather", "rain", "sun"],
    "play": ["song", "music", "tune"],
}
ROWS = [(f"{word} {n} now", intent) for intent, words in WORDS.items() for word in words for n in range(8)]


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rows.tsv").write_text("".join(f"{text}\t{intent}\n" for text, intent in ROWS), encoding="utf-8")
    keys = ["data.train=rows.tsv", "training.epochs=3", "training.threads=1", "distillation.made=60"]
    return load("tiny.yaml", keys)


def answers(path: Path, texts: dict[str, str], **marks: bool) -> str:
    lines = [json.dumps({"text": text, "probabilities": {intent: 1.0}, **marks}) for text, intent in texts.items()]
    path.write_text("\n".join(lines), encoding="utf-8")
    return str(path)


def test_a_student_learns_from_a_run_and_goes_on_with_its_lessons(settings, tmp_path: Path):
    experiment.train(settings, tmp_path / "runs" / "teacher")
    teaching = Teaching(["teacher"])
    told: list[tuple[int, int]] = []
    result = distill(settings, teaching, tmp_path / "runs" / "student", on_lesson=lambda *step: told.append(step))
    run = RunFolder(result.run)
    given = read_opinions(run.lessons)
    splits = load_splits(settings.data, Path.cwd(), settings.seed)
    asked = len(read_opinions(run.refit_lessons))  # the validation rows too
    assert told[-1] == (asked, asked)
    assert len(splits.train) + 40 < len(given) <= len(splits.train) + 60
    assert not {fold(text) for text in given.texts} & {fold(row.text) for row in (*splits.valid, *splits.test)}
    first = run.model.read_bytes()
    assert Predictor.load("student").labels == tuple(sorted(WORDS))

    with pytest.raises(UsageError, match="--resume"):
        distill(settings, teaching, run.path)
    (tmp_path / "runs" / "teacher" / "model.safetensors").unlink()  # it is not asked again
    assert distill(settings, teaching, run.path, resume=True).unchanged
    assert run.model.read_bytes() == first
    with pytest.raises(UsageError, match="other teachers"):
        distill(settings, Teaching(["teacher", "another"]), run.path, resume=True)


def test_in_its_second_training_a_student_hears_teachers_that_have_learned_the_validation_rows(
    settings, tmp_path: Path
):
    """No training row knows zebras, and all validation rows are about them."""
    rows = {"train": ROWS, "valid": [(f"zebra {n} now", "play") for n in range(9)]}
    for name, given in rows.items():
        (tmp_path / f"{name}.tsv").write_text(
            "".join(f"{text}\t{intent}\n" for text, intent in given), encoding="utf-8"
        )
    data = replace(settings.data, train=str(tmp_path / "train.tsv"), valid=str(tmp_path / "valid.tsv"))
    settings = replace(settings, data=data, training=replace(settings.training, epochs=8))
    teacher = RunFolder(experiment.train(settings, tmp_path / "runs" / "teacher").run)
    run = RunFolder(distill(settings, Teaching(["teacher"]), tmp_path / "runs" / "student").run)
    lessons = [read_opinions(path) for path in (run.lessons, run.refit_lessons)]
    texts = [[text for text, *_ in said] for said in lessons]
    assert texts[1][: len(texts[0])] == texts[0]
    assert texts[1][len(texts[0]) :][:9] == [text for text, _ in rows["valid"]]
    made = texts[1][len(texts[0]) + 9 :]  # of the validation rows, as many a row as of the training rows
    assert 0 < len(made) <= 60 / len(rows["train"]) * 9
    assert set(made) <= set(lessons[1].made)
    assert any("zebra" in text for text in made)
    assert not any("zebra" in text for text in texts[0])
    asked = [*texts[0][:5], "zebra 3 now"]
    for said, model in zip(lessons, (teacher.before_refit, teacher.model), strict=True):
        known = [text for text in asked if text in said.texts]
        expected = Predictor.load(model).probabilities(known)
        np.testing.assert_allclose(said.table(known, sorted(WORDS)), expected, atol=2e-3)
    assert not reproduce(run.path).different

    once = replace(settings, training=replace(settings.training, refit=0.0))
    distill(once, Teaching(["teacher"]), run.path, force=True)
    assert not run.refit_lessons.exists()


def test_a_file_of_answers_teaches_what_no_label_says(settings, tmp_path: Path):
    new = {f"{word} zebra {n}": "play" for word in ("striped", "wild", "young") for n in range(30)}
    teaching = Teaching([answers(tmp_path / "answers.jsonl", new)])
    keen = replace(settings, training=replace(settings.training, epochs=8))
    keen = replace(keen, distillation=replace(settings.distillation, made=0))
    plain = experiment.train(keen, tmp_path / "plain").run
    taught = distill(keen, teaching, tmp_path / "taught").run
    chances = [Predictor.load(run).probabilities(["young zebra"])[0, 2] for run in (plain, taught)]
    assert chances[1] > 0.8 > chances[0]
    assert "zebra" in read(taught / "model.safetensors").vocabulary


def test_a_file_of_answers_says_which_sentences_nobody_has_said(settings, tmp_path: Path):
    new = {f"{word} zebra {n}": "play" for word in ("striped", "wild", "young") for n in range(30)}
    teaching = Teaching([answers(tmp_path / "answers.jsonl", new, made=True)])
    settings = replace(settings, distillation=replace(settings.distillation, made=0))
    run = RunFolder(distill(settings, teaching, tmp_path / "taught").run)
    assert set(new) <= set(read_opinions(run.lessons).made)
    assert "zebra" not in read(run.model).vocabulary


def test_who_knows_nothing_of_the_validation_rows_is_not_written_down_twice(settings, tmp_path: Path):
    """Sentences are made of them for the second training, but a file does not know these."""
    splits = load_splits(settings.data, Path.cwd(), settings.seed)
    told = answers(tmp_path / "told.jsonl", {row.text: row.intent for row in splits.train})
    run = RunFolder(distill(settings, Teaching([told]), tmp_path / "taught").run)
    assert settings.training.refit
    assert run.lessons.exists()
    assert not run.refit_lessons.exists()


def test_a_share_of_nought_leaves_the_labels_alone(settings, tmp_path: Path):
    """A teacher that says nothing but wrong things about the training rows."""
    splits = load_splits(settings.data, Path.cwd(), settings.seed)
    wrong = answers(tmp_path / "wrong.jsonl", {row.text: "play" for row in splits.train})
    keen = replace(settings, training=replace(settings.training, epochs=12))
    found = {}
    for share in (0.0, 1.0):
        part = replace(keen, distillation=replace(keen.distillation, made=0, share=share))
        result = distill(part, Teaching([wrong]), tmp_path / f"share-{share}")
        found[share] = Predictor.load(result.run).predict(["rain 3 now", "clock 5 now"])
    assert [prediction.intent for prediction in found[0.0]] == ["ask_weather", "ask_time"]
    assert [prediction.intent for prediction in found[1.0]] == ["play", "play"]


def test_sentences_of_a_file_count_once_and_none_that_is_judged(settings, tmp_path: Path):
    splits = load_splits(settings.data, Path.cwd(), settings.seed)
    more = ["a new one", " A NEW one ", splits.test[0].text, splits.train[0].text, ""]
    (tmp_path / "more.txt").write_text("\n".join(more), encoding="utf-8")
    found = sentences(settings, splits, tmp_path / "more.txt")
    assert found.count("a new one") == 1
    assert " A NEW one ".strip() not in found
    assert splits.test[0].text not in found
    assert [row.text for row in splits.train] == found[: len(splits.train)]


def test_vectors_reword_what_the_teacher_is_asked_and_read_the_new_words(settings, tmp_path: Path, monkeypatch):
    read_files = []
    monkeypatch.setattr(tables, "read_vectors", lambda *given: read_files.append(given) or read_vectors(*given))
    words = {word for text, _ in ROWS for word in text.split()} | {"minute"}
    vectors = {
        word: [float(number == place) for number in range(len(words))] for place, word in enumerate(sorted(words))
    }
    vectors["minute"] = [0.9 * number + 0.1 for number in vectors["hour"]]
    lines = [f"{word} {' '.join(map(str, row))}\n" for word, row in vectors.items()]
    (tmp_path / "words.vec").write_text("".join(lines), encoding="utf-8")
    experiment.train(settings, tmp_path / "runs" / "teacher")
    settings = replace(settings, embedding=replace(settings.embedding, vectors="words.vec", vectors_size=None))
    run = RunFolder(distill(settings, Teaching(["teacher"]), tmp_path / "runs" / "student").run)
    assert any("minute" in text.split() for text in read_opinions(run.lessons).texts)
    artifact = read(run.model)
    assert artifact.vocabulary.index("minute") >= len(artifact.tensors["embedding.words"])  # a vector, but no row
    assert len(read_files) == 1  # though rewording and both trainings want them
    (tmp_path / "words.vec").write_text("".join(lines[::-1]), encoding="utf-8")
    distill(settings, Teaching(["teacher"]), tmp_path / "runs" / "student", force=True)
    assert len(read_files) == 2  # another file of the same name


def test_a_student_is_dropped_out_less(settings):
    lighter = students(replace(settings, distillation=replace(settings.distillation, dropout=0.5)))
    assert lighter.embedding.dropout == settings.embedding.dropout / 2
    assert lighter.embedding.word_dropout == settings.embedding.word_dropout / 2
    assert lighter.model.dropout == settings.model.dropout / 2 > 0
    assert settings.training.adversarial > lighter.training.adversarial == 0  # and its sentences are not pushed

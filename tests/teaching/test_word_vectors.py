from __future__ import annotations

import gzip
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from rnn_intent import experiment
from rnn_intent.artifact import read
from rnn_intent.config import load
from rnn_intent.data.opinions import read_opinions
from rnn_intent.distillation import Teaching, distill
from rnn_intent.errors import DataError, UsageError
from rnn_intent.inference.predictor import Predictor
from rnn_intent.runs import RunFolder
from rnn_intent.settings import TextSettings, VocabularySettings
from rnn_intent.teaching import teachers
from rnn_intent.teaching.classroom import Classroom
from rnn_intent.teaching.word_vectors import words_to_read, write_word_vectors
from rnn_intent.text.tokenizer import Tokenizer
from rnn_intent.text.vectors import read_vectors
from rnn_intent.text.vocabulary import SPECIALS

PLAY, TIME = ("song", "music", "tune", "melody"), ("hour", "clock", "date", "minute")
SAID = {"play": PLAY[:2], "time": TIME[:2]}  # by the training rows; the others are known to the teacher alone


class Reader:
    """Knows what each word is about, in two of its numbers."""

    def words(self) -> list[str]:
        return ["Tune", "melody", "e-mail", "minute", "date"]

    def read(self, texts: Sequence[str]) -> np.ndarray:
        about = [[any(word in text for word in words) for words in (PLAY, TIME)] for text in texts]
        noise = np.random.default_rng(len(texts)).normal(0, 0.01, (len(texts), 6))
        return np.concatenate([np.array(about, dtype=np.float32), noise], axis=1)


class Reading:
    texts: Sequence[str] = ()
    made: Sequence[str] = ()
    models = 1
    reader = Reader()

    def __init__(self, room: Classroom) -> None:
        self.labels = room.labels

    def probabilities(self, texts: Sequence[str]) -> np.ndarray:
        known = self.reader.read(texts)[:, :2] + 0.05
        return known / known.sum(axis=1, keepdims=True)

    def refit(self, room: Classroom) -> Reading:
        return self


def taught_by(monkeypatch: pytest.MonkeyPatch, minilm: Callable[[Classroom], Reading]) -> None:
    find = teachers.find_teacher
    monkeypatch.setattr(
        teachers, "find_teacher", lambda name, room: minilm(room) if name == "minilm" else find(name, room)
    )


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    taught_by(monkeypatch, Reading)
    rows = [f"{word} {n} now\t{intent}\n" for intent, words in SAID.items() for word in words for n in range(20)]
    Path("rows.tsv").write_text("".join(rows), encoding="utf-8")
    keys = ["data.train=rows.tsv", "training.epochs=12", "training.threads=1", "distillation.made=120"]
    return load("tiny.yaml", [*keys, "embedding.vectors=teacher", "embedding.extra_words=4"])


def test_words_of_the_vocabulary_then_of_further_sentences_then_frequent_ones():
    tokenizer = Tokenizer(TextSettings())
    said = [tokenizer.words(text) for text in ("a tune", "a song", "a date")]
    chosen = words_to_read(Reader(), tokenizer, ["song", "now"], said, 4)
    assert chosen == ["song", "now", "a", "tune", "date", "melody"]
    chosen = words_to_read(Reader(), tokenizer, ["播放"], [], 3)
    assert len(chosen) == 4
    assert all(len(tokenizer.words(word)) == 1 for word in chosen)
    assert "melody" not in chosen  # Chinese is there, so its frequent words are taken


def test_a_file_is_the_same_for_the_same_vectors_and_holds_them(tmp_path: Path):
    words = ["song", "hour"]
    for name in ("first.txt.gz", "second.txt.gz"):
        write_word_vectors(tmp_path / name, Reader(), words)
    assert (tmp_path / "first.txt.gz").read_bytes() == (tmp_path / "second.txt.gz").read_bytes()
    kept = read_vectors(str(tmp_path / "first.txt.gz"), [*SPECIALS, *words])
    np.testing.assert_allclose(kept.rows[len(SPECIALS) :], Reader().read(words), atol=1e-4)


def test_a_student_reads_words_as_its_teacher_does(settings, tmp_path: Path):
    told: list[tuple[int, int]] = []
    student = distill(settings, Teaching(["minilm"]), tmp_path / "student", on_word=lambda *step: told.append(step))
    run = RunFolder(student.run)
    with gzip.open(run.word_vectors) as file:
        words = len(file.readlines())
    assert told == [(words, words)]
    answers = Predictor.load(run.path).predict(["melody 3 now", "minute 3 now"])
    assert [answer.intent for answer in answers] == ["play", "time"]
    artifact = read(run.model)
    assert artifact.vocabulary.index("melody") >= len(artifact.tensors["embedding.words"])  # a vector, but no row
    assert artifact.settings.embedding.vectors == run.word_vectors.name
    assert any(
        "melody" in text for text in read_opinions(run.lessons).texts
    )  # in place of another word, as it is alike
    first = run.model.read_bytes()
    run.metrics.unlink()
    distill(settings, Teaching(["minilm"]), run.path, resume=True)
    assert run.model.read_bytes() == first
    again = experiment.train(load(run.config), tmp_path / "again")  # its config names the file
    assert again.vectors_coverage == 1.0


def test_a_word_that_is_too_rare_for_a_row_has_a_vector(settings, tmp_path: Path):
    rows = Path("rows.tsv").read_text("utf-8")
    Path("train.tsv").write_text(rows + "ballad 3 now\tplay\n", encoding="utf-8")
    data = replace(settings.data, train="train.tsv", valid="rows.tsv", test="rows.tsv")
    rare = replace(settings, data=data, vocabulary=VocabularySettings(min_count=2))
    artifact = read(RunFolder(distill(rare, Teaching(["minilm"]), tmp_path / "student").run).model)
    rows_of_own = len(artifact.tensors["embedding.words"])
    assert artifact.vocabulary.index("song") < rows_of_own <= artifact.vocabulary.index("ballad")


def test_who_does_not_read_has_no_vectors(settings, tmp_path: Path):
    with pytest.raises(UsageError, match="none of the teachers reads"):
        distill(settings, Teaching(["ngrams"]), tmp_path / "student")
    assert not (tmp_path / "student").exists()
    with pytest.raises(UsageError, match=r"embedding\.vectors: teacher: .*distill"):
        experiment.train(settings, tmp_path / "plain")


def test_what_is_wrong_with_unlabelled_sentences_is_told_before_anything_is_tuned(settings, tmp_path, monkeypatch):
    tuned = []
    taught_by(monkeypatch, lambda room: tuned.append(room) or Reading(room))
    (tmp_path / "none.txt").write_text("\n\n", encoding="utf-8")
    with pytest.raises(DataError, match="no sentences"):
        distill(settings, Teaching(["minilm"], unlabelled=tmp_path / "none.txt"), tmp_path / "student")
    assert not tuned

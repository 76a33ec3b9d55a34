"""Killed anywhere, a training goes on to the same bytes, and the last good model answers at every moment in between."""

from __future__ import annotations

import os
import random
from collections.abc import Sequence
from pathlib import Path

import pytest
from interrupted import (
    SAME,
    TAUGHT,
    Place,
    answers,
    is_as_wanted,
    is_whole,
    made_place,
    met_a_full_disk,
    names,
    same,
    was_asked_to_end,
)
from nursery import Ended, Nursery

from rnn_intent.errors import ModelError
from rnn_intent.inference.predictor import Predictor


def test_two_trainings_of_one_seed_end_with_the_same_bytes_and_another_seed_does_not(place: Place) -> None:
    place.start_over()
    assert place.train().code == 0
    is_as_wanted(place)
    kept = [os.path.join(*parts) for parts in (["checkpoint"], ["checkpoint", "refit"])]
    states = [os.path.join(folder, "state.pt") for folder in kept]
    assert names(place.wanted) == {*SAME, "environment.json", "report.html", *kept, *states}
    assert answers(place.earlier) != answers(place.wanted)


def kills(place: Place, shares: Sequence[float]) -> int:
    """Strikes one training after the other, each after that share of the calls that an undisturbed one makes."""
    struck = 0
    for share in shares:
        struck += place.train(fault=(1 + int(share * place.calls), "torn")).code == -9
        is_whole(place)
    return struck


def test_killed_at_any_call_that_touches_the_disk_it_goes_on_to_the_same_bytes(place: Place) -> None:
    place.start_over()
    assert kills(place, (0.0, 0.3, 0.2, 0.2, 0.2, 0.1)) >= 4
    assert place.train().code == 0
    is_as_wanted(place)


def test_killed_while_it_teaches_itself_it_goes_on_to_the_same_bytes(tmp_path: Path, children: Nursery) -> None:
    place = made_place(tmp_path, children, TAUGHT)
    place.start_over()
    assert kills(place, (0.05, *[0.1] * 7)) >= 4
    assert place.train().code == 0
    is_as_wanted(place)
    assert {"teaching.json", "lessons.jsonl.gz", "teacher"} < names(place.wanted)


def test_killed_at_any_time_it_goes_on_to_the_same_bytes(place: Place) -> None:
    place.start_over()
    dice = random.Random(6)
    while place.train(seconds=dice.uniform(0, 0.5)).code == -9 and dice.random() < 0.8:
        is_whole(place)
    assert place.train().code == 0
    is_as_wanted(place)


@pytest.mark.parametrize("before_the_end", [3, 14])
def test_killed_after_the_last_epoch_it_finishes_without_training_again(place: Place, before_the_end: int) -> None:
    place.start_over()
    assert place.train(fault=(place.calls - before_the_end, "kill")).code == -9
    is_whole(place)
    ended = place.train()
    assert "epochs      3; 3 came from an earlier process" in ended.out
    assert "3 came from an earlier process" in ended.out
    is_as_wanted(place)


def test_a_first_training_that_is_killed_leaves_no_model_that_is_none(place: Place) -> None:
    place.start_over(with_earlier=False)
    assert place.train(fault=(place.calls // 2, "torn")).code == -9
    with pytest.raises(ModelError, match="holds no model"):
        Predictor.load(place.run.path)
    ended = place.children.run("predict", "time", "--run", "runs/a", folder=place.folder)
    assert (ended.code, ended.out, ended.err.count("\n")) == (4, "", 1)
    assert place.train().code == 0
    is_as_wanted(place)


@pytest.mark.parametrize(("how", "code", "share"), [("term", 143, 0.1), ("int", 130, 0.6)])
def test_asked_to_end_it_ends_in_a_line_that_says_how_to_go_on(place: Place, how: str, code: int, share: float) -> None:
    place.start_over()
    ended = place.train(fault=(int(share * place.calls), how))
    was_asked_to_end(place, ended, code)
    assert place.train().code == 0
    is_as_wanted(place)


def test_resuming_a_finished_run_touches_nothing_and_says_so(place: Place) -> None:
    place.start_over()
    assert place.train().code == 0
    before = {path: path.stat().st_mtime_ns for path in place.run.path.rglob("*.*")}
    ended = place.train()
    assert ended.code == 0
    assert "finished already" in ended.err
    assert {path: path.stat().st_mtime_ns for path in place.run.path.rglob("*.*")} == before


def test_resuming_with_other_settings_is_refused_and_touches_nothing(place: Place) -> None:
    place.start_over()
    assert place.train(fault=(place.calls // 2, "kill")).code == -9
    held = ("lock", "latest")
    before = {path: path.read_bytes() for path in place.run.path.rglob("*") if path.is_file() and path.name not in held}
    ended = place.children.run(
        *["train", "my.yaml", "--out", "runs/a", "--resume", "--set", "model.hidden_size=5"], folder=place.folder
    )
    assert (ended.code, ended.err.count("\n")) == (2, 1)
    assert "other data or settings" in ended.err
    after = {path: path.read_bytes() for path in place.run.path.rglob("*") if path.is_file()}
    assert after.items() <= before.items()
    assert all(path.name.startswith(".") for path in before.keys() - after.keys())


def test_a_student_that_is_killed_goes_on_with_the_lessons_it_has(place: Place) -> None:
    def teach(out: str, **fate: object) -> Ended:
        options = ["--teacher", "runs/earlier", "--made", "60", "--out", out, "--resume"]
        return place.children.run("distill", "my.yaml", *options, folder=place.folder, **fate)

    undisturbed = teach("runs/student")
    assert undisturbed.code == 0, undisturbed.err
    for share in (0.02, 0.1, 0.4):
        assert teach("runs/killed", fault=(1 + int(share * undisturbed.calls), "torn")).code == -9
    assert teach("runs/killed").code == 0
    runs = place.folder / "runs"
    assert all(same(runs / "student" / name, runs / "killed" / name) for name in (*SAME, "lessons.jsonl.gz"))


@pytest.mark.long
def test_two_hundred_kills(place: Place) -> None:
    dice = random.Random(7)
    struck = 0
    while struck < 200:
        place.start_over()
        code = -9
        while code == -9:
            fate = {"seconds": dice.uniform(0, 0.6)}
            if dice.random() < 0.5:
                fate = {"fault": (dice.randrange(1, place.calls), dice.choice(["kill", "torn"]))}
            code = place.train(**fate).code
            struck += code == -9
            is_whole(place)
        assert code == 0
        is_as_wanted(place)
    print(f"{struck} kills")


@pytest.mark.long
@pytest.mark.parametrize(("how", "code"), [("term", 143), ("int", 130), ("full", None)])
def test_asked_to_end_or_out_of_space_at_every_call(place: Place, how: str, code: int | None) -> None:
    struck = 0
    for call in range(1, place.calls):
        place.start_over()
        ended = place.train(fault=(call, how))
        if ended.code == 0:  # what was struck is no more than tidying up
            continue
        struck += 1
        if code is None:
            met_a_full_disk(place, ended)
        else:
            was_asked_to_end(place, ended, code)
        assert place.train().code == 0
        is_as_wanted(place)
    print(f"{how}: ended early at {struck} of {place.calls} calls")
    assert struck > place.calls / 2

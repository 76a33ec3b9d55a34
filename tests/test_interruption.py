"""Killed anywhere, a training goes on to the same bytes, and the last good model answers at every moment in between."""

from __future__ import annotations

import contextlib
import os
import pickle
import random
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import pytest
from nursery import Ended, Nursery

from rnn_intent.errors import ModelError
from rnn_intent.inference.predictor import Predictor
from rnn_intent.runs import RunFolder

WORDS = {
    "ask_time": ["time", "clock", "hour", "几点"],
    "ask_weather": ["weather", "rain", "sun", "天气"],
    "play": ["song", "music", "tune", "音乐"],
}
EXPERIMENT = """\
data: {train: rows.tsv}
embedding: {size: 8, ngram_buckets: 512}
model: {hidden_size: 6, layers: 2}
training: {epochs: 3, batch_size: 16, learning_rate: 0.02, threads: 1}
"""
SENTENCES = ["what time is it", "rain please", "play a song", "现在几点了"]
SAME = ("model.safetensors", "history.jsonl", "metrics.json", "data.json", "config.yaml")


@dataclass
class Place:
    """A folder with an experiment. earlier: a finished run of another seed; wanted: what training must end with."""

    folder: Path
    children: Nursery
    earlier: RunFolder
    wanted: RunFolder
    calls: int = 0

    @property
    def run(self) -> RunFolder:
        return RunFolder(self.folder / "runs" / "a")

    def start_over(self, with_earlier: bool = True) -> None:
        shutil.rmtree(self.run.path, ignore_errors=True)
        if with_earlier:
            shutil.copytree(self.earlier.path, self.run.path)

    def train(self, **fate: object) -> Ended:
        """Trains into the folder, on top of what is there, with an end that may come early."""
        how = ["--resume"] if self.under_way else ["--force"]
        return self.children.run("train", "my.yaml", "--out", "runs/a", *how, folder=self.folder, **fate)

    @property
    def under_way(self) -> bool:
        """Whether the new training has begun; until then, the checkpoint is that of the earlier one."""
        state = self.run.checkpoint / "state.pt"
        return not state.exists() or state.read_bytes() != (self.earlier.checkpoint / "state.pt").read_bytes()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, children: Nursery) -> Place:
    folder = tmp_path_factory.mktemp("a place")
    rows = [f"{word} {n}\t{intent}\n" for intent, words in WORDS.items() for word in words for n in range(8)]
    (folder / "rows.tsv").write_text("".join(rows), encoding="utf-8")
    (folder / "my.yaml").write_text(EXPERIMENT, encoding="utf-8")
    place = Place(folder, children, *(RunFolder(folder / "runs" / name) for name in ("earlier", "wanted")))
    assert children.run("train", "my.yaml", "--out", "runs/earlier", "--seed", "5", folder=folder).code == 0
    ended = children.run("train", "my.yaml", "--out", "runs/wanted", folder=folder)
    assert (ended.code, ended.err) == (0, "")
    place.start_over()
    place.calls = place.train().calls
    return place


def answers(run: RunFolder) -> bytes:
    return Predictor.load(run.path).probabilities(SENTENCES).tobytes()


def is_whole(place: Place) -> None:
    """Under every final name stands a whole file: the earlier one or the new one; and the model answers."""
    assert answers(place.run) in (answers(place.earlier), answers(place.wanted))
    for name in ("model.safetensors", "config.yaml", "data.json", "metrics.json"):
        if (place.run.path / name).exists():
            found = (place.run.path / name).read_bytes()
            assert found in [(run.path / name).read_bytes() for run in (place.earlier, place.wanted)], name
    history = place.run.history.read_bytes()
    assert history == place.earlier.history.read_bytes() or place.wanted.history.read_bytes().startswith(history)
    if place.run.metrics.exists():  # it is finished: then all is of one training
        (of,) = (run for run in (place.earlier, place.wanted) if same(run.metrics, place.run.metrics))
        assert all(same(of.path / name, place.run.path / name) for name in SAME)


def same(a: Path, b: Path) -> bool:
    return a.read_bytes() == b.read_bytes()


def is_as_wanted(place: Place) -> None:
    assert [name for name in SAME if not same(place.run.path / name, place.wanted.path / name)] == []
    names = {str(path.relative_to(place.run.path)) for path in place.run.path.rglob("*")}
    assert names == {*SAME, "environment.json", "report.html", "checkpoint", os.path.join("checkpoint", "state.pt")}
    assert nothing_unfinished(place)


def test_two_trainings_of_one_seed_end_with_the_same_bytes_and_another_seed_does_not(place: Place) -> None:
    place.start_over()
    assert place.train().code == 0
    is_as_wanted(place)
    assert answers(place.earlier) != answers(place.wanted)


def test_killed_at_any_call_that_touches_the_disk_it_goes_on_to_the_same_bytes(place: Place) -> None:
    place.start_over()
    kills = 0
    for share in (0.0, 0.3, 0.2, 0.2, 0.2, 0.1):  # of the calls that an undisturbed training makes
        ended = place.train(fault=(1 + int(share * place.calls), "torn"))
        kills += ended.code == -9
        is_whole(place)
    assert kills >= 4
    assert place.train().code == 0
    is_as_wanted(place)


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
    assert "3, the best was" in ended.out
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


def was_asked_to_end(place: Place, ended: Ended, code: int) -> None:
    assert (ended.code, ended.out, ended.err.count("\n")) == (code, "", 1)
    assert "interrupted" in ended.err
    assert nothing_unfinished(place)
    is_whole(place)


def nothing_unfinished(place: Place) -> bool:
    """In the run, and beside it."""
    found = place.run.path.parent.rglob("*")
    return not [path for path in found if path.name.startswith(".") or path.name == "lock"]


@pytest.mark.parametrize("share", [0.0, 0.4, 0.95])
def test_a_full_disk_is_told_in_a_line_and_spoils_nothing(place: Place, share: float) -> None:
    place.start_over()
    ended = place.train(fault=(1 + int(share * place.calls), "full"))
    met_a_full_disk(place, ended)
    assert place.train().code == 0
    is_as_wanted(place)


def met_a_full_disk(place: Place, ended: Ended) -> None:
    assert ended.code in (1, 2)  # 2: before anything began, or the report
    assert (ended.out, ended.err.count("\n")) == ("", 1)
    assert "cannot be written: No space left on device" in ended.err
    assert nothing_unfinished(place)
    is_whole(place)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 300 KB, where this process may mount one."""
    mount = shutil.which("mount")
    if (
        not mount
        or subprocess.run([mount, "-t", "tmpfs", "-o", "size=300k", "tmpfs", tmp_path], capture_output=True).returncode
    ):
        pytest.skip("may not mount a tmpfs")
    yield tmp_path
    subprocess.run(["umount", tmp_path], check=True)


def test_a_disk_that_is_really_full_is_told_in_a_line_and_the_earlier_model_answers(
    place: Place, small_disk: Path
) -> None:
    run = RunFolder(shutil.copytree(place.earlier.path, small_disk / "runs" / "a"))
    with contextlib.suppress(OSError):
        (small_disk / "filler").write_bytes(bytes(1 << 20))
    again = ["train", "my.yaml", "--out", str(run.path), "--force"]
    for room, code in ((0, 2), (40_000, 1)):  # for nothing at all; for a lock, but for no checkpoint
        os.truncate(small_disk / "filler", (small_disk / "filler").stat().st_size - room)
        ended = place.children.run(*again, folder=place.folder)
        assert (ended.code, ended.out, ended.err.count("\n")) == (code, "", 1)
        assert "cannot be written: No space left on device" in ended.err
        assert answers(run) == answers(place.earlier)
    (small_disk / "filler").unlink()
    assert place.children.run(*again[:-1], "--resume", folder=place.folder).code == 0
    assert [name for name in SAME if not same(run.path / name, place.wanted.path / name)] == []


def test_a_file_that_may_grow_no_further_is_told_in_a_line_and_spoils_nothing(place: Place) -> None:
    place.start_over()
    ended = place.train(largest_file=5000)
    assert (ended.code, ended.out, ended.err.count("\n")) == (1, "", 1)
    assert "cannot be written: File too large" in ended.err
    assert nothing_unfinished(place)
    is_whole(place)
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
        options = ["--teacher", "runs/earlier", "--out", out, "--resume"]
        return place.children.run("distill", "my.yaml", *options, folder=place.folder, **fate)

    undisturbed = teach("runs/student")
    assert undisturbed.code == 0, undisturbed.err
    for share in (0.02, 0.1, 0.4):
        assert teach("runs/killed", fault=(1 + int(share * undisturbed.calls), "torn")).code == -9
    assert teach("runs/killed").code == 0
    runs = place.folder / "runs"
    assert all(same(runs / "student" / name, runs / "killed" / name) for name in (*SAME, "lessons.jsonl"))


@pytest.mark.parametrize(
    "garble",
    [
        lambda good: b"",
        lambda good: b"not a checkpoint",
        lambda good: good[:-100],
        lambda good: good[:5000] + bytes([good[5000] ^ 1]) + good[5001:],  # one bit of one weight
        lambda good: signed(b"PK\x03\x04" + bytes(100)),
        lambda good: signed(pickle.dumps(os.system)),
    ],
    ids=["empty", "text", "cut", "a bit", "no archive", "a function"],
)
def test_a_garbled_checkpoint_is_told_in_a_line(place: Place, garble: Callable[[bytes], bytes]) -> None:
    place.start_over()
    state = place.run.checkpoint / "state.pt"
    state.write_bytes(garble(state.read_bytes()))
    ended = place.train()
    assert (ended.code, ended.out, ended.err.count("\n")) == (4, "", 1)
    assert "not a readable checkpoint" in ended.err
    is_whole(place)


def signed(content: bytes) -> bytes:
    """As a stranger can make it: with a hash that fits."""
    return sha256(content).hexdigest().encode() + b"\n" + content


@pytest.mark.long
def test_two_hundred_kills(place: Place) -> None:
    dice = random.Random(7)
    kills = 0
    while kills < 200:
        place.start_over()
        code = -9
        while code == -9:
            fate = {"seconds": dice.uniform(0, 0.6)}
            if dice.random() < 0.5:
                fate = {"fault": (dice.randrange(1, place.calls), dice.choice(["kill", "torn"]))}
            code = place.train(**fate).code
            kills += code == -9
            is_whole(place)
        assert code == 0
        is_as_wanted(place)
    print(f"{kills} kills")


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


@pytest.mark.long
def test_two_hundred_garbled_checkpoints(place: Place) -> None:
    """With a hash that fits, so that the loader itself is reached; whatever it does, the end is a line, or good."""
    dice = random.Random(8)
    good = (place.wanted.checkpoint / "state.pt").read_bytes()[65:]
    for _ in range(200):
        place.start_over()
        garbled = bytearray(good)
        for _ in range(dice.randrange(1, 4)):
            garbled[dice.randrange(len(garbled))] = dice.randrange(256)
        cut = dice.choice([None, dice.randrange(len(garbled))])
        (place.run.checkpoint / "state.pt").write_bytes(signed(bytes(garbled[:cut])))
        ended = place.train()
        assert ended.code in (0, 2, 4), ended
        assert ended.err.count("\n") <= 1, ended

"""A training that is struck somewhere, and what must hold of its run folder afterwards."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from nursery import Ended, Nursery

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
TAUGHT = EXPERIMENT.replace("{epochs: 3,", "{self_distillation: true, epochs: 3,") + "distillation: {made: 60}\n"
SENTENCES = ["what time is it", "rain please", "play a song", "现在几点了"]
SAME = ("model.safetensors", "before-refit.safetensors", "history.jsonl", "metrics.json", "data.json", "config.yaml")


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


def made_place(folder: Path, children: Nursery, experiment: str = EXPERIMENT) -> Place:
    """With an earlier run of another seed, and the run that all others are to end like."""
    rows = [f"{word} {n}\t{intent}\n" for intent, words in WORDS.items() for word in words for n in range(8)]
    (folder / "rows.tsv").write_text("".join(rows), encoding="utf-8")
    (folder / "my.yaml").write_text(experiment, encoding="utf-8")
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
    for name in ("model.safetensors", "before-refit.safetensors", "config.yaml", "data.json", "metrics.json"):
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
    assert names(place.run) == names(place.wanted)
    assert nothing_unfinished(place)


def names(run: RunFolder) -> set[str]:
    """Of all that is in the folder."""
    return {str(path.relative_to(run.path)) for path in run.path.rglob("*")}


def nothing_unfinished(place: Place) -> bool:
    """In the run, and beside it."""
    found = place.run.path.parent.rglob("*")
    return not [path for path in found if path.name.startswith(".") or path.name == "lock"]


def was_asked_to_end(place: Place, ended: Ended, code: int) -> None:
    assert (ended.code, ended.out, ended.err.count("\n")) == (code, "", 1)
    assert "interrupted" in ended.err
    assert nothing_unfinished(place)
    is_whole(place)


def met_a_full_disk(place: Place, ended: Ended) -> None:
    assert ended.code in (1, 2)  # 2: before anything began, or the report
    assert (ended.out, ended.err.count("\n")) == ("", 1)
    assert "cannot be written: No space left on device" in ended.err
    assert nothing_unfinished(place)
    is_whole(place)

"""A model file that is replaced while it is read is the old one or the new one, never something of both."""

from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from random_models import SENTENCES, random_artifact

from rnn_intent.artifact import Artifact, write
from rnn_intent.inference.predictor import Predictor
from rnn_intent.runs import RunFolder

# Of different sizes and labels, so that a mixture would show.
MODELS = [random_artifact(1, labels=5, hidden_size=7), random_artifact(2, labels=9, hidden_size=40, cell="lstm")]


@contextlib.contextmanager
def replaced_all_the_time(path: Path, artifacts: list[Artifact]) -> Iterator[list[int]]:
    """Writes one after the other while the block runs; counts how often."""
    ended, count = threading.Event(), [0]
    write(artifacts[0], path)

    def work() -> None:
        while not ended.is_set():
            count[0] += 1
            write(artifacts[count[0] % 2], path)

    writer = threading.Thread(target=work)
    pause = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)  # the two take turns often
    writer.start()
    try:
        yield count
    finally:
        ended.set()
        writer.join()
        sys.setswitchinterval(pause)


def test_a_model_that_is_replaced_while_it_is_read_is_one_or_the_other(tmp_path: Path) -> None:
    run = RunFolder(tmp_path)
    wanted = {len(model.labels): Predictor(model).probabilities(SENTENCES) for model in MODELS}
    seen = dict.fromkeys(wanted, 0)
    with replaced_all_the_time(run.model, MODELS) as count:
        while min(seen.values()) < 10 or count[0] < 10:  # on a busy machine one side may wait for the other
            predictor = Predictor.load(run.path)
            np.testing.assert_array_equal(predictor.probabilities(SENTENCES), wanted[len(predictor.labels)])
            seen[len(predictor.labels)] += 1
    assert sorted(seen) == sorted(wanted)  # never a third thing
    assert [path.name for path in tmp_path.iterdir()] == [run.model.name]


def test_a_predictor_keeps_its_model_when_the_file_is_replaced_or_removed(tmp_path: Path) -> None:
    run = RunFolder(tmp_path)
    write(MODELS[0], run.model)
    predictor = Predictor.load(run.path)
    before = predictor.probabilities(SENTENCES)
    write(MODELS[1], run.model)
    np.testing.assert_array_equal(predictor.probabilities(SENTENCES), before)
    run.model.unlink()
    np.testing.assert_array_equal(predictor.probabilities(SENTENCES), before)

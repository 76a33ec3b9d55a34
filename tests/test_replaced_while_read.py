"""A model file that is replaced while it is read is the old one or the new one, never something of both."""

from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from nursery import talking
from random_models import SENTENCES, random_artifact

from rnn_intent.artifact import Artifact, weights_hash, write
from rnn_intent.data.example import Example
from rnn_intent.evaluation import run_report
from rnn_intent.evaluation.run_report import results_of, write_report
from rnn_intent.files import write_json
from rnn_intent.inference.predictor import Predictor
from rnn_intent.runs import RunFolder

# Of different sizes and labels, so that a mixture would show.
MODELS = [random_artifact(1, labels=5, hidden_size=7), random_artifact(2, labels=9, hidden_size=40, cell="lstm")]


@contextlib.contextmanager
def replaced_all_the_time(
    path: Path, artifacts: list[Artifact], afterwards: Callable[[Artifact], None] = lambda _: None
) -> Iterator[list[int]]:
    """Writes one after the other while the block runs, as a training does; counts how often."""
    ended, count = threading.Event(), [0]

    def replace(model: Artifact) -> None:
        RunFolder(path.parent).metrics.unlink(missing_ok=True)
        write(model, path)
        afterwards(model)

    replace(artifacts[0])

    def work() -> None:
        while not ended.is_set():
            count[0] += 1
            replace(artifacts[count[0] % 2])

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


ANSWERING = """
import sys
from rnn_intent.inference.predictor import Predictor
for line in sys.stdin:
    print(Predictor.load(sys.argv[1]).probabilities(["what time is it"]).tolist(), flush=True)
"""


def test_two_processes_that_read_meanwhile_see_one_or_the_other(tmp_path: Path) -> None:
    run = RunFolder(tmp_path)
    wanted = {str(Predictor(model).probabilities(["what time is it"]).tolist()) for model in MODELS}
    readers = [talking(ANSWERING, str(run.path), text=True) for _ in range(2)]
    seen = set()
    with replaced_all_the_time(run.model, MODELS):
        for _ in range(40):
            for reader in readers:
                print(file=reader.stdin, flush=True)
            seen |= {reader.stdout.readline().strip() for reader in readers}
    for reader in readers:
        reader.communicate()
    assert seen == wanted


def test_a_report_that_is_written_meanwhile_is_of_one_training(tmp_path: Path) -> None:
    """Each model's folder says in its settings whose they are; a page shows those of its model, or none."""
    run, rows = RunFolder(tmp_path), [Example(text, "intent_0") for text in SENTENCES if text]
    seen = set()
    with replaced_all_the_time(run.model, MODELS, lambda model: remember(run, model)):
        while len(seen) < 2:
            predictor = Predictor.load(run.path)
            write_report(tmp_path / "page.html", predictor, results_of(predictor, rows), run)
            page = (tmp_path / "page.html").read_text("utf-8")
            shown = {len(model.labels) for model in MODELS if f"of-{len(model.labels)}-labels" in page}
            assert shown <= {len(predictor.labels)}
            seen |= shown


def test_a_report_is_not_misled_by_a_training_that_came_and_went(tmp_path: Path, monkeypatch) -> None:
    run, rows = RunFolder(tmp_path), [Example(text, "intent_0") for text in SENTENCES if text]
    write(MODELS[0], run.model)
    remember(run, MODELS[0])
    read = run_report._text

    def read_in_between(path: Path) -> str:
        if path != run.environment:
            return read(path)
        remember(run, MODELS[1])
        text = read(path)
        remember(run, MODELS[0])
        return text

    predictor = Predictor.load(run.path)
    for reader, shown in ((read, True), (read_in_between, False)):
        monkeypatch.setattr(run_report, "_text", reader)
        write_report(tmp_path / "page.html", predictor, results_of(predictor, rows), run)
        page = (tmp_path / "page.html").read_text("utf-8")
        assert ("of-5-labels" in page, "of-9-labels" in page) == (shown, False)


def remember(run: RunFolder, model: Artifact) -> None:
    """What a training writes after its model, in the same order; the metrics, which make the run finished, last."""
    run.metrics.unlink(missing_ok=True)
    write_json(run.environment, {"torch": f"of-{len(model.labels)}-labels"})
    write_json(run.metrics, {"weights": weights_hash(model)})


def test_a_predictor_keeps_its_model_when_the_file_is_replaced_or_removed(tmp_path: Path) -> None:
    run = RunFolder(tmp_path)
    write(MODELS[0], run.model)
    predictor = Predictor.load(run.path)
    before = predictor.probabilities(SENTENCES)
    write(MODELS[1], run.model)
    np.testing.assert_array_equal(predictor.probabilities(SENTENCES), before)
    run.model.unlink()
    np.testing.assert_array_equal(predictor.probabilities(SENTENCES), before)

"""Model files from strangers: whatever the bytes, one line of refusal or finite answers, soon, in little memory."""

from __future__ import annotations

import time
import tracemalloc
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from model_files import inner_of, with_inner
from random_models import SENTENCES
from strange_models import FILES, strange_file
from typer.testing import CliRunner

from rnn_intent import artifact as model_file
from rnn_intent.cli import predict
from rnn_intent.cli.info import _told as told
from rnn_intent.cli.main import app
from rnn_intent.errors import CheckFailed, ModelError
from rnn_intent.inference.predictor import Predictor

# What a terminal obeys, but for the ends of columns and lines that are ours.
OBEYED = {chr(code) for code in (*range(0x20), *range(0x7F, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A))}
OBEYED -= set("\t\n")
LONGEST = 2.0  # seconds of computing
MEMORY = 200 << 20  # beside three times the file


def use(data: bytes) -> None:
    """All that a person can do with a model file."""
    artifact = model_file.load(data)
    predictor = Predictor(artifact)
    probabilities = predictor.probabilities(SENTENCES)
    assert np.isfinite(probabilities).all()
    assert np.allclose(probabilities.sum(axis=1), 1, atol=1e-4)
    for answer in predictor.predict(SENTENCES, top_k=3):
        assert 0 <= answer.confidence <= 1 + 1e-6
        with_typos = partial(predict._with_typos, predictor)
        for shown in (predict._as_columns, predict._as_json, predict._as_picture, with_typos):
            assert not OBEYED & set(shown(answer))
    assert all(line.isprintable() for line in told(artifact, Made()).splitlines())
    predictor.verify()


class Made:
    """Stands for a path, where a description wants one."""

    st_size = 1

    def stat(self) -> Made:
        return self


class Met(NamedTuple):
    """answered: whether the file was used to the end; seconds of computing; bytes taken at once."""

    answered: bool
    seconds: float
    peak: int


def met(seed: int) -> Met:
    """Raises what only a flaw raises."""
    data = strange_file(seed)
    problems: list[str] = []
    tracemalloc.start()
    started = time.process_time()
    try:
        use(data)
    except (ModelError, CheckFailed) as error:
        problems = error.problems
    finally:
        seconds = time.process_time() - started
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert seconds < LONGEST, seed
    assert peak < 3 * len(data) + MEMORY, seed
    assert all(problem.isprintable() and len(problem) < 500 for problem in problems), (seed, problems)
    return Met(not problems, seconds, peak)


@pytest.mark.parametrize("start", range(0, 500, 100))
def test_a_strange_file_is_refused_in_a_line_or_gives_finite_answers(start: int) -> None:
    survived = [met(seed).answered for seed in range(start, start + 100)]
    assert any(survived)
    assert not all(survived)


def test_the_files_that_are_made_strange_are_good_ones() -> None:
    for data in FILES:
        use(data)


def test_every_way_of_making_them_strange_gets_past_the_hash() -> None:
    """What a fuzz test never reaches it cannot test: among the refusals are those of every check behind the hash."""
    refusals = set()
    for seed in range(400):
        try:
            use(strange_file(seed))
        except ModelError as error:
            refusals.add(" ".join(str(error).split()[:2]))
        except CheckFailed:
            refusals.add("golden")
    assert len(refusals) >= 30


@pytest.mark.parametrize(
    "command",
    [
        "predict time --run",
        "predict time --json --run",
        "trace time --run",
        "trace time --json --run",
        "info",
        "info --json",
    ],
)
def test_no_terminal_obeys_a_label(command: str, tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    hostile = ["\x1b[2J\x1b]0;owned\x07", "\x9b31m", "\u202egnp.exe", "a\rb", "c\x7f"]
    words = [*hostile[:2], *inner_of(FILES[0])["vocabulary"][6:]]
    vocabulary = [*inner_of(FILES[0])["vocabulary"][:4], *words]
    path.write_bytes(with_inner(FILES[0], labels=hostile, vocabulary=vocabulary))
    result = CliRunner().invoke(app, [*command.split(), str(path)], catch_exceptions=False)
    assert result.exit_code == 0, result.stderr
    assert "owned" in result.stdout
    assert not OBEYED & set(result.stdout + result.stderr)


@pytest.mark.long
def test_twenty_thousand_strange_files() -> None:
    all_met = [met(seed) for seed in range(10_000, 30_000)]
    answered = sum(one.answered for one in all_met)
    slowest, largest = max(one.seconds for one in all_met), max(one.peak for one in all_met)
    print(f"20,000 strange model files: {answered} answered, {20_000 - answered} refused", end="")
    print(f"; the slowest took {slowest:.2f} s, the largest {largest / 1e6:.1f} MB")
    assert 0 < answered < 20_000

"""Model files from strangers: whatever the bytes, one line of refusal or finite answers, soon, in little memory."""

from __future__ import annotations

import json
import random
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from model_files import header_of, inner_of, signed, tensors_of, with_header, with_inner
from random_models import SENTENCES, random_artifact
from typer.testing import CliRunner

from rnn_intent import artifact as model_file
from rnn_intent.artifact import Artifact
from rnn_intent.cli import predict
from rnn_intent.cli.info import _told as told
from rnn_intent.cli.main import app
from rnn_intent.errors import CheckFailed, ModelError
from rnn_intent.inference.predictor import Predictor
from rnn_intent.settings import TextSettings
from rnn_intent.text.tokenizer import Tokenizer

Mutation = Callable[[random.Random, bytes], bytes]

# What a terminal obeys, but for the ends of columns and lines that are ours.
OBEYED = {chr(code) for code in (*range(0x20), *range(0x7F, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A))}
OBEYED -= set("\t\n")
LONGEST = 2.0  # seconds of computing
MEMORY = 200 << 20  # beside three times the file


SCORE = {"energy": 0.5, "distance": 1.5, "unknown": 2.0, "pairs": 1.5, "offset": 7.0}


def score_tensors(artifact: Artifact) -> dict[str, np.ndarray]:
    """What the in-scope score reads, along two directions."""
    labels, summary = artifact.tensors["head.weight"].shape
    rng = np.random.default_rng(labels)
    shapes = {"rejection.projection": (summary, 2), "rejection.centres": (labels, 2)}
    weights = {name: rng.normal(0, 0.5, shape).astype(np.float32) for name, shape in shapes.items()}
    return {**weights, "rejection.pairs": np.arange(5, dtype=np.int32)}


def good_files() -> list[bytes]:
    """Models of every kind, with all that a header can hold."""
    files = []
    for seed, model in enumerate(
        [
            {"cell": "gru", "pooling": ("max", "mean", "last")},
            {"cell": "lstm", "layers": 2, "pooling": ("attention",), "vectors": 3},
            {"cell": "rnn", "bidirectional": False, "ngrams": False, "text": TextSettings(mode="characters")},
        ]
    ):
        artifact = random_artifact(seed, **model)
        tokenizer = Tokenizer(artifact.settings.text)
        tokenizer.words("现在几点了")
        artifact = replace(
            artifact,
            user_words=("iPhone 15 Pro", "几点了"),
            dictionary=tokenizer.used_dictionary(),
            temperature=1.3,
            rejection={"threshold": 0.3, "margin": 0.1, "score": SCORE, "budget": {"false_reject": 0.05, "rows": 10}},
            tensors={**artifact.tensors, **score_tensors(artifact)},
            calibration={"rows": 10},
            training={"rows": 100},
        )
        artifact = model_file.load(model_file.dump(artifact, half=seed == 1))
        files.append(model_file.dump(replace(artifact, golden=Predictor(artifact).golden(SENTENCES[:2]))))
    return files


FILES = good_files()
STRANGE_TEXTS = [
    "",
    "\x1b[2J\x1b]0;owned\x07",
    "\r\nrnn-intent: all is well",
    "\u202eevil\u2066",
    "\x00",
    "\x9b31m",
    "\u2028",
    "a" * 100_000,
    "\ud800",
    "\U0010ffff",
    "../../etc/passwd",
    "__import__('os')",
    "NaN",
]
STRANGE_VALUES: list[Any] = [
    *(None, True, False, 0, -1, 2, 7, 2**31, 2**63, -(2**63), 10**400, 0.5, -0.0, 1e308, 1e-308, [], {}, [[]], [0, -5]),
    *([{}], {"a": {}}, {"threshold": -1}, {"threshold": "0.5"}, {"name": "jieba-9", "sha256": 3}, *STRANGE_TEXTS),
]


def flipped(dice: random.Random, data: bytes) -> bytes:
    damaged = bytearray(data)
    end = dice.choice([8, 8 + int.from_bytes(data[:8], "little"), len(data)])
    for _ in range(dice.choice([1, 1, 2, 8])):
        damaged[dice.randrange(end)] ^= 1 << dice.randrange(8)
    return bytes(damaged)


def cut_or_stretched(dice: random.Random, data: bytes) -> bytes:
    place, length = dice.randrange(len(data)), dice.choice([1, 8, 64, 4096])
    start, rest = data[:place], data[place:]
    return dice.choice([start, start + rest[length:], start + bytes(length) + rest])


def of_another_length(dice: random.Random, data: bytes) -> bytes:
    lengths = [0, 1, 7, len(data), len(data) - 8, 2**31, 2**32, 2**63, 2**64 - 1, dice.randrange(len(data))]
    return dice.choice(lengths).to_bytes(8, "little") + data[8:]


def of_another_layout(dice: random.Random, data: bytes) -> bytes:
    header = header_of(data)
    entry = header[dice.choice([name for name in header if name != "__metadata__"])]
    key = dice.choice(["shape", "dtype", "data_offsets"])
    sizes = [0, 1, -1, 2, 7, 2**31 - 1, 2**31, 2**62, 2**64, 1.5, True, None, "7"]
    values = [[dice.choice(sizes) for _ in range(dice.randrange(5))], "F64", "I32", "F16", "F32", *STRANGE_VALUES]
    entry[key] = dice.choice(values)
    return with_header(data, header)


def swapped(dice: random.Random, data: bytes) -> bytes:
    header = header_of(data)
    names = [name for name in header if name != "__metadata__"]
    a, b = dice.choice(names), dice.choice([*names, "embedding.other", "\x1b[31m", "__metadata__"])
    if b in header and dice.random() < 0.8:
        header[a], header[b] = header[b], header[a]
    else:
        header[b] = header.pop(a)
    return with_header(data, header)


def with_strange_weights(dice: random.Random, data: bytes) -> bytes:
    start = len(data) - len(tensors_of(data))
    weights = bytearray(data[start:])
    strange = [np.nan, np.inf, -np.inf, 1e30, -1e30, 1e-45, 9e5, 0.0]
    for _ in range(dice.choice([1, 10, 200])):
        place = 4 * dice.randrange(len(weights) // 4)
        weights[place : place + 4] = np.float32(dice.choice(strange)).tobytes()
    if dice.random() < 0.2:
        weights[:] = dice.randbytes(len(weights))
    return data[:start] + weights


def with_strange_words(dice: random.Random, data: bytes) -> bytes:
    key = dice.choice(["labels", "labels", "vocabulary", "user_words"])
    words = list(inner_of(data)[key])
    for _ in range(dice.choice([1, 2])):
        strange = [*STRANGE_TEXTS, dice.choice(words), dice.choice(STRANGE_VALUES)]
        words[dice.randrange(len(words))] = dice.choice(strange)
    if dice.random() < 0.2:
        words += words[: dice.randrange(3)]
    return with_inner(data, **{key: words})


def with_strange_header(dice: random.Random, data: bytes) -> bytes:
    """Somewhere in the program's own part of the header, another value, or none."""
    inner = inner_of(data)
    place: Any = inner
    while True:
        key = dice.choice(list(place) if isinstance(place, dict) else range(len(place)))
        below = place[key]
        if not isinstance(below, (dict, list)) or not below or dice.random() < 0.25:
            break
        place = below
    if dice.random() < 0.15:
        del place[key]
    else:
        place[key] = dice.choice(STRANGE_VALUES)
    header = header_of(data)
    header["__metadata__"]["rnn_intent"] = json.dumps(inner)
    return with_header(data, header)


def deep_or_wide(dice: random.Random, data: bytes) -> bytes:
    count = dice.choice([100, 1000, 3000, 100_000])
    left, right = dice.choice([("[", "]"), ('{"a":', "}"), ("[0,", "0]")])
    text = left * count + "0" + right * count
    if dice.random() < 0.5:
        return with_header(data, text.encode())
    header = header_of(data)
    inner = json.dumps(inner_of(data))
    header["__metadata__"]["rnn_intent"] = dice.choice([text, inner[:-1] + f',"golden":{text}}}', inner + text])
    return with_header(data, header)


MUTATIONS: list[Mutation] = [
    *(flipped, cut_or_stretched, of_another_length, of_another_layout, swapped, with_strange_weights),
    *(with_strange_words, with_strange_header, with_strange_header, with_strange_header, deep_or_wide),
]


def strange_file(seed: int) -> bytes:
    dice = random.Random(seed)
    data = dice.choice(FILES)
    for _ in range(dice.choice([1, 1, 1, 2])):
        try:
            data = dice.choice(MUTATIONS)(dice, data)
        except (ValueError, KeyError, TypeError, AttributeError, LookupError, RecursionError):
            break  # after the first mutation, there may be nothing left to take apart
    return signed(data) if dice.random() < 0.8 else data  # with a fitting hash, what stands behind it is reached


def use(data: bytes) -> None:
    """All that a person can do with a model file."""
    artifact = model_file.load(data)
    predictor = Predictor(artifact)
    probabilities = predictor.probabilities(SENTENCES)
    assert np.isfinite(probabilities).all()
    assert np.allclose(probabilities.sum(axis=1), 1, atol=1e-4)
    for answer in predictor.predict(SENTENCES, top_k=3):
        assert 0 <= answer.confidence <= 1 + 1e-6
        for shown in (predict._as_columns, predict._as_json, predict._as_picture):
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

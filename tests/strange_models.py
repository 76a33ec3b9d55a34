"""Good model files of every kind, and the ways in which a stranger may have changed them."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from model_files import header_of, inner_of, signed, tensors_of, with_header, with_inner
from random_models import SENTENCES, random_artifact

from rnn_intent import artifact as model_file
from rnn_intent.artifact import Artifact
from rnn_intent.inference.predictor import Predictor
from rnn_intent.settings import TextSettings
from rnn_intent.text.tokenizer import Tokenizer

Mutation = Callable[[random.Random, bytes], bytes]

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

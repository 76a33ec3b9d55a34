"""Whatever an experiment file or `--set` holds: settings, or a ConfigError of printable lines that name the place."""

from __future__ import annotations

import os
import random
import re
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from rnn_intent.config import dump, load
from rnn_intent.config_keys import keys, sections
from rnn_intent.data.readers import read_examples
from rnn_intent.errors import ConfigError, IntentError
from rnn_intent.text.user_words import read_user_dictionary
from rnn_intent.text.vectors import read_vectors
from rnn_intent.text.vocabulary import SPECIALS

LONGEST = 2.0  # seconds of computing
PLACE = r"(my|other)\.yaml:[0-9]+: "
KEYS = sorted(keys())
PIECES = [
    *("extends: base.yaml\n", "extends: other.yaml\n", "extends: my.yaml\n", "extends: ../../secret.yaml\n"),
    *(
        "extends: /etc/passwd\n",
        "extends: \x07\n",
        "extends: [a]\n",
        "extends: {a: b}\n",
        "extends: 'a\\0b'\n",
        "extends: .\n",
    ),
    *(
        "model:\n",
        "training: {",
        "}\n",
        "  cell: gru\n",
        "  layers: 1e400\n",
        "  pooling: [max, [max]]\n",
        "  layers: 0x7\n",
    ),
    *(
        "&a ",
        "*a",
        "<<: *a\n",
        "&a [*a]",
        "? ",
        ": ",
        "- ",
        "| ",
        "> \n",
        "!!set {a}",
        "!!binary aGk=",
        "!!timestamp 1\n",
    ),
    *(
        "!!python/object/apply:os.system [ls]\n",
        "!!python/name:os.system\n",
        "!x y\n",
        "%YAML 9.9\n---\n",
        "---\n",
        "...\n",
    ),
    *("[", "]", "{", "}", '"', "'", ",", "#", "\n", "\r", "\t", "  ", "\x00", "\x1b[2J", "\u2028", "\ud800", "\ufeff"),
    *("1_0:2:3", "2020-01-01", "0o7", ".inf", ".nan", "-.inf", "1e-3", "~", "null", "yes", "9" * 5000, "a" * 3000),
    *("seed: 1\n", "seed: -1\n", "seed: 1.0\n", "seed: 1e400\n", "seed: " + "9" * 5000 + "\n", "[" * 300, "{a: " * 300),
    "l0: &l0 [x, x, x, x, x, x, x, x, x, x]\nl1: &l1 [*l0, *l0, *l0, *l0, *l0, *l0, *l0]\nmodel: {pooling: *l1}\n",
    "".join(f"l{n}: &m{n} [{', '.join([f'*m{n - 1}'] * 9)}]\n" for n in range(1, 12)).replace("*m0", "x"),
    *(f"{section}: {value}\n" for section in sections() for value in ("{}", "[]", "3", "null")),
]
VALUES = [
    "0",
    "-1",
    "1e400",
    "-.inf",
    ".nan",
    "[]",
    "{}",
    "null",
    "a",
    "''",
    "[[]]",
    "true",
    "99999999999999999999",
    "*a",
]
VALUES += ["&a [*a]", "!!python/name:os.system ''", "'\x07'", "[max, max]", "1" * 4000, "\ud800", "~/x", "../../x"]


def soup(dice: random.Random) -> str:
    return "".join(dice.choice(PIECES) for _ in range(dice.randrange(12)))


def strange_values(dice: random.Random) -> str:
    """Real keys with values that do not suit them, each section once."""
    lines: dict[str, list[str]] = {}
    for name in dice.sample(KEYS, dice.randrange(1, 6)):
        section, _, key = name.rpartition(".")
        lines.setdefault(section, []).append(f"{'  ' if section else ''}{key}: {dice.choice(VALUES)}\n")
    return "".join((f"{section}:\n" if section else "") + "".join(rows) for section, rows in lines.items())


def damaged(dice: random.Random) -> str:
    text = list(good())
    for _ in range(dice.choice([1, 1, 2, 5])):
        place = dice.randrange(len(text))
        text[place] = dice.choice(
            ["", "\n", ":", "[", "'", "\t", "&", "*", "\x00", chr(dice.randrange(0x250)), text[place] * 2]
        )
    return "".join(text)


@cache
def good() -> str:
    return dump(load())


def survives(seed: int, folder: Path) -> bool:
    """Whether it was read. Raises what only a flaw raises."""
    dice = random.Random(seed)
    path = folder / "my.yaml"
    content = dice.choice([soup, strange_values, strange_values, damaged])(dice).encode("utf-8", "surrogatepass")
    path.write_bytes(content if dice.random() < 0.9 else content[:50] + dice.randbytes(3) + content[50:])
    (folder / "other.yaml").write_text(soup(dice), encoding="utf-8", errors="surrogatepass")
    overrides = [f"{dice.choice([*KEYS, *sections(), '', 'x.y'])}={dice.choice(VALUES)}"] if dice.random() < 0.3 else []
    problems: list[str] = []
    started = time.process_time()
    try:
        assert load(path, overrides)
    except ConfigError as error:
        problems = error.problems
    assert time.process_time() - started < LONGEST
    for line in problems:
        assert line.isprintable(), (seed, line)
        assert len(line) < 1000, (seed, line)
        assert line.startswith((str(folder), "--set ", *KEYS, *sections())), (seed, line)
        if line.startswith(str(folder)):
            assert re.match(PLACE, line.removeprefix(f"{folder}{os.sep}")), (seed, line)
    return not problems


@pytest.mark.parametrize("start", range(0, 300, 100))
def test_a_strange_experiment_is_read_or_refused_in_lines(start: int, tmp_path: Path) -> None:
    read = [survives(seed, tmp_path) for seed in range(start, start + 100)]
    assert any(read)
    assert not all(read)


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="no such device")
@pytest.mark.parametrize(
    "read", [load, read_examples, read_user_dictionary, lambda path: read_vectors(str(path), SPECIALS)]
)
def test_what_an_experiment_names_may_have_no_end(read: Callable[[Path], object]) -> None:
    with pytest.raises(IntentError, match=r"/dev/zero:.* (device|longer)"):
        read(Path("/dev/zero"))


@pytest.mark.long
def test_twenty_thousand_strange_experiments(tmp_path: Path) -> None:
    read = sum(survives(seed, tmp_path) for seed in range(1000, 21_000))
    print(f"20,000 strange experiments: {read} read, {20_000 - read} refused")

"""Whatever bytes a file holds, a reader gives rows or a DataError of printable lines, and nothing else."""

from __future__ import annotations

import os
import random
import re
import time
from pathlib import Path

import pytest

from rnn_intent.data.check import check_examples
from rnn_intent.data.readers import FORMATS, read_splits
from rnn_intent.errors import DataError

PIECES = [
    *(b'{"text": "hi", "intent": "greet", "slots": [{"slot": "a", "start": 0, "end": 2}]}\n', b"hi\tgreet\n", b"a,b\n"),
    *(
        b'{"train": [["a", "b"], ["c", "d"]], "val": [',
        b'["x", "oos"]]}',
        b"__label__x hi\n",
        b"text\tintent\n",
        b"\xef\xbb\xbf",
    ),
    *(
        b"nlu:\n",
        b"- intent: greet\n",
        b"  examples: |\n",
        b"    - hi [Rome](city)\n",
        b"&a ",
        b"*a ",
        b"- ",
        b"? ",
        b": ",
    ),
    *(
        b"[",
        b"{",
        b"}",
        b"]",
        b'"',
        b"'",
        b",",
        b";",
        b"\t",
        b"\n",
        b"\r",
        b"\x00",
        b"\\ud800",
        b'"\\UFFFFFFFF"',
        b"1" * 5000,
    ),
    *(
        b"%TAG ! x:\n",
        b"---\n",
        b"!!python/name:os.system ",
        b"\xff\xfe",
        "你\u2028好\x85".encode(),
        b"[x]{",
        b"[" * 3000,
        b"=1",
    ),
]
LONGEST = 2.0  # seconds of computing
PLACE = r"([a-z]+)?(\.[a-z]+)?(:[0-9]+: .|: (the file is empty|no rows))"
ENCODINGS = ["utf-8"] * 6 + ["latin-1", "utf-16", "gb18030", "utf-7", "raw_unicode_escape"]


def soup(dice: random.Random) -> bytes:
    if dice.random() < 0.2:
        return dice.randbytes(dice.randrange(200))
    return b"".join(dice.choice(PIECES) for _ in range(dice.randrange(14)))


def damaged(dice: random.Random) -> bytes:
    """A good file, cut, or with some bytes changed."""
    good = bytearray(
        b"".join(PIECES[start] for start in (dice.choice([[6, 1, 2], [3, 4], [8, 9, 10, 11], [0, 0], [5, 5]])))
    )
    for _ in range(dice.randrange(4)):
        good[dice.randrange(len(good))] = dice.randrange(256)
    return bytes(good[: dice.randrange(1, len(good) + 1)] if dice.random() < 0.3 else good)


def survives(seed: int, folder: Path) -> bool:
    """Whether it was read. Raises what only a flaw raises."""
    dice = random.Random(seed)
    path = folder / f"rows{dice.choice(['.tsv', '.csv', '.jsonl', '.json', '.yml', '.txt', ''])}"
    path.write_bytes(dice.choice([soup, damaged])(dice))
    target, format = path, dice.choice([*FORMATS, *["auto"] * len(FORMATS)])
    if format == "seq":
        for name in ("seq.in", "label", "seq.out"):
            (folder / name).write_bytes(dice.choice([soup, damaged])(dice))
        target = folder
    problems: list[str] = []
    started = time.process_time()
    try:
        check_examples(read_splits(target, format, dice.choice(ENCODINGS)))
    except DataError as error:
        problems = error.problems
        assert problems
    assert time.process_time() - started < LONGEST, seed
    for line in problems:
        assert line.isprintable(), (seed, line)
        assert line.startswith(str(folder)), (seed, line)
        assert re.match(PLACE, line.removeprefix(str(folder)).lstrip(os.sep)), (seed, line)
    return not problems


@pytest.mark.parametrize("start", range(0, 600, 100))
def test_byte_soup_is_read_or_refused(start: int, tmp_path: Path) -> None:
    read = [survives(seed, tmp_path) for seed in range(start, start + 100)]
    assert any(read)
    assert not all(read)


@pytest.mark.long
def test_byte_soup_is_read_or_refused_at_length(tmp_path: Path) -> None:
    read = sum(survives(seed, tmp_path) for seed in range(1000, 21_000))
    print(f"20,000 strange data files: {read} read, {20_000 - read} refused")

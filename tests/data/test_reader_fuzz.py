"""Whatever bytes a file holds, a reader gives what it reads or a DataError of printable lines, and nothing else."""

from __future__ import annotations

import gzip
import importlib.util
import io
import os
import random
import re
import time
import zipfile
from pathlib import Path

import pytest

from rnn_intent.data.check import check_examples
from rnn_intent.data.readers import FORMATS, read_splits
from rnn_intent.errors import DataError
from rnn_intent.text.user_words import read_user_dictionary
from rnn_intent.text.vectors import read_vectors
from rnn_intent.text.vocabulary import SPECIALS
from tests.workbooks import parts_of, workbook, workbook_of

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
    *(
        b'{"intents": [{"tag": "a", "patterns": ["hi", "',
        b'{"data": [',
        b'"greet": [{"data": [{"text": "hi"}]}], ',
        b"## intent:a\n",
    ),
    *(b"hi 0.5 -1\n", b"2 2\n", b"there nan 1e9\n", b" 1e400", b"iPhone 15 Pro\n", b"# words\n"),
]
ARRAY = b'[\n{"text": "hi", "intent": "greet"},\n{"text": "\xe4\xbd\xa0", "intent": "a", "slots": []}\n]'
PARTS = b'{"train": [["a", "b"],\n["c", "d"]], "val": [["a b", "b"]], "test": [["c", "d"]], "oos_test": [["x", "oos"]]}'
NLU = b"nlu:\n- intent: greet\n  examples: |\n    - hi [Rome](city)\n    - [x]{'entity': 'a'}\n- synonym: a\n"
ROWS = b"text\tintent\nhi\tgreet\n\xe4\xbd\xa0\tgreet\nbye now\tleave\n"
SEQ = {"seq.in": b"hi Rome\nbye\n", "label": b"greet\nleave\n", "seq.out": b"O B-city\nO\n"}
GOOD = {  # a file of each kind
    "jsonl": ARRAY[2:-2].replace(b",\n", b"\n"),
    "json": ARRAY,
    "tsv": ROWS,
    "csv": ROWS.replace(b"\t", b",").replace(b"hi", b'"\'=hi, ""you"""'),
    "fasttext": b"__label__greet hi\n__label__leave bye now\n",
    "rasa": NLU,
    "clinc": PARTS,
    "seq": SEQ["seq.in"],
    "vectors": b"3 2\nhi 0.5 -1\n\xe4\xbd\xa0 1 2e-3\nbye 0 0\n",
    "user dictionary": b"# words\niPhone 15 Pro\n\xe4\xbd\xa0\xe5\xa5\xbd\n",
}
NESTED = b'{"intents": {"greet": {"utterances": [{"data": [{"text": "hi "}, {"text": "Rome", "entity": "c"}]}]}}}'
MARKDOWN = b"<!-- x -->\n## intent:greet\n- hi [Rome](city)\n* bye\n\n## synonym:a\n- b\n"
OTHER = {"json": NESTED, "rasa": MARKDOWN}  # another one of the kind
TEXTS = [*GOOD.values(), *OTHER.values()]
if importlib.util.find_spec("openpyxl"):
    GOOD["xlsx"] = workbook([["text", "intent"], ["hi", "greet"], [], [5, "greet"], ["bye now", "leave"]])
KINDS = (*(format for format in FORMATS if format in {"auto", *GOOD}), *(kind for kind in GOOD if kind not in FORMATS))
SUFFIXES = [".tsv", ".csv", ".jsonl", ".json", ".yml", ".txt", ""]
LONGEST = 2.0  # seconds of computing
WHOLE = [  # what is said of a file without a line
    *("the file is empty", "no rows", "no vectors in it", "cannot be read as word vectors: ."),
    *(r"not a workbook that can be read \(", "the first sheet, ."),
]
PLACE = rf"([a-z]+)?(\.[a-z]+)*(:[0-9]+: .|: ({'|'.join(WHOLE)}))"
ENCODINGS = ["utf-8"] * 6 + ["latin-1", "utf-16", "gb18030", "utf-7", "raw_unicode_escape"]


def strange(dice: random.Random, kind: str) -> bytes:
    goods = [files[kind] for files in (GOOD, OTHER) if kind in files] or TEXTS
    return soup(dice) if dice.random() < 0.4 else damaged(dice, dice.choice(goods))


def soup(dice: random.Random) -> bytes:
    if dice.random() < 0.2:
        return dice.randbytes(dice.randrange(200))
    return b"".join(dice.choice(PIECES) for _ in range(dice.randrange(14)))


def damaged(dice: random.Random, good: bytes) -> bytes:
    """A good file, cut, with some bytes changed, or with a piece that does not belong there."""
    data = bytearray(good * dice.choice([1, 1, 3]))
    for _ in range(dice.randrange(4)):
        data[dice.randrange(len(data))] = dice.randrange(256)
    if dice.random() < 0.4:
        place = dice.randrange(len(data))
        data[place:place] = dice.choice(PIECES)
    return bytes(data[: dice.randrange(1, len(data) + 1)] if dice.random() < 0.3 else data)


def read_rows(dice: random.Random, folder: Path, kind: str) -> None:
    path = folder / f"rows{dice.choice(SUFFIXES)}"
    if kind == "seq":
        for name, good in SEQ.items():
            (folder / name).write_bytes(good if dice.random() < 0.6 else strange(dice, kind))
    else:
        path.write_bytes(strange(dice, kind))
    check_examples(read_splits(folder if kind == "seq" else path, kind, dice.choice(ENCODINGS)))


def read_workbook(dice: random.Random, folder: Path, kind: str) -> None:
    """Damaged as a whole, or one of its parts."""
    content = strange(dice, kind)
    if dice.random() < 0.7:
        parts = parts_of(GOOD[kind])
        name = dice.choice(sorted(parts))
        parts[name] = soup(dice) if dice.random() < 0.2 else damaged(dice, parts[name])
        content = workbook_of(parts)
    (folder / "rows.xlsx").write_bytes(content)
    check_examples(read_splits(folder / "rows.xlsx"))


def read_numbers(dice: random.Random, folder: Path, kind: str) -> None:
    suffix = dice.choice(["", ".gz", ".zip"])
    path, content = folder / f"words.vec{suffix}", packed(strange(dice, kind), suffix)
    path.write_bytes(damaged(dice, content) if content and dice.random() < 0.2 else content)
    read_vectors(str(path), [*SPECIALS, "hi", "bye"], extra=1)


def packed(content: bytes, suffix: str) -> bytes:
    if suffix == ".gz":
        return gzip.compress(content)
    file = io.BytesIO(content)
    if suffix:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("../../etc/passwd", content)
    return file.getvalue()


def read_words(dice: random.Random, folder: Path, kind: str) -> None:
    (folder / "words.txt").write_bytes(strange(dice, kind))
    read_user_dictionary(folder / "words.txt")


READ = {"xlsx": read_workbook, "vectors": read_numbers, "user dictionary": read_words}


def survives(seed: int, folder: Path, kind: str) -> bool:
    """Whether it was read. Raises what only a flaw raises."""
    problems: list[str] = []
    started = time.process_time()
    try:
        READ.get(kind, read_rows)(random.Random(f"{kind} {seed}"), folder, kind)
    except DataError as error:
        problems = error.problems
        assert problems
    assert time.process_time() - started < LONGEST, seed
    for line in problems:
        assert line.isprintable(), (seed, line)
        assert line.startswith(str(folder)), (seed, line)
        assert re.match(PLACE, line.removeprefix(str(folder)).lstrip(os.sep)), (seed, line)
    return not problems


@pytest.mark.parametrize("kind", KINDS)
def test_strange_files_are_read_or_refused(kind: str, tmp_path: Path) -> None:
    read = [survives(seed, tmp_path, kind) for seed in range(60)]
    assert any(read)
    assert not all(read)


@pytest.mark.long
@pytest.mark.parametrize("kind", KINDS)
def test_twenty_thousand_strange_files_of_each_kind(kind: str, tmp_path: Path) -> None:
    read = sum(survives(seed, tmp_path, kind) for seed in range(1000, 21_000))
    print(f"20,000 strange files, {kind}: {read} read, {20_000 - read} refused")

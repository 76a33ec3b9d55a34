import gzip
from pathlib import Path

import numpy as np
import pytest

from rnn_intent.errors import DataError
from rnn_intent.text.vectors import read_vectors
from rnn_intent.text.vocabulary import SPECIALS

WORDS = (*SPECIALS, "time", "light", "播放", "new york", "missing")
ROWS = "Light 9 9\ntime 1 2.5\nlight 3 4\n播放 5 6\nnew york 7 8\n"


def write(path: Path, text: str) -> Path:
    if path.suffix == ".gz":
        path.write_bytes(gzip.compress(text.encode()))
    else:
        path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("name", ["a.vec", "a.vec.gz"])
@pytest.mark.parametrize("header", ["", "5 2\n"])
def test_each_known_word_gets_its_vector(tmp_path: Path, name: str, header: str):
    vectors = read_vectors(write(tmp_path / name, header + ROWS), WORDS)
    assert vectors.rows.dtype == np.float16
    assert vectors.rows[4:].tolist() == [[1, 2.5], [9, 9], [5, 6], [7, 8], [0, 0]]  # "Light" comes first
    assert vectors.found == 4
    assert vectors.coverage == pytest.approx(4 / 5)
    assert not vectors.rows[:4].any()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no vectors"),
        ("time\n", ":1:.*no numbers"),
        ("time 1 2\nlight 3\n", ":2: 1 numbers, 2 expected"),
        ("time 1 x\n", ":1: a value that is no number"),
        ("time 1 nan\n", ":1: a value that is infinite"),
        ("x" * 200_000, "longer than"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path: Path, text: str, message: str):
    with pytest.raises(DataError, match=message):
        read_vectors(write(tmp_path / "a.vec", text), WORDS)


def test_a_broken_archive_and_a_missing_file_are_data_errors(tmp_path: Path):
    broken = tmp_path / "b.vec.gz"
    broken.write_bytes(gzip.compress(ROWS.encode() * 100)[:60])
    for path in (broken, tmp_path / "none.vec"):
        with pytest.raises(DataError, match="cannot be read"):
            read_vectors(path, WORDS)

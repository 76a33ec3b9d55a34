from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np
import pytest

from rnn_intent.data.opinions import Opinion, Opinions, opinions_of, read_opinions, write_opinions
from rnn_intent.errors import DataError

LABELS = ["play", "time", "weather"]


def test_what_is_written_is_read_back_without_what_is_hardly_possible(tmp_path: Path):
    texts = ["what time is it", "播放音乐", "nobody says anything"]
    table = np.array([[0.0, 0.9, 0.1], [0.9995, 0.0005, 0.0], [0.0, 0.0, 0.0]], dtype=np.float32)
    path = tmp_path / "lessons.jsonl.gz"
    write_opinions(path, opinions_of(texts, LABELS, table))
    assert gzip.decompress(path.read_bytes()).count(b"\n") == 2
    found = read_opinions(path)
    assert len(found) == 2
    assert found.texts == texts[:2]
    expected = [[0.0, 0.9, 0.1], [1.0, 0.0, 0.0], [0.0, 0.0, 0.0]]
    np.testing.assert_allclose(found.table(["What  TIME is it", *texts[1:]], LABELS), expected, atol=1e-5)


def test_what_nobody_has_said_is_marked(tmp_path: Path):
    path = tmp_path / "lessons.jsonl"
    write_opinions(path, opinions_of(["go", "gone home", "home"], ["play"], np.ones((3, 1)), made=range(1, 2)))
    assert [json.loads(line).get("made") for line in path.read_text("utf-8").splitlines()] == [None, True, None]
    found = read_opinions(path)
    assert (found.said, found.made) == (["go", "home"], ["gone home"])
    assert [opinion.made for opinion in found] == [False, True, False]


def test_a_distribution_over_many_intents_is_kept_however_flat(tmp_path: Path):
    labels = [f"intent_{number}" for number in range(30_000)]
    path = tmp_path / "flat.jsonl.gz"
    write_opinions(path, opinions_of(["who knows"], labels, np.full((1, 30_000), 1 / 30_000, dtype=np.float32)))
    assert read_opinions(path).table(["who knows"], labels).sum() == pytest.approx(1, abs=1e-3)


def test_intents_that_the_student_lacks_leave_their_share_to_the_others():
    opinions = Opinions([Opinion("a", {"play": 0.2, "time": 0.2, "elsewhere": 0.6}), Opinion("b", {"elsewhere": 1.0})])
    assert opinions.labels == ("elsewhere", "play", "time")
    assert opinions.table(["a", "b"], LABELS).tolist() == [[0.5, 0.5, 0.0], [0.0, 0.0, 0.0]]


def test_all_problems_of_a_file_are_told_with_their_lines(tmp_path: Path):
    lines = [
        '{"text": "fine", "probabilities": {"a": 1}}',
        "",
        "no json",
        "[1]",
        '{"text": "a"}',
        '{"text": "a", "probabilities": {"a": -1}}',
        '{"text": "a", "probabilities": {"a": true}}',
        '{"text": "a", "probabilities": {"a": 0}}',
        '{"text": "a", "probabilities": {"a": NaN}}',
        '{"text": "a", "probabilities": {"a": 1}, "made": "yes"}',
    ]
    path = tmp_path / "bad.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(DataError) as caught:
        read_opinions(path)
    assert [problem.split(":")[1] for problem in caught.value.problems] == [*"3456789", "10"]
    path.write_text("\n", encoding="utf-8")
    with pytest.raises(DataError, match="no rows"):
        read_opinions(path)
    with pytest.raises(DataError, match="no such file"):
        read_opinions(tmp_path / "none.jsonl")


LINE = '{"text": "很好", "probabilities": {"a": 1}}\n'


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_marks_of_other_systems_are_no_part_of_a_line(tmp_path: Path, pack) -> None:
    path = tmp_path / ("windows.jsonl.gz" if pack is gzip.compress else "windows.jsonl")
    path.write_bytes(pack(("\ufeff" + 2 * LINE.replace("\n", "\r\n")).encode("utf-8")))
    assert read_opinions(path).texts == ["很好"]


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("half.jsonl.gz", gzip.compress(LINE.encode() * 99, mtime=0)[:-9], "cannot be read: "),
        ("torn.jsonl.gz", gzip.compress(LINE.encode(), mtime=0)[:12] + b"\xff" * 40, "cannot be read: "),
        ("plain.jsonl.gz", LINE.encode(), "cannot be read: Not a gzipped file"),
        ("packed.jsonl", gzip.compress(LINE.encode(), mtime=0), "is packed by gzip; unpack it first"),
        ("chinese.jsonl", LINE.encode("gb18030"), ":1: byte 10 (0xba) is not utf-8; name the encoding"),
        ("chinese.jsonl.gz", gzip.compress(LINE.encode("gb18030"), mtime=0), ":1: byte 10 (0xba) is not utf-8"),
    ],
)
def test_what_is_wrong_with_a_file_is_one_line(tmp_path: Path, name: str, content: bytes, told: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError) as caught:
        read_opinions(tmp_path / name)
    (problem,) = caught.value.problems
    assert problem.startswith(str(tmp_path / name))
    assert told in problem

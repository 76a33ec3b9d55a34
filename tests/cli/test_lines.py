from __future__ import annotations

import os
from pathlib import Path

import pytest

from rnn_intent.cli import lines
from rnn_intent.cli.lines import _is_replaceable, line_writer, read_blocks
from rnn_intent.errors import DataError, UsageError


def read(path: Path, encoding: str = "utf-8") -> list[str]:
    return [line for block in read_blocks(path, encoding) for line in block]


@pytest.mark.parametrize("block", [1, 2, 3, 1000])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize(
    "text", ["", "a", "a\n", "\n", "\n\na", "几点了\r\n\r\n现在\n", "x\x85y\x0bz\u2028w\n", "a\rb\n"]
)
def test_lines_are_the_same_however_the_bytes_arrive(tmp_path: Path, monkeypatch, block, encoding, text) -> None:
    monkeypatch.setattr(lines, "BLOCK", block)
    path = tmp_path / "in"
    path.write_bytes(text.encode(encoding))
    expected = [line.removesuffix("\r") for line in text.split("\n")]
    assert read(path, encoding) == (expected if expected[-1] else expected[:-1])


def test_a_byte_order_mark_is_no_part_of_the_first_line(tmp_path: Path, monkeypatch) -> None:
    (tmp_path / "in").write_bytes(b"\xef\xbb\xbftime\n\xef\xbb\xbfx\n")
    monkeypatch.setattr(lines, "BLOCK", 2)
    assert read(tmp_path / "in") == ["time", "\ufeffx"]


@pytest.mark.parametrize("block", [1, 4, 1000])
def test_a_wrong_encoding_is_told_with_line_and_byte(tmp_path: Path, monkeypatch, block: int) -> None:
    monkeypatch.setattr(lines, "BLOCK", block)
    path = tmp_path / "in"
    path.write_bytes("一二\n三".encode() + b"\xff\xfe\n")
    with pytest.raises(DataError) as caught:
        read(path)
    assert str(caught.value).startswith(f"{path}:2: byte 10 (0xff) is not utf-8; ")


def test_a_line_that_does_not_end_is_not_gathered_in_memory(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(lines, "BLOCK", 100)
    monkeypatch.setattr(lines, "LONGEST_LINE", 1000)
    (tmp_path / "in.txt").write_text("time\nrain\n" + "x" * 990 + "\n" + "y" * 5000, encoding="utf-8")
    blocks = lines.read_blocks(tmp_path / "in.txt", "utf-8")
    with pytest.raises(DataError, match=r"in.txt:4: longer than 1,000 characters"):
        list(blocks)


def test_a_character_cut_off_at_the_end_is_told_too(tmp_path: Path) -> None:
    path = tmp_path / "in"
    path.write_bytes("time\n几".encode()[:-1])
    with pytest.raises(DataError, match=r":2: byte 5 \(0xe5\)"):
        read(path)


def test_a_written_file_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "out"
    path.write_text("old")
    with pytest.raises(KeyError):
        write_and_fail(path)
    assert os.listdir(tmp_path) == ["out"]
    assert path.read_text() == "old"
    with line_writer(path) as write:
        write(["new", "现在"])
        write([])
        write(["end"])
    assert path.read_text(encoding="utf-8") == "new\n现在\nend\n"


def test_what_is_no_file_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    with line_writer(pipe) as write:
        write(["new"])
    assert os.read(reader, 100) == b"new\n"
    os.close(reader)
    assert pipe.is_fifo()


def test_a_link_stays_a_link_to_what_was_written(tmp_path: Path) -> None:
    os.symlink(tmp_path / "real", tmp_path / "link")
    with line_writer(tmp_path / "link") as write:
        write(["new"])
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "new\n"


@pytest.mark.parametrize("name", ["/dev/stdout", "/dev/null", "/proc/self/fd/1", "/dev/not-there-yet"])
def test_nothing_under_dev_is_ever_replaced(name: str) -> None:
    assert not _is_replaceable(Path(name))


def test_a_link_to_a_device_is_not_replaced_either(tmp_path: Path) -> None:
    os.symlink("/dev/stdout", tmp_path / "link")
    assert not _is_replaceable(tmp_path / "link")


def test_a_place_that_cannot_be_written_is_a_usage_error(tmp_path: Path) -> None:
    for target in (tmp_path, tmp_path / "nowhere" / "out"):
        with pytest.raises(UsageError, match="cannot be written"):
            write_and_fail(target)


def write_and_fail(target: Path) -> None:
    with line_writer(target) as write:
        write(["new"])
        raise KeyError

"""A training that runs out of space says so in a line, spoils nothing, and goes on when there is room."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from interrupted import SAME, Place, answers, is_as_wanted, is_whole, met_a_full_disk, nothing_unfinished, same

from rnn_intent.runs import RunFolder


@pytest.mark.parametrize("share", [0.0, 0.4, 0.95])
def test_a_full_disk_is_told_in_a_line_and_spoils_nothing(place: Place, share: float) -> None:
    place.start_over()
    ended = place.train(fault=(1 + int(share * place.calls), "full"))
    met_a_full_disk(place, ended)
    assert place.train().code == 0
    is_as_wanted(place)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 600 KB, where this process may mount one."""
    mount = shutil.which("mount")
    if (
        not mount
        or subprocess.run([mount, "-t", "tmpfs", "-o", "size=600k", "tmpfs", tmp_path], capture_output=True).returncode
    ):
        pytest.skip("may not mount a tmpfs")
    yield tmp_path
    subprocess.run(["umount", tmp_path], check=True)


def test_a_disk_that_is_really_full_is_told_in_a_line_and_the_earlier_model_answers(
    place: Place, small_disk: Path
) -> None:
    run = RunFolder(shutil.copytree(place.earlier.path, small_disk / "runs" / "a"))
    with contextlib.suppress(OSError):
        (small_disk / "filler").write_bytes(bytes(1 << 20))
    again = ["train", "my.yaml", "--out", str(run.path), "--force"]
    for room, code in ((0, 2), (40_000, 1)):  # for nothing at all; for a lock, but for no checkpoint
        os.truncate(small_disk / "filler", (small_disk / "filler").stat().st_size - room)
        ended = place.children.run(*again, folder=place.folder)
        assert (ended.code, ended.out, ended.err.count("\n")) == (code, "", 1)
        assert "cannot be written: No space left on device" in ended.err
        assert answers(run) == answers(place.earlier)
    (small_disk / "filler").unlink()
    assert place.children.run(*again[:-1], "--resume", folder=place.folder).code == 0
    assert [name for name in SAME if not same(run.path / name, place.wanted.path / name)] == []


def test_a_file_that_may_grow_no_further_is_told_in_a_line_and_spoils_nothing(place: Place) -> None:
    place.start_over()
    ended = place.train(largest_file=5000)
    assert (ended.code, ended.out, ended.err.count("\n")) == (1, "", 1)
    assert "cannot be written: File too large" in ended.err
    assert nothing_unfinished(place)
    is_whole(place)
    assert place.train().code == 0
    is_as_wanted(place)

"""Files that are either the old ones or the new ones, never something between."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import stat
import tempfile
import zlib
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO, cast

from rnn_intent.errors import UsageError, printable

PACKED = ".gz"  # how the name of a file ends that gzip has packed
TEMPORARY = ".rnn-intent-"  # how the name of every unfinished file begins; its writer's mark follows


@contextlib.contextmanager
def writing(path: Path) -> Iterator[None]:
    """For what a person asked to have written there: what hinders it is a UsageError of one line."""
    try:
        yield
    except OSError as error:
        raise UsageError(f"{printable(str(path), 1000)}: cannot be written: {error.strerror or error}") from None


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A file to write that takes the place of `path` when the block ends well; otherwise nothing is left of it.

    It stands beside the target, is synced, then renamed: a reader sees all of it or the file that was there before.
    Raises OSError (disk full, no permission).
    """
    descriptor, name = tempfile.mkstemp(prefix=f"{TEMPORARY}{_writers_mark(os.getpid())}-", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, 0o666 & ~_umask())  # mkstemp makes private files
        os.replace(name, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise
    _sync_folder(path.parent)


@contextlib.contextmanager
def packing(path: Path) -> Iterator[BinaryIO]:
    """The same, packed by gzip if the name ends in .gz: equal content makes equal bytes."""
    with replacing(path) as file:
        if path.suffix != PACKED:
            yield file
            return
        import gzip  # here, because prediction needs none of it

        with gzip.GzipFile("", "wb", 6, file, mtime=0) as packed:
            yield cast("BinaryIO", packed)


def write_atomically(path: Path, content: bytes) -> None:
    """Writes a whole file, or leaves the one that was there. Raises OSError (disk full, no permission)."""
    with replacing(path) as file:
        file.write(content)


def write_json(path: Path, value: Any) -> None:
    text = json.dumps(value, ensure_ascii=False, indent=2) + "\n"
    write_atomically(path, text.encode("utf-8"))


@contextlib.contextmanager
def reading(path: Path) -> Iterator[BinaryIO]:
    """A file or pipe to read.

    Raises OSError, also for a device: what a stranger's experiment names may have no end, as /dev/zero has none.
    """
    with path.open("rb") as file:
        mode = os.fstat(file.fileno()).st_mode
        if stat.S_ISCHR(mode) or stat.S_ISBLK(mode):
            raise OSError(errno.EINVAL, "is a device, a file is expected")
        yield file


@contextlib.contextmanager
def unpacking(path: Path) -> Iterator[BinaryIO]:
    """The same, unpacked if the name ends in .gz. Raises EOFError and zlib.error as well, for what is damaged."""
    with reading(path) as file:
        if path.suffix != PACKED:
            yield file
            return
        import gzip  # here, because prediction needs none of it

        with gzip.GzipFile(fileobj=file) as unpacked:
            yield cast("BinaryIO", unpacked)


def read_file(path: Path, most: int = -1) -> bytes:
    """The bytes of a file or pipe, the first `most` if a number is given. Raises OSError, also for a device."""
    with reading(path) as file:
        return file.read(most)


def version_of(file: Path | int) -> tuple[int, int, int] | None:
    """Another one after the file was changed, or replaced even by the same bytes; None without a file.

    file: or the descriptor of an open one.
    """
    with contextlib.suppress(OSError):
        state = os.stat(file)
        return state.st_ino, state.st_mtime_ns, state.st_size
    return None


@contextlib.contextmanager
def watched(path: Path) -> Iterator[Callable[[], bool]]:
    """Gives what tells whether the file has been there all the time, and is the one that it was.

    It stays open meanwhile: once nobody has a file that was replaced, the next one may get its number, and be as old.
    """
    with contextlib.ExitStack() as held:
        before = None
        with contextlib.suppress(OSError):
            before = version_of(held.enter_context(open(path, "rb")).fileno())
        yield lambda: before is not None and version_of(path) == before


def sha256_of(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() if hasattr(hashlib, "file_digest") else _digest(file)


def remove_unfinished(folder: Path) -> None:
    """Removes what killed processes left behind in this folder; what a living one is writing stays."""
    for leftover in folder.glob(TEMPORARY + "*"):
        if not _is_being_written(leftover):
            with contextlib.suppress(OSError):
                leftover.unlink()


def _is_being_written(path: Path) -> bool:
    pid, _, rest = path.name.removeprefix(TEMPORARY).partition("-")
    return pid.isdecimal() and len(pid) < 10 and f"{pid}-{rest.partition('-')[0]}" == _mark(int(pid))


def _mark(pid: int) -> str | None:
    """A process in a file's name: its number and when it started, for numbers are given out again; None: it is dead."""
    from rnn_intent.processes import start_of  # here, because it takes a moment

    started = start_of(pid)
    return None if started is None else f"{pid}-{zlib.crc32(started.encode()):08x}"


_writers_mark = cache(_mark)  # a process writes many files, and lives as long as it writes


def _digest(file: Any) -> str:
    digest = hashlib.sha256()
    for block in iter(lambda: file.read(1 << 20), b""):
        digest.update(block)
    return digest.hexdigest()


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current


def _sync_folder(folder: Path) -> None:
    with contextlib.suppress(OSError):  # not every file system can sync a folder
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

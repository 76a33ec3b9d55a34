"""One training at a time in a run folder, and no lock that outlives the process that took it.

The lock file names its owner: process number, when that process started, and the machine. A number alone would not
do, because systems give it out again; so a lock whose owner is gone, or was another process, is recognised and taken
over. On a shared folder the owner may live on another machine, where nobody here can look: its lock is respected.
"""

from __future__ import annotations

import contextlib
import json
import os
import platform
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from rnn_intent.errors import UsageError, printable
from rnn_intent.processes import start_of
from rnn_intent.runs import RunFolder

LONGEST = 4096  # bytes of a lock file that are read


@dataclass(frozen=True)
class Owner:
    """Who holds a run folder. started: as the system tells it, to be compared and not to be read."""

    pid: int
    started: str
    host: str

    @property
    def alive(self) -> bool:
        """False only if this machine can tell that the process is gone."""
        return self.host != platform.node() or start_of(self.pid) == self.started


@contextlib.contextmanager
def held(run: RunFolder) -> Iterator[None]:
    """Holds the run folder, which must exist, for this process while the block runs.

    Raises UsageError that names the process if another one holds it, OSError if the folder cannot be written.
    """
    owner = Owner(os.getpid(), start_of(os.getpid()) or "", platform.node())
    mark = os.urandom(8).hex()  # a process may ask for what it holds already, and must not free it then
    content = json.dumps({**asdict(owner), "mark": mark}).encode()
    try:
        with _one_at_a_time(run.path):
            refuse_if_held(run)
            run.lock.unlink(missing_ok=True)  # of a dead process, or never finished by one
            _create(run.lock, content)
        yield
    finally:
        with contextlib.suppress(OSError):
            if _read(run.lock) == content:  # it may have been deleted by hand, and taken by another since
                run.lock.unlink()


def holder(run: RunFolder) -> Owner | None:
    """The process that trains into this folder now; None if there is none, or it is dead."""
    owner = _owner(_read(run.lock))
    return owner if owner is not None and owner.alive else None


def refuse_if_held(run: RunFolder) -> None:
    """Raises UsageError that names the process which is training into this folder now, if there is one."""
    owner = holder(run)
    if owner is None:
        return
    name = printable(str(run.path), 300)
    if owner.host == platform.node():
        raise UsageError(f"{name}: process {owner.pid} is training into it; wait for its end or choose another --out")
    raise UsageError(
        f"{name}: process {owner.pid} on the machine {printable(owner.host)} is training into it; if it is gone,"
        f" delete {printable(str(run.lock), 300)}"
    )


def _create(path: Path, content: bytes) -> None:
    """Fails if the file exists: where `_one_at_a_time` can do nothing, this still lets only one pass."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    try:
        os.write(descriptor, content)
    except BaseException:
        path.unlink()
        raise
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _one_at_a_time(folder: Path) -> Iterator[None]:
    """Between looking at a lock and taking it over, nobody else on this machine does the same, where systems can."""
    try:
        import fcntl
    except ImportError:  # Windows
        yield
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):  # a file system that knows no locks
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _read(path: Path) -> bytes:
    with contextlib.suppress(OSError), path.open("rb") as file:
        return file.read(LONGEST)
    return b""


def _owner(content: bytes) -> Owner | None:
    """None for what names nobody: its writer was killed in the middle, and holds nothing."""
    with contextlib.suppress(ValueError, RecursionError):
        match json.loads(content):
            case {"pid": int(pid), "started": str(started), "host": str(host)} if 0 < pid < 2**31:
                return Owner(pid, started, host)
    return None

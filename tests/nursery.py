"""Commands in processes of their own that die where a test wants it; PyTorch is imported once, so hundreds are cheap.

A server process imports everything and forks a child for each request, one JSON line in, one out:

    {"arguments": ["train", ...], "folder": ..., "seconds": null, "fault": {"call": 7, "how": "kill"}}

`seconds`: SIGKILL after this time. `fault`: what happens at the n-th call that touches the disk:

    kill      SIGKILL before it
    torn      the same, and what was about to be made durable is only half there
    full      from here on the disk is full
    term      SIGTERM, as a system that shuts down sends it
    int       SIGINT, as Ctrl-C does
"""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
TOUCHING = ("open", "write", "fsync", "replace", "unlink")  # functions of os by which files change


@dataclass(frozen=True)
class Ended:
    """code: the exit code, or minus the signal that killed it; calls: how often it touched the disk.

    written: the folders in which it made, changed, renamed or removed anything; empty if it was killed.
    """

    code: int
    out: str
    err: str
    calls: int
    written: tuple[str, ...] = ()


def talking(code: str, *arguments: str, text: bool = False) -> subprocess.Popen[Any]:
    """A process of its own that runs the code and is spoken with through pipes."""
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=text,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


class Nursery:
    def __init__(self, server: subprocess.Popen[str]) -> None:
        self._server = server

    def run(
        self,
        *arguments: str,
        folder: Path,
        seconds: float | None = None,
        fault: tuple[int, str] | None = None,
        largest_file: int | None = None,
    ) -> Ended:
        """Runs a command to its end, or to the end that was chosen for it. largest_file: bytes the system allows."""
        request = {
            "arguments": arguments,
            "folder": str(folder),
            "seconds": seconds,
            "fault": fault and {"call": fault[0], "how": fault[1]},
            "largest_file": largest_file,
        }
        print(json.dumps(request), file=self._server.stdin, flush=True)
        return Ended(**json.loads(self._server.stdout.readline()))


@contextmanager
def nursery(scratch: Path) -> Iterator[Nursery]:
    """A server that lives as long as the block. scratch: a folder for what the children print."""
    server = subprocess.Popen(
        [sys.executable, __file__, str(scratch)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
    )
    try:
        yield Nursery(server)
    finally:
        server.stdin.close()
        server.wait()


def serve(scratch: Path) -> None:
    _warm_up()
    for line in sys.stdin:
        request = json.loads(line)
        out, err, notes = (scratch / name for name in ("out", "err", "notes"))
        notes.write_text('{"calls": 0}')
        child = os.fork()
        if not child:
            _run(request, out, err, notes)
        code = _wait(child, request["seconds"])
        ended = Ended(code, out.read_text("utf-8"), err.read_text("utf-8"), **json.loads(notes.read_text("utf-8")))
        print(json.dumps(ended.__dict__), flush=True)


def _warm_up() -> None:
    """What is the same in every child, and takes longer than a small training."""
    import torch._dynamo  # noqa: F401  # which the first optimizer imports

    import rnn_intent.cli.main
    import rnn_intent.experiment
    import rnn_intent.training.fit  # noqa: F401
    from rnn_intent.config import load
    from rnn_intent.text.tokenizer import Tokenizer

    Tokenizer(load("tiny.yaml").text).words("现在几点了")


def _wait(child: int, seconds: float | None) -> int:
    killer = threading.Timer(seconds or 0, os.kill, (child, signal.SIGKILL))
    if seconds is not None:
        killer.start()
    _, status = os.waitpid(child, 0)
    killer.cancel()
    return os.waitstatus_to_exitcode(status)


def _run(request: dict[str, Any], out: Path, err: Path, notes: Path) -> None:
    """In the child: the command, to its end."""
    from rnn_intent.cli.main import main

    for path, descriptor in ((out, 1), (err, 2)):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), descriptor)
    os.chdir(request["folder"])
    sys.argv = ["rnn-intent", *request["arguments"]]
    if request["largest_file"]:
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (request["largest_file"],) * 2)
    replace = os.replace  # as it is before a fault is built into it
    written: set[str] = set()
    sys.addaudithook(lambda event, arguments: _note(written, event, arguments))
    count = _arm(request["fault"] or {"call": 0, "how": "kill"})
    code = 99
    try:
        main()
        code = 0
    except SystemExit as ended:
        code = int(ended.code or 0)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        told = json.dumps({"calls": count[0], "written": sorted(written)})
        unfinished = notes.with_name("notes.new")  # it may be killed while it writes even this
        unfinished.write_text(told, "utf-8")
        replace(unfinished, notes)
        os._exit(code)


def _note(written: set[str], event: str, arguments: tuple[Any, ...]) -> None:
    """Where the interpreter is about to change something on the disk; devices are no disk."""
    writing = os.O_WRONLY | os.O_RDWR | os.O_CREAT
    if event in ("os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.link", "os.symlink", "os.truncate") or (
        event == "open" and isinstance(arguments[2], int) and arguments[2] & writing
    ):
        path = arguments[0]
        if isinstance(path, (str, bytes)) and not os.fsdecode(path).startswith("/dev/"):
            written.add(str(Path(os.fsdecode(path)).absolute().parent))


def _arm(fault: dict[str, Any]) -> list[int]:
    """Wraps the functions that touch the disk; returns their counter."""
    count = [0]
    for name in TOUCHING:
        _wrap(name, fault, count)
    return count


def _wrap(name: str, fault: dict[str, Any], count: list[int]) -> None:
    real = getattr(os, name)
    strike = STRIKES[fault["how"]]

    def call(*arguments: Any, **options: Any) -> Any:
        if name == "open" and not (len(arguments) > 1 and arguments[1] & os.O_CREAT):
            return real(*arguments, **options)  # only reads
        count[0] += 1
        if count[0] == fault["call"] or (fault["how"] == "full" and count[0] > fault["call"] > 0):
            strike(name, arguments)
        return real(*arguments, **options)

    setattr(os, name, call)


def _kill(_name: str, _arguments: tuple[Any, ...]) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _torn(name: str, arguments: tuple[Any, ...]) -> None:
    if name == "fsync" and stat.S_ISREG(os.fstat(arguments[0]).st_mode):
        os.ftruncate(arguments[0], os.fstat(arguments[0]).st_size // 2)
    _kill(name, arguments)


def _full(name: str, _arguments: tuple[Any, ...]) -> None:
    if name in ("write", "fsync"):
        raise OSError(28, "No space left on device")


def _signalled(number: int) -> Any:
    return lambda *_: os.kill(os.getpid(), number)


STRIKES = {
    "kill": _kill,
    "torn": _torn,
    "full": _full,
    "term": _signalled(signal.SIGTERM),
    "int": _signalled(signal.SIGINT),
}


if __name__ == "__main__":
    serve(Path(sys.argv[1]))

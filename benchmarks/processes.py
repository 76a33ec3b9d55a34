"""Whole processes, as a user waits for them: seconds by the wall clock, and the most memory they ever held.

This module stays small on purpose, and so must who imports it: Linux counts what the parent holds at the fork among
a child's memory, so a parent of 100 MB would hide any child below that.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Finished:
    """seconds: wall clock; megabytes: the largest resident size."""

    seconds: float
    megabytes: float


def run(command: Sequence[str], folder: Path, lines: Iterable[bytes] | None = None) -> Finished:
    """Runs a command in a folder, one thread, output thrown away; lines are its standard input.

    Raises CalledProcessError unless it ends with 0.
    """
    started = time.perf_counter()
    stdin = subprocess.DEVNULL if lines is None else subprocess.PIPE
    process = subprocess.Popen(command, cwd=folder, env=environment(), stdin=stdin, stdout=subprocess.DEVNULL)
    if lines is not None:
        feeder = threading.Thread(target=_feed, args=(process, lines))
        feeder.start()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if lines is not None:
        feeder.join()
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    unit = 1 if sys.platform == "darwin" else 1024  # bytes there, KiB on Linux
    return Finished(seconds, usage.ru_maxrss * unit / 1e6)


def _feed(process: subprocess.Popen[bytes], lines: Iterable[bytes]) -> None:
    assert process.stdin is not None
    try:
        with process.stdin as pipe:
            pipe.writelines(lines)
    except BrokenPipeError:  # the exit status tells the rest
        pass


def pairs(first: Sequence[str], second: Sequence[str], folder: Path, rounds: int) -> tuple[Finished, Finished, float]:
    """Medians of two commands and the median of their ratio, first by second.

    They take turns, so that a change of the machine's mood meets both; one round before warms the disk's cache.
    """
    run(first, folder), run(second, folder)
    found = []
    for number in range(rounds):
        if number % 2:
            late = run(second, folder)
            found.append((run(first, folder), late))
        else:
            found.append((run(first, folder), run(second, folder)))
    ratio = median(a.seconds / b.seconds for a, b in found)
    return _median([a for a, _ in found]), _median([b for _, b in found]), ratio


def _median(measured: Sequence[Finished]) -> Finished:
    return Finished(median(one.seconds for one in measured), median(one.megabytes for one in measured))


def tool(*arguments: str) -> list[str]:
    """The command line of rnn-intent: the installed script, or the module in a checkout."""
    script = Path(sys.executable).with_name("rnn-intent")
    return [str(script), *arguments] if script.exists() else [sys.executable, "-m", "rnn_intent", *arguments]


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def environment() -> dict[str, str]:
    """One thread, this checkout on the path, and its modules kept compiled, as an installation's are."""
    path = os.pathsep.join(part for part in (str(ROOT), os.environ.get("PYTHONPATH")) if part)
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**inherited, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": path}

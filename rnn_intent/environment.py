"""What the numbers of a run may depend on besides its settings and data."""

from __future__ import annotations

import contextlib
import os
import platform
import re
import time
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from rnn_intent.version import VERSION

VERSIONS = ("rnn_intent", "python", "torch", "numpy")
MACHINE = ("platform", "processor", "threads")


def environment(threads: int | None = None, seconds: float | None = None) -> dict[str, Any]:
    """Versions and machine, and, of a training, how many threads it used, how long it took and when it ended."""
    values: dict[str, Any] = {
        "rnn_intent": VERSION,
        "python": platform.python_version(),
        "torch": _version("torch"),
        "numpy": _version("numpy"),
        "platform": platform.platform(),
        "processor": processor(),
        "cores": os.cpu_count(),
    }
    if threads is not None:
        values["threads"] = threads
    if seconds is not None:
        values |= {"seconds": round(seconds, 1), "finished": time.strftime("%Y-%m-%dT%H:%M:%S%z")}
    return values


def changes(before: Mapping[str, Any], now: Mapping[str, Any], keys: tuple[str, ...]) -> list[str]:
    """What differs under these keys, one phrase each: `torch 2.4.0, now 2.13.0`."""
    return [f"{key} {before.get(key)}, now {now.get(key)}" for key in keys if before.get(key) != now.get(key)]


def processor() -> str:
    """The processor's model as its maker calls it, where the system tells."""
    with contextlib.suppress(OSError):
        if found := re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text("utf-8", "replace"), re.M):
            return found[1].strip()
    return platform.processor() or platform.machine()


def _version(package: str) -> str | None:
    with contextlib.suppress(PackageNotFoundError):
        return version(package)
    return None

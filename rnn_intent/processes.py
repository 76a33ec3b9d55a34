"""When did a process start? The question that tells a living process from another one with the same number."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

PROC = Path("/proc")
QUERY_LIMITED = 0x1000  # the right to ask Windows when a process started
STILL_ACTIVE = 259


def start_of(pid: int) -> str | None:
    """The start of a process as its system tells it, the same at every call; None if there is no such process."""
    if (PROC / "self" / "stat").is_file():
        return _on_linux(pid)
    return _on_windows(pid) if sys.platform == "win32" else _elsewhere(pid)


def _on_linux(pid: int) -> str | None:
    """Clock ticks since this boot, and the boot: after another one, numbers and ticks may meet again."""
    try:
        fields = (PROC / str(pid) / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()
    except OSError:
        return None
    if fields[0] in "ZX":  # dead, but its parent has not asked yet
        return None
    try:
        boot = (PROC / "sys/kernel/random/boot_id").read_text("ascii").strip()
    except OSError:
        boot = ""
    return f"{fields[19]} {boot}".strip()


def _elsewhere(pid: int) -> str | None:
    """macOS and the BSDs, through ps."""
    try:
        told = subprocess.run(
            ["ps", "-o", "stat=,lstart=", "-p", str(pid)],
            capture_output=True,
            env={"LC_ALL": "C", "TZ": "UTC", "PATH": "/bin:/usr/bin"},
            check=False,
        ).stdout.decode("ascii", "replace")
    except OSError:  # no ps: a living process is taken for the one that is meant
        return "unknown" if _exists(pid) else None
    state, _, started = told.strip().partition(" ")
    return None if not state or state.startswith("Z") else started.strip()


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True  # another user's
    except OSError:
        return False
    return True


def _on_windows(pid: int) -> str | None:
    """The creation time in units of 100 ns."""
    import ctypes

    kernel: Any = ctypes.WinDLL("kernel32")  # type: ignore[attr-defined]
    kernel.OpenProcess.restype = ctypes.c_void_p
    handle = ctypes.c_void_p(kernel.OpenProcess(QUERY_LIMITED, False, pid))
    if not handle:
        return None
    try:
        code = ctypes.c_ulong()
        times = [ctypes.c_ulonglong() for _ in range(4)]
        kernel.GetExitCodeProcess(handle, ctypes.byref(code))
        kernel.GetProcessTimes(handle, *map(ctypes.byref, times))
        return str(times[0].value) if code.value == STILL_ACTIVE else None
    finally:
        kernel.CloseHandle(handle)

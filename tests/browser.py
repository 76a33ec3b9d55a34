"""A headless Chromium for tests of pages; they are skipped where there is none."""

from __future__ import annotations

import html
import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
SWITCHES = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def chromium() -> str:
    """The program to start: of the environment variable CHROMIUM, or the first that is found."""
    wanted = os.environ.get("CHROMIUM")
    found = next((path for name in ((wanted,) if wanted else NAMES) if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip("no Chromium found: install the package chromium, or name the program in CHROMIUM")
    return found


def dump(page: Path, folder: Path, width: int = 1280, dark: bool = False) -> str:
    """The page's elements as HTML, after its scripts have run. folder: for the browser's own files."""
    profile = folder / "profile"
    arguments = [f"--user-data-dir={profile}", f"--window-size={width},900", "--virtual-time-budget=4000", "--dump-dom"]
    if dark:
        arguments.append("--blink-settings=preferredColorScheme=0")
    done = subprocess.run(
        [chromium(), *SWITCHES, *arguments, page.as_uri()], capture_output=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr.decode(errors="replace")[-2000:]
    return done.stdout.decode("utf-8")


def measure(
    pages: dict[str, str], probe: str, widths: tuple[int, ...], folder: Path, dark: bool = False
) -> dict[tuple[str, int], Any]:
    """What `probe`, the body of a JavaScript function, returns in each page at each width.

    The pages are shown in frames, because a window of a headless browser cannot be as narrow as a phone.
    """
    frames = []
    for name, content in pages.items():
        for width in widths:
            key = json.dumps([name, width])
            script = (
                "<script>addEventListener('load', () => { const probe = () => {" + probe + "};"
                f" parent.postMessage({{key: {key}, found: probe()}}, '*'); }});</script></body>"
            )
            path = folder / f"{name}-{width}.html"
            path.write_text(content.replace("</body>", script), encoding="utf-8")
            frames.append(f'<iframe src="{path.name}" width="{width}" height="900"></iframe>')
    listen = (
        "<script>const all = []; addEventListener('message', (event) => { all.push(event.data);"
        " document.querySelector('pre').textContent = JSON.stringify(all); });</script><pre></pre>"
    )
    outer = folder / "frames.html"
    outer.write_text(f"<!doctype html><meta charset='utf-8'>{listen}{''.join(frames)}", encoding="utf-8")
    answer = re.search(r"<pre>(.*?)</pre>", dump(outer, folder, dark=dark), re.DOTALL)
    assert answer is not None
    found = json.loads(html.unescape(answer[1]) or "[]")
    return {(name, width): entry["found"] for entry in found for name, width in [entry["key"]]}

"""Runs the commands on the pages of this folder again and puts what they print in their place.

    python docs/refresh.py [PAGE ...]        in a folder whose runs/ holds the models that the pages name

Each block that begins with `$ rnn-intent` is a command and its output, 80 columns wide.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

BLOCK = re.compile(r"```\n\$ rnn-intent (?P<command>.*)\n[\s\S]*?\n?```")


def refreshed(match: re.Match[str]) -> str:
    command = match["command"]
    print(f"rnn-intent {command}", file=sys.stderr)
    arguments = [sys.executable, "-m", "rnn_intent", *shlex.split(command)]
    environment = {**os.environ, "COLUMNS": "80", "PYTHONUTF8": "1"}
    done = subprocess.run(arguments, env=environment, stdout=subprocess.PIPE, encoding="utf-8", check=True)
    return f"```\n$ rnn-intent {command}\n{done.stdout.rstrip()}\n```"


def main() -> None:
    pages = [Path(name) for name in sys.argv[1:]] or sorted(Path(__file__).parent.glob("*.md"))
    for page in pages:
        page.write_text(BLOCK.sub(refreshed, page.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()

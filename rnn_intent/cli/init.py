"""`rnn-intent init`: a project to start from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rnn_intent.cli.output import examples, say
from rnn_intent.errors import UsageError, printable

EXPERIMENT = """\
# Your experiment: what differs from configs/base.yaml, where every key is explained.
#
#     rnn-intent train experiment.yaml
#     rnn-intent eval
#     rnn-intent predict "What time is it ?"
extends: configs/base.yaml
data:
  # Put files of your own here: TSV (sentence, tab, intent), CSV, JSONL and others are understood.
  # Leave valid and test out to have them split off from train.
  train: data/assistant/train.jsonl
  valid: data/assistant/valid.jsonl
  test: data/assistant/test.jsonl
model:
  cell: gru  # rnn, lstm or gru
"""


def add(app: typer.Typer) -> None:
    app.command(epilog=examples("rnn-intent init my-assistant"))(init)


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder to fill; made if it does not exist.")],
    force: Annotated[bool, typer.Option("--force", help="Fill a folder that is not empty, replacing files.")] = False,
) -> None:
    """Start a project: configs and data to change as you like."""
    from rnn_intent.files import writing
    from rnn_intent.starter import starter_folder

    name = printable(str(folder), 1000)
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{name}: is a file; name a folder")
    if not force and folder.is_dir() and any(folder.iterdir()):
        raise UsageError(f"{name}: is not empty; name a new folder or say --force")
    with writing(folder):
        count = _fill(folder, starter_folder())
    print(folder)
    say(f"{count} files written; next: cd {name} && rnn-intent train experiment.yaml")


def _fill(folder: Path, starter: Path) -> int:
    from rnn_intent.files import write_atomically

    files = {folder / "experiment.yaml": EXPERIMENT.encode("utf-8")}
    for part in ("configs", "data"):
        for path in sorted((starter / part).rglob("*")):
            if path.is_file() and not path.name.startswith("."):
                files[folder / path.relative_to(starter)] = path.read_bytes()
    for path, content in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, content)
    return len(files)

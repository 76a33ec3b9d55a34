"""`rnn-intent data`: look through data files, convert and divide them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rnn_intent.cli import check
from rnn_intent.cli.groups import group
from rnn_intent.cli.options import Encoding, Format
from rnn_intent.cli.output import examples, say
from rnn_intent.cli.rows import read_told
from rnn_intent.errors import UsageError, printable

app = group("Check, convert and divide data files.", "rnn-intent data check my.tsv")
Force = Annotated[bool, typer.Option("--force", help="Replace files that exist.")]


check.add(app)


@app.command(epilog=examples("rnn-intent data convert my.csv my.jsonl", "rnn-intent data convert nlu.yml nlu.tsv"))
def convert(
    source: Annotated[Path, typer.Argument(metavar="SOURCE", help="The file or folder to read.")],
    target: Annotated[
        Path, typer.Argument(metavar="TARGET", help="The file to write; a folder if the source has splits.")
    ],
    to: Annotated[
        str, typer.Option(metavar="FORMAT", help="jsonl, tsv, csv, fasttext or rasa; auto: as the name says.")
    ] = "auto",
    format: Format = "auto",
    encoding: Encoding = "utf-8",
    force: Force = False,
) -> None:
    """Write the same rows in another format (UTF-8)."""
    from rnn_intent.data.convert import write_examples, write_splits
    from rnn_intent.data.readers import WHOLE

    splits = read_told(source, format, encoding)
    if WHOLE in splits:
        notes = write_examples(splits[WHOLE], target, to, force)
    elif target.suffix and not target.is_dir():
        raise UsageError(f"{printable(str(source))}: holds {', '.join(splits)}; name a folder to write them into")
    else:
        notes = write_splits(splits, target, "jsonl" if to == "auto" else to, force)
    for note in notes:
        say(note)
    print(f"{target}: {sum(map(len, splits.values())):,} rows")


@app.command(epilog=examples("rnn-intent data split my.tsv my-splits/ --valid 0.1 --test 0.2"))
def split(
    source: Annotated[Path, typer.Argument(metavar="FILE", help="The file to read.")],
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where train, valid and test are written.")],
    valid: Annotated[float, typer.Option(metavar="P", min=0, max=0.9, help="Share of the rows for validation.")] = 0.1,
    test: Annotated[float, typer.Option(metavar="P", min=0, max=0.9, help="Share of the rows for the test.")] = 0.1,
    seed: Annotated[int, typer.Option(metavar="N", min=0, help="The same seed divides the same way.")] = 13,
    to: Annotated[str, typer.Option(metavar="FORMAT", help="jsonl, tsv, csv, fasttext or rasa.")] = "jsonl",
    format: Format = "auto",
    encoding: Encoding = "utf-8",
    force: Force = False,
) -> None:
    """Divide rows into train, valid and test.

    Every intent is divided by the same shares.
    """
    from rnn_intent.data.convert import write_splits
    from rnn_intent.data.readers import chosen
    from rnn_intent.data.split import split_examples

    if valid + test >= 1:
        raise UsageError(f"--valid {valid} --test {test}: leave no rows to train on")
    parts = split_examples(chosen(read_told(source, format, encoding), source), valid, test, seed)
    named = dict(zip(("train", "valid", "test"), parts, strict=True))
    for note in write_splits(named, folder, to, force):
        say(note)
    for name, rows in named.items():
        if rows:
            print(f"{name}: {len(rows):,} rows")

"""`rnn-intent reproduce`: does a run come out the same again?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from rnn_intent.cli.options import Json, Run
from rnn_intent.cli.output import examples, json_text
from rnn_intent.cli.progress_bar import Bar
from rnn_intent.cli.tables import table
from rnn_intent.errors import CheckFailed, printable

if TYPE_CHECKING:
    from rnn_intent.reproduce import Reproduction

DIGITS = 16  # of a hash, as they are shown


def add(app: typer.Typer) -> None:
    app.command(epilog=examples("rnn-intent reproduce", "rnn-intent reproduce runs/lstm"))(reproduce)


def reproduce(run: Run = None, as_json: Json = False) -> None:
    """Train a run again and compare weights and metrics.

    The second training reads the run's own config and goes into a folder that does not stay. If something differs, you
    are told what else does: the data, the config, the versions or the processor; the exit code is then 5.
    """
    from rnn_intent.reproduce import reproduce as train_again

    with Bar.on_standard_error() as bar:
        found = train_again(run, on_step=bar.step)
    if as_json:
        facts = {"run": str(found.run), "identical": found.identical, "hashes": found.hashes, "causes": found.causes}
        print(json_text(facts, indent=2))
    else:
        print(_told(found))
    if not found.identical:
        raise CheckFailed(_problems(found))


def _told(found: Reproduction) -> str:
    rows = []
    for name, (then, now) in found.hashes.items():
        rows.append([name, now[:DIGITS], "identical" if then == now else f"was {then[:DIGITS]}"])
    return table(rows)


def _problems(found: Reproduction) -> list[str]:
    """What came out differently, then a line for each thing that could explain it."""
    name = printable(str(found.run), 300)
    problems = [f"{name}: {' and '.join(found.different)} came out differently"]
    for cause, phrases in found.causes.items():
        problems += [f"{cause}: {printable(phrase, 500)}" for phrase in phrases]
    if not found.causes:
        problems.append("data, config, versions and processor are the same: please report")
    return problems

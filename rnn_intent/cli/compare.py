"""`rnn-intent compare`: which of several models is better, and how sure that is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rnn_intent.cli.options import DataFormat, Encoding, Json, run_names
from rnn_intent.cli.output import examples, json_text, say
from rnn_intent.cli.tables import table
from rnn_intent.errors import DataError, UsageError, printable

if TYPE_CHECKING:
    from rnn_intent.data.example import Example
    from rnn_intent.evaluation.compare import Comparison, Difference

SEED = 13  # of the resampling: the same rows give the same intervals


def add(app: typer.Typer) -> None:
    app.command(
        epilog=examples(
            "rnn-intent compare runs/bi-gru runs/bi-lstm",
            "rnn-intent compare runs/bi-gru runs/five runs/taught --data more.tsv --json",
        )
    )(compare)


def compare(
    runs: Annotated[
        list[str],
        typer.Argument(
            metavar="RUN RUN...",
            help="Runs, model files, or folders of `train --seeds`; each is compared with the first.",
            autocompletion=run_names,
            show_default=False,
        ),
    ],
    data: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Labelled rows; by default the test rows the runs share.")
    ] = None,
    as_json: Json = False,
    data_format: DataFormat = "auto",
    encoding: Encoding = "utf-8",
) -> None:
    """Tell which of several models is better, and how sure that is.

    All answer the same rows; accuracy and macro-F1 are compared, with intervals.
    """
    if len(runs) < 2:
        raise UsageError("compare: two or more runs are needed")
    from rnn_intent.cli.rows import rows_of_file
    from rnn_intent.evaluation.compare import compare as judge
    from rnn_intent.inference.ensemble import Ensemble

    rows = _common(runs) if data is None else rows_of_file(data, data_format, encoding)
    models = [Ensemble.load(run) for run in runs]
    outside = models[0].members[0].artifact.settings.data.out_of_scope
    rows = [row for row in rows if row.intent != outside]
    texts = [row.text for row in rows]
    answers = []
    for model in models:
        answers.append([model.labels[best] for best in model.probabilities(texts).argmax(axis=1)])
    comparison = judge(runs, [row.intent for row in rows], answers, SEED)
    if as_json:
        print(json_text(comparison.to_dict(), indent=2))
    else:
        print(_told(comparison))


def _common(runs: list[str]) -> list[Example]:
    """Rows that are in the test split of every run, in the order of the first: no model was trained on them."""
    from rnn_intent.cli.rows import splits_of
    from rnn_intent.runs import find_models

    tests = [splits_of(find_models(run)[0]).test for run in runs]
    shared = set.intersection(*({(row.text, row.intent) for row in rows} for rows in tests))
    common = [row for row in tests[0] if (row.text, row.intent) in shared]
    if not common:
        raise DataError("the runs share no test rows; name rows to compare them on with --data")
    most = max(len(rows) for rows in tests)
    if len(common) < most:
        say(f"the runs were tested on different rows; compared on the {len(common):,} of {most:,} that they share")
    return common


def _told(comparison: Comparison) -> str:
    scores = [["model", "accuracy", "95 % interval", "macro-F1", "95 % interval"]]
    for score in comparison.scores:
        accuracy, f1 = _interval(score.accuracy_interval), _interval(score.macro_f1_interval)
        scores.append([printable(score.name), f"{score.accuracy:.2%}", accuracy, f"{score.macro_f1:.2%}", f1])
    parts = [f"{comparison.rows:,} rows", table(scores, "lrrrr")]
    return "\n\n".join([*parts, *map(_difference, comparison.differences)])


def _difference(found: Difference) -> str:
    rows = [
        ["accuracy", f"{100 * found.accuracy:+.2f}", f"95 % interval {_interval(found.accuracy_interval, '+')}"],
        ["macro-F1", f"{100 * found.macro_f1:+.2f}", f"95 % interval {_interval(found.macro_f1_interval, '+')}"],
        ["rows", f"+{found.won} -{found.lost}", f"McNemar: p = {found.p_mid:.3g} (exact {found.p_exact:.3g})"],
    ]
    names = printable(found.name), printable(found.against)
    return f"{names[0]} against {names[1]}: {found.verdict}\n{table(rows, 'lrl')}"


def _interval(bounds: tuple[float, float], sign: str = "") -> str:
    return " to ".join(f"{100 * bound:{sign}.2f}" for bound in bounds)

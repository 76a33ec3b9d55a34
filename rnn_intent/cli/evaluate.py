"""`rnn-intent eval`: how good a model is."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rnn_intent.cli.options import DataFormat, Encoding, Json, Run
from rnn_intent.cli.output import examples, say
from rnn_intent.cli.tables import table
from rnn_intent.errors import CheckFailed, DataError, IntentError, UsageError, printable, quoted

if TYPE_CHECKING:
    from rnn_intent.data.example import Example
    from rnn_intent.data.splits import Splits
    from rnn_intent.evaluation.evaluate import Evaluation
    from rnn_intent.evaluation.results import Results
    from rnn_intent.evaluation.robustness import Bearing
    from rnn_intent.inference.predictor import Predictor
    from rnn_intent.runs import RunFolder

CONFUSIONS = 10  # pairs shown


def add(app: typer.Typer) -> None:
    app.command(
        "eval",
        epilog=examples(
            "rnn-intent eval",
            "rnn-intent eval runs/lstm --data more.tsv --fail-under 0.9",
            "rnn-intent eval --report report.html --robustness",
        ),
    )(evaluate)


def evaluate(
    run: Run = None,
    data: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Labelled rows; the run's own test split by default.")
    ] = None,
    fail_under: Annotated[
        float | None, typer.Option(metavar="P", min=0, max=1, help="Exit with 5 if the accuracy is below this share.")
    ] = None,
    report: Annotated[
        Path | None, typer.Option(metavar="FILE.html", help="Also write a page that shows where it is wrong, and why.")
    ] = None,
    robustness: Annotated[
        bool, typer.Option("--robustness", help="Also ask the rows with typos, sound-alikes, fillers, and so on.")
    ] = False,
    format: Annotated[
        str | None, typer.Option(metavar="FORMAT", help="Print the numbers as json, markdown or csv.")
    ] = None,
    as_json: Json = False,
    data_format: DataFormat = "auto",
    encoding: Encoding = "utf-8",
) -> None:
    """Score a model: accuracy, each intent, confusions, speed.

    --report writes a page that shows, one by one, the sentences it gets wrong.
    """
    from rnn_intent.cli.rows import rows_of_file, splits_of
    from rnn_intent.evaluation.evaluate import judge
    from rnn_intent.evaluation.run_report import results_of
    from rnn_intent.inference.predictor import Predictor
    from rnn_intent.runs import RunFolder, find_model

    _check_format(format)
    path = find_model(run)
    splits: Splits | None
    if data is None:
        splits = splits_of(path)
        rows, predictor = _test_rows(splits), Predictor.load(path)
        outside = splits.out_of_scope.get("test", [])
    else:
        rows = rows_of_file(data, data_format, encoding)
        splits = _splits_if_here(path)
        _say_if_learned(rows, splits)
        predictor = Predictor.load(path)
        rows, outside = _by_scope(rows, predictor)
    results = results_of(predictor, rows, outside)
    evaluation = judge(results.labels, results.probabilities, results.truth, results.seconds)
    for intent in evaluation.unknown_intents:
        say(f"the model does not know the intent {quoted(intent)}; its rows count as errors")
    bearings = _bearings(predictor, rows) if robustness else None
    wanted = "json" if as_json else format
    if wanted:
        print(_formatted(results, evaluation, wanted, bearings), end="")
    else:
        print("\n\n".join([_told(evaluation, path), *([_robust(bearings)] if bearings else [])]))
    if report is not None:
        _report(report, predictor, results, RunFolder(path.parent), splits)
    if fail_under is not None and evaluation.accuracy < fail_under:
        raise CheckFailed(f"accuracy {evaluation.accuracy:.4f} is below --fail-under {fail_under}")


def _check_format(format: str | None) -> None:
    from rnn_intent.evaluation.formats import FORMATS

    if format is not None and format not in FORMATS:
        raise UsageError(
            f"--format {printable(format)}: {', '.join(FORMATS)} are known; how --data is written is --data-format"
        )


def _formatted(
    results: Results, evaluation: Evaluation, format: str, bearings: Mapping[str, Bearing] | None = None
) -> str:
    from rnn_intent.evaluation.formats import FORMATS
    from rnn_intent.evaluation.numbers import numbers
    from rnn_intent.evaluation.robustness import as_numbers

    found = {**numbers(results), "throughput": evaluation.sentences_per_second}
    return FORMATS[format](found if bearings is None else {**found, "robustness": as_numbers(bearings)})


def _bearings(predictor: Predictor, rows: list[Example]) -> Mapping[str, Bearing]:
    from rnn_intent.evaluation.robustness import robustness

    return robustness(predictor, rows)


def _report(report: Path, predictor: Predictor, results: Results, run: RunFolder, splits: Splits | None) -> None:
    from rnn_intent.evaluation.run_report import write_report

    if splits is None:
        say("the training rows of this model are not here; the report cannot say what errors resemble")
    write_report(report, predictor, results, run, splits)
    say(f"the report stands in {report}")


def _test_rows(splits: Splits) -> list[Example]:
    if not splits.test:
        raise DataError("the run has no test split; name rows to judge it by with --data")
    return splits.test


def _splits_if_here(model: Path) -> Splits | None:
    """None for a model that came alone."""
    from rnn_intent.cli.rows import splits_of

    try:
        return splits_of(model)
    except IntentError:
        return None


def _say_if_learned(rows: list[Example], splits: Splits | None) -> None:
    """Rows of a file that the model was made of, validation rows among them, say little of others."""
    from rnn_intent.data.fold import fold

    if splits is None:
        return
    learned = {fold(row.text) for row in (*splits.train, *splits.valid)}
    count = sum(fold(row.text) in learned for row in rows)
    if count:
        say(f"{count:,} of {len(rows):,} rows are among those that the model was made of; on others it may do worse")


def _by_scope(rows: list[Example], predictor: Predictor) -> tuple[list[Example], list[Example]]:
    """Rows of a file that belong, and rows that do not, by the name of their intent."""
    outside = predictor.artifact.settings.data.out_of_scope
    return [row for row in rows if row.intent != outside], [row for row in rows if row.intent == outside]


def _told(evaluation: Evaluation, model: Path) -> str:
    honest = evaluation.reliability
    totals = [
        ["model", printable(str(model), 300)],
        ["rows", f"{evaluation.rows:,}"],
        ["accuracy", f"{evaluation.accuracy:.2%}"],
        ["macro-F1", f"{evaluation.macro_f1:.2%}"],
        ["calibration", f"ECE {honest.ece:.3f}, Brier {honest.brier:.3f}, NLL {honest.nll:.3f}"],
        ["throughput", f"{evaluation.sentences_per_second:,.0f} sentences a second"],
    ]
    intents = [["intent", "precision", "recall", "F1", "rows"]]
    for name, score in evaluation.per_intent.items():
        shares = [f"{share:.1%}" for share in (score.precision, score.recall, score.f1)]
        intents.append([printable(name), *shares, str(score.support)])
    parts = [table(totals), table(intents, "lrrrr")]
    if evaluation.confused:
        pairs = [[printable(true), printable(guess), str(count)] for true, guess, count in evaluation.confused]
        parts.append(table([["most confused", "taken for", "rows"], *pairs[:CONFUSIONS]], "llr"))
    return "\n\n".join(parts)


def _robust(bearings: Mapping[str, Bearing]) -> str:
    """A line for each kind of variant; negation has no accuracy, for after it the right answer is another."""

    def shown(share: float | None) -> str:
        return "" if share is None else f"{share:.1%}"

    lines = [["variant", "rows", "answer changes", "accuracy before", "after", "falls by", "rejected before", "after"]]
    for kind, found in bearings.items():
        shares = [found.changed, found.accuracy_before, found.accuracy, found.fall]
        lines.append([kind, str(found.rows), *map(shown, [*shares, found.rejected_before, found.rejected])])
    return table(lines, "lrrrrrrr")

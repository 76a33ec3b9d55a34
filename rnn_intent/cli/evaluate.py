"""`rnn-intent eval`: how good a model is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rnn_intent.cli.options import Encoding, Format, Json, Run
from rnn_intent.cli.output import examples, say, table
from rnn_intent.errors import CheckFailed, DataError, UsageError, printable

if TYPE_CHECKING:
    from rnn_intent.data.example import Example
    from rnn_intent.evaluation.evaluate import Evaluation

CONFUSIONS = 10  # pairs shown


def add(app: typer.Typer) -> None:
    app.command(
        "eval",
        epilog=examples("rnn-intent eval", "rnn-intent eval runs/lstm --data more.tsv --fail-under 0.9"),
    )(evaluate)


def evaluate(
    run: Run = None,
    data: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Labelled rows; the run's own test split by default.")
    ] = None,
    fail_under: Annotated[
        float | None, typer.Option(metavar="P", min=0, max=1, help="Exit with 5 if the accuracy is below this share.")
    ] = None,
    as_json: Json = False,
    format: Format = "auto",
    encoding: Encoding = "utf-8",
) -> None:
    """Score a model: accuracy, each intent, confusions, speed."""
    from rnn_intent.evaluation.evaluate import evaluate as judge
    from rnn_intent.inference.predictor import Predictor
    from rnn_intent.runs import find_model

    path = find_model(run)
    rows = _own_rows(path) if data is None else _rows(data, format, encoding)
    evaluation = judge(Predictor.load(path), rows)
    for intent in evaluation.unknown_intents:
        say(f"the model does not know the intent {printable(intent)!r}; its rows count as errors")
    if as_json:
        import json

        print(json.dumps(evaluation.to_dict(), ensure_ascii=False, indent=2))
    else:
        print(_told(evaluation, path))
    if fail_under is not None and evaluation.accuracy < fail_under:
        raise CheckFailed(f"accuracy {evaluation.accuracy:.4f} is below --fail-under {fail_under}")


def _own_rows(model: Path) -> list[Example]:
    """The test rows of the run that the model belongs to; of the built-in model, the shipped ones."""
    from rnn_intent.config import load
    from rnn_intent.data.splits import load_splits
    from rnn_intent.runs import BUILT_IN, RunFolder

    config = RunFolder(model.parent).config
    if model != BUILT_IN and not config.is_file():
        raise UsageError(f"{printable(str(model), 300)}: stands in no run folder; name rows to judge it by with --data")
    settings = load() if model == BUILT_IN else load(config)
    splits = load_splits(settings.data, Path.cwd(), settings.seed)
    if not splits.test:
        raise DataError("the run has no test split; name rows to judge it by with --data")
    return splits.test


def _rows(data: Path, format: str, encoding: str) -> list[Example]:
    from rnn_intent.data.readers import WHOLE, read_splits

    splits = read_splits(data, format, encoding)
    if WHOLE in splits:
        return splits[WHOLE]
    if "test" in splits:
        return splits["test"]
    raise DataError(f"{printable(str(data), 300)}: has no test split; it holds {', '.join(splits)}")


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

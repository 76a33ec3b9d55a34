"""`rnn-intent calibrate`: how readily a model rejects, on a budget."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rnn_intent.cli.options import Encoding, Format, Json, Run, share
from rnn_intent.cli.output import columns, examples, json_text, say
from rnn_intent.cli.tables import table
from rnn_intent.errors import UsageError, printable

if TYPE_CHECKING:
    from rnn_intent.artifact import Artifact
    from rnn_intent.evaluation.rejection_cost import OperatingPoint
    from rnn_intent.evaluation.rejection_rows import Labelled, RejectionRows

CURVE_WIDTH, CURVE_HEIGHT = 50, 10


def add(app: typer.Typer) -> None:
    app.command(
        epilog=examples(
            "rnn-intent calibrate --max-false-reject 2%",
            "rnn-intent calibrate runs/lstm --max-false-accept 10% --data oos.tsv",
        )
    )(calibrate)


def calibrate(
    run: Run = None,
    max_false_reject: Annotated[
        str | None,
        typer.Option(metavar="P", help="Reject at most this share of the sentences that belong; 5% by default."),
    ] = None,
    max_false_accept: Annotated[
        str | None, typer.Option(metavar="P", help="Accept at most this share of the sentences that do not belong.")
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Labelled rows to measure on, or only ones that do not belong; the run's validation split by default.",
        ),
    ] = None,
    as_json: Json = False,
    format: Format = "auto",
    encoding: Encoding = "utf-8",
) -> None:
    """Set how readily a model rejects, and tell what it costs.

    The threshold in the model file is replaced; nothing is trained.
    """
    from rnn_intent import artifact as model_file
    from rnn_intent.evaluation.rejection import with_threshold
    from rnn_intent.evaluation.rejection_rows import choose_threshold, rejection_rows, with_score
    from rnn_intent.lock import refuse_if_held
    from rnn_intent.runs import BUILT_IN, RunFolder, find_model

    budget = _budget(max_false_reject, max_false_accept)
    path = find_model(run)
    if path == BUILT_IN:
        raise UsageError("the built-in model stays as it is; name a run of your own")
    refuse_if_held(RunFolder(path.parent))  # a training would put its own threshold in the place of this one
    artifact = model_file.read(path)
    labelled, asked = _labelled(artifact, path, data, format, encoding)
    artifact = with_score(artifact, labelled)
    rows = rejection_rows(artifact if asked == path else model_file.read(asked), labelled)
    chosen = choose_threshold(rows, **budget)
    model_file.write(with_threshold(artifact, chosen.threshold, {**budget, "rows": len(rows.scores)}), path)
    print(_as_json(path, rows, chosen) if as_json else _told(path, rows, chosen))


def _budget(false_reject: str | None, false_accept: str | None) -> dict[str, float]:
    if false_reject is not None and false_accept is not None:
        raise UsageError("--max-false-reject and --max-false-accept: one budget at a time")
    if false_accept is not None:
        return {"false_accept": share(false_accept, "--max-false-accept")}
    return {"false_reject": share(false_reject or "5%", "--max-false-reject")}


def _labelled(artifact: Artifact, path: Path, data: Path | None, format: str, encoding: str) -> tuple[Labelled, Path]:
    """The validation rows of the run, or those of a file, and the model file to ask about them.

    Intents that the model lacks do not belong. Users collect what should have been rejected: where a file has nothing
    else, the run's rows stand for the others.
    """
    from rnn_intent.cli.rows import rows_of_file, splits_of
    from rnn_intent.evaluation.rejection_rows import Labelled
    from rnn_intent.runs import of_validation

    if data is None:
        splits = splits_of(path)
        return Labelled(splits.valid, splits.out_of_scope.get("valid", []), splits.train), of_validation(path)
    rows = rows_of_file(data, format, encoding)
    name = artifact.settings.data.out_of_scope
    unknown = sorted({row.intent for row in rows} - {*artifact.labels, name})
    if unknown:
        say(f"the model does not know {', '.join(map(printable, unknown[:5]))}; such rows count as out of scope")
    inside = [row for row in rows if row.intent in artifact.labels]
    if not inside:
        say("no row belongs to an intent of the model: the run's validation rows stand for those that do")
    outside = [row for row in rows if row.intent not in artifact.labels]
    if inside:
        return Labelled(inside, outside), path
    return Labelled(splits_of(path).valid, outside), of_validation(path)


def _points(rows: RejectionRows, chosen: OperatingPoint) -> list[OperatingPoint]:
    """The usual budgets, of those that do the same one, and the chosen threshold among them."""
    from rnn_intent.evaluation.rejection_cost import operating_points

    points = operating_points(rows.scores, rows.correct, rows.outside)
    found = {(point.false_reject, point.recall): point for point in [*points, chosen]}
    return sorted(found.values(), key=lambda point: point.threshold)


def _told(path: Path, rows: RejectionRows, chosen: OperatingPoint) -> str:
    kind = "made-up sentences" if rows.made else "out-of-scope rows"
    lines = [["", "threshold", "lost", "gained", "errors kept out", "accuracy of answers"]]
    for point in _points(rows, chosen):
        errors = "no error" if rows.correct.all() else f"{point.errors_kept_out:.1%}"
        costs = [f"{point.false_reject:.1%}", f"{point.recall or 0.0:.1%}", errors, f"{point.accuracy:.1%}"]
        lines.append(["->" if point is chosen else "", f"{point.threshold:.4f}", *costs])
    head = f"{printable(str(path), 300)}: rejects below {chosen.threshold:.4f} from now on"
    counts = f"measured on {len(rows.scores):,} rows that belong and {len(rows.outside):,} {kind} that do not"
    legend = "rejected are, lost: rows that belong; gained: rows that do not"
    return "\n\n".join([f"{head}\n{counts}", f"{table(lines, 'lrrrrr')}\n{legend}", _curve(rows, chosen)])


def _curve(rows: RejectionRows, chosen: OperatingPoint) -> str:
    """What is gained, upwards, for what is lost, to the right; o marks the threshold."""
    import numpy as np

    from rnn_intent.evaluation.rejection_cost import recall_curve

    wide = min(CURVE_WIDTH, (columns() or 80) - len("      0%  lost"))
    lost, gained = recall_curve(rows.scores, rows.outside)
    heights = np.interp((np.arange(wide) + 0.5) / wide, lost, gained)
    grid = [["·" if height >= (row + 0.5) / CURVE_HEIGHT else " " for height in heights] for row in range(CURVE_HEIGHT)]
    across = min(int(chosen.false_reject * wide), wide - 1)
    up = min(int((chosen.recall or 0.0) * CURVE_HEIGHT), CURVE_HEIGHT - 1)
    grid[up][across] = "o"
    margins = {CURVE_HEIGHT - 1: "100% ", 0: "  0% "}
    lines = [margins.get(row, "     ") + "|" + "".join(grid[row]).rstrip() for row in reversed(range(CURVE_HEIGHT))]
    foot = "     +" + "-" * wide
    return "\n".join(["gained", *lines, foot, "      0%" + "100%  lost".rjust(wide + 2)])


def _as_json(path: Path, rows: RejectionRows, chosen: OperatingPoint) -> str:
    answer = {
        "model": str(path),
        "threshold": chosen.threshold,
        "rows": len(rows.scores),
        "out_of_scope": {"rows": len(rows.outside), "made": rows.made},
        "chosen": asdict(chosen),
        "points": [asdict(point) for point in _points(rows, chosen)],
    }
    return json_text(answer)

"""`rnn-intent data check`: review the rows of a data set, one line for each thing to look at."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rnn_intent.cli.options import Encoding, Format, Json, share
from rnn_intent.cli.output import examples, say
from rnn_intent.cli.rows import read_told
from rnn_intent.errors import CheckFailed, DataError, UsageError, printable

if TYPE_CHECKING:
    from rnn_intent.data.checks.finding import Finding
    from rnn_intent.data.example import Example

Splits = Mapping[str, "Sequence[Example]"]
DOUBTS = ("label", "swallowed intent")  # opinions: some are wrong about every data set, many are a fault in it


def add(app: typer.Typer) -> None:
    app.command(
        "check",
        epilog=examples(
            "rnn-intent data check train.tsv test.tsv --strict",
            "rnn-intent data check my.tsv --fix clean.tsv",
            "rnn-intent data check folder/ --json --no-labels",
        ),
    )(check)


def check(
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[FILE]...", help="Data files or folders; the shipped data by default."),
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Also list the rows that are OK.")] = False,
    labels: Annotated[
        bool,
        typer.Option(
            "--labels/--no-labels", help="Let every row's intent be judged by all the others, or save the time."
        ),
    ] = True,
    fix: Annotated[
        Path | None,
        typer.Option(metavar="OUT", help="Write a copy without what is plainly wrong, and a log of what was changed."),
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit with 5 if anything is found, but for a few doubts about intents.")
    ] = False,
    max_doubts: Annotated[
        str, typer.Option(metavar="P", help="Rows whose intent may be in doubt under --strict; 0% for none.")
    ] = "3%",
    out_of_scope: Annotated[
        str, typer.Option(metavar="INTENT", help="The intent whose rows belong to none.")
    ] = "out_of_scope",
    as_json: Json = False,
    format: Format = "auto",
    encoding: Encoding = "utf-8",
) -> None:
    """Look for rows that spoil training or flatter the score.

    Duplicates and near ones, contradictions, doubtful intents, broken texts and slots: a line for each, with its place.
    FIX is wrong whatever the intents mean; REVIEW is for you to decide. --strict, for pipelines, lets
    neither pass, but for doubts about the intents of 3% of the rows: some are found in any good data set.

    Several files are taken as the splits of one data set, so that rows that leak from one to another are found.
    """
    from rnn_intent.data.check import check_examples

    allowed = share(max_doubts, "--max-doubts")
    splits = _splits(files, format, encoding)
    if fix is not None:
        _refuse(fix, splits)
    findings = check_examples(splits, out_of_scope, labels=labels)
    counts = _counts(splits, findings)
    _print_json(splits, findings, counts, every) if as_json else _print_lines(splits, findings, every)
    say(f"{counts['rows']:,} rows: {counts['ok']:,} OK, {counts['review']:,} to review, {counts['fix']:,} to fix")
    if fix is not None:
        _write(fix, splits, out_of_scope)
    if strict:
        _hold(findings, counts["rows"], allowed)


def _hold(findings: Sequence[Finding], rows: int, allowed: float) -> None:
    """Raises CheckFailed for any finding that is no doubt, and for doubts about more than the allowed share of rows."""
    doubts = [finding for finding in findings if finding.kind in DOUBTS]
    others = len(findings) - len(doubts)
    doubted = len({finding.place for finding in doubts})
    problems = [f"{others} finding{'s' * (others != 1)}, and --strict allows none"] * bool(others)
    if doubted > allowed * rows:
        problems.append(f"{doubted / rows:.1%} of the rows have an intent in doubt, and --max-doubts is {allowed:.1%}")
    if problems:
        raise CheckFailed("; ".join(problems))


def _rows(splits: Splits) -> list[Example]:
    from rnn_intent.data.checks.finding import in_order

    return [row for name in in_order(splits) for row in splits[name]]


def _counts(splits: Splits, findings: Sequence[Finding]) -> dict[str, int]:
    """Rows by the worst that is said of them."""
    places = {level: {f.place for f in findings if f.level == level} for level in ("FIX", "REVIEW")}
    rows = _rows(splits)
    fix = sum(row.source in places["FIX"] for row in rows)
    review = sum(row.source in places["REVIEW"] - places["FIX"] for row in rows)
    return {"rows": len(rows), "ok": len(rows) - fix - review, "review": review, "fix": fix}


def _print_lines(splits: Splits, findings: Sequence[Finding], every: bool) -> None:
    lines: dict[str, list[str]] = {row.source: [] for row in _rows(splits)}
    for finding in findings:
        lines[finding.place].append(str(finding))
    for place, told in lines.items():
        for line in told or [f"{place}  OK"] * every:
            print(printable(line, limit=10_000))


def _print_json(splits: Splits, findings: Sequence[Finding], counts: dict[str, int], every: bool) -> None:
    content: dict[str, Any] = {**counts, "findings": [asdict(finding) for finding in findings]}
    if every:
        told = {finding.place for finding in findings}
        content["ok_rows"] = [row.source for row in _rows(splits) if row.source not in told]
    print(json.dumps(content, ensure_ascii=False, indent=2))


def _log(fix: Path, splits: Splits) -> Path:
    return fix.with_name(fix.name + ".log") if list(splits) == [""] else fix / "changes.log"


def _refuse(fix: Path, splits: Splits) -> None:
    """Nothing that exists is ever written over, the original least of all."""
    shown = printable(str(fix), 300)
    if list(splits) != [""] and fix.suffix and not fix.is_dir():
        raise UsageError(
            f"--fix {shown}: there are several splits ({', '.join(splits)}); name a folder to write them into"
        )
    if (list(splits) == [""] and fix.exists()) or _log(fix, splits).exists():
        raise UsageError(f"--fix {shown}: exists already; choose another name")


def _write(fix: Path, splits: Splits, out_of_scope: str) -> None:
    from rnn_intent.data.convert import write_examples, write_splits
    from rnn_intent.data.mend import mend
    from rnn_intent.files import write_atomically

    mended, changes = mend(splits, out_of_scope)
    notes = write_examples(mended[""], fix) if list(mended) == [""] else write_splits(mended, fix)
    log = "".join(printable(str(change), 10_000) + "\n" for change in changes)
    write_atomically(_log(fix, splits), log.encode("utf-8"))
    for note in notes:
        say(note)
    rows = sum(map(len, mended.values()))
    say(f"{rows:,} rows written to {fix}, {len(changes):,} changes listed in {_log(fix, splits)}")


def _splits(files: list[Path] | None, format: str, encoding: str) -> dict[str, list[Example]]:
    """The rows by split: of one file its own splits; of several, each file is one, named after it."""
    from rnn_intent.data.readers import WHOLE
    from rnn_intent.starter import shipped_data

    paths = files or list(shipped_data())
    splits: dict[str, list[Example]] = {}
    problems: list[str] = []
    for path in paths:
        try:
            found = read_told(path, format, encoding, keep_blank=True)
        except DataError as error:
            problems += error.problems
            continue
        for name, rows in found.items():
            splits.setdefault(_split_name(path) if name == WHOLE and len(paths) > 1 else name, []).extend(rows)
    if problems:
        raise DataError(problems)
    return splits


def _split_name(path: Path) -> str:
    from rnn_intent.data.rows import SPLITS

    return next((split for split, names in SPLITS.items() if path.stem in names), path.name)

"""Which column of a table is the text and which the intent, told by its header or by habit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from rnn_intent.data.rows import INTENT_NAMES, LANGUAGE_NAMES, SPLIT_NAMES, TEXT_NAMES, Rows
from rnn_intent.errors import quoted

FEWEST_PAIRS = 8  # rows, before it is told from them which column is the intent
OFTENER = 2  # as many different texts as intents, for that


class Columns(NamedTuple):
    """Positions in a row of `width` cells."""

    text: int = 0
    intent: int = 1
    language: int | None = None
    split: int | None = None
    width: int = 2
    header: bool = False


def find_columns(table: Sequence[Sequence[str]], line: int, rows: Rows) -> Columns | None:
    """Reads a header if the first row is one; otherwise the text stands first and the intent second, or as it seems.

    A first row with only one of the two names is noted as a problem, and gives none: reading it either way would be a
    guess. line: that of the first row.
    """
    first = table[0]
    names = [cell.strip().strip('"').casefold() for cell in first]
    kinds = (TEXT_NAMES, INTENT_NAMES, LANGUAGE_NAMES, SPLIT_NAMES)
    text, intent, language, split = (_position(names, known) for known in kinds)
    if text is not None and intent is not None:
        return Columns(text, intent, language, split, len(names), header=True)
    if text is not None and len(names) > 1:
        _half_header(line, rows, first[text], "intent", INTENT_NAMES)
    elif intent is not None and len(names) > 1:
        _half_header(line, rows, first[intent], "text", TEXT_NAMES)
    elif len(names) > 2:
        rows.problem(line, f"{len(names)} columns and no header; add one that names the columns text and intent")
    else:
        return _by_habit(table, line, rows)
    return None


def add_table(
    records: Iterable[tuple[int, Sequence[str]]],
    rows: Rows,
    add: Callable[[int, Sequence[str], Columns, Rows], None],
) -> None:
    """Adds the rows of a table; those without a filled cell are passed over.

    records: the number of each line, and its cells. add: adds the cells of a line, or notes why they are no row.
    """
    table = [(line, cells) for line, cells in records if any(cell.strip() for cell in cells)]
    if not table:
        return
    found = find_columns([cells for _, cells in table], table[0][0], rows)
    columns = found or Columns()
    for line, cells in table if found and not found.header else table[1:]:
        add(line, cells, columns, rows)
    doubt_header(columns, rows)


def add_cells(
    line: int, cells: Sequence[str], columns: Columns, rows: Rows, clean: Callable[[str], str] = str.strip
) -> None:
    """Adds cells that may hold anything. clean: makes of a cell what it says."""
    if len(cells) <= max(columns.text, columns.intent):
        rows.problem(
            line,
            f"{len(cells)} column{'s' * (len(cells) != 1)} in {quoted(cells[0])}, "
            f"{columns.width} are expected (text, intent)",
        )
    elif any(map(clean, cells[columns.width :])):
        rows.problem(line, f"{len(cells)} columns, {columns.width} are expected; put a text with commas in quotes")
    else:
        add_filled(line, cells, columns, rows, clean)


def add_filled(line: int, cells: Sequence[str], columns: Columns, rows: Rows, clean: Callable[[str], str]) -> None:
    """Adds cells among which are a text and an intent."""
    text, intent, language, split = (
        "" if at is None or at >= len(cells) else clean(cells[at])
        for at in (columns.text, columns.intent, columns.language, columns.split)
    )
    rows.add(line, text, intent, language=language, split=split)


def doubt_header(columns: Columns, rows: Rows) -> None:
    """Warns if the first row was taken for a sentence and is probably a header in other words or another language.

    It has few words, and an intent that no other row has, where other intents have several rows.
    """
    if columns.header or not rows.examples:
        return
    first, others = rows.examples[0], [row.intent for row in rows.examples[1:]]
    if len(first.text.split()) <= 2 and first.intent not in others and len(others) >= 3 * len(set(others)) > 0:
        rows.warnings.append(
            f"{first.source}: taken for a sentence, but no other row has the intent {quoted(first.intent)}; "
            "if it is a header, name its columns text and intent"
        )


def _by_habit(table: Sequence[Sequence[str]], line: int, rows: Rows) -> Columns:
    """Of a table without a header: the intent stands second, unless it is the first cells that are often the same."""
    pairs = [(cells[0].strip(), cells[1].strip()) for cells in table if len(cells) > 1]
    firsts, seconds = {first for first, _ in pairs}, {second for _, second in pairs}
    if len(pairs) < FEWEST_PAIRS or len(firsts) < 2 or len(seconds) < OFTENER * len(firsts):
        return Columns()
    seen = f"it says {len(firsts)} different things, the second one {len(seconds)}"
    rows.warnings.append(
        f"{rows.name}:{line}: no header; the first column is taken for the intents, because {seen}; "
        "name the columns in a first line if it is not"
    )
    return Columns(text=1, intent=0)


def _position(names: Sequence[str], known: Sequence[str]) -> int | None:
    return next((names.index(name) for name in known if name in names), None)


def _half_header(line: int, rows: Rows, found: str, missing: str, known: Sequence[str]) -> None:
    rows.problem(
        line,
        f"looks like a header because of {quoted(found.strip())}, but no column is the {missing}: "
        f"rename it so (also known: {', '.join(known[1:])}); "
        "if this is a row, put a header text, intent above it",
    )

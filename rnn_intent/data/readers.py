"""Files to examples: which format a file is in, and the one reader that knows it."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from rnn_intent.data.encoding import read_noted, read_text, shown
from rnn_intent.data.example import Example
from rnn_intent.data.formats import clinc, csv, fasttext, jsonl, nested, rasa, seq, tsv, xlsx
from rnn_intent.data.rows import SPLITS, Rows
from rnn_intent.errors import DataError, UsageError, printable, quoted

READERS: dict[str, Callable[[str, Rows], object]] = {
    "jsonl": jsonl.read_lines,
    "json": nested.read,
    "tsv": tsv.read,
    "csv": csv.read,
    "fasttext": fasttext.read,
    "rasa": rasa.read,
}
FORMATS = ("auto", *READERS, "xlsx", "clinc", "seq")
SUFFIXES = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
    ".tsv": "tsv",
    ".csv": "csv",
    ".xlsx": "xlsx",
    ".xlsm": "xlsx",
    ".yml": "rasa",
    ".yaml": "rasa",
    ".md": "rasa",
    ".txt": "auto",
}
_CLINC = re.compile(r'"(?:oos_)?(?:train|val|valid|test)"\s*:\s*\[\s*[\[{]')
WHOLE = ""  # the name of the only part of a file that is not divided into splits


@dataclass
class Contents:
    """What a path holds: rows by split (`WHOLE` if undivided; `oos_train`, … are out of scope), and the files read."""

    splits: dict[str, list[Example]]
    files: dict[str, str] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)


def read_examples(
    path: str | Path, format: str = "auto", encoding: str = "utf-8", split: str | None = None
) -> list[Example]:
    """The rows of a file (or of a seq.in folder), in order.

    A path that holds several splits (CLINC JSON, rows that name theirs, a folder) needs `split` to choose one.
    Raises one DataError with all the problems of the file.
    """
    return chosen(read_contents(path, format, encoding).splits, path, split)


def chosen(splits: Mapping[str, list[Example]], path: str | Path, split: str | None = None) -> list[Example]:
    """The rows of a split, or all where there are none. Raises DataError if it is not there, or none is named."""
    if split is None and WHOLE not in splits:
        raise DataError(f"{shown(path)}: holds the splits {', '.join(splits)}; name the one that is meant")
    wanted = split or WHOLE
    if wanted not in splits:
        raise DataError(f"{shown(path)}: has no split {quoted(wanted)}; it holds {', '.join(splits) or 'rows'}")
    return splits[wanted]


def read_splits(
    path: str | Path, format: str = "auto", encoding: str = "utf-8", keep_blank: bool = False
) -> dict[str, list[Example]]:
    """The rows by split: CLINC JSON, a folder, or rows that name their split give train, valid, …; others give `""`.

    keep_blank: rows without a text come out as well, for a reviewer to speak of.
    """
    return read_contents(path, format, encoding, keep_blank).splits


def read_contents(
    path: str | Path, format: str = "auto", encoding: str = "utf-8", keep_blank: bool = False
) -> Contents:
    """All that a path holds, with the sha256 of each file read."""
    if format not in FORMATS:
        close = difflib.get_close_matches(format, FORMATS, n=1)
        meant = f"did you mean {close[0]!r}?" if close else f"known: {', '.join(FORMATS)}"
        raise UsageError(f"--format {printable(format)}: unknown format, {meant}")
    path = Path(path)
    try:
        is_folder = path.is_dir()
    except (OSError, ValueError):  # a name too long, or with a NUL byte: reading the file says so
        is_folder = False
    read = _read_folder if is_folder else _read_file
    return read(path, format, encoding, keep_blank)


def sniff(text: str, suffix: str) -> str:
    """The format of a text, from the suffix of its file name and, where that leaves it open, from how it begins."""
    named = SUFFIXES.get(suffix.lower(), "auto")
    start = text[:4096].lstrip()
    first = start.split("\n", 1)[0]
    if named == "json" or (named == "auto" and start[:1] in ("{", "[")):
        return _sniff_json(text.strip())
    if named != "auto":
        return named
    if fasttext.MARK in first:
        return "fasttext"
    if rasa.is_markdown(start) or any(line.startswith(("version:", "nlu:")) for line in start.split("\n")):
        return "rasa"
    return "tsv" if "\t" in first else "csv" if any(mark in first for mark in csv.DELIMITERS) else "unknown"


def _sniff_json(text: str) -> str:
    """Rows, one a line, or lists for each split, or else whatever `nested` finds rows in."""
    first, _, others = text.partition("\n")
    if text.startswith("{"):
        if others and first.rstrip().endswith("}"):
            return "jsonl"
        if _CLINC.search(text):
            return "clinc"
    return "json"


def _read_file(path: Path, format: str, encoding: str, keep_blank: bool) -> Contents:
    contents, places = Contents({}), dict[str, tuple[int, int]]()
    rows = Rows(shown(path), keep_blank)
    if (SUFFIXES.get(path.suffix.lower()) if format == "auto" else format) == "xlsx":
        xlsx.read(read_noted(path, contents.files), rows)
    else:
        places = _read_text(read_text(path, encoding, contents.files), path.suffix, format, rows)
    examples = rows.finish()
    listed = {split: examples[begin:end] for split, (begin, end) in places.items()}
    contents.splits = listed or rows.by_split() or {WHOLE: examples}
    contents.warnings += rows.warnings
    return contents


def _read_text(text: str, suffix: str, format: str, rows: Rows) -> dict[str, tuple[int, int]]:
    """Reads the rows. Returns which of them belong to which split; nothing, if the file is not divided."""
    if not text.strip():
        raise DataError(f"{rows.name}: the file is empty")
    if format == "seq":
        raise DataError(f"{rows.name}: is a file, format seq expects a folder with {seq.SENTENCES} and {seq.LABELS}")
    if format == "auto":
        format = sniff(text, suffix)
    if format == "unknown":
        raise DataError(f"{rows.name}:1: cannot tell the format; name it with --format ({', '.join(FORMATS[1:])})")
    if format == "clinc":
        return clinc.read(text, rows)
    READERS[format](text, rows)
    return {}


def _read_folder(folder: Path, format: str, encoding: str, keep_blank: bool) -> Contents:
    if (folder / seq.SENTENCES).exists() or (format == "seq" and not _parts(folder, format)):
        return _read_seq(folder, encoding, keep_blank)
    found = _parts(folder, format)
    if not found:
        raise DataError(
            f"{shown(folder)}: is a folder; expected a file, or in the folder train.*, valid.* and test.*, "
            f"or {seq.SENTENCES} and {seq.LABELS}"
        )
    contents, problems = Contents({}), list[str]()
    for split, paths in found.items():
        try:
            part = read_contents(paths[0], format, encoding, keep_blank)
            contents.splits[split] = part.splits[WHOLE]
            contents.files |= part.files
            contents.warnings += part.warnings
        except KeyError:
            problems.append(f"{shown(paths[0])}: holds several splits itself")
        except DataError as error:
            problems += error.problems
        contents.warnings += [f"{shown(other)}: not read, {paths[0].name} is read instead" for other in paths[1:]]
    if problems:
        raise DataError(problems)
    return contents


def _parts(folder: Path, format: str) -> dict[str, list[Path]]:
    """The files (or seq folders) of each split, best first: SUFFIXES begins with the formats that hold most."""
    order = list(SUFFIXES)
    present = sorted(folder.iterdir())
    found: dict[str, list[Path]] = {}
    for prefix in ("", "oos_"):
        for split, names in SPLITS.items():
            stems = [prefix + name for name in names]
            paths = [path for path in present if path.stem in stems and _fits(path, format)]
            if paths:
                paths.sort(key=lambda path: order.index(path.suffix.lower()) if path.suffix.lower() in order else -1)
                found[prefix + split] = paths
    return found


def _fits(path: Path, format: str) -> bool:
    if path.is_dir():
        return format in ("auto", "seq") and (path / seq.SENTENCES).exists()
    kind = SUFFIXES.get(path.suffix.lower())
    return kind is not None and (format == "auto" or kind in (format, "auto"))


def _read_seq(folder: Path, encoding: str, keep_blank: bool) -> Contents:
    contents = Contents({})
    sentences = read_text(folder / seq.SENTENCES, encoding, contents.files)
    labels = read_text(folder / seq.LABELS, encoding, contents.files)
    has_tags = (folder / seq.TAGS).exists()
    tags = read_text(folder / seq.TAGS, encoding, contents.files) if has_tags else None
    rows = Rows(shown(folder / seq.SENTENCES), keep_blank)
    seq.read(sentences, labels, tags, rows)
    contents.splits = {WHOLE: rows.finish()}
    return contents

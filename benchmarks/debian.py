"""Data sets of long and of short sentences: what Debian's packages are for, by section.

    python -m benchmarks.debian Packages Translation-en sets/debian

The two files are those of a Debian mirror (dists/bookworm/main), or what `apt-helper cat-file` makes of apt's own
lists; `apt-get -o Acquire::Languages=en,de update` fetches Translation files. One package of each source counts, so
that no test row repeats a training row in other words.
"""

from __future__ import annotations

import argparse
import bz2
import gzip
import lzma
import random
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.sets import SPLITS
from rnn_intent.data.fold import fold

TOPICS = "games science net sound graphics mail web math admin editors database video education electronics fonts x11"
OTHERS = "python perl ruby java javascript haskell golang rust php ocaml lisp gnu-r devel utils text misc gnome kde"
SECTIONS = {"topics": TOPICS.split(), "all": f"{TOPICS} {OTHERS} localization introspection".split()}
SHORTEST = 15  # words of a description
SHARES = (0.6, 0.1)  # of a section's rows, to learn from and to validate; the others test
SEED = 1
OPENERS: dict[str, Callable[..., Any]] = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}


class Description(NamedTuple):
    """synopsis: the line above the text."""

    synopsis: str
    text: str


def stanzas(path: Path) -> Iterator[dict[str, str]]:
    """The fields of each paragraph of a Debian control file, further lines of a field without their first space."""
    with OPENERS.get(path.suffix, open)(path, "rt", encoding="utf-8") as file:
        fields: dict[str, str] = {}
        name = ""
        for line in file:
            line = line.removesuffix("\n")
            if not line and fields:
                yield fields
                fields = {}
            elif line.startswith(" ") and name in fields:
                fields[name] += f"\n{line[1:]}"
            elif ":" in line:
                name, _, value = line.partition(":")
                fields[name] = value.strip()
        if fields:
            yield fields


def described(path: Path) -> dict[str, Description]:
    """What each package of a Translation file is said to be for."""
    found = {}
    for fields in stanzas(path):
        names = (name for name in fields if name.startswith("Description-") and name != "Description-md5")
        whole = next((fields[name] for name in names), "")
        synopsis, _, text = whole.partition("\n")
        found[fields["Package"]] = Description(synopsis, " ".join(re.sub(r"\n\.\n", " ", text).split()))
    return found


def by_section(
    packages: Path, descriptions: dict[str, Description], sections: list[str]
) -> dict[str, list[Description]]:
    """Of each source the first package that stands in one of the sections and has a description, if that is long."""
    found: dict[str, list[Description]] = defaultdict(list)
    seen = set()
    for fields in stanzas(packages):
        name, section = fields["Package"], fields.get("Section", "")
        source = fields.get("Source", name).split()[0]
        if section not in sections or name not in descriptions or source in seen:
            continue
        seen.add(source)
        if len(descriptions[name].text.split()) >= SHORTEST:
            found[section].append(descriptions[name])
    return found


def divided(found: dict[str, list[Description]], most: int, synopses: bool) -> dict[str, list[tuple[str, str]]]:
    """At most so many rows of each section, (text, section), by split; in random order, the same each time.

    What two packages are said to be for stands in the first of their splits only.
    """
    chance = random.Random(SEED)
    parts: dict[str, list[tuple[str, str]]] = {name: [] for name in SPLITS}
    for section, rows in sorted(found.items()):
        chosen = sorted(rows)
        chance.shuffle(chosen)
        del chosen[most:]
        first = round(SHARES[0] * len(chosen))
        second = first + round(SHARES[1] * len(chosen))
        for name, part in zip(SPLITS, (chosen[:first], chosen[first:second], chosen[second:]), strict=True):
            parts[name] += [(row.synopsis if synopses else row.text, section) for row in part]
    said: set[str] = set()
    for rows in parts.values():
        rows[:] = [(text, section) for text, section in rows if fold(text) not in said]
        said.update(fold(text) for text, _ in rows)
        chance.shuffle(rows)
    return parts


def main(arguments: Sequence[str] | None = None) -> None:
    """Writes train.tsv, valid.tsv and test.tsv."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("packages", type=Path)
    parser.add_argument("translation", type=Path)
    parser.add_argument("out", type=Path, help="folder of the data set")
    parser.add_argument("--sections", choices=list(SECTIONS), default="topics")
    parser.add_argument("--synopses", action="store_true", help="the lines above the descriptions instead")
    parser.add_argument("--fewest", type=int, default=1, help="rows of a section; smaller ones are left out")
    parser.add_argument("--most", type=int, default=300, help="rows of a section")
    given = parser.parse_args(arguments)
    found = by_section(given.packages, described(given.translation), SECTIONS[given.sections])
    large = {section: rows for section, rows in found.items() if len(rows) >= given.fewest}
    given.out.mkdir(parents=True, exist_ok=True)
    for name, rows in divided(large, given.most, given.synopses).items():
        lines = ["text\tintent\n", *(f"{text}\t{section}\n" for text, section in rows)]
        (given.out / f"{name}.tsv").write_text("".join(lines), "utf-8")
        print(f"{given.out / name}.tsv: {len(rows)} rows")


if __name__ == "__main__":
    main()

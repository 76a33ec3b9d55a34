"""Chinese characters that sound alike: whoever types by sound picks the wrong one now and then."""

from __future__ import annotations

from functools import cache
from pathlib import Path

# Common characters by sound, drawn from pypinyin's readings (MIT, see LICENSES/) by build_homophones.py.
HOMOPHONES = Path(__file__).with_name("homophones.txt")


@cache
def homophones() -> dict[str, str]:
    """Of each character those that sound the same, the most common first; tones apart."""
    lines = HOMOPHONES.read_text(encoding="utf-8").split()
    return {character: line.replace(character, "") for line in lines for character in line}

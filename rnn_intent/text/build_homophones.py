"""Builds the table of Chinese characters that sound alike: python -m rnn_intent.text.build_homophones.

Needs pypinyin (MIT, see LICENSES/) for the readings, which nothing else here does; the installed jieba says how common
a character is. The same sources give the same bytes.
"""

from __future__ import annotations

import sys
import unicodedata
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from rnn_intent.text.chinese import import_jieba
from rnn_intent.text.homophones import HOMOPHONES

MOST = 12  # of a sound: nobody mistypes a character for one that hardly anybody writes


def build_homophones(readings: Mapping[int, str], frequencies: Mapping[str, int], target: Path) -> int:
    """Writes a line for each sound, tones apart, with its characters, the most common first. Returns the lines."""
    sounds: defaultdict[str, list[str]] = defaultdict(list)
    for character in _common():
        if reading := readings.get(ord(character), ""):
            sounds[_without_tone(reading.split(",")[0])].append(character)
    lines = []
    for sound in sorted(sounds):
        alike = sorted(sounds[sound], key=lambda c: (-frequencies.get(c, 0), c))[:MOST]
        if len(alike) > 1:
            lines.append("".join(alike))
    target.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return len(lines)


def _common() -> list[str]:
    """The 3,755 characters of the first level of GB 2312."""
    cells = (bytes((row, cell)) for row in range(0xB0, 0xD8) for cell in range(0xA1, 0xFF))
    return [character for code in cells if (character := code.decode("gb2312", "ignore"))]


def _without_tone(reading: str) -> str:
    """lǜ is lü: the marks of the four tones go, the two dots stay."""
    tones = "\u0304\u0301\u030c\u0300"
    parts = unicodedata.normalize("NFD", reading)
    return unicodedata.normalize("NFC", "".join(c for c in parts if c not in tones))


def _main() -> None:
    from pypinyin.constants import PINYIN_DICT

    jieba = import_jieba()
    with Path(str(jieba.__file__)).with_name("dict.txt").open("rb") as source:
        frequencies, _ = jieba.Tokenizer.gen_pfdict(source)
    print(f"{HOMOPHONES}: {build_homophones(PINYIN_DICT, frequencies, HOMOPHONES):,} sounds", file=sys.stderr)


if __name__ == "__main__":
    _main()

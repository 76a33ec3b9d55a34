"""How much of what means nothing is rejected: python -m benchmarks.gibberish MODEL ... [--more FILE ...].

Prints, for each model, the share of 1,000 sentences of each kind that is rejected at its default threshold. FILE holds
further sentences, one a line, for example of a language that no model knows; its name becomes that of the kind.
"""

from __future__ import annotations

import argparse
import string
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random

from benchmarks.tables import table
from rnn_intent.evaluation.heaps import in_a_row, in_words
from rnn_intent.inference.predictor import Predictor

SENTENCES = 1000
SEED = 2024
# the 300 commonest characters of modern Chinese, in that order
COMMON = (
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里"
    "用道行所然家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实"
    "日军者意无力它与长把机十民第公此已工使情明性知全三又关点正业外将两高间由问很最重并物手应战向头文体政"
    "美相见被利什二等产或新己制身果加西斯月话合回特代内信表化老给世位次度门任常先海通教儿原东声提立及比员"
    "解水名真论处走义各入几口认条平系气题活尔更别打女变四神总何电数安少报才结反受目太量再感建务做接必场件"
    "计管期市直德资命山金指克许统区保至队形社便空决治展马科司五基眼书非则听白却界达光放强即像难且权思王象"
)
KEYS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
SYMBOLS = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~§±¤¶•†‡°¬¦©®™€£¥★☆■□▲△→←↑↓"


def kinds(seed: int = SEED, count: int = SENTENCES) -> dict[str, list[str]]:
    """So many sentences of each kind, the same for the same seed, about as long as what people type."""
    makers: dict[str, Callable[[Random], str]] = {
        "letters": lambda chance: in_words(chance, string.ascii_lowercase),
        "letters, as in words": _pronounceable,
        "letters and digits": lambda chance: in_words(chance, string.ascii_letters + string.digits),
        "keyboard rows": lambda chance: in_words(chance, chance.choice(KEYS)),
        "symbols": lambda chance: in_words(chance, SYMBOLS),
        "Han characters, any": _han,
        "Han characters, the 300 commonest": lambda chance: in_a_row(chance, COMMON),
        "Han characters, the 100 commonest": lambda chance: in_a_row(chance, COMMON[:100]),
    }
    return {kind: [make(Random(f"{seed} {kind} {row}")) for row in range(count)] for kind, make in makers.items()}


def rejected(predictor: Predictor, sentences: Sequence[str]) -> float:
    """The share that is rejected, 0 to 1."""
    statuses = [answer.status for answer in predictor.predict(sentences)]
    return statuses.count("rejected") / len(statuses)


def _pronounceable(chance: Random) -> str:
    """Consonants and vowels take turns."""
    syllables = [a + b for a in "bcdfghjklmnprstvwz" for b in "aeiou"]
    words = ("".join(chance.choices(syllables, k=chance.randint(1, 4))) for _ in range(chance.randint(2, 8)))
    return " ".join(words)


def _han(chance: Random) -> str:
    return "".join(chr(chance.randint(0x4E00, 0x9FA5)) for _ in range(chance.randint(4, 14)))


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gibberish", description=__doc__.split("\n")[0])
    parser.add_argument("models", nargs="+", type=Path, help="model files or run folders")
    parser.add_argument("--more", nargs="+", type=Path, default=[], metavar="FILE", help="sentences, one a line")
    parser.add_argument("--seed", type=int, default=SEED, help=f"default: {SEED}")
    options = parser.parse_args(arguments)
    sentences = kinds(options.seed) | {path.stem: path.read_text("utf-8").splitlines() for path in options.more}
    predictors = [Predictor.load(path) for path in options.models]
    lines = [
        [f"{kind} ({len(rows):,})", *(f"{100 * rejected(predictor, rows):.1f}" for predictor in predictors)]
        for kind, rows in sentences.items()
    ]
    print(table(["rejected, in percent", *map(str, options.models)], lines))


if __name__ == "__main__":
    main()

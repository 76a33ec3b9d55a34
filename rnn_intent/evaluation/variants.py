"""A sentence as somebody else would have typed or said it: typos, sound-alikes, dress, fillers, and its opposite.

Every kind is a function of the sentence and a dice; it gives None where the kind does not apply. The same seed makes
the same variants, whatever other sentences there are.
"""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Callable, Mapping

from rnn_intent.text.homophones import homophones
from rnn_intent.text.misspelling import keyboard_neighbours

_HAN = re.compile("[\u4e00-\u9fff]")
_WORD = re.compile(r"[^\W\d_]{3,}")  # a typo in a shorter word makes it another word
_QUESTION = re.compile(
    r"(what|who|whom|whose|when|where|why|how|which|is|are|am|was|were|do|does|did|can|could|will|would|should|have|has"
    r"|may|shall)\b",
    re.IGNORECASE,
)
_CHINESE_QUESTION = re.compile("[吗呢几谁哪？]|什么|多少|怎么|是不是|有没有|为何|何时")
_FILLERS = ("um, {}", "uh {}", "hey, {}", "so {}", "well, {}", "okay so {}", "{}, please", "{} or so, you know")
_CHINESE_FILLERS = ("嗯，{}", "呃{}", "那个，{}", "就是{}", "我说，{}", "喂，{}", "{}啊", "{}，就这样")

Dice = random.Random
Kind = Callable[[str, Dice], "str | None"]


def variant(kind: str, text: str, seed: int) -> str | None:
    """The sentence with one thing of that kind changed, or None if there is nothing of the kind to change."""
    made = KINDS[kind](text, random.Random(f"{seed}:{kind}:{text}"))
    return made if made != text else None


def _keyboard(text: str, dice: Dice) -> str | None:
    """One letter becomes its neighbour on a QWERTY keyboard."""
    places = [at for at in _inside_words(text) if text[at].lower() in keyboard_neighbours()]
    if not places:
        return None
    place = dice.choice(places)
    letter = dice.choice(keyboard_neighbours()[text[place].lower()])
    return text[:place] + (letter.upper() if text[place].isupper() else letter) + text[place + 1 :]


def _dropped(text: str, dice: Dice) -> str | None:
    """One character is missing: a letter of a word of three or more, or one of three Chinese characters or more."""
    places = _inside_words(text)
    if not places:
        return None
    place = dice.choice(places)
    return text[:place] + text[place + 1 :]


def _swapped(text: str, dice: Dice) -> str | None:
    """Two neighbouring characters change places, inside a word, or Chinese ones."""
    spans = [match.span() for match in _WORD.finditer(text)]
    places = [at for start, end in spans for at in range(start, end - 1) if text[at].lower() != text[at + 1].lower()]
    if not places:
        return None
    at = dice.choice(places)
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def _homophone(text: str, dice: Dice) -> str | None:
    """One Chinese character becomes another that sounds the same, as input methods have it."""
    places = [at for at, character in enumerate(text) if character in homophones()]
    if not places:
        return None
    place = dice.choice(places)
    return text[:place] + dice.choice(homophones()[text[place]]) + text[place + 1 :]


def _case(text: str, dice: Dice) -> str | None:
    return text.upper() if text != text.upper() else text.lower()


def _punctuation(text: str, dice: Dice) -> str | None:
    """Without its marks; where there are none, with one at the end."""
    bare = "".join(c for c in text if not unicodedata.category(c).startswith("P") or c in "'’-")
    if " ".join(bare.split()) not in ("", " ".join(text.split())):
        return " ".join(bare.split())
    return text + dice.choice("。！？" if _HAN.search(text) else ".!?")


def _full_width(text: str, dice: Dice) -> str | None:
    """ASCII as East Asian input methods type it."""
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else "\u3000" if c == " " else c for c in text)


def _filler(text: str, dice: Dice) -> str | None:
    return dice.choice(_CHINESE_FILLERS if _HAN.search(text) else _FILLERS).format(text)


def _negation(text: str, dice: Dice) -> str | None:
    """The opposite: what was asked for is no longer wanted."""
    if _HAN.search(text):
        return ("我没问" if _CHINESE_QUESTION.search(text) else "不要") + text
    return ("I did not ask " if _QUESTION.match(text) else "do not ") + text


KINDS: Mapping[str, Kind] = {
    "keyboard typo": _keyboard,
    "dropped character": _dropped,
    "swapped characters": _swapped,
    "homophone": _homophone,
    "case": _case,
    "punctuation": _punctuation,
    "full width": _full_width,
    "filler words": _filler,
    "negation": _negation,
}
OPPOSITE = "negation"  # the only kind after which the right answer is another


def _inside_words(text: str) -> list[int]:
    return [at for match in _WORD.finditer(text) for at in range(*match.span())]

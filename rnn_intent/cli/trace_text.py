"""A trace as a terminal shows it: one row a token, as wide as the terminal and no wider.

Columns are measured as terminals measure them: a Chinese character takes two.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rnn_intent.cli.output import one_line, width
from rnn_intent.inference.trace import Step, Trace, measures

NARROWEST = 40
BAR_PARTS = " ▏▎▍▌▋▊▉█"
CHANGED, SETTLED, UNKNOWN, READ_AS = "→", "✓", "*", "≈"
_STYLES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "blue": "34"}

Paint = Callable[[str, str], str]


@dataclass(frozen=True)
class Look:
    """How wide, how much, and whether in colours."""

    columns: int = 80
    top_k: int = 3
    gates: bool = False
    color: bool = False

    def paint(self, style: str, text: str) -> str:
        return f"\x1b[{_STYLES[style]}m{text}\x1b[0m" if self.color else text


def show(trace: Trace, look: Look) -> str:
    """The whole trace as lines."""
    look = Look(max(look.columns, NARROWEST), look.top_k, look.gates, look.color)
    lines = [*_title(trace, look), "", *_beliefs(trace, look)]
    if trace.steps[0].omission is not None:
        lines += ["", *_omissions(trace, look)]
    if look.gates:
        lines += _gates(trace, look)
    return "\n".join([*lines, "", *_legend(trace, look)])


def side_by_side(one: Trace, other: Trace, look: Look) -> str:
    """Two traces next to each other where the terminal is wide enough, else one below the other."""
    half = (look.columns - 4) // 2
    if half < 48:
        return f"{show(one, look)}\n\n{show(other, look)}"
    narrow = Look(half, look.top_k, look.gates, look.color)
    columns = [show(trace, narrow).split("\n") for trace in (one, other)]
    rows = max(map(len, columns))
    left, right = ([*lines, *[""] * (rows - len(lines))] for lines in columns)
    return "\n".join((fit(a, half) + "    " + b).rstrip() for a, b in zip(left, right, strict=True))


def fit(text: str, columns: int, right: bool = False) -> str:
    """A text in exactly so many columns: cut with an ellipsis, or filled with spaces. Colours take no room."""
    wide = width(_plain(text))
    if wide <= columns:
        space = " " * (columns - wide)
        return space + text if right else text + space
    kept, used = "", 0
    for character in text:
        used += width(character)
        if used > columns - 1:
            break
        kept += character
    return fit(kept + "…", columns, right)


def percent(share: float) -> str:
    return f"{100 * share:.0f}%"


def meter(share: float, columns: int) -> str:
    """A bar in eighths of a character, filled up with spaces."""
    eighths = round(min(max(share, 0.0), 1.0) * columns * 8)
    full, rest = divmod(eighths, 8)
    return fit("█" * full + (BAR_PARTS[rest] if rest else ""), columns)


def _plain(text: str) -> str:
    if "\x1b" not in text:
        return text
    import re

    return re.sub(r"\x1b\[\d+m", "", text)


def _title(trace: Trace, look: Look) -> list[str]:
    answer = f"{one_line(trace.intent)} {percent(trace.confidence)}"
    room = look.columns - width(answer) - 2
    if room < 16:
        return [fit(one_line(trace.text), look.columns).rstrip(), look.paint("bold", answer)]
    return [fit(one_line(trace.text), room) + "  " + look.paint("bold", answer)]


def _mark(trace: Trace, place: int) -> str:
    return SETTLED if place == trace.settled_at else CHANGED if trace.steps[place].changed else " "


def _token(step: Step) -> str:
    return one_line(step.token) + (UNKNOWN if not step.known else READ_AS if step.read_as else "")


def _widest(texts: Sequence[str], most: int) -> int:
    return min(max(map(width, texts)), most)


def _beliefs(trace: Trace, look: Look) -> list[str]:
    """mark, token, winner, probability, bar, and as many of the next intents as there is room for."""
    tokens = _widest([_token(step) for step in trace.steps], max(8, look.columns // 5))
    room = look.columns - 2 - tokens - 2 - 1 - 4
    winners = _widest([one_line(step.winner) for step in trace.steps], max(6, min(24, room - 5)))
    room -= winners + 1
    bar = room if room < 30 or look.top_k < 2 else 12
    bar = max(0, min(bar, 24))
    others = room - bar - 2 if look.top_k > 1 else 0
    lines = []
    for place, step in enumerate(trace.steps):
        settled = place >= trace.settled_at
        style = "green" if settled else "bold" if step.changed else "dim"
        share = float(step.probabilities.max())
        mark = look.paint("green" if settled else "bold", _mark(trace, place))
        cells = [f"{mark} {fit(_token(step), tokens)} ", look.paint(style, fit(one_line(step.winner), winners))]
        cells += [f"{percent(share):>4}", look.paint("blue", meter(share, bar))]
        if others >= 12:
            cells.append(look.paint("dim", " " + _others(trace.ranking(place, look.top_k)[1:], others)))
        lines.append(" ".join(cells).rstrip())
    return lines


def _others(ranking: Sequence[tuple[str, float]], columns: int) -> str:
    """As many of the next intents as fit, without those at 0%; the first is cut before there is nothing."""
    ranking = [(name, share) for name, share in ranking if percent(share) != "0%"]
    told = ""
    for name, share in ranking:
        more = f"{told}, {one_line(name)} {percent(share)}".removeprefix(", ")
        if width(more) > columns:
            break
        told = more
    return told or (fit(one_line(ranking[0][0]), columns) if ranking else "")


def _omissions(trace: Trace, look: Look) -> list[str]:
    """Each token with what its absence does to the answer; bars to the left of the line speak against it."""
    tokens = _widest([_token(step) for step in trace.steps], max(8, look.columns // 5))
    half = min(12, (look.columns - tokens - 10) // 2 - 6)
    room = look.columns - (2 + tokens + 2 + 5 + 1 + 2 * half + 1 + 2)
    heading = f"change of {one_line(trace.intent)} without a token, in points"
    lines = [heading if width(heading) <= look.columns else fit("change without a token", look.columns).rstrip()]
    for step in trace.steps:
        if step.omission is None:
            continue
        change = step.omission.change
        fall = fit(meter(-change, half).rstrip(), half, right=True) if change < 0 else " " * half
        rise = meter(change, half) if change > 0 else " " * half
        other = "" if step.omission.winner == trace.intent else f"{CHANGED} {one_line(step.omission.winner)}"
        number = f"{100 * change:+.0f}".replace("-", "−").replace("+0", "0").replace("−0", "0")
        row = f"  {fit(_token(step), tokens)}  {number:>5} {look.paint('red', fall)}│{look.paint('blue', rise)}"
        lines.append((row + ("  " + fit(other, room) if other and room >= 8 else "")).rstrip())
    return lines


def _gates(trace: Trace, look: Look) -> list[str]:
    """A table for each direction, a row a token."""
    tokens = _widest([_token(step) for step in trace.steps], max(8, look.columns // 5))
    lines: list[str] = []
    for name, direction in trace.directions():
        columns = measures(direction)
        gap = 8 if 2 + tokens + 8 * len(columns) <= look.columns else 6
        heads = "".join(fit(_gate_name(key, short=gap < 8), gap, right=True) for key in columns)
        lines += ["", look.paint("bold", name), " " * (2 + tokens) + heads]
        for place, step in enumerate(trace.steps):
            values = "".join(f"{column[place]:{gap}.2f}" for column in columns.values())
            lines.append(f"  {fit(_token(step), tokens)}{values}")
    return lines


def _gate_name(measure: str, short: bool) -> str:
    """short: by the letter that the equations use."""
    if measure.endswith("norm"):
        return "‖c‖" if measure == "cell norm" else "‖h‖"
    name = measure.removesuffix(" gate")
    return {"input": "i", "forget": "f", "output": "o", "reset": "r", "update": "z"}[name] if short else name


def _legend(trace: Trace, look: Look) -> list[str]:
    notes = [f"{SETTLED} from here on the answer stayed"]
    if any(step.changed for step in trace.steps[: trace.settled_at]):
        notes.append(f"{CHANGED} the answer changed")
    if not all(step.known for step in trace.steps):
        notes.append(f"{UNKNOWN} not in the vocabulary")
    if meant := list(dict.fromkeys(step.read_as for step in trace.steps if step.read_as)):
        notes.append(f"{READ_AS} read as {', '.join(meant)}")
    if trace.model.bidirectional:
        notes.append("reads from both ends: each row is the sentence up to there, read anew")
    if look.gates:
        notes.append("gates: mean over the hidden numbers, 0 shut, 1 open; ‖h‖, ‖c‖: length of state and cell")
    return [look.paint("dim", line) for line in _wrapped(notes, look.columns)]


def _wrapped(notes: Sequence[str], columns: int) -> list[str]:
    """Notes on as few lines as they need; one that must be broken begins a line."""
    lines: list[str] = []
    for note in notes:
        if lines and width(lines[-1]) + 3 + width(note) <= columns:
            lines[-1] += f" · {note}"
        else:
            lines += _broken(note, columns)
    return lines


def _broken(note: str, columns: int) -> list[str]:
    """Between words; one that is wider than a line is cut."""
    first, *words = note.split(" ")
    lines = [first]
    for word in words:
        if width(lines[-1]) + 1 + width(word) <= columns:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return [fit(line, columns).rstrip() for line in lines]

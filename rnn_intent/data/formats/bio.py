"""Words with B-/I-/O tags, as slot data sets publish them, to a sentence with spans."""

from __future__ import annotations

from collections.abc import Sequence

from rnn_intent.data.example import Slot


def spans(words: Sequence[str], tags: Sequence[str]) -> tuple[Slot, ...]:
    """The slots of the sentence `" ".join(words)`, one tag a word.

    An I- tag that continues nothing opens a slot, as the usual scorers read it.
    Raises ValueError with the reason: another number of tags than words, or a tag of another kind.
    """
    if len(words) != len(tags):
        raise ValueError(f"{len(words)} words but {len(tags)} tags")
    slots: list[Slot] = []
    position, open_name = 0, ""
    for word, tag in zip(words, tags, strict=True):
        kind, _, name = tag.partition("-")
        if tag != "O" and (kind not in ("B", "I") or not name):
            raise ValueError(f"the tag {tag!r} is none of O, B-name, I-name")
        end = position + len(word)
        if kind == "I" and name == open_name:
            slots[-1] = Slot(name, slots[-1].start, end)
        elif name:
            slots.append(Slot(name, position, end))
        open_name = name
        position = end + 1
    return tuple(slots)

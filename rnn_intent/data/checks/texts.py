"""Texts that no reader can have meant: blank, over-long, or garbled by a wrong encoding."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

from rnn_intent.data.checks.finding import Finding, Row
from rnn_intent.errors import quoted

_TOKEN = re.compile(r"[\u3400-\u9fff]|[^\W\u3400-\u9fff]+|[^\w\s]")
_HAN = re.compile(r"[\u4e00-\u9fff]")
HIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u200b\ufeff]")


def check_texts(rows: Sequence[Row], max_tokens: int) -> Iterator[Finding]:
    """Looks at each text by itself."""
    for _, example, _ in rows:
        text, place = example.text, example.source
        if len(text) > max_tokens and (count := len(_TOKEN.findall(text))) > max_tokens:
            message = f"about {count} tokens long; only the first {max_tokens} are read"
            yield Finding(place, "REVIEW", "long text", message, "shorten it, or raise text.max_tokens")
        if text.isascii() and text.isprintable() and text.strip():
            continue
        if is_blank(text):
            yield Finding(place, "FIX", "blank text", "nothing in the text can be seen", "delete this row")
        elif "\ufffd" in text:
            message = f"a lost character (U+FFFD) in {quoted(text)}"
            yield Finding(place, "FIX", "encoding", message, "write it anew from the source")
        elif (repaired := repair(text)) is not None:
            message = f"UTF-8 that was read as another encoding: {quoted(text)}"
            yield Finding(place, "FIX", "encoding", message, f"probably meant: {quoted(repaired)}")
        elif hidden := HIDDEN.search(text):
            message = f"an invisible character (U+{ord(hidden[0]):04X}) in {quoted(text)}"
            yield Finding(place, "REVIEW", "hidden character", message, "delete the character")


def is_blank(text: str) -> bool:
    """Whether there is nothing to see."""
    return all(c.isspace() or unicodedata.category(c) in ("Cc", "Cf") for c in text)


def repair(text: str) -> str | None:
    """The text before somebody read its UTF-8 bytes as Windows-1252, Latin-1 or GB18030; None if it is fine."""
    if text.isascii():
        return None
    for encoding in ("cp1252", "latin-1"):
        repaired = _reread(text, encoding)
        if repaired is not None and repaired.isprintable():
            return repaired
    repaired = _reread(text, "gb18030") if _HAN.search(text) else None
    # short Chinese words are valid UTF-8 by chance, but then as Greek or Arabic letters, hardly as Chinese ones
    if repaired is not None and all(c.isascii() or _HAN.match(c) for c in repaired):
        return repaired
    return None


def _reread(text: str, encoding: str) -> str | None:
    try:
        repaired = text.encode(encoding).decode("utf-8")
    except UnicodeError:
        return None
    return repaired if repaired != text else None

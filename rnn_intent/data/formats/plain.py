"""What the writers share: a text on one line, and what a format would leave out."""

from __future__ import annotations

import re
from collections.abc import Iterable

from rnn_intent.data.example import Example

# controls, the line ends of Unicode and two codes that YAML refuses: no line of a file holds them, and no reader
# of sentences minds their loss
_UNFIT = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]")


def one_line(text: str) -> str:
    """The text with every control character and line end as a space, so that offsets stay where they were."""
    return _UNFIT.sub(" ", text)


def has_languages(examples: Iterable[Example]) -> bool:
    """Whether a language column is worth writing."""
    return any(row.language for row in examples)

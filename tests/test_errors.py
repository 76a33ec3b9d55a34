"""What may stand in a message: a stranger's text on one line, as it stands in the file."""

from __future__ import annotations

import pytest

from rnn_intent.errors import quoted


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("C:\\temp", "'C:\\temp'"),
        ("I don't", '"I don\'t"'),
        ("soft\u00adhyphen", "'soft\\xadhyphen'"),
        ("\x1b[31m\n", "'\\x1b[31m\\n'"),
        ("a" * 21, "'" + "a" * 19 + "…'"),
    ],
)
def test_a_quoted_text_shows_each_backslash_once_and_nothing_that_a_terminal_obeys(value: str, shown: str) -> None:
    assert quoted(value, limit=20) == shown

from __future__ import annotations

import pytest

from rnn_intent.page import page, shown


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ("\" onload='x'", "&quot; onload=&#x27;x&#x27;"),
        ("a & b", "a &amp; b"),
        ("bell\x07 and \x1b[31mred", "bell\\x07 and \\x1b[31mred"),
        ("turned\u202eround", "turned\\u202eround"),
        ("half \ud800", "half \\ud800"),
        ("two\nlines", "two\\nlines"),
        ("现在几点了", "现在几点了"),
        ("12\u00a0%", "12 %"),
    ],
)
def test_a_text_from_a_stranger_is_shown_and_not_obeyed(written: str, expected: str) -> None:
    assert shown(written) == expected


def test_a_long_text_is_cut() -> None:
    assert len(shown("x" * 100_000)) == 300


def test_the_page_forbids_the_browser_to_fetch_anything() -> None:
    made = page("title", "<p>body</p>")
    assert "default-src 'none'" in made
    assert made.index("Content-Security-Policy") < made.index("<style>")


def test_the_title_is_escaped() -> None:
    assert "<title>&lt;b&gt;</title>" in page("<b>", "")


def test_styles_and_script_of_a_page_follow_those_of_the_frame() -> None:
    made = page("title", "", styles=".mine { color: red }", script="mine();")
    assert made.index(":root {") < made.index(".mine {") < made.index("</style>")
    assert made.index('"use strict"') < made.index("mine();") < made.index("</script>")

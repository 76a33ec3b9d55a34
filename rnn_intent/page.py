"""The frame of every HTML page this program writes: one file, no outside resources, light, dark and paper.

Whoever fills the frame passes every text from outside through `shown`; the page also carries a policy that forbids
the browser to fetch anything, so that a mistake cannot become a request.
"""

from __future__ import annotations

from html import escape
from pathlib import Path

from rnn_intent.errors import printable

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"


def shown(value: object, limit: int = 300) -> str:
    """A text from a stranger as it may stand in HTML, between tags or in a quoted attribute; one line, bounded."""
    return escape(printable(str(value).replace("\u00a0", " "), limit))


def asset(name: str, beside: str = __file__) -> str:
    """The text of a style or script file that lies beside the module `beside`."""
    return Path(beside).with_name(name).read_text(encoding="utf-8")


def page(title: str, body: str, styles: str = "", script: str = "") -> str:
    """A whole HTML document. body: HTML; title: plain text; styles and script: added to those of the frame."""
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<meta name="color-scheme" content="light dark">
<title>{shown(title)}</title>
<style>
{asset("page.css")}{styles}</style>
</head>
<body>
{body}
<script>
{asset("page.js")}{script}</script>
</body>
</html>
"""

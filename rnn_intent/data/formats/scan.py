"""JSON read piece by piece, so that every piece knows its line and a deep or broken one is a problem, not a crash."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from rnn_intent.errors import printable, quoted

_SPACE = re.compile(r"[ \t\n\r]*")
_DECODER = json.JSONDecoder()


class BadJson(Exception):
    """Where and why a text is not JSON: the message is one line."""

    def __init__(self, line: int, message: str) -> None:
        self.line, self.message = line, message
        super().__init__(message)


def parse(text: str, line: int = 1) -> object:
    """A whole JSON text, or BadJson; `line` is the number of its first line."""
    scanner = Scanner(text, line)
    value = scanner.value()
    scanner.end()
    return value


class Scanner:
    """Walks through the outer arrays and objects of a JSON text; `line` is that of the value just met."""

    def __init__(self, text: str, line: int = 1) -> None:
        self.text = text
        self.line = line
        self._at = 0
        self._skip()

    @property
    def place(self) -> tuple[int, int]:
        """Where it stands, and the line there: what it can be put back to."""
        return self._at, self.line

    @place.setter
    def place(self, place: tuple[int, int]) -> None:
        self._at, self.line = place

    def value(self) -> object:
        """The value that starts here, whole."""
        try:
            value, end = _DECODER.raw_decode(self.text, self._at)
        except json.JSONDecodeError as error:
            line = self.line + self.text.count("\n", self._at, error.pos)
            raise BadJson(line, f"not JSON: {printable(error.msg)} at column {error.colno}") from None
        except RecursionError:
            raise BadJson(self.line, "not readable: JSON nested too deep") from None
        except ValueError as error:
            raise BadJson(self.line, f"not readable: {printable(str(error))}") from None
        self._advance(end)
        return value

    def elements(self) -> Iterator[int]:
        """Stands before each element of the array that starts here; the caller takes it. Yields its line."""
        self._expect("[")
        if not self._take("]"):
            while True:
                yield self.line
                if self._take("]"):
                    break
                self._expect(",")

    def members(self) -> Iterator[str]:
        """Stands before each value of the object that starts here; the caller takes it. Yields its key."""
        self._expect("{")
        if not self._take("}"):
            while True:
                key = self.value()
                if not isinstance(key, str):
                    raise BadJson(self.line, "not JSON: a key is not a string")
                self._expect(":")
                yield key
                if self._take("}"):
                    break
                self._expect(",")

    def peek(self) -> str:
        """The next character, or the empty string at the end."""
        return self.text[self._at : self._at + 1]

    def end(self) -> None:
        """Raises BadJson if anything follows."""
        if self._at < len(self.text):
            raise BadJson(self.line, f"more text after the end of the JSON value: {self._rest()}")

    def _expect(self, mark: str) -> None:
        if not self._take(mark):
            raise BadJson(self.line, f"not JSON: {mark!r} expected, found {self._rest()}")

    def _take(self, mark: str) -> bool:
        if self.peek() != mark:
            return False
        self._advance(self._at + 1)
        return True

    def _rest(self) -> str:
        return quoted(self.text[self._at : self._at + 20]) if self.peek() else "the end of the file"

    def _advance(self, end: int) -> None:
        self.line += self.text.count("\n", self._at, end)
        self._at = end
        self._skip()

    def _skip(self) -> None:
        found = _SPACE.match(self.text, self._at)
        end = found.end() if found else self._at
        self.line += self.text.count("\n", self._at, end)
        self._at = end

"""Lines in and lines out for files and pipes larger than memory."""

from __future__ import annotations

import codecs
import contextlib
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from rnn_intent.errors import DataError, UsageError, printable

BLOCK = 1 << 18  # bytes: thousands of sentences, so that batches are full, and little memory
LONGEST_LINE = 1 << 24  # characters; a file without line ends, or /dev/zero, is not gathered in memory


def read_blocks(source: Path | None, encoding: str) -> Iterator[list[str]]:
    """The lines of a file, or of standard input, in blocks; a slow pipe gives at once what has arrived.

    Raises DataError: no such file, a folder, a line without end, not in this encoding (with byte offset and line).
    """
    with _opened(source) as file:
        yield from _decoded(file, "standard input" if source is None else printable(str(source), 1000), encoding)


@contextlib.contextmanager
def line_writer(target: Path | None) -> Iterator[Callable[[Sequence[str]], None]]:
    """Gives a function that writes lines: to standard output, or to a file that appears when all is written.

    Raises UsageError when the file cannot be written; one that was there is then untouched.
    """
    if target is None or str(target) == "-":
        yield _print_lines
        return
    from rnn_intent.files import replacing, writing

    with writing(target), replacing(target.resolve()) if _is_replaceable(target) else target.open("wb") as file:
        yield lambda lines: _write_lines(file, lines)


def _is_replaceable(target: Path) -> bool:
    """Whether a path is, or may become, a plain file. A device or pipe is written to: /dev/stdout is no file's name."""
    named = target.readlink() if target.is_symlink() else target
    if any(str(path.absolute()).startswith(("/dev/", "/proc/")) for path in (target, named)):
        return False
    return target.is_file() or not target.exists()


def _print_lines(lines: Sequence[str]) -> None:
    text = "".join(f"{line}\n" for line in lines)
    try:
        sys.stdout.write(text)
    except UnicodeEncodeError:  # half a character, from a command line that was not UTF-8
        sys.stdout.write(text.encode("utf-8", errors="backslashreplace").decode("utf-8"))
    sys.stdout.flush()


def _write_lines(file: BinaryIO, lines: Sequence[str]) -> None:
    file.write("".join(f"{line}\n" for line in lines).encode("utf-8", errors="backslashreplace"))


def _opened(source: Path | None) -> contextlib.AbstractContextManager[BinaryIO]:
    if source is None:
        return contextlib.nullcontext(sys.stdin.buffer)
    try:
        return source.open("rb")
    except (OSError, ValueError):
        from rnn_intent.data.encoding import read_bytes

        read_bytes(source)  # says in one place what is wrong with a file
        raise


def _decoded(file: BinaryIO, name: str, encoding: str) -> Iterator[list[str]]:
    decode = _Decoder(name, encoding).decode
    number = 1
    parts: list[str] = []  # of the line that has not ended yet
    data = b" "
    while data:
        data = _read_some(file)
        text = decode(data)
        if "\n" in text:
            *lines, rest = ("".join(parts) + text).split("\n")
            parts, number = [rest], number + len(lines)
            yield [line.removesuffix("\r") for line in lines]
        else:
            parts.append(text)
            if len(parts) * BLOCK > LONGEST_LINE and sum(map(len, parts)) > LONGEST_LINE:
                raise DataError(f"{name}:{number}: longer than {LONGEST_LINE:,} characters: not a file of sentences")
    if last := "".join(parts).removesuffix("\r"):
        yield [last]  # its end may be missing


class _Decoder:
    """Bytes to text piece by piece, knowing at which byte and line it is."""

    def __init__(self, name: str, encoding: str) -> None:
        try:
            self._decoder = codecs.getincrementaldecoder(encoding)()
        except LookupError:
            from rnn_intent.data.encoding import KNOWN

            raise UsageError(f"--encoding {printable(encoding)}: unknown; try {KNOWN}") from None
        self._name, self._encoding = name, encoding
        self._offset, self._line, self._begun = 0, 1, False

    def decode(self, data: bytes) -> str:
        """The text of the next bytes; no bytes mean the end. A byte order mark is dropped. Raises DataError."""
        waiting = len(self._decoder.getstate()[0])
        try:
            text = self._decoder.decode(data, final=not data)
        except UnicodeDecodeError as error:
            from rnn_intent.data.encoding import likely_encoding, no_text

            read, bad = error.object, error.start
            if not self._begun and (kind := no_text(read)):
                raise DataError(f"{self._name}: is {kind}") from None
            line = self._line + read.count(b"\n", 0, bad)
            raise DataError(
                f"{self._name}:{line}: byte {self._offset - waiting + bad} (0x{read[bad]:02x}) is not "
                f"{printable(self._encoding)}; name the encoding, for example --encoding {likely_encoding(read)}"
            ) from None
        self._offset += len(data)
        self._line += text.count("\n")
        if text and not self._begun:
            self._begun = True
            text = text.removeprefix("\ufeff")
        return text


def _read_some(file: BinaryIO) -> bytes:
    """What there is, at most a block; waits only when there is nothing."""
    read: Callable[[int], bytes] = getattr(file, "read1", file.read)
    return read(BLOCK)

"""Bytes from disk to text, with errors that name file, byte offset, line and remedy."""

from __future__ import annotations

import codecs
import difflib
import hashlib
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rnn_intent.errors import DataError, printable, quoted
from rnn_intent.files import read_file, unpacking

KNOWN = "utf-8, utf-16, gb18030, cp950 or cp1252"  # what spreadsheets write in English and Chinese

# Chinese standards put punctuation and the common characters first: the range of their first bytes.
_COMMON = {"gb18030": ("gb2312", 0xA1, 0xD7), "cp950": ("cp950", 0xA1, 0xC6)}

# How files begin that a spreadsheet or an archiver wrote, and that no encoding makes a text of.
_NO_TEXT = {
    b"PK\x03\x04": "an Excel workbook or another ZIP archive; save the table as CSV UTF-8",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "an old Excel workbook; save the table as CSV UTF-8",
    b"\x1f\x8b": "packed by gzip; unpack it first",
    b"%PDF": "a PDF; save its table as CSV UTF-8",
}


def shown(path: Path | str) -> str:
    """A path as it may stand in a message."""
    return printable(str(path), limit=1000)


def read_text(path: Path, encoding: str, files: dict[str, str]) -> str:
    """The text of a file, without BOM and with `\\n` line ends; notes the file's sha256 in `files`.

    Raises DataError with one line: not there, a folder, not readable, not in this encoding.
    """
    content = read_noted(path, files)
    text = decode(content, shown(path), encoding)
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def read_lines(path: Path, encoding: str) -> Iterator[str]:
    """The lines of a file one by one, without BOM and without their ends; of what is packed (`.gz`), those in it.

    Raises DataError as `read_text` does, once it comes to what is wrong.
    """
    with _readable(path):
        try:
            with unpacking(path) as file, io.TextIOWrapper(file, encoding) as text:
                for number, line in enumerate(text):
                    yield (line if number else line.removeprefix("\ufeff")).removesuffix("\n")
        except (LookupError, ValueError):
            with unpacking(path) as file:
                decode(file.read(), shown(path), encoding)  # says where
            raise


def read_noted(path: Path, files: dict[str, str]) -> bytes:
    """The bytes of a file, whose sha256 is noted in `files`. Raises DataError as `read_bytes` does."""
    content = read_bytes(path)
    files[str(path)] = hashlib.sha256(content).hexdigest()
    return content


def read_bytes(path: Path) -> bytes:
    """The bytes of a file, or a DataError that says why not."""
    with _readable(path):
        return read_file(path)


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise DataError(f"{shown(path)}: no such file{_neighbour(path)}") from None
    except IsADirectoryError:
        raise DataError(f"{shown(path)}: is a folder, a file is expected") from None
    except (OSError, ValueError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise DataError(f"{shown(path)}: cannot be read: {printable(reason)}") from None


def decode(content: bytes, name: str, encoding: str) -> str:
    """Bytes as text; a leading byte order mark is dropped."""
    try:
        return content.decode(encoding).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        if kind := no_text(content):
            raise DataError(f"{name}: is {kind}") from None
        line = content.count(b"\n", 0, error.start) + 1
        byte = content[error.start : error.start + 1].hex()
        likely = likely_encoding(content)
        raise DataError(
            f"{name}:{line}: byte {error.start} (0x{byte}) is not {printable(encoding)}; name the encoding, "
            f"for example --encoding {likely} (of an experiment: --set data.encoding={likely})"
        ) from None
    except (LookupError, ValueError) as error:
        raise DataError(
            f"{name}: cannot be read with --encoding {printable(encoding)} ({printable(str(error))}); try {KNOWN}"
        ) from None


def no_text(content: bytes) -> str:
    """What a file is that begins so, and how to make a text of it; nothing for what may be a text."""
    return next((kind for start, kind in _NO_TEXT.items() if content.startswith(start)), "")


def likely_encoding(content: bytes) -> str:
    """The encoding that text which is not UTF-8 is probably in: GB18030, Big5, UTF-16, or else Windows-1252."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or content[:200].count(0) > 20:
        return "utf-16"
    shares = {name: _common_share(content, name) for name in _COMMON}
    best = max(shares, key=shares.__getitem__)
    return best if shares[best] > 0.5 else "cp1252"


def _common_share(content: bytes, encoding: str) -> float:
    """The share of common characters in what the bytes mean in an encoding. Umlauts, too, may be read as rare ones."""
    letters = [c for c in content.decode(encoding, errors="replace") if not c.isascii()]
    standard, first, last = _COMMON[encoding]
    common = sum(first <= c.encode(standard, errors="replace")[0] <= last for c in letters)
    return common / max(len(letters), 1)


def _neighbour(path: Path) -> str:
    try:
        names = [entry.name for entry in path.parent.iterdir()]
    except OSError:
        return ""
    close = difflib.get_close_matches(path.name, names, n=1)
    return f", did you mean {quoted(close[0])}?" if close else ""

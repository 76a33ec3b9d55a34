"""Bytes from disk to text, with errors that name file, byte offset, line and remedy."""

from __future__ import annotations

import codecs
import difflib
import hashlib
import re
from pathlib import Path

from rnn_intent.errors import DataError, printable, quoted
from rnn_intent.files import read_file

_HAN = re.compile(r"[\u4e00-\u9fff]")


def shown(path: Path | str) -> str:
    """A path as it may stand in a message."""
    return printable(str(path), limit=1000)


def read_text(path: Path, encoding: str, files: dict[str, str]) -> str:
    """The text of a file, without BOM and with `\\n` line ends; notes the file's sha256 in `files`.

    Raises DataError with one line: not there, a folder, not readable, not in this encoding.
    """
    content = read_bytes(path)
    files[str(path)] = hashlib.sha256(content).hexdigest()
    text = decode(content, shown(path), encoding)
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def read_bytes(path: Path) -> bytes:
    """The bytes of a file, or a DataError that says why not."""
    try:
        return read_file(path)
    except FileNotFoundError:
        raise DataError(f"{shown(path)}: no such file{_neighbour(path)}") from None
    except IsADirectoryError:
        raise DataError(f"{shown(path)}: is a folder, a file is expected") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise DataError(f"{shown(path)}: cannot be read: {printable(reason)}") from None


def decode(content: bytes, name: str, encoding: str) -> str:
    """Bytes as text; a leading byte order mark is dropped."""
    try:
        return content.decode(encoding).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        byte = content[error.start : error.start + 1].hex()
        raise DataError(
            f"{name}:{line}: byte {error.start} (0x{byte}) is not {printable(encoding)}; "
            f"name the file's encoding, for example --encoding {_likely_encoding(content)}"
        ) from None
    except (LookupError, ValueError) as error:
        raise DataError(
            f"{name}: cannot be read with --encoding {printable(encoding)} ({printable(str(error))}); "
            "try utf-8, utf-16, gb18030 or cp1252"
        ) from None


def _neighbour(path: Path) -> str:
    try:
        names = [entry.name for entry in path.parent.iterdir()]
    except OSError:
        return ""
    close = difflib.get_close_matches(path.name, names, n=1)
    return f", did you mean {quoted(close[0])}?" if close else ""


def _likely_encoding(content: bytes) -> str:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or content[:200].count(0) > 20:
        return "utf-16"
    try:
        text = content.decode("gb18030")
    except UnicodeDecodeError:
        return "cp1252"
    letters = [c for c in text if ord(c) > 127]
    return "gb18030" if 2 * len(_HAN.findall(text)) > len(letters) else "cp1252"

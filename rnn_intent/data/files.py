"""Bytes from disk to text and back, with errors that name file, byte offset, line and remedy."""

from __future__ import annotations

import codecs
import difflib
import hashlib
import os
import re
import tempfile
from pathlib import Path

from rnn_intent.errors import DataError, UsageError, printable

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
        return path.read_bytes()
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


def write_text(path: Path, text: str, force: bool = False) -> None:
    """Writes a UTF-8 file whole or not at all: a temporary file beside it, synced, then renamed.

    Raises UsageError when the file exists and `force` is off, or when the folder cannot be written.
    """
    if not force and path.exists():
        raise UsageError(f"{shown(path)}: exists already; choose another name or say --force")
    temporary = ""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode("utf-8"))
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, path)
    except OSError as error:
        raise UsageError(f"{shown(path)}: cannot be written: {error.strerror or error}") from None
    finally:
        if temporary and os.path.exists(temporary):
            os.unlink(temporary)


def _umask() -> int:
    # mkstemp makes private files; a data file gets the rights that any other new file gets
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _neighbour(path: Path) -> str:
    try:
        names = [entry.name for entry in path.parent.iterdir()]
    except OSError:
        return ""
    close = difflib.get_close_matches(path.name, names, n=1)
    return f", did you mean {printable(close[0])!r}?" if close else ""


def _likely_encoding(content: bytes) -> str:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or content[:200].count(0) > 20:
        return "utf-16"
    try:
        text = content.decode("gb18030")
    except UnicodeDecodeError:
        return "cp1252"
    letters = [c for c in text if ord(c) > 127]
    return "gb18030" if 2 * len(_HAN.findall(text)) > len(letters) else "cp1252"

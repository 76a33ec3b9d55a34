"""Excel workbooks for tests."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence


def workbook(table: Sequence[Sequence[object]], **others: Sequence[Sequence[object]]) -> bytes:
    """One with the sheet `rows` and others."""
    from openpyxl import Workbook

    file, book = io.BytesIO(), Workbook()
    book.remove(book.active)
    for title, rows in {"rows": table, **others}.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.save(file)
    return file.getvalue()


def workbook_of(parts: Mapping[str, bytes]) -> bytes:
    """One that is packed of these parts, whatever they are."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


def parts_of(content: bytes) -> dict[str, bytes]:
    """What is packed in it, by name."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}

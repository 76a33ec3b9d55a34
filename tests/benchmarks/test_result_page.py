from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.page import main, page
from rnn_intent.errors import DataError


def test_the_page_holds_what_was_measured(tmp_path: Path):
    (tmp_path / "accuracy.md").write_text("## Test accuracy, %\n\n| 93.8 |\n", "utf-8")
    assert main([str(tmp_path), "--to", str(tmp_path / "docs" / "page.md")]) == 0
    text = (tmp_path / "docs" / "page.md").read_text("utf-8")
    assert "| 93.8 |" in text
    assert "# Speed" not in text


def test_nothing_measured_is_an_error_and_leaves_the_old_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    old = tmp_path / "page.md"
    old.write_text("old")
    with pytest.raises(DataError, match=r"accuracy\.md"):
        page(tmp_path)
    assert main([str(tmp_path), "--to", str(old)]) == DataError.exit_code
    assert "run the benchmarks first" in capsys.readouterr().err
    assert old.read_text() == "old"

from __future__ import annotations

import logging
import struct

import pytest
from random_models import random_artifact

from rnn_intent import plotting
from rnn_intent.inference.trace import trace

pytest.importorskip("matplotlib")
from rnn_intent.inference.trace_png import trace_picture


def size(data: bytes) -> tuple[int, int]:
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    return struct.unpack(">II", data[16:24])


@pytest.mark.parametrize("texts", [["What $time is it_ ?"], ["现在几点了", "play music"], [""], ["is " * 90]])
def test_every_sentence_becomes_a_picture(texts: list[str], recwarn: pytest.WarningsRecorder) -> None:
    artifact = random_artifact(bidirectional=len(texts) == 1)
    wide, high = size(trace_picture([trace(artifact, text, leave_one_out=True) for text in texts]))
    assert wide > 900
    assert high > 600
    assert not [warning for warning in recwarn if "Glyph" in str(warning.message)]


def test_the_same_trace_is_the_same_file() -> None:
    told = [trace(random_artifact(), "what time", leave_one_out=True)]
    assert trace_picture(told) == trace_picture(told)


def test_chinese_is_looked_up_in_a_chinese_font_if_there_is_one(monkeypatch, caplog) -> None:
    from matplotlib import font_manager

    def installed(*names: str) -> None:
        fonts = [font_manager.FontEntry(name=name) for name in names]
        monkeypatch.setattr(font_manager.fontManager, "ttflist", fonts)

    installed("DejaVu Sans", "SimSun", "Noto Sans CJK SC")
    assert plotting.fonts("what time") == ["DejaVu Sans"]
    assert plotting.fonts("现在") == ["DejaVu Sans", "Noto Sans CJK SC"]
    installed("DejaVu Sans", "SimSun")
    assert plotting.fonts("现在") == ["DejaVu Sans", "SimSun"]
    assert not caplog.records
    installed("DejaVu Sans")
    with caplog.at_level(logging.WARNING):
        assert plotting.fonts("现在") == ["DejaVu Sans"]
    assert "no font with Chinese" in caplog.text

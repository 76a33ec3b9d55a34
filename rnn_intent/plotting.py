"""Pictures as PNG, with matplotlib from the extra [plot]; nothing else of this program needs it."""

from __future__ import annotations

import io
import logging
import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from unicodedata import east_asian_width

from rnn_intent.errors import UsageError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

logger = logging.getLogger(__name__)

INK, SOFT, RULE, WASH, PAPER = "#1d1c1a", "#65625c", "#dcd8cf", "#f2efe8", "#ffffff"
BLUE, RUST = "#27608f", "#b4431f"
DOTS_PER_INCH = 160
STYLE: dict[Any, Any] = {
    "font.size": 9.0,
    "text.color": INK,
    "axes.labelcolor": SOFT,
    "axes.edgecolor": SOFT,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 10.0,
    "axes.titlelocation": "left",
    "xtick.color": SOFT,
    "ytick.color": SOFT,
    "figure.facecolor": PAPER,
    "text.parse_math": False,  # what people write may hold dollar signs
}
CJK_FONTS = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "PingFang SC",
    "Hiragino Sans GB",
    "Heiti SC",
    "STHeiti",
    "Microsoft YaHei",
    "SimHei",
    "SimSun",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "AR PL UMing CN",
    "Droid Sans Fallback",
    "Arial Unicode MS",
    "Noto Sans CJK JP",
    "Noto Sans CJK TC",
    "Noto Serif CJK SC",
)


def require() -> None:
    """Raises UsageError where matplotlib is not installed."""
    try:
        import matplotlib  # noqa: F401
    except ImportError:
        raise UsageError("a PNG needs matplotlib: pip install 'rnn-intent[plot]'") from None


def drawn(width: float, height: float, words: str, draw: Callable[[Figure], None]) -> bytes:
    """A picture as the bytes of a PNG file; width and height in inches.

    words: what will be written in it, so that a font is found that has the letters. Raises UsageError without
    matplotlib.
    """
    require()
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    buffer = io.BytesIO()
    with rc_context({**STYLE, "font.family": fonts(words)}), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing")  # `fonts` has said so
        figure = Figure(figsize=(width, height), dpi=DOTS_PER_INCH, layout="constrained")
        draw(figure)
        figure.savefig(buffer, format="png", metadata={"Software": "rnn-intent"})
    return buffer.getvalue()


def fonts(words: str) -> list[str]:
    """The font families to look letters up in, the first one first: with a Chinese one where Chinese is written."""
    from matplotlib import font_manager

    families = ["DejaVu Sans"]  # comes with matplotlib
    if any(east_asian_width(letter) in "WF" for letter in words):
        installed = {font.name for font in font_manager.fontManager.ttflist}
        chinese = next((name for name in CJK_FONTS if name in installed), None)
        if chinese is None:
            logger.warning("no font with Chinese characters is installed: they will be boxes in the picture")
        else:
            families.append(chinese)
    return families

"""How did training go?"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rnn_intent.charts import Line, line_chart, percent, plain, tick_percent
from rnn_intent.evaluation.tables import counted

Epochs = Sequence[Mapping[str, Any]]


def trained(history: Epochs) -> str:
    """history: the lines of history.jsonl; what a line lacks is left out."""
    parts = [_loss(history), _accuracy(history), _gradients(history), _rate(history)]
    return _answer(history) + f'<div class="charts">{"".join(parts)}</div>'


def _answer(history: Epochs) -> str:
    scored = [epoch for epoch in history if _number(epoch, "valid_accuracy") is not None]
    if not scored:
        return f"<p class='answer'>{counted(len(history), 'epoch')}.</p>"
    best = _best(scored)
    return (
        f"<p class='answer'>The best of {counted(len(history), 'epoch')} was epoch {best['epoch']}, with"
        f" <b>{percent(best['valid_accuracy'])}</b> of the validation sentences right; its weights were kept.</p>"
    )


def _best(scored: Epochs) -> Mapping[str, Any]:
    """As the trainer chooses: by accuracy, among equals by the lower loss."""
    return max(scored, key=lambda epoch: (epoch["valid_accuracy"], -(_number(epoch, "valid_loss") or 0.0)))


def _loss(history: Epochs) -> str:
    lines = [_line(history, "train_loss", "training", "first"), _line(history, "valid_loss", "validation", "second")]
    return _chart(
        history,
        "Loss",
        lines,
        "Training loss is computed with dropout, label smoothing and other regularisers, so it may lie above the"
        " validation loss. Validation loss that rises for long is a sign of learning by heart.",
        zero=True,
    )


def _accuracy(history: Epochs) -> str:
    line = _line(history, "valid_accuracy", "", "second")
    return _chart(
        history, "Validation accuracy", [line], "The best epoch is marked; its weights were kept.", tick_percent
    )


def _gradients(history: Epochs) -> str:
    lines = [_line(history, "gradient_norm_max", "largest", "second"), _line(history, "gradient_norm", "mean", "first")]
    return _chart(
        history,
        "Gradient norm",
        lines,
        "Per epoch, before clipping. Sudden peaks are exploding gradients; a fall to nothing early on, vanishing ones.",
        zero=True,
        log=True,
    )


def _rate(history: Epochs) -> str:
    line = _line(history, "learning_rate", "", "first")
    return _chart(history, "Learning rate", [line], "At the end of each epoch.", zero=True)


def _line(history: Epochs, key: str, name: str, look: str) -> Line:
    known = [(epoch["epoch"], value) for epoch in history if (value := _number(epoch, key)) is not None]
    return Line(name, [x for x, _ in known], [y for _, y in known], look)


def _number(epoch: Mapping[str, Any], key: str) -> float | None:
    value = epoch.get(key)
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else None


def _chart(
    history: Epochs,
    title: str,
    lines: Sequence[Line],
    caption: str,
    write: Callable[[float], str] = plain,
    zero: bool = False,
    log: bool = False,
) -> str:
    known = [line for line in lines if line.xs]
    if not known:
        return ""
    chart = line_chart(known, "epoch", write, zero, log)
    scored = [epoch for epoch in history if _number(epoch, "valid_accuracy") is not None]
    if scored:
        chart.upright(_best(scored)["epoch"], "best")
    return f"<figure><h3>{title}</h3>{chart.svg(title)}<figcaption>{caption}</figcaption></figure>"

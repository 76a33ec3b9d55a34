"""How did training go?"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rnn_intent.charts import Line, line_chart, percent, plain, tick_percent
from rnn_intent.evaluation.results import Background
from rnn_intent.evaluation.tables import counted

Epochs = Sequence[Mapping[str, Any]]


def trained(background: Background) -> str:
    """The loss, the accuracy, the gradients' length and the learning rate; what the background lacks is left out."""
    history, told = background.history, background.training
    if not history:
        return ""
    kept = _whole(told, "kept_epoch") or len(history)
    parts = [_loss(history, kept), _accuracy(history, kept), _gradients(history, kept), _rate(history, kept)]
    answer = f"{_before(background.teacher_history)}{_answer(history, kept)}{_again(told)}"
    return f"<p class='answer'>{answer}</p><div class=\"charts\">{''.join(parts)}</div>"


def _answer(history: Epochs, kept: int) -> str:
    share = next((_number(epoch, "valid_accuracy") for epoch in history if epoch["epoch"] == kept), None)
    if share is None:
        return f"{counted(len(history), 'epoch')}."
    right = f"<b>{percent(share)}</b> of the validation sentences right"
    if kept == len(history):
        return f"After {counted(len(history), 'epoch')} it had {right}."
    return f"The best of {counted(len(history), 'epoch')} was epoch {kept}, with {right}; its weights were kept."


def _before(teacher: Epochs) -> str:
    if not teacher:
        return ""
    share = _number(teacher[-1], "valid_accuracy")
    right = "" if share is None else f", had {percent(share)} of the validation sentences right,"
    first = f"A first network learned for {counted(len(teacher), 'epoch')}{right}"
    return f"{first} and taught this one, with a linear model. "


def _again(told: Mapping[str, Any]) -> str:
    """Of the second training, if there was one."""
    epochs, rows = _whole(told, "refit_epochs"), _whole(told, "rows")
    if not (epochs and rows):
        return ""
    return (
        f" Then the validation sentences, which had served to calibrate, were learned too: {counted(epochs, 'epoch')}"
        f" on all {counted(rows, 'sentence')}. The charts show the training before."
    )


def _whole(told: Mapping[str, Any], key: str) -> int | None:
    value = told.get(key)
    return value if isinstance(value, int) and value > 0 else None


def _loss(history: Epochs, kept: int) -> str:
    lines = [_line(history, "train_loss", "training", "first"), _line(history, "valid_loss", "validation", "second")]
    return _chart(
        history,
        kept,
        "Loss",
        lines,
        "Training loss is computed with dropout, label smoothing and other regularisers, so it may lie above the"
        " validation loss. Validation loss that rises for long is a sign of learning by heart.",
        zero=True,
    )


def _accuracy(history: Epochs, kept: int) -> str:
    line = _line(history, "valid_accuracy", "", "second")
    caption = "Share of the validation sentences that were right, after each epoch."
    return _chart(history, kept, "Validation accuracy", [line], caption, tick_percent)


def _gradients(history: Epochs, kept: int) -> str:
    lines = [_line(history, "gradient_norm_max", "largest", "second"), _line(history, "gradient_norm", "mean", "first")]
    return _chart(
        history,
        kept,
        "Gradient norm",
        lines,
        "Per epoch, before clipping. Sudden peaks are exploding gradients; a fall to nothing early on, vanishing ones.",
        zero=True,
        log=True,
    )


def _rate(history: Epochs, kept: int) -> str:
    line = _line(history, "learning_rate", "", "first")
    return _chart(history, kept, "Learning rate", [line], "At the end of each epoch.", zero=True)


def _line(history: Epochs, key: str, name: str, look: str) -> Line:
    known = [(epoch["epoch"], value) for epoch in history if (value := _number(epoch, key)) is not None]
    return Line(name, [x for x, _ in known], [y for _, y in known], look)


def _number(epoch: Mapping[str, Any], key: str) -> float | None:
    value = epoch.get(key)
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else None


def _chart(
    history: Epochs,
    kept: int,
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
    if kept < len(history):
        chart.upright(kept, "best")
    return f"<figure><h3>{title}</h3>{chart.svg(title)}<figcaption>{caption}</figcaption></figure>"

"""rnn-intent: what a sentence wants, read word by word.

from rnn_intent import Predictor, train
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rnn_intent.version import VERSION as __version__

if TYPE_CHECKING:
    from rnn_intent.experiment import train
    from rnn_intent.inference.predictor import Predictor

__all__ = ["Predictor", "__version__", "train"]


def __getattr__(name: str) -> Any:
    """Imported when first asked for: `import rnn_intent` costs nothing, and a Predictor no training."""
    if name == "Predictor":
        from rnn_intent.inference.predictor import Predictor

        return Predictor
    if name == "train":
        from rnn_intent.experiment import train

        return train
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

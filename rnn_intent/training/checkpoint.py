"""What is needed to go on after an interruption, in one file that is replaced whole."""

from __future__ import annotations

import io
import pickle
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import torch

from rnn_intent.errors import ModelError, UsageError
from rnn_intent.files import write_atomically
from rnn_intent.training.trainer import Trainer

FILE = "state.pt"


def save(trainer: Trainer, folder: Path, fingerprint: str) -> None:
    """Writes the trainer's state. fingerprint: of data and settings, so that no other experiment goes on with it."""
    buffer = io.BytesIO()
    torch.save({"fingerprint": fingerprint, **trainer.state()}, buffer)
    folder.mkdir(parents=True, exist_ok=True)
    write_atomically(folder / FILE, buffer.getvalue())


def discard(folder: Path) -> None:
    (folder / FILE).unlink(missing_ok=True)


def restore(trainer: Trainer, folder: Path, fingerprint: str) -> bool:
    """Puts the trainer where the checkpoint left it; False if there is none yet.

    Raises UsageError if the checkpoint belongs to another experiment, ModelError if it cannot be read.
    """
    path = folder / FILE
    if not path.exists():
        return False
    try:
        state: dict[str, Any] = torch.load(path, weights_only=True)  # tensors and plain values only
    except (OSError, RuntimeError, EOFError, ValueError, pickle.UnpicklingError, BadZipFile) as error:
        raise ModelError(f"{path}: not a readable checkpoint: delete the folder or use --force") from error
    if state.pop("fingerprint", None) != fingerprint:
        raise UsageError(
            f"{path}: belongs to other data or settings: resume with those of the run, or start anew with --force"
        )
    trainer.restore(state)
    return True

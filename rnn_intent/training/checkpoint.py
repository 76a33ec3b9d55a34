"""What is needed to go on after an interruption, in one file that is replaced whole.

The file begins with the hash of what follows: a damaged weight would otherwise go unnoticed into the model.
"""

from __future__ import annotations

import io
import warnings
from hashlib import sha256
from pathlib import Path
from typing import Any

import torch

from rnn_intent.errors import ModelError, UsageError, printable
from rnn_intent.files import write_atomically
from rnn_intent.training.trainer import Trainer

FILE = "state.pt"
DIGEST = 65  # bytes: the digits and the end of their line


def save(trainer: Trainer, folder: Path, fingerprint: str) -> None:
    """Writes the trainer's state. fingerprint: of data and settings, so that no other experiment goes on with it."""
    buffer = io.BytesIO()
    torch.save({"fingerprint": fingerprint, **trainer.state()}, buffer)
    folder.mkdir(parents=True, exist_ok=True)
    write_atomically(folder / FILE, _digest(buffer.getbuffer()) + buffer.getvalue())


def discard(folder: Path) -> None:
    (folder / FILE).unlink(missing_ok=True)


def restore(trainer: Trainer, folder: Path, fingerprint: str) -> bool:
    """Puts the trainer where the checkpoint left it; False if there is none yet.

    Raises UsageError if the checkpoint belongs to another experiment, ModelError if it cannot be read.
    """
    path = folder / FILE
    if not path.exists():
        return False
    refusal = ModelError(f"{printable(str(path), 300)}: not a readable checkpoint: delete the folder or use --force")
    state = _read(path, refusal)
    if state.pop("fingerprint", None) != fingerprint:
        raise UsageError(
            f"{path}: belongs to other data or settings: resume with those of the run, or start anew with --force"
        )
    try:
        trainer.restore(state)
    except Exception as error:  # it says that it is of this experiment, and is not
        raise refusal from error
    return True


def _read(path: Path, refusal: ModelError) -> dict[str, Any]:
    """The state that `save` wrote; raises the refusal for anything else."""
    try:
        content = memoryview(path.read_bytes())
    except OSError:
        raise refusal from None
    digest, data = content[:DIGEST], content[DIGEST:]
    if digest != _digest(data):
        raise refusal
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            state = torch.load(io.BytesIO(data), weights_only=True)  # tensors and plain values only
    except Exception as error:  # whatever a stranger's bytes bring the loader to
        raise refusal from error
    if not isinstance(state, dict):
        raise refusal
    return state


def _digest(data: memoryview) -> bytes:
    return sha256(data).hexdigest().encode() + b"\n"

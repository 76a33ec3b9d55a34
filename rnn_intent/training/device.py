"""Where to compute, with how many threads, and how to get the same numbers again."""

from __future__ import annotations

import torch

from rnn_intent.errors import UsageError
from rnn_intent.settings import TrainingSettings


def choose_device(wanted: str) -> torch.device:
    """`auto` is CUDA where there is one. Raises UsageError if CUDA is asked for and missing."""
    found = torch.cuda.is_available()
    if wanted == "cuda" and not found:
        raise UsageError("training.device: cuda is asked for, but this PyTorch finds none; use auto or cpu")
    return torch.device("cuda" if found and wanted != "cpu" else "cpu")


def thread_count(settings: TrainingSettings) -> int:
    """`auto` is one: batches are small, and a second thread made training slower where it was measured."""
    return 1 if settings.threads == "auto" else settings.threads


def compute_repeatably(threads: int, device: torch.device) -> None:
    """Makes the same numbers follow from the same start, with so many threads.

    One thread of a processor adds in one order anyway; asking PyTorch for it would cost a tenth of the time, as it then
    also fills all memory that it takes, and two seconds of imports.
    """
    torch.set_num_threads(threads)
    if threads > 1 or device.type != "cpu":
        torch.use_deterministic_algorithms(True)
        torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]

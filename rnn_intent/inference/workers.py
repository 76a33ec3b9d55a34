"""Several processes that answer side by side; what comes out is in the order of what went in."""

from __future__ import annotations

import multiprocessing
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from typing import Any, Protocol, TypeVar


class Model(Protocol):
    """What is needed of a predictor, beside that it can be pickled."""

    def renew_lock(self) -> None: ...


Answering = TypeVar("Answering", bound=Model)
Result = TypeVar("Result")
AHEAD = 2  # blocks that a worker may have waiting: enough to keep it busy, few enough for memory to stay flat

_model: Any = None  # this worker's own


def answer_blocks(
    model: Answering,
    blocks: Iterable[list[str]],
    answer: Callable[[Answering, list[str]], Result],
    workers: int,
) -> Iterator[tuple[list[str], Result]]:
    """Yields each block with its answer, in order. answer: a picklable function, called in a worker."""
    # Where forking is safe, workers start at once, with the model and all tokens that this process has already seen.
    method = "fork" if sys.platform == "linux" else "spawn"
    context = multiprocessing.get_context(method)
    pool = ProcessPoolExecutor(workers, context, initializer=_start, initargs=(model,))
    waiting: deque[tuple[list[str], Future[Any]]] = deque()
    try:
        for block in blocks:
            waiting.append((block, pool.submit(_run, answer, block)))
            if len(waiting) > AHEAD * workers:
                done, future = waiting.popleft()
                yield done, future.result()
        while waiting:
            done, future = waiting.popleft()
            yield done, future.result()
    finally:
        pool.shutdown(cancel_futures=True)


def _start(model: Model) -> None:
    global _model
    _model = model
    model.renew_lock()  # a thread of the parent may have held it


def _run(answer: Callable[[Any, list[str]], Result], block: list[str]) -> Result:
    return answer(_model, block)

"""Several processes that answer side by side; what comes out is in the order of what went in."""

from __future__ import annotations

import multiprocessing
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from rnn_intent.inference.predictor import Predictor

Result = TypeVar("Result")
AHEAD = 2  # blocks that a worker may have waiting: enough to keep it busy, few enough for memory to stay flat

_predictor: Predictor | None = None  # this worker's own


def answer_blocks(
    predictor: Predictor,
    blocks: Iterable[list[str]],
    answer: Callable[[Predictor, list[str]], Result],
    workers: int,
) -> Iterator[tuple[list[str], Result]]:
    """Yields each block with its answer, in order. answer: a picklable function, called in a worker."""
    # Where forking is safe, workers start at once, with the model and all tokens that this process has already seen.
    method = "fork" if sys.platform == "linux" else "spawn"
    context = multiprocessing.get_context(method)
    pool = ProcessPoolExecutor(workers, context, initializer=_start, initargs=(predictor,))
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


def _start(predictor: Predictor) -> None:
    global _predictor
    _predictor = predictor
    predictor.renew_lock()  # a thread of the parent may have held it


def _run(answer: Callable[[Predictor, list[str]], Result], block: list[str]) -> Result:
    assert _predictor is not None
    return answer(_predictor, block)

"""A running process that answers: `python -m benchmarks.stream MODEL TEST_FILE` prints its figures as JSON.

Seconds are the processor's, not the wall clock's, so that neighbours on the machine do not count; on an idle core the
two are the same. Only two processes against one are timed by the wall.
"""

from __future__ import annotations

import json
import math
import os
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import chain, islice
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from benchmarks.runtimes import beside_onnxruntime
from rnn_intent.cli.lines import line_writer, read_blocks
from rnn_intent.data.readers import read_examples
from rnn_intent.inference.arrays import Floats, aligned, aligned_copy
from rnn_intent.inference.batch import Batch
from rnn_intent.inference.predictor import Predictor
from rnn_intent.inference.recurrence import at_once

WORDS = 12  # of the single sentences
CALLS = 2000
ROUNDS = 5
TURNS = 21  # of answers and products: one turn may be off by a twentieth


def main() -> None:
    model, test = sys.argv[1], Path(sys.argv[2])
    texts = [row.text for row in read_examples(test)]
    predictor = Predictor.load(model)
    figures = {
        "first_pass": len(texts) / _seconds(_answer, predictor, texts),
        "single": single(predictor, texts),
        "bulk": bulk(predictor, texts),
        "split": split(predictor, texts, test),
        "workers": workers(predictor, texts),
        "by_sentences": by_sentences(predictor, texts),
        "by_words": by_words(predictor, texts),
        "runtimes": beside_onnxruntime(predictor, texts, sentences_of(predictor, texts, WORDS, 300)),
    }
    print(json.dumps(figures))


def single(predictor: Predictor, texts: Sequence[str]) -> dict[str, float]:
    """Microseconds for one sentence of twelve words at a time, all different, each token seen before."""
    sentences = sentences_of(predictor, texts, WORDS, 300)
    _drain(map(predictor.predict, sentences))
    micros = [1e6 * _seconds(predictor.predict, sentences[call % len(sentences)]) for call in range(CALLS)]
    return {"median": median(micros), "p99": float(np.quantile(micros, 0.99)), "words": WORDS, "calls": CALLS}


def bulk(predictor: Predictor, texts: Sequence[str]) -> dict[str, Any]:
    """Sentences a second, tokenising included, against what the recurrent matrix products alone allow.

    Both take turns; the best of each is what the machine can do, the ratio is the median over the turns.
    """
    ways = matrix_products(predictor, texts)
    turns = [{name: _seconds(products) for name, products in ways.items()} for _ in range(ROUNDS)]
    seconds = {name: min(turn[name] for turn in turns) for name in ways}
    fastest = min(seconds, key=seconds.__getitem__)
    rounds = [(_seconds(_answer, predictor, texts), _seconds(ways[fastest])) for _ in range(TURNS)]
    whole, bound = (len(texts) / min(column) for column in zip(*rounds, strict=True))
    ratio = median(products / all_of_it for all_of_it, products in rounds)
    return {"sentences": whole, "products_alone": bound, "ratio": ratio, "fastest_products": fastest} | {
        f"products, {name}": len(texts) / spent for name, spent in seconds.items()
    }


def matrix_products(predictor: Predictor, texts: Sequence[str]) -> dict[str, Callable[[], None]]:
    """The products of states and weights that these sentences need, and nothing else, in all likely ways.

    Sentences sorted by length, none padded, the first step (whose state is zero) left out; several batch sizes, all
    gates in one product or one product each.
    """
    lengths = -np.sort([-max(1, len(predictor.tokenizer.words(text))) for text in texts])
    weights = [value for name, value in predictor.artifact.tensors.items() if name.startswith("encoder.weight_hh")]
    joined = np.stack([weight.astype(np.float32).T for weight in weights])  # (directions, hidden, gates * hidden)
    hidden = joined.shape[1]
    apart = joined.reshape(len(weights), hidden, -1, hidden).transpose(2, 0, 1, 3)  # (gates, directions, …)
    return {
        f"gates {form}, batches of {size}": _products(lengths, matrices, size)
        for form, matrices in (("together", aligned_copy(joined)), ("apart", aligned_copy(apart)))
        for size in (at_once(hidden), 64, 128, 256, 512)
    }


def _products(lengths: np.ndarray, weights: np.ndarray, size: int) -> Callable[[], None]:
    directions, hidden = weights.shape[-3:-1]
    states = aligned(directions, size, hidden)
    np.random.default_rng(0).standard_normal(dtype=np.float32, out=states)
    counts = [Batch(lengths[first : first + size]).counts for first in range(0, len(lengths), size)]
    needed = [active for batch in counts for active in batch[1:]]
    memory = aligned(math.prod(weights.shape[:-2]) * size * weights.shape[-1])  # all steps write into the same

    def out(active: int) -> Floats:
        shape = (*weights.shape[:-2], active, weights.shape[-1])
        return memory[: math.prod(shape)].reshape(shape)

    outs = {active: out(active) for active in set(needed)}

    def compute() -> None:
        for active in needed:
            np.matmul(states[:, :active], weights, out=outs[active])

    return compute


def split(predictor: Predictor, texts: Sequence[str], test: Path) -> dict[str, float]:
    """Microseconds a sentence for each part of `rnn-intent predict --input`, each measured by itself."""
    from rnn_intent.cli.predict import _as_columns

    texts = list(texts)
    encoder, words = predictor._encoder, predictor.tokenizer.words
    token_lists = [words(text) for text in texts]
    sentences = encoder.look_up(token_lists)
    scores = predictor._scores(texts, 5)
    predictions = list(predictor._predictions(texts, scores))
    lines = list(map(_as_columns, predictions))

    def write() -> None:
        with line_writer(Path(os.devnull)) as writer:
            writer(lines)

    best = {
        "reading": _best(lambda: _drain(read_blocks(test, "utf-8"))),
        "tokenising": _best(lambda: _drain(map(words, texts))),
        "embedding": _best(lambda: encoder.look_up(token_lists)),
        "recurrence": _best(lambda: _drain(encoder.summaries(sentences))),
        "scores": _best(lambda: predictor._scores(texts, 5)),
        "answers": _best(lambda: _drain(predictor._predictions(texts, scores))),
        "writing": _best(lambda: _drain(map(_as_columns, predictions))) + _best(write),
    }
    before = ("tokenising", "embedding", "recurrence")
    head = best.pop("scores") + best.pop("answers") - sum(best[name] for name in before)
    parts = {name: best[name] for name in ("reading", *before)} | {"head": head, "writing": best["writing"]}
    return {name: 1e6 * seconds / len(texts) for name, seconds in parts.items()}


def workers(predictor: Predictor, texts: Sequence[str]) -> dict[str, float]:
    """Sentences a second with one process and with two, which start within the time.

    So many sentences that their blocks can be shared out evenly.
    """
    many = list(islice(chain.from_iterable([texts] * 100), 200_000))

    def seconds(processes: int) -> float:
        started = time.perf_counter()
        _answer(predictor, many, processes)
        return time.perf_counter() - started

    rounds = [(seconds(1), seconds(2)) for _ in range(3)]
    one, two = (len(many) / min(column) for column in zip(*rounds, strict=True))
    return {"one": one, "two": two, "ratio": median(a / b for a, b in rounds)}


def by_sentences(predictor: Predictor, texts: Sequence[str]) -> dict[int, float]:
    """Microseconds a sentence for growing numbers of sentences."""
    many = list(chain.from_iterable([texts] * 10))
    sizes = [1000 * 2**power for power in range(6) if 1000 * 2**power <= len(many)]
    return {size: 1e6 * _best(partial(_answer, predictor, many[:size])) / size for size in sizes}


def by_words(predictor: Predictor, texts: Sequence[str]) -> dict[int, float]:
    """Microseconds a word for growing sentences, 512 of each length."""
    found = {}
    for words in (4, 8, 16, 32, 64, 128, 256):
        sentences = sentences_of(predictor, texts, words, 512)
        found[words] = 1e6 * _best(partial(_answer, predictor, sentences)) / (512 * words)
    return found


def sentences_of(predictor: Predictor, texts: Sequence[str], words: int, count: int) -> list[str]:
    """So many sentences of exactly so many tokens, cut from the running text of the test rows."""
    joiner = "" if _chinese(texts) else " "
    running = chain.from_iterable(predictor.tokenizer.words(text) for text in chain.from_iterable([texts] * 1000))
    return [joiner.join(islice(running, words)) for _ in range(count)]


def _chinese(texts: Sequence[str]) -> bool:
    return any("\u4e00" <= character <= "\u9fff" for character in "".join(texts[:10]))


def _best(function: Callable[[], Any]) -> float:
    return min(_seconds(function) for _ in range(ROUNDS))


def _seconds(function: Callable[..., Any], *arguments: Any) -> float:
    started = time.process_time()
    function(*arguments)
    return time.process_time() - started


def _answer(predictor: Predictor, texts: Sequence[str], workers: int = 1) -> None:
    _drain(predictor.stream(texts, workers=workers))


def _drain(items: Iterable[Any]) -> None:
    for _ in items:
        pass


if __name__ == "__main__":
    main()

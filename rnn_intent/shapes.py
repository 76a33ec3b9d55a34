"""Which tensors a model has, how large they are, and what may stand in them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from rnn_intent.errors import ModelError, printable
from rnn_intent.settings import ModelSettings, Settings
from rnn_intent.tensor_file import Array
from rnn_intent.text.vocabulary import SPECIALS

GATES = {"rnn": 1, "gru": 3, "lstm": 4}
DIRECTIONS = ("", "_reverse")  # how torch ends the names of forward and backward weights
LARGEST_WEIGHT = 1e6  # far beyond any trained weight, and small enough that no product of two layers overflows
OPTIONAL = frozenset(f"rejection.{name}" for name in ("projection", "centres", "pairs", "inside", "outside"))
WHOLE = frozenset({"embedding.ngram_buckets", "rejection.pairs"})  # numbers of things, not weights
HALF, SINGLE, NUMBER = np.dtype("<f2"), np.dtype("<f4"), np.dtype("<i4")

Shape = tuple[int, ...]


def expected_shapes(
    settings: Settings, labels: int, words: int, ngrams: int, vectors: int, extra: int = 0
) -> dict[str, Shape]:
    """Every tensor a model of these settings has, with its shape.

    words: of the vocabulary; ngrams: rows of the n-gram table; vectors: features of the pretrained vectors; extra: how
    many words, at the vocabulary's end, have a pretrained vector only.
    """
    size = settings.embedding.size
    shapes: dict[str, Shape] = {"embedding.words": (words - extra, size)}
    if settings.embedding.ngrams:
        shapes |= {"embedding.ngrams": (ngrams, size), "embedding.ngram_buckets": (ngrams,)}
    if settings.embedding.vectors is not None:
        shapes |= {"embedding.vectors": (words, vectors), "embedding.vectors_projection": (size, vectors)}
    shapes |= _recurrent_shapes(settings.model, size)
    features = settings.model.hidden_size * directions(settings.model)
    if "attention" in settings.model.pooling:
        shapes["pooling.attention"] = (features,)
    summary = features * len(settings.model.pooling)
    return shapes | {"head.weight": (labels, summary), "head.bias": (labels,)}


def rejection_shapes(head: Shape, directions: int) -> dict[str, Shape]:
    """What rejecting needs, if the model has it: directions of the summary space, and each intent's centre in them.

    Beside these it may have numbers of neighbouring words, as many as there are (`inference/familiarity.py`), and how
    training and out-of-scope rows are answered (`inference/rejection.py`).
    """
    labels, summary = head
    return {"rejection.projection": (summary, directions), "rejection.centres": (labels, directions)}


def directions(model: ModelSettings) -> int:
    return 2 if model.bidirectional else 1


def _recurrent_shapes(model: ModelSettings, size: int) -> dict[str, Shape]:
    """torch's names and layout: the gates' rows one below the other."""
    rows = GATES[model.cell] * model.hidden_size
    shapes: dict[str, Shape] = {}
    for layer in range(model.layers):
        inputs = size if layer == 0 else model.hidden_size * directions(model)
        for suffix in DIRECTIONS[: directions(model)]:
            shapes[f"encoder.weight_ih_l{layer}{suffix}"] = (rows, inputs)
            shapes[f"encoder.weight_hh_l{layer}{suffix}"] = (rows, model.hidden_size)
            shapes[f"encoder.bias_ih_l{layer}{suffix}"] = (rows,)
            shapes[f"encoder.bias_hh_l{layer}{suffix}"] = (rows,)
    return shapes


def check_tensors(tensors: Mapping[str, Array], settings: Settings, labels: int, words: int) -> None:
    """Raises ModelError unless the tensors are those of the settings, and finite."""
    ngrams = tensors.get("embedding.ngram_buckets", np.empty(0)).shape[:1] or (0,)
    vectors = tensors.get("embedding.vectors_projection", np.empty(0)).shape[-1:] or (0,)
    extra = _extra_words(tensors, words)
    shapes = expected_shapes(settings, labels, words, ngrams[0], vectors[0], extra)
    if not OPTIONAL.isdisjoint(tensors):
        shapes |= rejection_shapes(shapes["head.weight"], tensors.get("rejection.projection", np.empty(0)).shape[-1])
        shapes |= _further_shapes(tensors, labels)
    odd = sorted(shapes.keys() ^ tensors.keys())
    if odd:
        raise ModelError(f"tensor {printable(odd[0])}: is {'missing' if odd[0] in shapes else 'not expected'}")
    for name, shape in shapes.items():
        _check_tensor(name, tensors[name], shape)
    if "embedding.ngram_buckets" in tensors:
        _check_buckets(tensors["embedding.ngram_buckets"], settings.embedding.ngram_buckets)


def _further_shapes(tensors: Mapping[str, Array], labels: int) -> dict[str, Shape]:
    """Of what rejecting may do without, as far as it is there, however much of it there is."""
    shapes: dict[str, Shape] = {}
    if "rejection.pairs" in tensors:
        shapes["rejection.pairs"] = tensors["rejection.pairs"].shape[:1]
    for name in ("rejection.inside", "rejection.outside"):
        if name in tensors:
            shapes[name] = (*tensors[name].shape[:1], labels)
    return shapes


def _extra_words(tensors: Mapping[str, Array], words: int) -> int:
    """Words without a row of their own; without pretrained vectors there are none."""
    rows = tensors.get("embedding.words", np.empty(0)).shape[:1] or (0,)
    if "embedding.vectors" not in tensors or not len(SPECIALS) <= rows[0] <= words:
        return 0
    return int(words - rows[0])


def _check_tensor(name: str, tensor: Array, shape: Shape) -> None:
    if tensor.shape != shape:
        raise ModelError(f"tensor {name}: has shape {tensor.shape}, the settings say {shape}")
    if tensor.dtype not in ((NUMBER,) if name in WHOLE else (SINGLE, HALF)):
        raise ModelError(f"tensor {name}: has type {tensor.dtype}")
    if tensor.size and name not in WHOLE and not _finite(tensor):
        raise ModelError(f"tensor {name}: holds numbers that are infinite, none at all, or beyond any trained weight")


def _finite(tensor: Array) -> bool:
    if tensor.dtype == HALF:
        # Comparing the bits is many times as fast as arithmetic on half floats; 0x7c00 is infinity, above it is NaN.
        return int((tensor.view(np.uint16) & 0x7FFF).max()) < 0x7C00
    return bool(tensor.max() <= LARGEST_WEIGHT and tensor.min() >= -LARGEST_WEIGHT)  # false for NaN


def _check_buckets(buckets: Array, count: int) -> None:
    if len(buckets) and not (buckets[0] >= 0 and buckets[-1] < count and bool((buckets[1:] > buckets[:-1]).all())):
        raise ModelError("tensor embedding.ngram_buckets: is not ascending, or beyond settings.embedding.ngram_buckets")

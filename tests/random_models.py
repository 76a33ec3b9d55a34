"""Untrained models of any shape: their answers mean nothing, their arithmetic everything."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from rnn_intent.artifact import Artifact
from rnn_intent.settings import EmbeddingSettings, ModelSettings, Settings, TextSettings
from rnn_intent.shapes import expected_shapes
from rnn_intent.text.ngrams import NgramVocabulary
from rnn_intent.text.vocabulary import SPECIALS

WORDS = [
    "what",
    "time",
    "is",
    "it",
    "?",
    "play",
    "some",
    "music",
    "in",
    "the",
    "kitchen",
    "现在",
    "几点",
    "了",
    "iphone",
]
SENTENCES = [
    "What time is it ?",
    "play some music in the kitchen",
    "turn off the lights",
    "现在几点了",
    "帮我查一下iPhone 15的价格",
    "don't pley musik",
    "?",
    "is",
    "",
    "what is it " * 12,
    "waht tiem is it in teh kitchn",
]


def random_artifact(
    seed: int = 0,
    labels: int = 5,
    size: int = 6,
    ngrams: bool = True,
    vectors: int = 0,
    extra: int = 0,
    scale: float = 0.5,
    words: list[str] = WORDS,
    text: TextSettings | None = None,
    **model: Any,
) -> Artifact:
    """A model with random weights; `model` takes the keys of ModelSettings; extra: words with nothing but vectors."""
    rng = np.random.default_rng(seed)
    embedding = EmbeddingSettings(size=size, ngrams=ngrams, ngram_buckets=997, vectors="given" if vectors else None)
    settings = Settings(
        text=text or TextSettings(),
        embedding=embedding,
        model=ModelSettings(**{"hidden_size": 7, **model}),
    )
    vocabulary = (*SPECIALS, *words)
    buckets = NgramVocabulary.build(words, replace(embedding, ngram_min_count=1)).kept.astype(np.int32)
    shapes = expected_shapes(settings, labels, len(vocabulary), len(buckets), vectors, extra)
    tensors = {name: rng.normal(0, scale, shape).astype(np.float32) for name, shape in shapes.items()}
    if ngrams:
        tensors["embedding.ngram_buckets"] = buckets
    return Artifact(
        settings=settings, labels=tuple(f"intent_{i}" for i in range(labels)), vocabulary=vocabulary, tensors=tensors
    )

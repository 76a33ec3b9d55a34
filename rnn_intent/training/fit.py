"""From labelled token lists to trained weights: what `experiment.py` asks of the PyTorch wing.

1. the vocabulary and the n-grams, from the training split alone
2. every sentence as an array
3. the classifier, trained; its state kept after every epoch
4. the kept epoch's weights as NumPy arrays under the model file's names
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch

from rnn_intent.data.outliers import made_outliers
from rnn_intent.settings import Settings
from rnn_intent.text.vocabulary import Vocabulary
from rnn_intent.training import checkpoint
from rnn_intent.training.device import choose_device, compute_repeatably, thread_count
from rnn_intent.training.encoder import Encoder, IntentClassifier
from rnn_intent.training.lexicon import Lexicon
from rnn_intent.training.outliers import Outliers
from rnn_intent.training.progress import Epoch, Progress
from rnn_intent.training.tables import Tables
from rnn_intent.training.token_sets import TokenSet
from rnn_intent.training.trainer import LabelledSet, Trainer
from rnn_intent.training.warm_start import Start, begin_from


@dataclass(frozen=True)
class Fitted:
    """The kept epoch's weights, and how training went. valid_logits: (rows, intents), of the validation rows."""

    reached: Start  # for another training, on more rows
    tensors: dict[str, np.ndarray]  # the same weights under the names of the model file
    history: list[Epoch]
    kept: Epoch
    valid_logits: np.ndarray
    threads: int
    resumed_after: int  # epochs that an earlier process trained

    @property
    def vocabulary(self) -> Vocabulary:
        return self.reached.tables.vocabulary

    @property
    def vectors_coverage(self) -> float | None:
        vectors = self.reached.tables.vectors
        return None if vectors is None else vectors.coverage


def fit(
    settings: Settings,
    labels: Sequence[str],
    train: TokenSet,
    valid: TokenSet,
    folder: Path,
    fingerprint: str,
    on_step: Callable[[Progress], None] = lambda _: None,
    on_epoch: Callable[[list[Epoch]], None] = lambda _: None,
    fresh: bool = False,
    start: Start | None = None,
) -> Fitted:
    """Trains, or goes on from the checkpoint in `folder`, unless a fresh start is asked for.

    start: where an earlier training on fewer rows has led.
    Raises TrainingError if the loss is not finite, UsageError for a checkpoint of another experiment. An interruption
    (KeyboardInterrupt) leaves the checkpoint of the last finished epoch, from which the same numbers follow.
    """
    device = choose_device(settings.training.device)
    compute_repeatably(thread_count(settings.training), device)
    torch.manual_seed(settings.seed)
    tables = Tables.build(settings, train, None if start is None else start.tables)
    built = settings if train.taught is None else students(settings)
    classifier = build_classifier(built, labels, tables).to(device)
    if start is not None:
        begin_from(start, classifier, tables)
    lexicon = tables.lexicon()
    # Training reads what stands there, validation rows are read as by whoever answers.
    as_read = replace(valid, tokens=list(map(lexicon.vocabulary.read, valid.tokens)))
    encoded = {name: _encode(lexicon, part) for name, part in (("train", train), ("valid", as_read))}
    trainer = Trainer(
        classifier,
        lexicon,
        encoded["train"],
        encoded["valid"],
        built.training,
        settings.seed,
        device,
        settings.distillation,
        _outliers(settings, train, lexicon),
    )
    if fresh:
        checkpoint.discard(folder)
    checkpoint.restore(trainer, folder, fingerprint)
    resumed_after = len(trainer.history)
    for _ in trainer.run(on_step):
        checkpoint.save(trainer, folder, fingerprint)
        on_epoch(trainer.history)
    trainer.load_kept()
    return Fitted(
        reached=Start(trainer.kept_weights, tables),
        tensors=export(classifier, tables),
        history=trainer.history,
        kept=trainer.kept,
        valid_logits=trainer.logits(encoded["valid"]).numpy(),
        threads=torch.get_num_threads(),
        resumed_after=resumed_after,
    )


def _encode(lexicon: Lexicon, part: TokenSet) -> LabelledSet:
    return LabelledSet([lexicon.encode(tokens) for tokens in part.tokens], part.targets, part.taught)


def _outliers(settings: Settings, train: TokenSet, lexicon: Lexicon) -> Outliers | None:
    """Where the settings ask for them, as many made-up ones as there are training rows."""
    share = settings.training.outliers
    if not share:
        return None
    rows = np.flatnonzero(train.targets >= 0).tolist()
    tokens, intents = ([column[row] for row in rows] for column in (train.tokens, train.targets.tolist()))
    made = made_outliers(tokens, intents, len(rows), settings.seed)
    return Outliers([lexicon.encode(tokens) for tokens in made], share, settings.seed)


def students(settings: Settings) -> Settings:
    """Settings that leave a student more: it hears many sentences, and need not be kept from learning few.

    Its dropouts are weaker, and no sentence is pushed: what pushing teaches, the teachers' probabilities hold already.
    No row is cut to passages: what the teachers say is of all of it, and they speak of passages made for the student.
    """
    share, embedding, model = settings.distillation.dropout, settings.embedding, settings.model
    return replace(
        settings,
        embedding=replace(embedding, dropout=share * embedding.dropout, word_dropout=share * embedding.word_dropout),
        model=replace(model, dropout=share * model.dropout),
        training=replace(settings.training, adversarial=0.0, passages=0.0),
    )


def build_classifier(settings: Settings, labels: Sequence[str], tables: Tables) -> IntentClassifier:
    """An untrained classifier of the sizes that settings, labels and tables ask for."""
    rows = None if tables.ngrams is None else len(tables.ngrams)
    frozen = None if tables.vectors is None else torch.from_numpy(tables.vectors.rows.astype(np.float32))
    return IntentClassifier(Encoder(settings.embedding, settings.model, len(tables.own), rows, frozen), labels)


def export(classifier: IntentClassifier, tables: Tables) -> dict[str, np.ndarray]:
    """The weights, and which n-grams they are of, under the names of the model file."""
    encoder = classifier.encoder
    weights = {f"encoder.{name}": value for name, value in encoder.recurrent.state_dict().items()}
    weights["embedding.words"] = encoder.embedding.words.weight
    if encoder.embedding.ngrams is not None:
        weights["embedding.ngrams"] = encoder.embedding.ngrams.weight
    if encoder.embedding.projection is not None:
        weights["embedding.vectors"] = encoder.embedding.vectors
        weights["embedding.vectors_projection"] = encoder.embedding.projection.weight
    if encoder.attention is not None:
        weights["pooling.attention"] = encoder.attention.weight
    weights |= {f"head.{name}": value for name, value in classifier.head.state_dict().items()}
    arrays = {name: value.detach().cpu().numpy().astype(np.float32) for name, value in weights.items()}
    if "embedding.vectors" in arrays:  # they came as float16: no more is known
        arrays["embedding.vectors"] = arrays["embedding.vectors"].astype(np.float16)
    if tables.ngrams is not None:
        arrays["embedding.ngram_buckets"] = tables.ngrams.kept.astype(np.int32)
    return arrays

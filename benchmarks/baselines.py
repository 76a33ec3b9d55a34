"""What a user would otherwise reach for: linear models on n-grams, and fastText."""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from typing import Any

import numpy as np

from benchmarks.task import Task, Trained, accuracy_of, intents, megabytes, texts

FASTTEXT = {"epoch": 50, "lr": 0.5, "dim": 100, "wordNgrams": 2, "bucket": 200_000}


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
    return linear(task, model)


def linear(task: Task, model: Any) -> Trained:
    """A fitted scikit-learn model over sentences as one that answers."""

    def answer(sentences: Sequence[str]) -> tuple[list[str], np.ndarray]:
        margins = model.decision_function(sentences)  # (sentences, intents), or (sentences,) for two intents
        if margins.ndim == 1:
            margins = np.stack([-margins, margins], axis=1)
        return list(model.classes_[margins.argmax(axis=1)]), margins.max(axis=1)

    size = len(pickle.dumps(model, protocol=5)) / 1e6
    return Trained(answer, size, {"valid_accuracy": accuracy_of(answer, task.valid)})


def fasttext_subwords(task: Task) -> Trained:
    """fastText (Joulin et al. 2016) on words 1-2 with character n-grams 2-5 (Chinese: jieba's words and 1-3)."""
    import fasttext

    from rnn_intent.settings import TextSettings
    from rnn_intent.text.tokenizer import Tokenizer

    tokenizer = Tokenizer(TextSettings())

    def line(sentence: str) -> str:
        return " ".join(tokenizer.words(sentence))

    names = sorted(set(intents(task.train)))
    number = {name: index for index, name in enumerate(names)}  # names may hold spaces, which fastText cannot
    data = task.scratch / "train.txt"
    rows = [f"__label__{number[row.intent]} {line(row.text)}\n" for row in task.train]
    data.write_text("".join(rows), encoding="utf-8")
    shortest, longest = (1, 3) if task.chinese else (2, 5)
    sizes = {"minn": shortest, "maxn": longest, "thread": task.threads, "seed": task.seed, "verbose": 0}
    model = fasttext.train_supervised(str(data), **FASTTEXT, **sizes)
    model.save_model(str(task.scratch / "model.bin"))

    def answer(sentences: Sequence[str]) -> tuple[list[str], np.ndarray]:
        # the binding itself: the package's own `predict` of one line fails under NumPy 2
        found = [model.f.predict(line(sentence) + "\n", 1, 0.0, "strict") for sentence in sentences]
        best = [pairs[0] if pairs else (0.0, "__label__0") for pairs in found]
        return [names[int(name[len("__label__") :])] for _, name in best], np.array([sure for sure, _ in best])

    return Trained(answer, megabytes(task.scratch / "model.bin"), {"valid_accuracy": accuracy_of(answer, task.valid)})

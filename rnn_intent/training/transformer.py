"""A pretrained transformer as a teacher: its sentence vectors, or all of it tuned to the intents."""

from __future__ import annotations

import copy
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, normalize

from rnn_intent.errors import ModelError, UsageError, printable
from rnn_intent.training.batches import shuffled_batches

BATCH, LONGEST = 32, 128  # sentences side by side; tokens that are read of a sentence
STEP_SIZE, SMOOTHING = 1e-4, 0.1


class Transformer:
    """A model in a local folder, in the layout of the transformers library; nothing is fetched from anywhere.

    Raises UsageError without the extra [teacher], ModelError for a folder that cannot be read.
    """

    def __init__(self, folder: Path) -> None:
        os.environ.setdefault("HF_HUB_OFFLINE", "1")  # before the library reads it
        try:
            from transformers import AutoModel, AutoTokenizer
        except ImportError:
            raise UsageError("a transformer needs the extra [teacher]: pip install 'rnn-intent[teacher]'") from None
        try:
            self._tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
            self.encoder: Any = AutoModel.from_pretrained(folder, local_files_only=True).eval().float()
        except (OSError, ValueError, KeyError, RuntimeError) as error:
            told = printable(" ".join(str(error).split()), 200)
            raise ModelError(f"{printable(str(folder), 300)}: cannot be read as a transformer: {told}") from None

    @property
    def features(self) -> int:
        return int(self.encoder.config.hidden_size)

    @torch.no_grad()
    def vectors(self, texts: Sequence[str]) -> np.ndarray:
        """(texts, features), of length 1."""
        return self._by_batch(texts, lambda batch: normalize(self.pooled(batch), dim=1), self.features)

    def pooled(self, texts: Sequence[str]) -> Tensor:
        """The mean of the last layer's states over a sentence's tokens, (texts, features)."""
        inputs = self._tokenizer(list(texts), padding=True, truncation=True, max_length=LONGEST, return_tensors="pt")
        states: Tensor = self.encoder(**inputs).last_hidden_state  # (texts, time, features)
        mask = inputs["attention_mask"].unsqueeze(-1)
        means: Tensor = (states * mask).sum(dim=1) / mask.sum(dim=1)
        return means

    def _by_batch(self, texts: Sequence[str], answer: Callable[[list[str]], Tensor], width: int) -> np.ndarray:
        found = np.zeros((len(texts), width), dtype=np.float32)
        order = sorted(range(len(texts)), key=lambda row: len(texts[row]))  # batches of like length
        for start in range(0, len(order), BATCH):
            rows = order[start : start + BATCH]
            found[rows] = answer([texts[row] for row in rows]).numpy()
        return found

    def tuned(
        self,
        texts: Sequence[str],
        targets: np.ndarray,
        valid_texts: Sequence[str],
        valid_targets: np.ndarray,
        classes: int,
        epochs: int,
        seed: int,
    ) -> Callable[[Sequence[str]], np.ndarray]:
        """Tunes encoder and a linear head together; gives a function from texts to logits, (texts, classes).

        The epoch that is best on the validation rows is kept.
        """
        torch.manual_seed(seed)
        head = nn.Linear(self.features, classes)
        model = nn.ModuleDict({"encoder": self.encoder, "head": head})
        lengths = np.array([len(text) for text in texts])
        steps = -(-len(texts) // BATCH) * epochs
        optimizer = torch.optim.AdamW(model.parameters(), lr=STEP_SIZE, weight_decay=0.01)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, STEP_SIZE, total_steps=steps + 1, pct_start=0.1)

        @torch.no_grad()
        def logits(sentences: Sequence[str]) -> np.ndarray:
            model.eval()
            return self._by_batch(sentences, lambda batch: head(self.pooled(batch)), classes)

        best, best_weights = -1.0, model.state_dict()
        for epoch in range(epochs):
            model.train()
            for rows in shuffled_batches(lengths, BATCH, seed, epoch):  # of like length: a third less padding to read
                found = head(self.pooled([texts[row] for row in rows]))
                optimizer.zero_grad()
                loss = cross_entropy(found, torch.from_numpy(targets[rows]), label_smoothing=SMOOTHING)
                loss.backward()  # type: ignore[no-untyped-call]
                optimizer.step()
                schedule.step()
            score = float((logits(valid_texts).argmax(axis=1) == valid_targets).mean())
            if score > best:
                best, best_weights = score, copy.deepcopy(model.state_dict())
        model.load_state_dict(best_weights)
        return logits

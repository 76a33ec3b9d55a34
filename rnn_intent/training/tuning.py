"""Fine-tuning: a transformer and a linear head on it, trained together on the intents."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from rnn_intent.training.batches import lengths_of, shuffled_batches
from rnn_intent.training.trainer import Progress
from rnn_intent.training.transformer import Ids, Transformer

BATCH = 32
STEP_SIZE, WARM_UP, DECAY, SMOOTHING = 2e-4, 0.1, 0.01, 0.1


def tune(
    model: Transformer,
    sentences: Sequence[Ids],
    targets: np.ndarray,
    valid: Sequence[Ids],
    valid_targets: np.ndarray,
    classes: int,
    *,
    epochs: int,
    seed: int,
    on_step: Callable[[Progress], None] = lambda _: None,
) -> Callable[[Sequence[Ids]], np.ndarray]:
    """Gives a function from sentences to logits, (sentences, classes), of the epoch that is best on validation rows.

    The table of word vectors stays as it is: it is most of a small model, and learns little from a few thousand rows.
    """
    torch.manual_seed(seed)
    head = nn.Linear(model.features, classes)
    model.encoder.get_input_embeddings().requires_grad_(False)  # type: ignore[operator]
    every = (*model.encoder.parameters(), *head.parameters())
    weights: list[Tensor] = [weight for weight in every if weight.requires_grad]
    lengths = lengths_of(sentences)
    steps = -(-len(sentences) // BATCH)
    optimizer = torch.optim.AdamW(weights, lr=STEP_SIZE, weight_decay=DECAY, fused=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, STEP_SIZE, steps * epochs + 1, pct_start=WARM_UP)

    def logits(asked: Sequence[Ids]) -> np.ndarray:
        return model.answers(asked, head, classes)

    best, kept, score = -1.0, weights, None
    for epoch in range(1, epochs + 1):
        model.encoder.train()
        batches = shuffled_batches(lengths, BATCH, seed, epoch)  # of like length: little padding to read
        for step, rows in enumerate(batches, start=1):
            found = head(model.pooled([sentences[row] for row in rows]))
            loss = cross_entropy(found, torch.from_numpy(targets[rows]), label_smoothing=SMOOTHING)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            schedule.step()
            if step == steps:
                score = float((logits(valid).argmax(axis=1) == valid_targets).mean())
            on_step(Progress(epoch, epochs, step, steps, loss.item(), score))
        if score is not None and score > best:
            best, kept = score, [weight.detach().clone() for weight in weights]
    _put(kept, weights)
    return logits


@torch.no_grad()
def _put(values: Sequence[Tensor], into: Sequence[Tensor]) -> None:
    for value, weight in zip(values, into, strict=True):
        weight.copy_(value)

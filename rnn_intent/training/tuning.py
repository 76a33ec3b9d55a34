"""Fine-tuning: a transformer and a linear head on it, trained together on the intents.

Each sentence is read twice, as in the training of this tool's own networks: as it is, and pushed towards mistakes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler, OneCycleLR

from rnn_intent.training.adversary import pushed
from rnn_intent.training.batches import lengths_of, shuffled_batches
from rnn_intent.training.progress import Progress
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
    adversarial: float = 0.0,
    on_step: Callable[[Progress], None] = lambda _: None,
) -> Callable[[Sequence[Ids]], np.ndarray]:
    """Gives a function from sentences to logits, (sentences, classes), of the epoch that is best on validation rows.

    adversarial: how far sentences are pushed, as a share of their vectors' length; 0 leaves the second reading out.
    The table of word vectors stays as it is: it is most of a small model, and learns little from a few thousand rows.
    """
    torch.manual_seed(seed)
    head = nn.Linear(model.features, classes)
    model.encoder.get_input_embeddings().requires_grad_(False)  # type: ignore[operator]
    every = (*model.encoder.parameters(), *head.parameters())
    weights: list[Tensor] = [weight for weight in every if weight.requires_grad]
    lengths = lengths_of(sentences)
    steps = -(-len(sentences) // BATCH)
    optimizer, schedule = scheduled({STEP_SIZE: weights}, steps * epochs)

    def logits(asked: Sequence[Ids]) -> np.ndarray:
        return model.answers(asked, head, classes)

    best, kept, score = -1.0, weights, None
    for epoch in range(1, epochs + 1):
        model.encoder.train()
        batches = shuffled_batches(lengths, BATCH, seed, epoch)  # of like length: little padding to read
        for step, rows in enumerate(batches, start=1):
            optimizer.zero_grad()
            batch, own = [sentences[row] for row in rows], torch.from_numpy(targets[rows])
            loss = _backward(model, head, batch, own, adversarial)
            optimizer.step()
            schedule.step()
            if step == steps:
                score = float((logits(valid).argmax(axis=1) == valid_targets).mean())
            on_step(Progress(epoch, epochs, step, steps, loss, score))
        if score is not None and score >= best:  # of equals, the one tuned longer
            best, kept = score, [weight.detach().clone() for weight in weights]
    _put(kept, weights)
    return logits


def scheduled(rates: Mapping[float, Sequence[Tensor]], steps: int) -> tuple[Optimizer, LRScheduler]:
    """For so many steps: rates rise to these, each for its weights, and fall again (Smith and Topin 2018)."""
    groups = [{"params": list(weights), "lr": rate} for rate, weights in rates.items()]
    optimizer = torch.optim.AdamW(groups, weight_decay=DECAY, fused=True)
    rising = WARM_UP if WARM_UP * (steps + 1) > 1 else 0.0  # of one step alone, PyTorch divides by zero
    return optimizer, OneCycleLR(optimizer, list(rates), steps + 1, pct_start=rising)


def _backward(model: Transformer, head: nn.Module, sentences: Sequence[Ids], targets: Tensor, push: float) -> float:
    """Leaves the gradients of a batch, pushed sentences included, with the weights; returns the loss without those."""
    vectors, mask = model.embedded(sentences)

    def loss_of(vectors: Tensor) -> Tensor:
        return cross_entropy(head(model.pooled_from(vectors, mask)), targets, label_smoothing=SMOOTHING)

    vectors.requires_grad_(push > 0)
    loss = loss_of(vectors)
    loss.backward()  # type: ignore[no-untyped-call]
    if push:
        loss_of(vectors.detach() + pushed(vectors, mask, push)).backward()  # type: ignore[no-untyped-call]
    return loss.item()


@torch.no_grad()
def _put(values: Sequence[Tensor], into: Sequence[Tensor]) -> None:
    for value, weight in zip(values, into, strict=True):
        weight.copy_(value)

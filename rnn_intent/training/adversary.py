"""Sentences pushed towards the network's mistakes, to be read as well (adversarial training, Miyato et al. 2017).

Whoever answers the same after the worst small push answers more sentences that it has never seen the same, too. Of all
that was tried for the recipe, nothing brought as much (docs/recipe.md).
"""

from __future__ import annotations

from torch import Tensor


def pushed(inputs: Tensor, mask: Tensor, push: float) -> Tensor:
    """By what to change each sentence's vectors so that its loss grows fastest, (batch, time, size), zero in padding.

    inputs: (batch, time, size), whose gradient is known; mask: (batch, time). push: how far, as a share of the length
    of the sentence's own vectors taken together, so that it means the same whatever their scale. A sentence whose loss
    does not grow in any direction stays where it is.
    """
    assert inputs.grad is not None
    real = mask[:, :, None]
    uphill = inputs.grad * real
    own = (inputs.detach() * real).flatten(1).norm(dim=1)  # (batch,)
    steep = uphill.flatten(1).norm(dim=1).clamp(min=1e-12)
    shift: Tensor = uphill * (push * own / steep)[:, None, None]
    return shift

from __future__ import annotations

import pytest
import torch

from rnn_intent.training.tuning import scheduled


@pytest.mark.parametrize("steps", range(1, 25))
def test_rates_rise_and_fall_over_any_number_of_steps(steps: int):
    weight = torch.nn.Parameter(torch.zeros(1))
    optimizer, schedule = scheduled({0.5: [weight]}, steps)
    rates = []
    for _ in range(steps):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
    assert 0 < min(rates) <= max(rates) <= 0.5
    assert rates[-1] < max(rates) or steps == 1

import pytest
import torch
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from rnn_intent.training import recurrence
from rnn_intent.training.encoder import CELLS

LENGTHS = torch.tensor([4, 9, 1, 7])


def make_module(cell, bidirectional=True, layers=1, dropout=0.0):
    torch.manual_seed(3)
    return CELLS[cell](
        6, 5, num_layers=layers, bidirectional=bidirectional, dropout=dropout, batch_first=True, dtype=torch.float64
    )


def states_of(module, inputs, lengths):
    mask = torch.arange(inputs.shape[1]) < lengths[:, None]
    return recurrence.states_of(module, inputs, lengths, mask)


def packed_states(module, inputs):
    packed = pack_padded_sequence(inputs, LENGTHS, batch_first=True, enforce_sorted=False)
    return pad_packed_sequence(module(packed)[0], batch_first=True)[0]


def gradients(module, states, inputs):
    weighted = states * torch.arange(1.0, states.numel() + 1, dtype=torch.float64).reshape(states.shape).cos()
    return torch.autograd.grad(weighted.sum(), [inputs, *module.parameters()])


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("cell", list(CELLS))
def test_states_and_gradients_are_those_of_packed_sentences(cell, bidirectional, layers):
    module = make_module(cell, bidirectional, layers)
    inputs = torch.randn(4, 9, 6, dtype=torch.float64, requires_grad=True)
    ours, packed = states_of(module, inputs, LENGTHS), packed_states(module, inputs)
    torch.testing.assert_close(ours, packed, rtol=0, atol=1e-12)
    for mine, theirs in zip(gradients(module, ours, inputs), gradients(module, packed, inputs), strict=True):
        torch.testing.assert_close(mine, theirs, rtol=0, atol=1e-12)


@pytest.mark.parametrize("cell", list(CELLS))
def test_what_stands_after_a_sentence_is_not_read(cell):
    module = make_module(cell, layers=2)
    inputs = torch.randn(4, 9, 6, dtype=torch.float64)
    other = inputs.clone()
    for row, length in enumerate(LENGTHS):
        other[row, length:] = 100.0
    assert torch.equal(states_of(module, inputs, LENGTHS), states_of(module, other, LENGTHS))


def test_numbers_are_dropped_between_layers_in_training_only():
    module = make_module("gru", layers=2, dropout=0.5)
    inputs = torch.randn(4, 9, 6, dtype=torch.float64)
    assert not torch.equal(states_of(module, inputs, LENGTHS), states_of(module, inputs, LENGTHS))
    module.eval()
    torch.testing.assert_close(states_of(module, inputs, LENGTHS), packed_states(module, inputs), rtol=0, atol=1e-12)


@pytest.mark.parametrize("cell", list(CELLS))
def test_the_way_back_writes_no_more_for_a_word_of_a_long_sentence_than_for_one_of_a_short(cell):
    def written(time):
        inputs = torch.randn(4, time, 6, requires_grad=True)
        module = make_module(cell).float()
        states = states_of(module, inputs, torch.full((4,), time))
        with torch.profiler.profile(profile_memory=True) as profile:
            states.sum().backward()
        sizes = [event.self_cpu_memory_usage for event in profile.events()]
        return sum(size for size in sizes if size > 0) / time

    assert written(80) < 1.5 * written(20)

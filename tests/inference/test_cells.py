import numpy as np
import pytest
from random_models import random_artifact

from rnn_intent.inference.cells import STEPS, first_state, sigmoid
from rnn_intent.inference.reference import cell_weights, read_vectors

torch = pytest.importorskip("torch")
MODULES = {"rnn": torch.nn.RNN, "lstm": torch.nn.LSTM, "gru": torch.nn.GRU}


def torch_encoder(artifact):
    """torch's own module with the artifact's weights, in float64."""
    model = artifact.settings.model
    module = MODULES[model.cell](
        artifact.settings.embedding.size,
        model.hidden_size,
        num_layers=model.layers,
        bidirectional=model.bidirectional,
        batch_first=True,
        dtype=torch.float64,
    )
    weights = {name: torch.from_numpy(artifact.tensors[f"encoder.{name}"]) for name in module.state_dict()}
    module.load_state_dict(weights)
    return module


@pytest.mark.parametrize("layers", [1, 2, 3])
@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("cell", list(MODULES))
def test_the_equations_are_those_of_torch_padded_or_not(cell, bidirectional, layers):
    artifact = random_artifact(cell=cell, bidirectional=bidirectional, layers=layers, scale=0.8)
    rng = np.random.default_rng(1)
    lengths = [9, 4, 1]
    padded = rng.normal(size=(3, 9, 6))
    module = torch_encoder(artifact)
    packed = torch.nn.utils.rnn.pack_padded_sequence(torch.from_numpy(padded), torch.tensor(lengths), batch_first=True)
    with torch.no_grad():
        together, _ = torch.nn.utils.rnn.pad_packed_sequence(module(packed)[0], batch_first=True)
        alone = module(torch.from_numpy(padded[:1]))[0]
    for row, length in enumerate(lengths):
        reading = read_vectors(artifact, padded[row, :length])
        np.testing.assert_allclose(reading.states, together[row, :length].numpy(), atol=1e-12)
    np.testing.assert_allclose(read_vectors(artifact, padded[0]).states, alone[0].numpy(), atol=1e-12)


@pytest.mark.parametrize("cell", list(MODULES))
def test_a_step_keeps_the_precision_it_is_given(cell):
    artifact = random_artifact(cell=cell)
    for dtype in (np.float32, np.float64):
        weights = cell_weights(artifact, "l0", dtype)
        state, gates = STEPS[cell](np.ones((3, 6), dtype), first_state(cell, 3, weights), weights)
        assert {values.dtype for values in (*state, *gates.values())} == {np.dtype(dtype)}
        assert {values.shape for values in (*state, *gates.values())} == {(3, 7)}


def test_gates_are_named_as_the_equations_name_them():
    names = {}
    for cell in MODULES:
        weights = cell_weights(random_artifact(cell=cell), "l0", np.float64)
        names[cell] = list(STEPS[cell](np.ones((1, 6)), first_state(cell, 1, weights), weights)[1])
    assert names == {
        "rnn": [],
        "lstm": ["input", "forget", "candidate", "output"],
        "gru": ["reset", "update", "candidate"],
    }


def test_sigmoid_neither_overflows_nor_leaves_its_range():
    with np.errstate(all="raise"):
        assert sigmoid(np.array([-1e308, 0.0, 1e308])).tolist() == [0.0, 0.5, 1.0]

import numpy as np
import pytest
from random_models import random_artifact

from rnn_intent.inference import head
from rnn_intent.inference.head import Head


@pytest.mark.parametrize("most", [10**6, 2000, 300, 1])
def test_a_batch_multiplied_slice_by_slice_gives_the_same_logits(most, monkeypatch):
    monkeypatch.setattr(head, "SMALL_PRODUCT", most)
    artifact = random_artifact(hidden_size=8, pooling=("max", "last"))
    directions = np.random.default_rng(0).standard_normal((artifact.tensors["head.weight"].shape[1], 3)).astype("f4")
    summaries = np.random.default_rng(1).standard_normal((24, directions.shape[0])).astype("f4")
    for some in (summaries, summaries[:7], summaries[:1]):
        logits, projected = Head(artifact, directions).read(some.reshape(len(some), -1, 8).swapaxes(0, 1))
        expected = some @ artifact.tensors["head.weight"].T + artifact.tensors["head.bias"]
        np.testing.assert_allclose(logits, expected, atol=1e-5)
        np.testing.assert_allclose(projected, some @ directions, atol=1e-5)

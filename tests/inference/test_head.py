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
    rng = np.random.default_rng(1)
    batches = [rng.standard_normal((directions.shape[0] // 8, size, 8)).astype("f4") for size in (24, 24, 7, 1)]
    summaries = np.concatenate([parts.swapaxes(0, 1).reshape(parts.shape[1], -1) for parts in batches])
    logits, projected = Head(artifact, directions).read(batches)
    expected = summaries @ artifact.tensors["head.weight"].T + artifact.tensors["head.bias"]
    np.testing.assert_allclose(logits, expected, atol=1e-5)
    np.testing.assert_allclose(projected, summaries @ directions, atol=1e-5)

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from rnn_intent.artifact import Artifact, write
from rnn_intent.cli.main import app
from rnn_intent.runs import RunFolder
from rnn_intent.settings import EmbeddingSettings, ModelSettings, Settings

Invoke = Callable[..., Result]

ROWS = [("what time is it", "ask_time"), ("time please", "ask_time"), ("weather today", "ask_weather")]


@pytest.fixture
def invoke(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Invoke:
    """Runs the command line in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str, **options: object) -> Result:
        return CliRunner().invoke(app, list(arguments), catch_exceptions=False, **options)  # type: ignore[arg-type]

    return call


def two_words() -> Artifact:
    """A model made by hand: `time` means ask_time, `weather` means ask_weather, all else is undecided."""
    settings = Settings(
        embedding=EmbeddingSettings(size=2, ngrams=False),
        model=ModelSettings(cell="rnn", bidirectional=False, hidden_size=2, pooling=("max",)),
    )
    words = np.zeros((6, 2), dtype=np.float32)
    words[4], words[5] = (3, 0), (0, 3)
    zeros = np.zeros(2, dtype=np.float32)
    tensors = {
        "embedding.words": words,
        "encoder.weight_ih_l0": np.eye(2, dtype=np.float32),
        "encoder.weight_hh_l0": np.zeros((2, 2), dtype=np.float32),
        "encoder.bias_ih_l0": zeros,
        "encoder.bias_hh_l0": zeros,
        "head.weight": 3 * np.eye(2, dtype=np.float32),
        "head.bias": zeros,
    }
    vocabulary = ("<pad>", "<unk>", "<bos>", "<eos>", "time", "weather")
    return Artifact(settings=settings, labels=("ask_time", "ask_weather"), vocabulary=vocabulary, tensors=tensors)


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    """A finished run in the working folder, with test rows of its own."""
    folder = RunFolder(tmp_path / "runs" / "words")
    folder.path.mkdir(parents=True)
    write(two_words(), folder.model)
    rows = "".join(f"{text}\t{intent}\n" for text, intent in ROWS)
    (tmp_path / "rows.tsv").write_text(rows, encoding="utf-8")
    path = tmp_path / "rows.tsv"
    folder.config.write_text(f"data: {{train: {path}, valid: {path}, test: {path}}}\n", encoding="utf-8")
    folder.metrics.write_text("{}", encoding="utf-8")
    return folder

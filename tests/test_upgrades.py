"""A model file of any released version loads and answers the same for ever; `tests/models/` keeps one of each kind."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from model_files import with_inner

from rnn_intent import artifact as model_file
from rnn_intent.artifact import FORMAT_VERSION
from rnn_intent.errors import ModelError
from rnn_intent.inference.golden import TOLERANCE
from rnn_intent.inference.predictor import Predictor

MODELS = Path(__file__).parent / "models"
STORED = sorted(MODELS.glob("v*/*.safetensors"))


@pytest.mark.parametrize("path", STORED, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_stored_model_answers_as_it_did_when_it_was_made(path: Path) -> None:
    predictor = Predictor.load(path)
    for wanted in json.loads(path.with_suffix(".json").read_text(encoding="utf-8")):
        found = predictor.predict(wanted["text"]).to_dict()
        assert (found["intent"]["name"], found["status"]) == (wanted["intent"]["name"], wanted["status"])
        shares = {answer["name"]: answer["confidence"] for answer in found["intent_ranking"]}
        assert shares == pytest.approx(
            {answer["name"]: answer["confidence"] for answer in wanted["intent_ranking"]}, abs=TOLERANCE
        )
    predictor.verify()


@pytest.mark.parametrize("path", STORED, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_stored_model_written_again_answers_the_same(path: Path, tmp_path: Path) -> None:
    model_file.write(model_file.read(path), tmp_path / "again.safetensors")
    Predictor.load(tmp_path / "again.safetensors").verify()


def test_there_is_a_stored_model_of_every_cell_for_every_version_and_both_languages() -> None:
    for version in range(1, FORMAT_VERSION + 1):
        paths = [path for path in STORED if path.parent.name == f"v{version}"]
        assert {model_file.read(path).settings.model.cell for path in paths} == {"rnn", "lstm", "gru"}
        texts = paths[0].with_suffix(".json").read_text(encoding="utf-8")
        assert "What time is it ?" in texts
        assert "现在几点了" in texts
    assert sum(path.stat().st_size for path in STORED) < 200_000


@pytest.mark.parametrize("version", [0, FORMAT_VERSION + 1, "1", None])
def test_a_version_that_is_not_known_is_refused_with_the_way_out(version: object) -> None:
    data = with_inner(STORED[0].read_bytes(), format_version=version)
    with pytest.raises(ModelError, match="install the rnn-intent that wrote it"):
        model_file.load(data)

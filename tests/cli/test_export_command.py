from pathlib import Path

import pytest

from rnn_intent.artifact import write
from tests.cli.conftest import Invoke
from tests.random_models import random_artifact


def test_the_command_writes_a_file_and_replaces_none_unasked(invoke: Invoke, tmp_path: Path):
    pytest.importorskip("onnx", reason="the extra [onnx] is not installed")
    write(random_artifact(hidden_size=5), tmp_path / "m.safetensors")
    done = invoke("export", str(tmp_path / "m.safetensors"))
    assert (done.exit_code, done.stdout.strip()) == (0, str(tmp_path / "m.onnx"))
    before = (tmp_path / "m.onnx").read_bytes()
    again = invoke("export", str(tmp_path / "m.safetensors"))
    assert again.exit_code == 2
    assert "exists" in again.stderr
    assert (tmp_path / "m.onnx").read_bytes() == before


def test_another_format_is_refused(invoke: Invoke):
    done = invoke("export", "--format", "tflite")
    assert (done.exit_code, "tflite" in done.stderr) == (2, True)

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from rnn_intent import starter
from rnn_intent.starter import shipped_config, shipped_data, starter_folder

ROOT = Path(__file__).parents[1]


def names(folder: Path) -> list[str]:
    parts = [path.relative_to(folder) for part in ("configs", "data") for path in (folder / part).rglob("*")]
    return sorted(str(part) for part in parts if (folder / part).is_file() and not part.name.startswith("."))


def test_a_checkout_is_its_own_starter() -> None:
    assert starter_folder() == ROOT
    assert all(path.is_file() for path in shipped_data())


def test_an_installed_package_finds_the_starter_inside_itself(tmp_path: Path, monkeypatch) -> None:
    (tmp_path / "starter" / "configs").mkdir(parents=True)
    (tmp_path / "starter" / "configs" / "lstm.yaml").write_text("")
    monkeypatch.setattr(starter, "_PACKAGE", tmp_path)
    assert shipped_config("lstm") == shipped_config("lstm.yaml") == tmp_path / "starter" / "configs" / "lstm.yaml"
    assert shipped_config("gru") is None


@pytest.mark.parametrize("name", ["", ".", "..", "../configs/gru.yaml", "configs/gru.yaml", "nowhere", "/etc/passwd"])
def test_only_the_name_of_a_shipped_experiment_finds_it(name: str) -> None:
    assert shipped_config(name) is None


def test_a_built_package_carries_configs_and_data(tmp_path: Path) -> None:
    pytest.importorskip("setuptools", minversion="77")
    project = tmp_path / "project"
    (project / "rnn_intent").mkdir(parents=True)
    for name in ("setup.py", "pyproject.toml", "rnn_intent/version.py", "rnn_intent/__init__.py"):
        shutil.copy(ROOT / name, project / name)
    (project / "README.md").write_text("")
    for name in ("configs", "data"):
        shutil.copytree(ROOT / name, project / name)
    command = [sys.executable, "setup.py", "-q", "build_py", "--build-lib", str(tmp_path / "build")]
    built = subprocess.run(command, cwd=project, capture_output=True, text=True)
    assert built.returncode == 0, built.stderr
    assert names(tmp_path / "build" / "rnn_intent" / "starter") == names(ROOT)

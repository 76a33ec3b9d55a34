"""Where the shipped configs and data are: at the top of a checkout, or inside an installed package."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def starter_folder() -> Path:
    """The folder that holds `configs/` and `data/`; a wheel carries both as `rnn_intent/starter/` (see setup.py)."""
    packed = _PACKAGE / "starter"
    return packed if packed.is_dir() else _PACKAGE.parent


def shipped_config(name: str) -> Path | None:
    """The shipped experiment of this name (`lstm.yaml` or `lstm`), or None."""
    if Path(name).name != name:
        return None
    folder = starter_folder() / "configs"
    for candidate in (folder / name, folder / f"{name}.yaml"):
        if candidate.suffix == ".yaml" and candidate.is_file():
            return candidate
    return None


def shipped_data() -> tuple[Path, Path, Path]:
    """The shipped assistant data: its train, valid and test file."""
    folder = starter_folder() / "data" / "assistant"
    return folder / "train.jsonl", folder / "valid.jsonl", folder / "test.jsonl"

"""A model to measure speed with: the shipped recipe for one epoch. How fast it answers depends on shapes alone."""

from __future__ import annotations

import sys
from pathlib import Path


def main() -> None:
    """`python -m benchmarks.brief DATA_SET RUN_FOLDER`"""
    from rnn_intent.experiment import train
    from rnn_intent.starter import shipped_config

    data, out = map(Path, sys.argv[1:])
    overrides = [f"data.{split}={data / f'{split}.tsv'}" for split in ("train", "valid", "test")]
    train(shipped_config("bi-gru"), out, overrides=[*overrides, "training.epochs=1", "training.threads=1"])


if __name__ == "__main__":
    main()

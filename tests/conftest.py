"""Its presence puts this folder on the import path, so that tests in any room share what stands beside it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from nursery import Nursery, nursery

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def children(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nursery]:
    """Commands in processes of their own."""
    if not hasattr(os, "fork"):
        pytest.skip("needs fork")
    with nursery(tmp_path_factory.mktemp("printed")) as made:
        yield made


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """The tests of the training wing are left out where PyTorch is not installed."""
    return True if collection_path == HERE / "training" and find_spec("torch") is None else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if find_spec("torch") is None:
        for item in items:
            if item.get_closest_marker("torch"):
                item.add_marker(pytest.mark.skip(reason="needs PyTorch"))

"""Its presence puts this folder on the import path, so that tests in any room share what stands beside it."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from typing import TYPE_CHECKING

import pytest
from nursery import Nursery, nursery

if TYPE_CHECKING:
    from interrupted import Place

# Before anything imports PyTorch: several test processes share the cores, and threads that spin while they wait for one
# another take minutes for what one does in a second.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

# A job in the background of a shell is born deaf to Ctrl-C, and so would be the programs that are tested.
signal.signal(signal.SIGINT, signal.default_int_handler)


class Absent:
    """Where PyTorch is not installed, a test that comes to import it is left out; all others run and must pass."""

    def find_spec(self, name: str, *_: object) -> None:
        if name == "torch":
            pytest.skip("needs PyTorch", allow_module_level=True)


if find_spec("torch") is None:
    sys.meta_path.insert(0, Absent())


@pytest.fixture(scope="session")
def children(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nursery]:
    """Commands in processes of their own, which have imported PyTorch already."""
    find_spec("torch")  # the test is left out here if there is none
    if not hasattr(os, "fork"):
        pytest.skip("needs fork")
    with nursery(tmp_path_factory.mktemp("printed")) as made:
        yield made


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, children: Nursery) -> Place:
    """A folder where trainings are struck."""
    from interrupted import made_place

    return made_place(tmp_path_factory.mktemp("a place"), children)

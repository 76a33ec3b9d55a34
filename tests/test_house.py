"""Imports go one way, and what must start at once imports little."""

import ast
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "rnn_intent"

# From the ground up; a room may import what stands in an earlier line, and itself.
FLOORS = [
    {"errors", "version", "processes"},
    {"files"},
    {"settings", "starter", "page", "plotting", "yaml_nodes", "environment"},
    {"config", "metrics", "charts"},
    {"text"},
    {"data", "artifact", "runs"},
    {"training", "inference", "lock", "run_rows"},
    {"evaluation", "opening", "teaching"},
    {"experiment"},
    {"reproduce", "repeats", "distillation"},
    {"cli"},
]
PARTS = {  # files that belong to a room beside them
    "config_keys": "config",
    "config_layers": "config",
    "fitting": "experiment",
    "run_records": "experiment",
    "self_distillation": "experiment",
    "shapes": "artifact",
    "stored_settings": "artifact",
    "tensor_file": "artifact",
}
FLOOR = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}
DOORS = {"__init__", "__main__"}  # what a user imports or runs: they lead everywhere


def modules() -> list[Path]:
    return [path for path in sorted(PACKAGE.rglob("*.py")) if path.relative_to(PACKAGE).parts[0] != "starter"]


def room_of(dotted: str) -> str:
    name = dotted.split(".")[1]
    return PARTS.get(name, name)


def imported_modules(path: Path) -> set[str]:
    """Every module that a file imports anywhere, also inside of functions; and what it may have found in them."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
            found |= {node.module} - {"rnn_intent"}
    return found


def test_every_module_has_a_place_in_the_house():
    rooms = {room_of("rnn_intent." + path.relative_to(PACKAGE).parts[0].removesuffix(".py")) for path in modules()}
    assert not rooms - DOORS - set(FLOOR), "a new room needs its floor in this test and in the README's map"


def test_imports_go_one_way():
    wrong = []
    for path in modules():
        name = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
        if name in DOORS:
            continue
        room = room_of(f"rnn_intent.{name}")
        for target in imported_modules(path):
            if not target.startswith("rnn_intent."):
                continue
            other = room_of(target)
            if other != room and FLOOR[other] >= FLOOR[room]:
                wrong.append(f"{path.relative_to(PACKAGE)} imports {target}")
    assert not wrong


def test_no_modules_import_each_other_in_a_circle():
    files = {".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts): path for path in modules()}
    imports = {name: imported_modules(path) for name, path in files.items() if name.split(".")[-1] not in DOORS}
    TopologicalSorter({name: targets & set(imports) for name, targets in imports.items()}).prepare()  # or CycleError


def test_only_the_training_wing_knows_torch():
    knowing = {
        path.relative_to(PACKAGE).parts[0]
        for path in modules()
        if any(target.split(".")[0] == "torch" for target in imported_modules(path))
    }
    assert knowing == {"training"}


def loaded_after(code: str) -> set[str]:
    """The packages that are imported by then, and with their dots, their modules."""
    script = f"import sys\n{code}\nprint('\\n'.join(sys.modules), file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, encoding="utf-8", check=True)
    return {part for name in done.stderr.split() for part in (name, name.split(".")[0])}


HEAVY = {"torch", "pydantic", "yaml", "rich", "tqdm", "matplotlib", "sklearn", "scipy", "onnxruntime", "pandas"}


def test_importing_the_package_loads_nothing():
    loaded = loaded_after("import rnn_intent")
    assert not loaded & (HEAVY | {"numpy", "typer", "jieba"})


def test_a_predictor_loads_numpy_and_nothing_heavier():
    loaded = loaded_after("from rnn_intent import Predictor")
    assert "numpy" in loaded
    assert not loaded & (HEAVY | {"jieba", "marisa_trie", "typer"})


def test_a_first_answer_loads_no_further_parts_of_numpy():
    model = str(PACKAGE / "builtin" / "model.safetensors")
    loaded = loaded_after(f"from rnn_intent import Predictor\nPredictor.load({model!r}).predict('What time is it ?')")
    assert "numpy" in loaded
    assert not loaded & {"numpy.ma", "numpy.random", "numpy.fft", "numpy.polynomial"}


@pytest.mark.parametrize("arguments", ["--help", "train --help", "--version"])
def test_help_loads_nothing_heavy(arguments: str):
    code = f"sys.argv = ['rnn-intent'] + {arguments.split()!r}\nfrom rnn_intent.cli.main import main\n"
    loaded = loaded_after(code + "try:\n    main()\nexcept SystemExit:\n    pass")
    assert "typer" in loaded
    assert not loaded & (HEAVY | {"numpy", "jieba"})

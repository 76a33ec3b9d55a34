"""How fast it starts and answers: `python -m benchmarks.speed --data FOLDER --out benchmarks/results/NAME`.

Prints and writes ratios that carry over between machines beside the figures of this one. Run it on an idle machine.
--long lets ten million sentences through, to see that memory stays flat.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from benchmarks import machine, processes
from benchmarks.processes import python, tool
from benchmarks.speed_tables import LANGUAGES, sections

SHORT, LONG = (10_000, 100_000), (10_000, 100_000, 1_000_000, 10_000_000)
ENGLISH, CHINESE = "What time is it ?", "现在几点了"


def main(arguments: Sequence[str] | None = None) -> int:
    """1. Two models, one epoch each. 2. Whole processes. 3. A running process. 4. Many lines. 5. Tables."""
    options = _parse(arguments)
    data = options.data.resolve()
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        models = {language: _model(data / getattr(options, language), scratch) for language in LANGUAGES}
        say("starting up")
        figures: dict[str, Any] = {"start": start_up(models, scratch, options.rounds)}
        for language, model in models.items():
            say(f"answering, {language}")
            figures[language] = _stream(model, data / getattr(options, language) / "test.tsv", scratch)
        figures["memory"] = []
        for count in LONG if options.long else SHORT:
            say(f"{count:,} lines")
            figures["memory"].append(_lines(models["english"], data / options.english / "test.tsv", count, scratch))
    print(write_tables(options.out, figures))
    return 0


def start_up(models: dict[str, Path], folder: Path, rounds: int) -> list[dict[str, Any]]:
    """Pairs of whole processes, with the ratio that is promised."""
    english = tool("predict", ENGLISH, "--run", str(models["english"]))
    chinese = tool("predict", CHINESE, "--run", str(models["chinese"]))
    promised = [
        ("rnn-intent --help", tool("--help"), "import typer", python("import typer"), 3.0, None),
        ("predict, English", english, "import numpy", python("import numpy"), 2.5, 60),
        ("predict, Chinese", chinese, "predict, English", english, 1.3, 75),
    ]
    found = []
    for name, command, beside, other, most, most_megabytes in promised:
        first, second, ratio = processes.pairs(command, other, folder, rounds)
        found.append(
            {"command": name, "seconds": first.seconds, "megabytes": first.megabytes, "beside": beside}
            | {"beside_seconds": second.seconds, "ratio": ratio, "most": most, "most_megabytes": most_megabytes}
        )
    return found


def _model(data: Path, scratch: Path) -> Path:
    say(f"training for one epoch: {data.name}")
    out = scratch / data.name
    _module("benchmarks.brief", data, out, scratch=scratch)
    return out / "model.safetensors"


def _stream(model: Path, test: Path, scratch: Path) -> dict[str, Any]:
    figures: dict[str, Any] = json.loads(_module("benchmarks.stream", model, test, scratch=scratch))
    return figures


def _module(name: str, *arguments: Path, scratch: Path) -> str:
    """What a module prints that would make this process too large (see processes.py)."""
    command = [sys.executable, "-m", name, *map(str, arguments)]
    done = subprocess.run(
        command, cwd=scratch, env=processes.environment(), stdout=subprocess.PIPE, text=True, check=True
    )
    return done.stdout


def _lines(model: Path, test: Path, count: int, scratch: Path) -> dict[str, float]:
    """Time and memory of `predict -` for so many lines."""
    finished = processes.run(tool("predict", "-", "--run", str(model)), scratch, _sentences(test, count))
    return {"lines": count, "seconds": finished.seconds, "megabytes": finished.megabytes}


def _sentences(test: Path, count: int) -> Iterator[bytes]:
    """Test sentences again and again, a word nobody has seen in every tenth, so that memory could grow."""
    texts = [line.split("\t")[0] for line in test.read_text("utf-8").splitlines()[1:]]
    for number, text in enumerate(islice(cycle(texts), count)):
        yield (f"{text} w{number}\n" if number % 10 == 0 else f"{text}\n").encode()


def write_tables(out: Path, figures: dict[str, Any]) -> str:
    """Writes speed.json and speed.md into the out folder; returns the latter."""
    here = machine.describe()
    out.mkdir(parents=True, exist_ok=True)
    text = "\n\n".join([*sections(figures), machine.sentence(here)]) + "\n"
    (out / "speed.json").write_text(json.dumps({"machine": here, "results": figures}, indent=2) + "\n", "utf-8")
    (out / "speed.md").write_text(text, "utf-8")
    return text


def say(text: str) -> None:
    print(text, file=sys.stderr)


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed", description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="the folder whose sub-folders are data sets")
    parser.add_argument("--out", type=Path, required=True, help="the folder for the results")
    parser.add_argument("--english", default="clinc150", help="the English data set; default: clinc150")
    parser.add_argument("--chinese", default="massive-zh", help="the Chinese data set; default: massive-zh")
    parser.add_argument("--rounds", type=int, default=15, help="of each pair of processes; default: 15")
    parser.add_argument("--long", action="store_true", help="up to ten million lines (about a quarter of an hour)")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())

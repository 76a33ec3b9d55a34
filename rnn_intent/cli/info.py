"""`rnn-intent info`: what is in a model file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from rnn_intent.cli.options import Json, Run
from rnn_intent.cli.output import examples, json_text
from rnn_intent.cli.tables import table
from rnn_intent.errors import ModelError, printable

if TYPE_CHECKING:
    from pathlib import Path

    from rnn_intent.artifact import Artifact

SHOWN = 12  # labels, tokens and words listed before "…"


def add(app: typer.Typer) -> None:
    app.command(epilog=examples("rnn-intent info", "rnn-intent info runs/lstm --verify"))(info)


def info(
    run: Run = None,
    verify: Annotated[
        bool, typer.Option("--verify", help="Answer the model's golden sentences again and compare.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Show what is in a model: labels, tokens, sizes, layers."""
    from rnn_intent.artifact import read
    from rnn_intent.runs import find_model

    path = find_model(run)
    artifact = read(path)
    if as_json:
        print(json_text(facts(artifact, path), indent=2))
    else:
        print(_told(artifact, path))
    if verify:
        _verify(artifact, as_json)


def facts(artifact: Artifact, path: Path) -> dict[str, Any]:
    """The same as numbers and lists."""
    from dataclasses import asdict

    return {
        "file": str(path),
        "bytes": path.stat().st_size,
        "library_version": artifact.library_version,
        "dtype": artifact.dtype,
        "settings": asdict(artifact.settings),
        "labels": list(artifact.labels),
        "tokens": len(artifact.vocabulary),
        "user_words": len(artifact.user_words),
        "parameters": _parameters(artifact),
        "temperature": artifact.temperature,
        "training": artifact.training,
        "tensors": [
            {"name": name, "shape": list(tensor.shape), "dtype": str(tensor.dtype), "numbers": int(tensor.size)}
            for name, tensor in artifact.tensors.items()
        ],
    }


def _told(artifact: Artifact, path: Path) -> str:
    model, text = artifact.settings.model, artifact.settings.text
    both = "read from both ends" if model.bidirectional else "read from left to right"
    rows = [
        ["file", f"{printable(str(path), 1000)}, {path.stat().st_size / 1e6:.2f} MB, {artifact.dtype}"],
        ["made by", f"rnn-intent {printable(artifact.library_version)}"],
        ["network", f"{model.cell}, {both}, {model.layers} x {model.hidden_size}, pooling {' + '.join(model.pooling)}"],
        ["parameters", f"{_parameters(artifact):,}"],
        ["text", f"{text.mode}{', case folded' if text.fold_case else ''}, at most {text.max_tokens} tokens"],
        ["labels", _some(artifact.labels)],
        ["tokens", _some(artifact.vocabulary)],
    ]
    if artifact.user_words:
        rows.append(["user words", _some(artifact.user_words)])
    rows += [[f"trained: {printable(str(key))}", printable(str(value))] for key, value in artifact.training.items()]
    layers = [["layer", "shape", "numbers"]]
    for name, tensor in artifact.tensors.items():
        layers.append([printable(name), " x ".join(map(str, tensor.shape)), f"{tensor.size:,}"])
    return f"{table(rows)}\n\n{table(layers, 'lrr')}"


def _parameters(artifact: Artifact) -> int:
    """Numbers that were learned; bucket numbers are not."""
    return sum(int(tensor.size) for tensor in artifact.tensors.values() if tensor.dtype.kind == "f")


def _some(words: tuple[str, ...]) -> str:
    return f"{len(words):,}: {', '.join(map(printable, words[:SHOWN]))}{', …' if len(words) > SHOWN else ''}"


def _verify(artifact: Artifact, as_json: bool) -> None:
    from rnn_intent.inference.predictor import Predictor

    if not artifact.golden:
        raise ModelError("the model file holds no golden sentences to verify")
    Predictor(artifact).verify()
    if not as_json:
        print(f"\nverified: {len(artifact.golden)} golden sentences give the tokens, ids and probabilities of the file")

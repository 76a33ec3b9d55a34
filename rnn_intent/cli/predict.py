"""`rnn-intent predict`: sentences in, intents out, one line for one line."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rnn_intent.cli.options import Encoding, Json, RunOption
from rnn_intent.cli.output import BAR, bar, columns, examples, json_text, one_line, say, width
from rnn_intent.cli.tables import table
from rnn_intent.errors import UsageError, printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from rnn_intent.inference.prediction import Prediction
    from rnn_intent.inference.predictor import Predictor

NOTE = (
    "the built-in model answers (everyday requests in English and Chinese); train one on sentences of your own: "
    "rnn-intent train --set data.train=my.tsv"
)


def add(app: typer.Typer) -> None:
    app.command(
        epilog=examples(
            'rnn-intent predict "What time is it ?"',
            "rnn-intent predict 现在几点了 --json",
            "rnn-intent predict --input sentences.txt --output intents.tsv",
            "tail -f chat.log | rnn-intent predict - --json",
        )
    )(predict)


def predict(
    texts: Annotated[
        list[str] | None,
        typer.Argument(metavar="[TEXT]...", help="Sentences; - reads them from standard input.", show_default=False),
    ] = None,
    run: RunOption = None,
    top_k: Annotated[int, typer.Option(metavar="N", min=1, help="Intents in the ranking.")] = 5,
    threshold: Annotated[
        float | None,
        typer.Option(metavar="P", min=0, max=1, help="Reject what scores less, instead of the model's own threshold."),
    ] = None,
    as_json: Json = False,
    source: Annotated[
        Path | None, typer.Option("--input", "-i", metavar="FILE", help="A file with a sentence a line.")
    ] = None,
    target: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Where to write instead.")
    ] = None,
    encoding: Encoding = "utf-8",
    workers: Annotated[int, typer.Option(metavar="N", min=1, help="Processes that share the work.")] = 1,
) -> None:
    """Tell what sentences want.

    Prints intent, confidence, status and sentence with tabs between them, or JSON lines with --json. One sentence on
    a terminal gets a picture instead; without a sentence, a terminal gets a prompt.
    """
    if texts and (source or (len(texts) > 1 and "-" in texts)):
        raise UsageError("sentences come from arguments, from --input FILE or from - (standard input): choose one")
    predictor = _predictor(run, threshold)
    show: Callable[[Prediction], str] = _as_json if as_json else _as_columns
    if not texts and source is None and sys.stdin.isatty():
        _prompt(predictor, top_k, show if as_json else partial(_with_typos, predictor))
        return
    if texts and len(texts) == 1 and texts != ["-"] and not as_json and target is None and sys.stdout.isatty():
        show = partial(_with_typos, predictor)
    from rnn_intent.cli.lines import line_writer, read_blocks

    blocks: Iterable[list[str]] = [texts] if texts and texts != ["-"] else read_blocks(source, encoding)
    with line_writer(target) as write:
        for answers in predictor.blocks(blocks, show, top_k=top_k, workers=workers):
            write(answers)


def _predictor(run: str | None, threshold: float | None) -> Predictor:
    from rnn_intent.inference.predictor import Predictor
    from rnn_intent.runs import BUILT_IN, find_model

    path = find_model(run)
    predictor = Predictor.load(path, threshold)
    if path == BUILT_IN:
        say(NOTE)
    return predictor


def _prompt(predictor: Predictor, top_k: int, show: Callable[[Prediction], str]) -> None:
    """Asks for sentences until Ctrl-D."""
    import contextlib

    with contextlib.suppress(ImportError):
        import readline  # noqa: F401  # arrow keys and history in input()

    print("A sentence and Enter; Ctrl-D ends.", file=sys.stderr)
    while True:
        try:
            text = input("> ")
        except EOFError:
            print(file=sys.stderr)
            return
        if text.strip():
            print(show(predictor.predict(text, top_k=top_k)))


def _as_json(prediction: Prediction) -> str:
    return json_text(prediction.to_dict())


def _as_columns(prediction: Prediction) -> str:
    intent, text = one_line(prediction.intent), one_line(prediction.text)
    return f"{intent}\t{prediction.confidence:.4f}\t{prediction.status}\t{text}"


def _with_typos(predictor: Predictor, prediction: Prediction) -> str:
    """The picture, and below it what typos were read as."""
    words = predictor.tokenizer.words(prediction.text)
    pairs = dict(zip(words, predictor.read(words), strict=True))
    meant = [f"{printable(word)} ≈ {printable(other)}" for word, other in pairs.items() if word != other]
    return "\n".join([_as_picture(prediction), *([", ".join(meant)] if meant else [])])


def _as_picture(prediction: Prediction) -> str:
    """The ranking as bars; above it why it is not accepted."""
    why = f": {printable(prediction.reason, 300)}" if prediction.reason else ""
    longest = max((width(printable(name)) for name, _ in prediction.ranking), default=0)
    room = (columns() or 80) - longest - len("  100.0%  ")
    most = min(BAR, max(room, 4))
    rows = [[printable(name), f"{share:6.1%}", bar(share, most)] for name, share in prediction.ranking]
    if prediction.status == "accepted":
        return table(rows, "lrl")
    return "\n".join([f"{prediction.status}{why}", *([table(rows, "lrl")] if rows else [])])

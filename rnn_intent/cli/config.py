"""`rnn-intent config`: look at experiments without running them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rnn_intent.cli.groups import group
from rnn_intent.cli.options import Config, Overrides, config_names
from rnn_intent.cli.output import examples, say
from rnn_intent.errors import ConfigError

if TYPE_CHECKING:
    from rnn_intent.settings import Settings

app = group("Show, check and compare experiments.", "rnn-intent config show configs/bi-lstm.yaml")


@app.command(epilog=examples("rnn-intent config show configs/lstm.yaml --set model.layers=2"))
def show(config: Config = None, overrides: Overrides = None) -> None:
    """Print an experiment with every key resolved."""
    from rnn_intent.config import dump, load

    print(dump(load(config, overrides or [])), end="")


@app.command(epilog=examples("rnn-intent config check configs/*.yaml"))
def check(
    configs: Annotated[
        list[str] | None,
        typer.Argument(metavar="[CONFIG]...", help="Experiment files.", autocompletion=config_names),
    ] = None,
    overrides: Overrides = None,
) -> None:
    """Check experiments, telling all their problems."""
    from rnn_intent.config import DEFAULT, load

    problems: list[str] = []
    for config in configs or [DEFAULT]:
        try:
            load(config, overrides or [])
        except ConfigError as error:
            problems += error.problems
        else:
            print(f"{config}: good")
    if problems:
        raise ConfigError(list(dict.fromkeys(problems)))


@app.command(epilog=examples("rnn-intent config schema > experiment.schema.json"))
def schema() -> None:
    """Print the JSON Schema of experiments, for editors."""
    import json

    from rnn_intent.config import schema as described

    print(json.dumps(described(), ensure_ascii=False, indent=2))


@app.command(epilog=examples("rnn-intent config diff runs/lstm runs/gru", "rnn-intent config diff lstm.yaml gru.yaml"))
def diff(
    a: Annotated[
        str, typer.Argument(metavar="A", help="An experiment file or a run folder.", autocompletion=config_names)
    ],
    b: Annotated[str, typer.Argument(metavar="B", help="Another one.", autocompletion=config_names)],
) -> None:
    """Print the keys in which two experiments differ."""
    import json

    from rnn_intent.config import diff as changed

    changes = changed(_settings(a), _settings(b))
    for key, before, after in changes:
        print(f"{key}: {json.dumps(before, ensure_ascii=False)} -> {json.dumps(after, ensure_ascii=False)}")
    if not changes:
        say("no difference")


def _settings(name: str) -> Settings:
    from rnn_intent.config import load
    from rnn_intent.runs import RunFolder

    run = RunFolder(Path(name))
    return load(run.config if run.config.is_file() else name)

"""What was probably meant by an option that a command does not have.

Another option of the command, an argument that needs none, or a key of the experiment, which `--set` takes.
"""

from __future__ import annotations

from typing import Any

ALIKE = (  # one of these words is the command's own, in an option or as an argument's name
    frozenset({"run", "model", "checkpoint"}),
    frozenset({"config", "experiment"}),
    frozenset({"input", "file", "files"}),
    frozenset({"out", "output"}),
)
SHORT = {"lr": "learning_rate", "data": "train", "hidden": "hidden_size"}  # for the last part of a key


def explain(error: Any) -> None:
    """Puts into the error what was probably meant, if anything comes to mind."""
    command, word = error.ctx.command, error.option_name.lstrip("-")
    called = ["rnn-intent", *error.ctx.command_path.split()[1:]]
    meant = _of_the_command(command, word, " ".join(called)) or _of_the_experiment(command, word)
    if meant:
        error.message, error.possibilities = f"{error.message}; {meant}", None
    elif error.possibilities:
        error.possibilities = [name for name in error.possibilities if name != "--help"]  # it is like any short word


def _of_the_command(command: Any, word: str, called: str) -> str | None:
    alike = next((words for words in ALIKE if word in words), frozenset())
    for parameter in command.params:
        for name in parameter.opts:
            if name.startswith("--") and name.lstrip("-") in alike:
                return f"did you mean {name}?"
        if parameter.param_type_name == "argument" and parameter.metavar and parameter.metavar.lower() in alike:
            return f"{parameter.metavar} needs no option: {called} {parameter.metavar}"
    return None


def _of_the_experiment(command: Any, word: str) -> str | None:
    if not any("--set" in parameter.opts for parameter in command.params):
        return None
    from rnn_intent.config_keys import keys

    last = word.replace("-", "_")
    found = [key for key in keys() if key.rpartition(".")[2] == SHORT.get(last, last)]
    return "set a key of the experiment: " + " or ".join(f"--set {key}=..." for key in found) if found else None

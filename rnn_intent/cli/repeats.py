"""What `rnn-intent train` says about several trainings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rnn_intent.cli.output import say
from rnn_intent.cli.tables import table
from rnn_intent.errors import printable

if TYPE_CHECKING:
    from rnn_intent.experiment import TrainingResult
    from rnn_intent.repeats import Repeated

CONFUSIONS = 5  # pairs shown

MEASURES = {
    "valid_accuracy": "validation",
    "test_accuracy": "test",
    "test_macro_f1": "test macro-F1",
    "accuracy": "held-out rows",
    "macro_f1": "held-out macro-F1",
}


def say_run(result: TrainingResult) -> None:
    """One training of several is done."""
    test = "" if result.test is None else f", test {result.test.accuracy:.2%}"
    say(f"{result.run.name}: validation {result.valid_accuracy:.2%}{test}, {result.seconds:.0f} s")


def told(repeated: Repeated) -> str:
    """Means with standard deviations, and what the trainings give together."""
    trainings = len(repeated.runs)
    rows = [
        [MEASURES[name], f"{measure.mean:.2%} ± {100 * measure.deviation:.2f} over {trainings} trainings"]
        for name, measure in repeated.measures.items()
    ]
    averaged = repeated.together.get("averaged", {})
    rows += [[f"averaged, {name}", f"{scores['accuracy']:.2%}"] for name, scores in averaged.items()]
    if "held_out" in repeated.together:
        held = repeated.together["held_out"]
        pairs = held["confused"][:CONFUSIONS]
        rows += [["most confused", f"{printable(a)} taken for {printable(b)}, {count} rows"] for a, b, count in pairs]
    rows += [["time", f"{sum(run.seconds for run in repeated.runs):.1f} s"], ["folder", str(repeated.folder)]]
    return table(rows)


def say_what_next(repeated: Repeated) -> None:
    if "averaged" in repeated.together:
        best = max(repeated.runs, key=lambda run: run.valid_accuracy)
        say(f"best on validation: {best.run}; one model of all: rnn-intent distill --teacher {repeated.folder}")
    else:
        say("these models have not seen all rows; `rnn-intent train` makes the one to use")

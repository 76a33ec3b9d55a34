"""The command line's door: the commands, and what becomes of errors.

Nothing heavy is imported here or at the top of a command's file, so that `--help` and `predict` start at once.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import sys
from importlib import import_module
from typing import Annotated, Any

# Before NumPy or PyTorch read them. A prediction's products are too small to share; waiting threads should sleep.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import typer
from typer.main import get_command

from rnn_intent.cli.groups import Group
from rnn_intent.cli.output import examples, say
from rnn_intent.errors import ConfigError, DataError, IntentError, printable
from rnn_intent.version import VERSION

SIGTERM_CODE, SIGINT_CODE = 143, 130

COMMANDS: tuple[str, ...] = ("train", "distill", "eval", "calibrate", "compare", "predict", "trace", "gradients")
COMMANDS += ("info", "export", "reproduce", "init", "config", "data")
FILES = {"eval": "evaluate"}  # where a command stands in another file than its name says


class Terminated(KeyboardInterrupt):
    """The system asks the program to end; it ends as with Ctrl-C, saving what there is to save."""


class Commands(Group):
    """Runs a command and turns what goes wrong into lines on standard error and an exit code.

    Only the command that is asked for is imported and built: all of them take longer than a prediction.
    """

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands: Any = dict.fromkeys(COMMANDS) | self.commands  # a typo's correction is sought among the names

    def make_context(self, *arguments: Any, **settings: Any) -> Any:
        """Lets help fit into narrow windows, too: left alone, it takes 50 columns."""
        columns = shutil.get_terminal_size().columns
        return super().make_context(*arguments, terminal_width=columns - 2 if columns < 52 else None, **settings)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name in self.commands and self.commands[cmd_name] is None:
            self.commands[cmd_name] = _built(cmd_name)
        return self.commands.get(cmd_name)

    def invoke(self, ctx: Any) -> Any:
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()  # here, where a closed pipe or a full disk can still be told
            return result
        except IntentError as error:
            report(error)
            code = error.exit_code
        except BrokenPipeError:
            _drop_output()
            code = 0  # the reader has what it wanted
        except KeyboardInterrupt as error:
            say(str(error) or "interrupted")
            code = SIGTERM_CODE if isinstance(error, Terminated) else SIGINT_CODE
        except ModuleNotFoundError as error:
            if error.name != "torch":
                raise
            say("training needs PyTorch, which is not installed here; prediction does not: pip install torch")
            code = 1
        except OSError as error:
            say(f"{error.filename}: {error.strerror}" if error.filename else error.strerror or str(error))
            _drop_output()
            code = 1
        except Exception as error:
            if type(error).__name__ == "NoSuchOption":  # click's, which Typer brings along under another module's name
                from rnn_intent.cli.unknown_option import explain

                explain(error)
            raise
        sys.exit(code)


def report(error: IntentError) -> None:
    """The problems, a line each. Those of configs and data begin with their place, as editors expect."""
    for problem in error.problems:
        if isinstance(error, ConfigError | DataError):
            print(printable(problem, limit=10_000), file=sys.stderr)
        else:
            say(problem)


app = typer.Typer(
    cls=Commands,
    help="Train, run and understand recurrent intent classifiers.",
    epilog=examples('rnn-intent predict "What time is it ?"', "rnn-intent train configs/bi-gru.yaml"),
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _built(name: str) -> Any:
    """A command, or a group of commands, from its file."""
    module = import_module(f"rnn_intent.cli.{FILES.get(name, name)}")
    found = getattr(module, "app", None)
    if found is None:
        found = typer.Typer(rich_markup_mode=None, add_completion=False)
        module.add(found)
    return get_command(found)


def _show_version(wanted: bool) -> None:
    if wanted:
        print(f"rnn-intent {VERSION}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", help="Show the version and exit.", callback=_show_version, is_eager=True)
    ] = False,
) -> None:
    pass


def main() -> None:
    """The entry point. Exit codes as `errors` says, 130 or 143 when interrupted; RNN_INTENT_DEBUG=1 for tracebacks."""
    _prepare_streams()
    signal.signal(signal.SIGTERM, _terminate)
    try:
        app(prog_name="rnn-intent")
    except Exception as error:
        if os.environ.get("RNN_INTENT_DEBUG"):
            raise
        told = " ".join(str(error).split())
        say(f"unexpected {type(error).__name__}: {told} (RNN_INTENT_DEBUG=1 shows where; please report it)")
        sys.exit(1)


def _terminate(_signal: int, _frame: object) -> None:
    raise Terminated


def _prepare_streams() -> None:
    """What is piped is UTF-8 on every system; what a terminal cannot show is escaped instead of failing."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:  # closed by the caller: as good as empty
            setattr(sys, name, open(os.devnull, mode))  # noqa: SIM115  # open as long as the program runs
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError, ValueError):
            encoding = stream.encoding if stream.isatty() else "utf-8"
            stream.reconfigure(encoding=encoding, errors="backslashreplace")  # type: ignore[union-attr]


def _drop_output() -> None:
    """Points standard output to nowhere, so that Python's last flush finds no closed pipe."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from rnn_intent.cli import main as door
from rnn_intent.errors import CheckFailed, ConfigError, DataError, IntentError, ModelError, TrainingError, UsageError

ROOT = Path(__file__).parents[2]
LEAVES = [*door.COMMANDS, *(f"config {name}" for name in ("show", "check", "schema", "diff"))]
LEAVES += [f"data {name}" for name in ("check", "convert", "split")]


def python(*arguments: str, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        encoding="utf-8",
    )


def failing(error: BaseException) -> Result:
    """What a command line answers whose only command raises this."""

    def boom() -> None:
        raise error

    app = typer.Typer(cls=door.Commands)
    app.command()(boom)
    app.callback()(lambda: None)
    return CliRunner().invoke(app, ["boom"])


@pytest.mark.parametrize("command", LEAVES)
def test_the_help_of_every_command_ends_with_an_example(invoke, command: str) -> None:
    result = invoke(*command.split(), "--help")
    assert result.exit_code == 0
    end = result.stdout[result.stdout.rindex("Example") :]
    assert all(line.strip().startswith(("rnn-intent", "tail")) for line in end.splitlines()[1:])
    assert "rnn-intent" in end


@pytest.mark.parametrize("columns", [40, 80])
@pytest.mark.parametrize("command", ["", *LEAVES])
def test_help_fits_into_the_window_and_cuts_nothing_off(
    invoke, monkeypatch: pytest.MonkeyPatch, command: str, columns: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    shown = invoke(*command.split(), "--help").stdout
    lines = [line for line in shown.splitlines() if columns == 80 or not line.startswith("    rnn-intent")]
    assert all(len(line) <= columns for line in lines if "tail -f" not in line)
    assert not re.search(r"\w\.\.\.", " ".join(shown.replace("RUN...", "").split()))


def test_the_version_is_printed(invoke) -> None:
    result = invoke("--version")
    assert (result.exit_code, result.stdout) == (0, "rnn-intent 0.1.0\n")


def test_a_misspelt_command_is_a_usage_error_with_a_suggestion(invoke) -> None:
    result = invoke("pedict")
    assert result.exit_code == 2
    assert "predict" in result.stderr


def test_help_imports_nothing_heavy() -> None:
    told = "import sys; from rnn_intent.cli.main import app; app(['--help'], standalone_mode=False);"
    heavy = "torch numpy yaml pydantic rich tqdm jieba safetensors"
    told += f"sys.exit(' '.join(m for m in {heavy.split()} if m in sys.modules) or 0)"
    result = python("-c", told)
    assert (result.returncode, result.stderr) == (0, "")


def test_a_command_does_not_load_the_others() -> None:
    told = "import sys; from rnn_intent.cli.main import COMMANDS, app; app(['init', '--help'], standalone_mode=False);"
    told += "print([name for name in COMMANDS if f'rnn_intent.cli.{name}' in sys.modules])"
    assert python("-c", told).stdout.splitlines()[-1] == "['init']"


def test_the_module_runs_as_the_command_does(tmp_path: Path) -> None:
    result = python("-m", "rnn_intent", "config", "check", "nowhere.yaml", folder=tmp_path)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr == "nowhere.yaml: no such file\n"


@pytest.mark.parametrize(
    ("error", "code"),
    [(TrainingError, 1), (UsageError, 2), (ConfigError, 2), (DataError, 3), (ModelError, 4), (CheckFailed, 5)],
)
def test_every_kind_of_error_has_its_exit_code_and_its_lines(error: type[IntentError], code: int) -> None:
    result = failing(error(["a.tsv:3: no tab", "a.tsv:4: \x1b[2J"]))
    assert (result.exit_code, result.stdout) == (code, "")
    prefix = "" if error in (ConfigError, DataError) else "rnn-intent: "
    assert result.stderr.splitlines() == [f"{prefix}a.tsv:3: no tab", f"{prefix}a.tsv:4: \\x1b[2J"]


@pytest.mark.parametrize(
    ("error", "code", "told"),
    [
        (KeyboardInterrupt(), 130, "rnn-intent: interrupted\n"),
        (door.Terminated("saved"), 143, "rnn-intent: saved\n"),
        (BrokenPipeError(), 0, ""),
        (PermissionError(13, "Permission denied", "/x"), 1, "rnn-intent: /x: Permission denied\n"),
    ],
)
def test_interruptions_and_system_errors_end_in_a_line_at_most(error, code: int, told: str) -> None:
    result = failing(error)
    assert (result.exit_code, result.stderr) == (code, told)


def test_an_unexpected_failure_is_one_line_unless_asked_for(monkeypatch, capsys) -> None:
    def boom(**_options: object) -> None:
        raise KeyError("lost\nfound")

    monkeypatch.setattr(door, "app", boom)
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    monkeypatch.delenv("RNN_INTENT_DEBUG", raising=False)
    with pytest.raises(SystemExit) as ended:
        door.main()
    told = capsys.readouterr().err
    assert ended.value.code == 1
    assert told.startswith("rnn-intent: unexpected KeyError: ")
    assert told.count("\n") == 1
    monkeypatch.setenv("RNN_INTENT_DEBUG", "1")
    with pytest.raises(KeyError):
        door.main()


def test_the_shell_completes_commands(monkeypatch) -> None:
    environment = {"_RNN_INTENT_COMPLETE": "complete_bash", "COMP_WORDS": "rnn-intent pre", "COMP_CWORD": "1"}
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    told = "from rnn_intent.cli.main import main; main()"
    assert python("-c", told).stdout.split() == ["predict"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("predict --model runs/mine hello", "--model; did you mean --run?"),
        ("predict --files rows.txt", "--files; did you mean --input?"),
        ("train --output there", "--output; did you mean --out?"),
        ("eval --model runs/mine", "--model; RUN needs no option: rnn-intent eval RUN"),
        ("config show --config my.yaml", "--config; CONFIG needs no option: rnn-intent config show CONFIG"),
        ("train --epochs 5", "--epochs; set a key of the experiment: --set training.epochs=..."),
        ("train --batch-size=5", "--batch-size; set a key of the experiment: --set training.batch_size=..."),
        ("train --data my.tsv", "--data; set a key of the experiment: --set data.train=..."),
        ("train --lr 0.1", "--lr; set a key of the experiment: --set training.learning_rate=..."),
        (
            "distill --dropout 0.1",
            "--dropout; set a key of the experiment: --set embedding.dropout=... or --set model.dropout=..."
            " or --set distillation.dropout=...",
        ),
        ("predict --top-kk 3", "--top-kk (Possible options: --top-k)"),
        ("predict --epochs 5", "--epochs"),
        ("info --hel", "--hel"),
    ],
)
def test_an_option_that_is_none_is_answered_by_what_was_meant(invoke, words: str, told: str) -> None:
    result = invoke(*words.split())
    assert result.exit_code == 2
    assert result.stderr.splitlines()[-1] == f"Error: No such option: {told}"

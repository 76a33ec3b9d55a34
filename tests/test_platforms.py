"""Where people run this: odd paths, no home, no terminal, plain locales, narrow windows, no PyTorch."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from nursery import ROOT, Nursery

from rnn_intent.cli.output import width
from rnn_intent.runs import RunFolder

MODEL = ROOT / "tests" / "models" / "v1" / "gru.safetensors"
HOME = ("HOME", "USERPROFILE", "HOMEDRIVE", "HOMEPATH", "USER", "LOGNAME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME")
# A plain environment: no locale, no terminal, no colours asked for or refused.
PLAIN = {name: value for name, value in os.environ.items() if not name.startswith(("LC_", "LANG", "TERM", "NO_COLOR"))}

WITHOUT_TORCH = "import sys; sys.modules['torch'] = None; from rnn_intent.cli.main import main; main()"
# Says on standard error what the program is about to change on the disk.
WRITING = """
import os, sys
def watch(event, arguments):
    if event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
        sys.stderr.write(f"opens {arguments[0]}\\n")
    elif event in ("os.mkdir", "os.remove", "os.rename", "os.link", "os.symlink"):
        sys.stderr.write(f"{event} {arguments[0]}\\n")
sys.addaudithook(watch)
from rnn_intent.cli.main import main
main()
"""


def program(*arguments: str, code: str = "", **environment: str | None) -> subprocess.CompletedProcess[str]:
    """The command line in a process of its own, without a terminal. environment: None removes a variable."""
    changed = {**PLAIN, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", **environment}
    return subprocess.run(
        [sys.executable, *(("-c", code) if code else ("-m", "rnn_intent")), *arguments],
        env={name: value for name, value in changed.items() if value is not None},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
    )


def intent(result: subprocess.CompletedProcess[str]) -> str:
    assert (result.returncode, result.stderr) == (0, "")
    return json.loads(result.stdout)["intent"]["name"]


@pytest.fixture
def odd(tmp_path: Path) -> Path:
    """A project in a folder with spaces, Chinese and an emoji; its files come from Windows."""
    folder = tmp_path / "我的 项目 (2) 🙂"
    (folder / "runs" / "第 一 次").mkdir(parents=True)
    (folder / "runs" / "第 一 次" / "model.safetensors").write_bytes(MODEL.read_bytes())
    rows = "\ufefftext\tintent\r\nwhat time is it\task_time\r\n现在几点了\task_time\r\n播放 音乐\tplay_music\r\n"
    (folder / "数据 1.tsv").write_bytes(rows.encode("utf-8"))
    config = "\ufeffdata:\r\n  train: 数据 1.tsv\r\n  test: 数据 1.tsv\r\n  valid: 数据 1.tsv\r\n"
    (folder / "runs" / "第 一 次" / "config.yaml").write_bytes(config.replace("数", "../../数").encode("utf-8"))
    return folder


def test_paths_with_spaces_and_chinese_and_files_from_windows(odd: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(odd)
    assert intent(program("predict", "现在几点了", "--run", "第 一 次", "--json")) == "ask_time"
    judged = program("eval", "第 一 次", "--json")
    assert (judged.returncode, json.loads(judged.stdout)["rows"]) == (0, 3)
    checked = program("data", "check", "数据 1.tsv")
    assert checked.returncode == 0
    converted = program("data", "convert", "数据 1.tsv", "数据 2.jsonl")
    assert converted.returncode == 0
    assert json.loads((odd / "数据 2.jsonl").read_text("utf-8").splitlines()[0])["text"] == "what time is it"


@pytest.mark.parametrize("lines", ["\n", "\r\n"])
def test_sentences_from_windows_are_the_same_sentences(tmp_path: Path, lines: str) -> None:
    (tmp_path / "in.txt").write_bytes(
        ("\ufeff" + lines.join(["What time is it ?", "", "现在几点了", ""])).encode("utf-8")
    )
    result = program("predict", "--run", str(MODEL), "--input", str(tmp_path / "in.txt"), "--json")
    assert (result.returncode, result.stderr) == (0, "")
    answers = [json.loads(line) for line in result.stdout.splitlines()]
    assert [answer["text"] for answer in answers] == ["What time is it ?", "", "现在几点了"]


@pytest.mark.parametrize(
    "environment",
    [
        {"LANG": "C"},
        {"LC_ALL": "C"},
        {"LC_ALL": "POSIX", "PYTHONIOENCODING": "ascii"},
        dict.fromkeys(HOME),
        {"TERM": "dumb"},
    ],
    ids=["LANG=C", "LC_ALL=C", "ascii output", "no home", "dumb terminal"],
)
def test_a_chinese_sentence_is_answered_in_any_environment(environment: dict[str, str | None]) -> None:
    assert intent(program("predict", "现在几点了", "--run", str(MODEL), "--json", **environment)) == "ask_time"


def test_prediction_changes_nothing_on_the_disk() -> None:
    """So it runs from an installation that may only be read, for a user who has no folder at all."""
    result = program("predict", "现在几点了", "What time is it ?", "--run", str(MODEL), code=WRITING)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.count("ask_time") == 2


def test_training_changes_nothing_outside_of_its_run(children: Nursery, tmp_path: Path) -> None:
    rows = "".join(f"{word} {number}\t{word}\n" for word in ("时间", "weather") for number in range(12))
    (tmp_path / "rows.tsv").write_text(rows, encoding="utf-8")
    small = ["--set", "embedding.size=4", "--set", "model.hidden_size=4", "--set", "training.threads=1"]
    ended = children.run("train", "tiny.yaml", "--set", "data.train=rows.tsv", *small, folder=tmp_path)
    assert ended.code == 0, ended.err
    runs = tmp_path / "runs"
    run = RunFolder(runs / "tiny")
    assert set(ended.written) <= set(map(str, (tmp_path, runs, run.path, run.checkpoint, run.refit_checkpoint)))


def test_without_pytorch_all_but_training_works(odd: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(odd)
    for arguments in (("predict", "time"), ("info", "--verify"), ("eval",), ("trace", "现在几点了")):
        command, *rest = arguments
        run = [] if command in ("info", "eval") else ["--run"]
        result = program(command, *rest, *run, "第 一 次", code=WITHOUT_TORCH)
        assert (result.returncode, result.stderr) == (0, ""), arguments
    result = program("train", "tiny.yaml", "--out", "runs/b", code=WITHOUT_TORCH)
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == (
        "rnn-intent: training needs PyTorch, which is not installed here; prediction does not: pip install torch\n"
    )


@pytest.mark.parametrize("arguments", [["predict", "--help"], ["train", "--help"]])
def test_help_in_a_narrow_window_says_all_that_it_says_in_a_wide_one(arguments: list[str]) -> None:
    wide, narrow = (program(*arguments, COLUMNS=columns) for columns in ("200", "40"))
    assert (narrow.returncode, narrow.stderr) == (0, "")
    assert "".join(narrow.stdout.split()) == "".join(wide.stdout.split())


def test_a_trace_fits_into_a_narrow_window() -> None:
    result = program("trace", "What time is it ?", "--run", str(MODEL), COLUMNS="40")
    assert (result.returncode, result.stderr) == (0, "")
    assert max(map(len, result.stdout.splitlines())) <= 40


def in_a_terminal(*arguments: str, **environment: str) -> str:
    """What a program prints when it believes that a person is watching."""
    pty = pytest.importorskip("pty")
    ours, its = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "rnn_intent", *arguments],
        env={**PLAIN, "PYTHONPATH": str(ROOT), "TERM": "xterm-256color", "COLUMNS": "40", **environment},
        stdin=its,
        stdout=its,
        stderr=its,
    )
    os.close(its)
    shown = b""
    try:
        while block := os.read(ours, 4096):
            shown += block
    except OSError:  # how Linux says that the other side has gone
        pass
    os.close(ours)
    assert process.wait() == 0, shown
    return shown.decode("utf-8")


@pytest.mark.parametrize("command", [("info",), ("predict", "What time is it ?", "--run"), ("eval",)])
def test_what_a_command_tells_fits_into_a_narrow_window(command: tuple[str, ...], tmp_path: Path) -> None:
    rows = tmp_path / "rows.tsv"
    rows.write_text("what time is it\task_time\n现在几点了\task_time\nturn it up\tset_volume\n", encoding="utf-8")
    data = ("--data", str(rows)) if command == ("eval",) else ()
    shown = in_a_terminal(*command, str(MODEL), *data)
    assert "ask_time" in shown
    assert max(map(width, shown.splitlines())) <= 40


def test_colours_are_for_terminals_and_only_for_those_who_want_them() -> None:
    arguments = ("trace", "What time is it ?", "--run", str(MODEL))
    assert "\x1b[" in in_a_terminal(*arguments)
    assert "\x1b" not in in_a_terminal(*arguments, NO_COLOR="1")
    assert "\x1b" not in program(*arguments).stdout

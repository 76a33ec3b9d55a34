from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from rnn_intent import runs
from rnn_intent.runs import RunFolder

ROOT = Path(__file__).parents[2]
PREDICT = [sys.executable, "-m", "rnn_intent", "predict"]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}


def start(folder: Path, *arguments: str) -> subprocess.Popen[bytes]:
    pipe = subprocess.PIPE
    return subprocess.Popen([*PREDICT, *arguments], cwd=folder, env=ENVIRONMENT, stdin=pipe, stdout=pipe, stderr=pipe)


def columns(output: str) -> list[list[str]]:
    return [line.split("\t") for line in output.splitlines()]


def test_a_sentence_gets_a_line_with_intent_confidence_status_and_text(invoke, run: RunFolder) -> None:
    result = invoke("predict", "What time is it ?")
    ((intent, confidence, status, text),) = columns(result.stdout)
    assert (result.exit_code, result.stderr) == (0, "")
    assert (intent, status, text) == ("ask_time", "accepted", "What time is it ?")
    assert 0.9 < float(confidence) <= 1


def test_several_sentences_are_answered_in_their_order(invoke, run: RunFolder) -> None:
    answers = columns(invoke("predict", "time", "weather", "time").stdout)
    assert [answer[0] for answer in answers] == ["ask_time", "ask_weather", "ask_time"]


def test_json_has_the_shape_that_people_know(invoke, run: RunFolder) -> None:
    answer = json.loads(invoke("predict", "weather in 北京", "--json", "--top-k", "1").stdout)
    assert answer["text"] == "weather in 北京"
    assert answer["intent"]["name"] == "ask_weather"
    assert answer["intent_ranking"] == [answer["intent"]]
    assert answer["status"] == "accepted"


def test_the_ranking_is_as_long_as_asked_for(invoke, run: RunFolder) -> None:
    for asked, given in ((1, 1), (2, 2), (50, 2)):
        answer = json.loads(invoke("predict", "time", "--json", "--top-k", str(asked)).stdout)
        assert len(answer["intent_ranking"]) == given
    assert invoke("predict", "time", "--top-k", "0").exit_code == 2


def test_below_the_threshold_a_sentence_is_rejected_with_exit_code_0(invoke, run: RunFolder) -> None:
    assert columns(invoke("predict", "hm", "--threshold", "0").stdout)[0][2] == "accepted"
    result = invoke("predict", "hm", "--threshold", "0.9", "--json")
    answer = json.loads(result.stdout)
    assert (result.exit_code, answer["status"]) == (0, "rejected")
    assert answer["reason"]
    assert len(answer["intent_ranking"]) == 2
    assert invoke("predict", "hm", "--threshold", "1.5").exit_code == 2


@pytest.mark.parametrize("as_json", [False, True])
def test_a_file_gets_one_line_for_each_line(invoke, run: RunFolder, tmp_path: Path, as_json: bool) -> None:
    (tmp_path / "in.txt").write_bytes(b"\xef\xbb\xbftime\r\n\r\n\nweather\ttoday\n  \nthe time")
    options = ["--json"] if as_json else []
    result = invoke("predict", "--input", "in.txt", *options)
    lines = result.stdout.split("\n")
    assert (result.exit_code, len(lines), lines[-1]) == (0, 7, "")
    if as_json:
        answers = [json.loads(line) for line in lines[:-1]]
        assert [answer["text"] for answer in answers] == ["time", "", "", "weather\ttoday", "  ", "the time"]
        assert [answer["status"] for answer in answers][1] == "rejected"
    else:
        assert [len(line.split("\t")) for line in lines[:-1]] == [4] * 6
        assert lines[3].endswith("\tweather\\ttoday")


@pytest.mark.parametrize("arguments", [["-"], []])
def test_standard_input_is_read_like_a_file(invoke, run: RunFolder, arguments: list[str]) -> None:
    result = invoke("predict", *arguments, input="time\n\nweather\n")
    assert [answer[3] for answer in columns(result.stdout)] == ["time", "", "weather"]


def test_an_output_file_replaces_the_old_one_when_all_is_answered(invoke, run: RunFolder, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("old")
    result = invoke("predict", "-", "--output", "out", input="time\nweather\n")
    assert (result.exit_code, result.stdout) == (0, "")
    assert [answer[0] for answer in columns((tmp_path / "out").read_text())] == ["ask_time", "ask_weather"]


def test_a_file_may_be_answered_into_itself(invoke, run: RunFolder, tmp_path: Path) -> None:
    (tmp_path / "both").write_text("time\n")
    assert invoke("predict", "--input", "both", "--output", "both").exit_code == 0
    assert (tmp_path / "both").read_text().startswith("ask_time\t")


@pytest.mark.parametrize(
    ("content", "code", "told"),
    [
        (None, 3, "in.txt: no such file"),
        (b"time\n\xff\n", 3, "in.txt:2: byte 5 (0xff) is not utf-8"),
    ],
)
def test_a_bad_input_leaves_the_output_as_it_was(invoke, run, tmp_path: Path, content, code: int, told: str) -> None:
    (tmp_path / "out").write_text("old")
    if content is not None:
        (tmp_path / "in.txt").write_bytes(content)
    before = sorted(tmp_path.iterdir())
    result = invoke("predict", "--input", "in.txt", "--output", "out")
    assert (result.exit_code, result.stdout) == (code, "")
    assert told in result.stderr
    assert (tmp_path / "out").read_text() == "old"
    assert sorted(tmp_path.iterdir()) == before


def test_a_folder_is_no_input_and_no_output(invoke, run: RunFolder) -> None:
    assert invoke("predict", "--input", "runs").exit_code == 3
    assert invoke("predict", "time", "--output", "runs").exit_code == 2


def test_another_encoding_can_be_named(invoke, run: RunFolder, tmp_path: Path) -> None:
    (tmp_path / "in.txt").write_bytes("time 时间\n".encode("gb18030"))
    assert columns(invoke("predict", "-i", "in.txt", "--encoding", "gb18030").stdout)[0][3] == "time 时间"
    assert invoke("predict", "-i", "in.txt", "--encoding", "klingon").exit_code == 2


@pytest.mark.parametrize("arguments", [["time", "-"], ["time", "--input", "in.txt"]])
def test_sentences_from_two_places_are_refused(invoke, run: RunFolder, arguments: list[str]) -> None:
    assert invoke("predict", *arguments).exit_code == 2


@pytest.mark.parametrize(
    "text", ["", "   ", "\0", "time\0time", "a" * 100_000, "time " * 20_000, "\x1b[2J\x07", "\ud800"]
)
def test_any_sentence_gets_one_line_that_a_terminal_can_bear(invoke, run: RunFolder, text: str) -> None:
    result = invoke("predict", "--", text)
    assert (result.exit_code, result.stderr, result.stdout.count("\n")) == (0, "", 1)
    assert not set(result.stdout) & set("\0\x1b\x07\r")


@pytest.mark.parametrize("content", [None, b"", b"not a model", b"\xff" * 1000])
def test_what_is_no_model_is_a_model_error(invoke, tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "model").write_bytes(content)
    result = invoke("predict", "time", "--run", "model")
    assert (result.exit_code, result.stdout) == (4, "")
    assert result.stderr.startswith("rnn-intent: model: ")
    assert result.stderr.count("\n") == 1


def test_the_newest_run_answers_unless_another_is_named(invoke, run: RunFolder, monkeypatch, tmp_path: Path) -> None:
    built_in = tmp_path / "builtin.safetensors"
    built_in.write_bytes(run.model.read_bytes())
    monkeypatch.setattr(runs, "BUILT_IN", built_in)
    assert invoke("predict", "time").stderr == ""
    assert invoke("predict", "time", "--run", "words").stderr == ""
    run.model.unlink()
    result = invoke("predict", "time")
    assert columns(result.stdout)[0][0] == "ask_time"
    assert "built-in model" in result.stderr
    assert "rnn-intent train" in result.stderr


def test_run_names_are_offered_to_the_shell(run: RunFolder, tmp_path: Path) -> None:
    words = {"COMP_WORDS": "rnn-intent predict --run w", "COMP_CWORD": "3", "_RNN_INTENT_COMPLETE": "complete_bash"}
    code = "from rnn_intent.cli.main import main; main()"
    told = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=ENVIRONMENT | words, capture_output=True, text=True
    )
    assert told.stdout.split() == ["words"]


def test_a_prediction_imports_no_more_than_it_needs(run: RunFolder, tmp_path: Path) -> None:
    code = (
        "import sys; from rnn_intent.cli.main import app; app(['predict', 'time'], standalone_mode=False);"
        "print([m for m in 'torch yaml pydantic rich tqdm jieba marisa_trie sklearn matplotlib'.split()"
        " if m in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=ENVIRONMENT, capture_output=True, text=True)
    assert result.stdout.splitlines()[-1:] == ["[]"], result.stderr


def test_a_closed_pipe_ends_it_quietly(run: RunFolder, tmp_path: Path) -> None:
    (tmp_path / "in.txt").write_text("time\n" * 60_000)
    process = start(tmp_path, "--input", "in.txt")
    assert process.stdout.readline().startswith(b"ask_time\t")
    process.stdout.close()
    assert (process.stderr.read(), process.wait()) == (b"", 0)


def test_a_slow_pipe_is_answered_line_by_line(run: RunFolder, tmp_path: Path) -> None:
    process = start(tmp_path, "-")
    for word in (b"time", b"weather"):
        process.stdin.write(word + b"\n")
        process.stdin.flush()
        assert process.stdout.readline().startswith(b"ask_" + word)
    assert process.communicate() == (b"", b"")


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_it_with_one_line_and_its_code(run: RunFolder, tmp_path: Path, sent: int, code: int) -> None:
    process = start(tmp_path, "-")
    process.stdin.write(b"time\n")
    process.stdin.flush()
    assert process.stdout.readline().startswith(b"ask_time")
    process.send_signal(sent)
    assert process.wait() == code
    assert process.communicate() == (b"", b"rnn-intent: interrupted\n")


def test_streams_that_the_caller_closed_are_empty_ones(run: RunFolder, tmp_path: Path) -> None:
    command = shlex.join([*PREDICT, "-"])
    for closed in ("<&-", "<&- >&- 2>&-"):
        result = subprocess.run(f"{command} {closed}", shell=True, cwd=tmp_path, env=ENVIRONMENT, capture_output=True)
        assert (result.returncode, result.stdout, result.stderr) == (0, b"", b""), closed


def test_a_full_disk_behind_standard_output_is_told_once(run: RunFolder, tmp_path: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    with open("/dev/full", "wb") as full:
        result = subprocess.run([*PREDICT, "time"], cwd=tmp_path, env=ENVIRONMENT, stdout=full, stderr=subprocess.PIPE)
    assert (result.returncode, result.stderr) == (1, b"rnn-intent: No space left on device\n")


def test_a_terminal_gets_a_prompt_and_a_picture(run: RunFolder, tmp_path: Path) -> None:
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    process = subprocess.Popen(PREDICT, cwd=tmp_path, env=ENVIRONMENT, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    shown = until(ours, b"> ")
    os.write(ours, b"time\n")
    shown = until(ours, b"> ")
    assert b"ask_time" in shown
    assert "█".encode() in shown
    assert "≈".encode() not in shown
    os.write(ours, b"tiem\n")
    shown = until(ours, b"> ")
    assert "tiem ≈ time".encode() in shown
    os.write(ours, b"\x04")
    assert process.wait() == 0
    os.close(ours)


def until(terminal: int, end: bytes) -> bytes:
    shown = b""
    while not shown.endswith(end):
        shown += os.read(terminal, 1000)
    return shown

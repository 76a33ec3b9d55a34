from __future__ import annotations

import json
from pathlib import Path

import pytest


def rows(path: Path, *lines: str) -> Path:
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def many(intent: str, word: str, count: int = 12) -> list[str]:
    return [f"{word} number {n}\t{intent}" for n in range(count)]


def test_check_is_quiet_about_good_rows(invoke, tmp_path: Path) -> None:
    rows(tmp_path / "good.tsv", *many("ask_time", "time"), *many("ask_weather", "weather"))
    result = invoke("data", "check", "good.tsv", "--strict")
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == "rnn-intent: 24 rows: 0 to fix, 0 to review\n"


def test_check_names_contradictions_with_both_lines_and_strict_fails(invoke, tmp_path: Path) -> None:
    path = rows(
        tmp_path / "bad.tsv", *many("ask_time", "time"), "Time number 3\task_weather", *many("ask_weather", "sky")
    )
    before = path.read_bytes()
    result = invoke("data", "check", "bad.tsv")
    assert result.exit_code == 0
    assert "bad.tsv:4" in result.stdout
    assert "bad.tsv:13" in result.stdout
    strict = invoke("data", "check", "bad.tsv", "--strict")
    assert strict.exit_code == 5
    assert strict.stdout == result.stdout
    assert path.read_bytes() == before


def test_check_finds_rows_that_leak_between_files(invoke, tmp_path: Path) -> None:
    rows(tmp_path / "train.tsv", *many("ask_time", "time"), *many("ask_weather", "sky"))
    rows(tmp_path / "test.tsv", "time number 3\task_time", "how is the sky\task_weather")
    result = invoke("data", "check", "train.tsv", "test.tsv")
    assert "test.tsv:1" in result.stdout
    assert "train.tsv:4" in result.stdout


@pytest.mark.parametrize("command", [("check",), ("convert", "out.jsonl"), ("split", "out")])
@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "in.tsv: no such file"),
        (b"", "in.tsv: the file is empty"),
        (b"time\task_time\nno intent here\n", "in.tsv:2: "),
        ("时间\task_time\n".encode("gb18030"), "--encoding gb18030"),
    ],
)
def test_a_bad_file_is_a_data_error_and_nothing_is_written(invoke, tmp_path: Path, command, content, told: str) -> None:
    if content is not None:
        (tmp_path / "in.tsv").write_bytes(content)
    before = sorted(tmp_path.iterdir())
    result = invoke("data", command[0], "in.tsv", *command[1:])
    assert (result.exit_code, result.stdout) == (3, "")
    assert told in result.stderr
    assert sorted(tmp_path.iterdir()) == before


def test_convert_writes_another_format_and_refuses_to_overwrite(invoke, tmp_path: Path) -> None:
    rows(tmp_path / "in.csv", "label,utterance", 'ask_time,"time, please"', "ask_weather,天气")
    result = invoke("data", "convert", "in.csv", "out.jsonl")
    assert (result.exit_code, result.stdout) == (0, "out.jsonl: 2 rows\n")
    written = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()]
    assert written == [{"text": "time, please", "intent": "ask_time"}, {"text": "天气", "intent": "ask_weather"}]
    before = (tmp_path / "out.jsonl").read_bytes()
    rows(tmp_path / "in.csv", "label,utterance", "ask_time,other")
    again = invoke("data", "convert", "in.csv", "out.jsonl")
    assert again.exit_code == 2
    assert "--force" in again.stderr
    assert (tmp_path / "out.jsonl").read_bytes() == before
    assert invoke("data", "convert", "in.csv", "out.jsonl", "--force").exit_code == 0


def test_convert_of_several_splits_wants_a_folder(invoke, tmp_path: Path) -> None:
    (tmp_path / "clinc.json").write_text(
        json.dumps({"train": [["a b", "x"]], "val": [["c", "y"]], "test": [["d", "x"]]})
    )
    assert "name a folder" in invoke("data", "convert", "clinc.json", "out.tsv").stderr
    result = invoke("data", "convert", "clinc.json", "out", "--to", "tsv")
    assert result.exit_code == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["test.tsv", "train.tsv", "valid.tsv"]


def test_split_gives_every_intent_to_every_part_and_repeats_itself(invoke, tmp_path: Path) -> None:
    rows(tmp_path / "in.tsv", *many("ask_time", "time", 20), *many("ask_weather", "sky", 20))
    result = invoke("data", "split", "in.tsv", "out", "--valid", "0.2", "--test", "0.1", "--to", "tsv")
    assert (result.exit_code, result.stdout) == (0, "train: 28 rows\nvalid: 8 rows\ntest: 4 rows\n")
    first = (tmp_path / "out" / "valid.tsv").read_text()
    assert "ask_time" in first
    assert "ask_weather" in first
    invoke("data", "split", "in.tsv", "again", "--valid", "0.2", "--test", "0.1", "--to", "tsv")
    assert (tmp_path / "again" / "valid.tsv").read_text() == first
    assert invoke("data", "split", "in.tsv", "third", "--valid", "0.6", "--test", "0.4").exit_code == 2

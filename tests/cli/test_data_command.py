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
    assert result.stderr == "rnn-intent: 24 rows: 24 OK, 0 to review, 0 to fix\n"


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


def test_check_says_that_the_first_row_may_be_a_header(invoke, tmp_path: Path) -> None:
    rows(tmp_path / "my.tsv", "Anfrage\tAbsicht", *many("ask_time", "time"), *many("ask_weather", "weather"))
    result = invoke("data", "check", "my.tsv")
    assert result.stderr.startswith("rnn-intent: my.tsv:1: taken for a sentence, but no other row has the intent")


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


def faulty(path: Path) -> Path:
    time, sky = many("ask_time", "time"), many("ask_weather", "sky")
    return rows(
        path, *time, "Time number 3\task_time", "time number 4\task_weather", "sky\u200b there\task_weather", *sky
    )


def test_check_lists_each_row_with_its_level(invoke, tmp_path: Path) -> None:
    faulty(tmp_path / "bad.tsv")
    result = invoke("data", "check", "bad.tsv", "--all", "--no-labels")
    lines = dict(line.split("  ", 2)[:2] for line in result.stdout.splitlines())
    assert lines["bad.tsv:1"] == "OK"
    assert [lines[f"bad.tsv:{line}"] for line in (13, 14, 15)] == ["FIX", "FIX", "REVIEW"]
    assert len(lines) == 27
    assert result.stderr == "rnn-intent: 27 rows: 24 OK, 1 to review, 2 to fix\n"


def test_check_speaks_json(invoke, tmp_path: Path) -> None:
    faulty(tmp_path / "bad.tsv")
    told = json.loads(invoke("data", "check", "bad.tsv", "--json", "--all").stdout)
    assert (told["rows"], told["ok"], told["review"], told["fix"]) == (27, 24, 1, 2)
    assert len(told["ok_rows"]) == 24
    duplicate = told["findings"][0]
    assert (duplicate["place"], duplicate["level"], duplicate["kind"]) == ("bad.tsv:13", "FIX", "duplicate")
    assert told["findings"][1]["intent"] == "ask_time"


def test_fix_writes_a_clean_copy_and_a_log_and_leaves_the_original(invoke, tmp_path: Path) -> None:
    before = faulty(tmp_path / "bad.tsv").read_bytes()
    result = invoke("data", "check", "bad.tsv", "--fix", "clean.tsv")
    assert result.exit_code == 0
    assert (tmp_path / "bad.tsv").read_bytes() == before
    log = (tmp_path / "clean.tsv.log").read_text(encoding="utf-8")
    assert [line.split("  ")[0] for line in log.splitlines()] == ["bad.tsv:13", "bad.tsv:15"]
    again = invoke("data", "check", "clean.tsv", "--no-labels")
    assert [line.split(":")[0] for line in again.stdout.splitlines()] == ["clean.tsv"]
    assert "contradiction" not in result.stdout
    assert "says 'ask_weather', but clean.tsv:" in again.stdout


def test_fix_writes_splits_into_a_folder(invoke, tmp_path: Path) -> None:
    rows(tmp_path / "train.tsv", *many("ask_time", "time"), *many("ask_weather", "sky"))
    rows(tmp_path / "test.tsv", "time number 3\task_time", "and the hour?\task_time", "how is the sky\task_weather")
    assert invoke("data", "check", "train.tsv", "test.tsv", "--fix", "clean").exit_code == 0
    assert sorted(path.name for path in (tmp_path / "clean").iterdir()) == ["changes.log", "test.jsonl", "train.jsonl"]
    assert "number 3" not in (tmp_path / "clean" / "test.jsonl").read_text(encoding="utf-8")
    assert invoke("data", "check", "clean", "--no-labels").stdout == ""


@pytest.mark.parametrize("target", ["bad.tsv", "other.tsv", "free.tsv"])
def test_fix_never_writes_over_a_file(invoke, tmp_path: Path, target: str) -> None:
    before = faulty(tmp_path / "bad.tsv").read_bytes()
    for name in ("other.tsv", "free.tsv.log"):
        (tmp_path / name).write_text("mine")
    result = invoke("data", "check", "bad.tsv", "--fix", target)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "exists already" in result.stderr
    assert (tmp_path / "bad.tsv").read_bytes() == before
    assert (tmp_path / "other.tsv").read_text() == "mine"


@pytest.mark.parametrize(("name", "faulty_row"), [("x.tsv", " \task_time"), ("x.jsonl", '{"text": "", "intent": "a"}')])
def test_a_row_without_a_text_is_a_finding_among_others_and_deleted(invoke, tmp_path: Path, name, faulty_row) -> None:
    good = [row.split("\t") for row in many("ask_time", "clock") + many("ask_weather", "sky")]
    as_json = [json.dumps({"text": text, "intent": intent}) for text, intent in good]
    rows(tmp_path / name, *(as_json if name.endswith("l") else map("\t".join, good)), faulty_row, faulty_row)
    result = invoke("data", "check", name, "--fix", f"clean{Path(name).suffix}", "--no-labels")
    told = [f"{name}:{line}  FIX  nothing in the text can be seen; delete this row" for line in (25, 26)]
    assert result.stdout.splitlines() == told
    assert result.exit_code == 0
    assert invoke("data", "check", f"clean{Path(name).suffix}", "--strict", "--no-labels").exit_code == 0


@pytest.mark.parametrize(("doubts", "exit_code"), [("4%", 0), ("3%", 5), ("0%", 5)])
def test_strict_lets_few_doubts_about_intents_pass(invoke, tmp_path: Path, doubts: str, exit_code: int) -> None:
    time, sky = many("ask_time", "clock time please"), many("ask_weather", "sky weather rain")
    rows(tmp_path / "x.tsv", *time, "clock time number please what\task_weather", *sky)
    result = invoke("data", "check", "x.tsv", "--strict", "--max-doubts", doubts)
    assert "but by all the other rows it is 'ask_time'" in result.stdout
    assert result.exit_code == exit_code
    told = f"4.0% of the rows have an intent in doubt, and --max-doubts is {float(doubts[:-1])}%"
    assert (told in result.stderr) == bool(exit_code)


def test_strict_lets_nothing_but_doubts_pass(invoke, tmp_path: Path) -> None:
    time, sky = many("ask_time", "clock time please"), many("ask_weather", "sky weather rain")
    rows(tmp_path / "x.tsv", *time, *sky, "sky weather rain number 7?\task_weather")
    result = invoke("data", "check", "x.tsv", "--strict", "--max-doubts", "90%")
    assert result.exit_code == 5
    assert "--strict allows none" in result.stderr


def test_a_share_of_doubts_that_makes_no_sense_is_a_usage_error(invoke) -> None:
    assert invoke("data", "check", "--strict", "--max-doubts", "many").exit_code == 2


def test_the_shipped_data_pass_the_strict_check(invoke) -> None:
    assert invoke("data", "check", "--strict", "--no-labels").exit_code == 0

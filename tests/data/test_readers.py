"""From a path to rows: sniffing, encodings, folders, and everything a path can be instead of a file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rnn_intent.cli.lines import read_blocks
from rnn_intent.data.encoding import likely_encoding
from rnn_intent.data.readers import FORMATS, read_contents, read_examples, read_splits
from rnn_intent.errors import DataError, UsageError

ROWS = [("hi", "greet"), ("bye, you", "leave")]
JSONL = "".join(json.dumps({"text": text, "intent": intent}) + "\n" for text, intent in ROWS)
FILES = {
    "a.tsv": "hi\tgreet\nbye, you\tleave\n",
    "a.csv": 'text,intent\nhi,greet\n"bye, you",leave\n',
    "a.jsonl": JSONL,
    "jsonl.json": JSONL,
    "a.json": json.dumps([{"utterance": text, "label": intent} for text, intent in ROWS], indent=1),
    "b.yml": "nlu:\n- intent: greet\n  examples: |\n    - hi\n- intent: leave\n  examples: |\n    - bye, you\n",
    "tabs.txt": "hi\tgreet\nbye, you\tleave\n",
    "labels.txt": "__label__greet hi\n__label__leave bye, you\n",
    "jsonl": JSONL,
    "rasa": "nlu:\n- intent: greet\n  examples: |\n    - hi\n- intent: leave\n  examples: ['bye, you']\n",
}


def problem(path: Path, **how: str) -> str:
    with pytest.raises(DataError) as caught:
        read_examples(path, **how)
    (line,) = caught.value.problems
    return line


@pytest.mark.parametrize("dress", ["plain", "bom", "windows"])
@pytest.mark.parametrize("name", FILES)
def test_the_format_is_recognised(name: str, dress: str, tmp_path: Path) -> None:
    text = FILES[name].replace("\n", "\r\n") if dress == "windows" else FILES[name]
    path = tmp_path / "数据 folder" / name
    path.parent.mkdir()
    path.write_bytes(text.encode("utf-8-sig" if dress == "bom" else "utf-8"))
    assert [(row.text, row.intent) for row in read_examples(path)] == ROWS


def test_a_format_can_be_forced(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("hi, you\tgreet\n", encoding="utf-8")
    assert read_examples(path, format="tsv")[0].text == "hi, you"


def test_an_unknown_format_suggests_a_known_one(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="did you mean 'jsonl'"):
        read_examples(tmp_path, format="jsnol")


@pytest.mark.parametrize(
    ("encoding", "suggested"), [("gb18030", "gb18030"), ("utf-16", "utf-16"), ("cp1252", "cp1252")]
)
def test_a_wrong_encoding_names_byte_line_and_remedy(encoding: str, suggested: str, tmp_path: Path) -> None:
    text = "cafés déjà\tgreet\n" if encoding == "cp1252" else "现在几点了\task_time\n"
    path = tmp_path / "rows.tsv"
    path.write_bytes(text.encode(encoding) if encoding == "utf-16" else b"a\tb\n" + text.encode(encoding))
    line, place = (1, 0) if encoding == "utf-16" else (2, 7 if encoding == "cp1252" else 4)
    told = problem(path)
    assert told.startswith(f"{path}:{line}: byte {place} ")
    assert f"--encoding {suggested} " in told
    assert told.endswith(f"--set data.encoding={suggested})")
    assert read_examples(path, encoding=encoding)[-1].text == text.split("\t")[0]


GERMAN = "Guten Tag, bitte Müller für schöne Grüße überweisen. Straße größer, Köln möchte Äpfel"
SIMPLIFIED = "我的快递到哪了，请给我开一张发票。七天无理由退货怎么操作？"
TRADITIONAL = "我的快遞到哪了，請給我開一張發票。七天無理由退貨怎麼操作？"


@pytest.mark.parametrize(
    ("text", "encoding", "suggested"),
    [
        (GERMAN, "cp1252", "cp1252"),  # as GB18030 it is Chinese, though of the rarest characters
        (SIMPLIFIED, "gb2312", "gb18030"),
        (TRADITIONAL, "big5", "cp950"),
        ("book a flight to 上海", "gb18030", "gb18030"),
        ("open the 燈 please", "cp950", "cp950"),
    ],
)
def test_the_suggested_encoding_is_the_one_the_text_is_in(text: str, encoding: str, suggested: str) -> None:
    assert likely_encoding(text.encode(encoding)) == suggested


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"PK\x03\x04\x14\x00\x06\x00\xba", "is an Excel workbook or another ZIP archive; save the table as CSV UTF-8"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99), "is an old Excel workbook; save the table as CSV UTF-8"),
        (b"\x1f\x8b\x08\x00", "is packed by gzip; unpack it first"),
    ],
)
def test_a_workbook_is_told_from_a_text_in_another_encoding(content: bytes, told: str, tmp_path: Path) -> None:
    (tmp_path / "my.csv").write_bytes(content)
    assert problem(tmp_path / "my.csv") == f"{tmp_path / 'my.csv'}: {told}"
    with pytest.raises(DataError, match=told):
        list(read_blocks(tmp_path / "my.csv", "utf-8"))


@pytest.mark.parametrize("encoding", ["nonsense", "hex", "idna", "a\0b", "\x1b[31m"])
def test_an_encoding_that_is_none_is_one_clear_line(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "rows.tsv"
    path.write_bytes(b"\xff\tb\n" * 70)
    told = problem(path, encoding=encoding)
    assert "--encoding" in told
    assert told.isprintable()


def test_missing_empty_and_foreign_paths_say_what_they_are(tmp_path: Path) -> None:
    for name, content in (
        ("train.tsv", ""),
        ("blank.csv", " \n\n"),
        ("header.tsv", "text\tintent\n"),
        ("x.bin", "zzz"),
    ):
        (tmp_path / name).write_text(content, encoding="utf-8")
    assert problem(tmp_path / "trian.tsv") == f"{tmp_path}/trian.tsv: no such file, did you mean 'train.tsv'?"
    assert problem(tmp_path / "train.tsv").endswith("train.tsv: the file is empty")
    assert problem(tmp_path / "blank.csv").endswith("blank.csv: the file is empty")
    assert problem(tmp_path / "header.tsv").endswith("header.tsv: no rows")
    assert "x.bin:1: cannot tell the format" in problem(tmp_path / "x.bin")
    (tmp_path / "folder.tsv").mkdir()
    assert "is a folder; expected a file, or" in problem(tmp_path / "folder.tsv")
    assert "cannot be read" in problem(tmp_path / "a\0b")
    assert "File name too long" in problem(tmp_path / ("x" * 5000))


def test_clinc_json_gives_splits_and_needs_one_to_be_named(tmp_path: Path) -> None:
    path = tmp_path / "data.json"
    path.write_text(json.dumps({"domains": {}, "train": [["a", "x"]], "oos_val": [["b", "oos"]]}, indent=1))
    assert {name: len(rows) for name, rows in read_splits(path).items()} == {"train": 1, "oos_valid": 1}
    assert "train, oos_valid" in problem(path)
    assert read_examples(path, split="train")[0].intent == "x"
    assert "has no split 'test'" in problem(path, split="test")


def test_a_folder_serves_its_splits_and_says_which_files_it_read(tmp_path: Path) -> None:
    for name in ("train.tsv", "dev.tsv", "oos_test.tsv"):
        (tmp_path / name).write_text(f"{name}\tgreet\n", encoding="utf-8")
    (tmp_path / "train.jsonl").write_text(JSONL, encoding="utf-8")
    contents = read_contents(tmp_path)
    assert {name: len(rows) for name, rows in contents.splits.items()} == {"train": 2, "valid": 1, "oos_test": 1}
    assert contents.warnings == [f"{tmp_path}/train.tsv: not read, train.jsonl is read instead"]
    assert len(contents.files) == 3
    assert len(read_splits(tmp_path, format="tsv")["train"]) == 1


def test_seq_folders_are_read_one_by_one_or_as_splits(tmp_path: Path) -> None:
    for name in ("train", "test"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "seq.in").write_text("to rome\n")
        (tmp_path / name / "label").write_text("fly\n")
    (tmp_path / "train" / "seq.out").write_text("O B-city\n")
    assert read_examples(tmp_path / "train")[0].slots[0].start == 3
    assert list(read_splits(tmp_path)) == ["train", "test"]
    (tmp_path / "test" / "label").unlink()
    with pytest.raises(DataError, match="label: no such file"):
        read_splits(tmp_path)


def test_problems_of_all_files_of_a_folder_arrive_together(tmp_path: Path) -> None:
    for name in ("train.tsv", "test.tsv"):
        (tmp_path / name).write_text("a\tb\nno tab\n", encoding="utf-8")
    with pytest.raises(DataError) as caught:
        read_splits(tmp_path)
    assert [Path(line.split(":")[0]).name for line in caught.value.problems] == ["train.tsv", "test.tsv"]


@pytest.mark.parametrize("format", sorted(set(FORMATS) - {"auto", "seq", "xlsx"}))
def test_sentences_with_nul_and_a_hundred_thousand_characters_are_rows(format: str, tmp_path: Path) -> None:
    long = "长" * 100_000
    text = {
        "jsonl": json.dumps({"text": long + "\0", "intent": "a"}),
        "json": json.dumps([{"text": long + "\0", "intent": "a"}]),
        "clinc": json.dumps({"train": [[long + "\0", "a"]]}),
        "fasttext": f"__label__a {long}\0",
        "rasa": f"nlu:\n- intent: a\n  examples: |\n    - {long}",
        "tsv": f"{long}\0\ta",
        "csv": f"{long},a",
    }[format]
    path = tmp_path / "rows"
    path.write_text(text, encoding="utf-8")
    (rows,) = read_splits(path, format=format).values()
    assert len(rows[0].text) >= 100_000


PARTS = [("hi", "greet", "train"), ("bye", "leave", "dev"), ("hey", "greet", "test"), ("ciao", "leave", "Train")]


@pytest.mark.parametrize("name", ["rows.tsv", "rows.csv", "rows.jsonl"])
def test_rows_that_name_their_split_are_divided_so(name: str, tmp_path: Path) -> None:
    lines = [f"{split}\t{text}\t{intent}" for text, intent, split in PARTS]
    table = "\n".join(["partition\tutt\tintent", *lines])
    objects = [json.dumps({"utt": text, "intent": intent, "partition": split}) for text, intent, split in PARTS]
    path = tmp_path / name
    path.write_text("\n".join(objects) if name.endswith("jsonl") else table, encoding="utf-8")
    found = {split: [row.text for row in rows] for split, rows in read_splits(path).items()}
    assert found == {"train": ["hi", "ciao"], "valid": ["bye"], "test": ["hey"]}


@pytest.mark.parametrize("splits", [["train", "train"], ["train", ""], ["train", "holdout"], [1, 2]])
def test_rows_that_do_not_all_name_a_split_are_not_divided(splits: list[object], tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    rows = [json.dumps({"text": "hi", "intent": str(number), "split": split}) for number, split in enumerate(splits)]
    path.write_text("\n".join(rows), encoding="utf-8")
    assert [row.intent for row in read_examples(path)] == ["0", "1"]

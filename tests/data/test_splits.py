"""The three splits of an experiment, wherever its rows come from."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from rnn_intent.data.example import Example
from rnn_intent.data.split import split_examples
from rnn_intent.data.splits import Splits, load_splits
from rnn_intent.errors import ConfigError, DataError
from rnn_intent.settings import DataSettings

SIZES = {"large": 200, "small": 7, "two": 2, "single": 1}


def rows_of(sizes: Mapping[str, int]) -> list[Example]:
    return [Example(f"{intent} {number}", intent) for intent, count in sizes.items() for number in range(count)]


def write(path: Path, rows: Sequence[tuple[str, str]]) -> None:
    path.write_text("".join(f"{text}\t{intent}\n" for text, intent in rows), encoding="utf-8")


def load(folder: Path, seed: int = 1, **settings: object) -> Splits:
    return load_splits(DataSettings(**settings), folder, seed)  # type: ignore[arg-type]


def problems(folder: Path, **settings: object) -> list[str]:
    with pytest.raises(DataError) as caught:
        load(folder, **settings)
    return caught.value.problems


def test_fractions_hold_overall_and_every_intent_keeps_a_row_to_train_on() -> None:
    train, valid, test = split_examples(rows_of(SIZES), 0.1, 0.2, seed=3)
    assert (len(train), len(valid), len(test)) == (147, 21, 42)
    assert {row.intent for row in train} == set(SIZES)
    assert 38 <= Counter(row.intent for row in test)["large"] <= 42


def test_no_intent_is_drawn_empty_however_small_and_however_large_the_fractions() -> None:
    sizes = {f"intent {number}": 1 + number % 3 for number in range(30)}
    train, valid, test = split_examples(rows_of(sizes), 0.4, 0.5, seed=3)
    assert {row.intent for row in train} == set(sizes)
    assert valid
    assert test


def test_no_row_is_lost_and_order_is_kept() -> None:
    rows = rows_of(SIZES)
    parts = split_examples(rows, 0.1, 0.2, seed=3)
    assert sorted(row.text for part in parts for row in part) == sorted(row.text for row in rows)
    assert all(part == [row for row in rows if row in part] for part in parts)


def test_the_seed_decides_and_nothing_else() -> None:
    rows = rows_of(SIZES)
    assert split_examples(rows, 0.1, 0.2, seed=3) == split_examples(list(rows), 0.1, 0.2, seed=3)
    assert split_examples(rows, 0.1, 0.2, seed=3) != split_examples(rows, 0.1, 0.2, seed=4)


def test_rows_with_the_same_text_stay_together() -> None:
    rows = [Example(text, "a") for number in range(50) for text in (f"Row {number}", f"ｒｏｗ  {number}")]
    train, valid, test = ({row.text[-2:] for row in part} for part in split_examples(rows, 0.2, 0.2, seed=1))
    assert not train & valid
    assert not (train | valid) & test


def test_three_files_are_read_and_hashed(tmp_path: Path) -> None:
    for name in ("train", "valid", "test"):
        write(tmp_path / f"{name}.tsv", [(name, "a"), (name, "b")])
    splits = load(tmp_path, train="train.tsv", valid="valid.tsv", test="test.tsv")
    assert [rows[0].text for rows in (splits.train, splits.valid, splits.test)] == ["train", "valid", "test"]
    path = tmp_path / "train.tsv"
    assert splits.files[str(path)] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert len(splits.files) == 3
    assert splits.warnings == []


def test_one_file_is_divided(tmp_path: Path) -> None:
    write(tmp_path / "all.tsv", [(f"{n}", "ab"[n % 2]) for n in range(100)])
    splits = load(tmp_path, train="all.tsv", valid_fraction=0.2, test_fraction=0.1)
    assert (len(splits.train), len(splits.valid), len(splits.test)) == (70, 20, 10)
    assert load(tmp_path, train="all.tsv", test_fraction=0.0).test == []


def test_a_test_file_leaves_only_validation_to_be_drawn(tmp_path: Path) -> None:
    write(tmp_path / "all.tsv", [(f"{n}", "ab"[n % 2]) for n in range(100)])
    write(tmp_path / "test.tsv", [("x", "a")])
    splits = load(tmp_path, train="all.tsv", test="test.tsv")
    assert (len(splits.train), len(splits.valid), len(splits.test)) == (90, 10, 1)


@pytest.mark.parametrize("shape", ["folder", "clinc"])
def test_a_folder_or_a_clinc_file_serves_all_three(shape: str, tmp_path: Path) -> None:
    lists = {name: [["x", "a"], ["y", "b"]] for name in ("train", "val", "test")} | {"oos_test": [["z", "oos"]]}
    source = tmp_path / "source"
    if shape == "clinc":
        source.write_text(json.dumps(lists), encoding="utf-8")
    else:
        source.mkdir()
        for name, rows in lists.items():
            write(source / f"{name}.tsv", [(text, intent) for text, intent in rows])
    splits = load(tmp_path, train="source")
    assert (len(splits.train), len(splits.valid), len(splits.test)) == (2, 2, 2)
    assert {name: len(rows) for name, rows in splits.out_of_scope.items()} == {"train": 0, "valid": 0, "test": 1}


def test_the_intent_named_out_of_scope_is_put_apart(tmp_path: Path) -> None:
    write(tmp_path / "all.tsv", [(f"{n}", ("a", "b", "none")[n % 3]) for n in range(90)])
    splits = load(tmp_path, train="all.tsv", out_of_scope="none")
    assert {row.intent for row in [*splits.train, *splits.valid, *splits.test]} == {"a", "b"}
    assert {name: len(rows) for name, rows in splits.out_of_scope.items()} == {"train": 24, "valid": 3, "test": 3}


def test_an_intent_that_cannot_be_learned_is_a_warning_with_its_place(tmp_path: Path) -> None:
    write(tmp_path / "train.tsv", [("x", "a"), ("y", "b")])
    write(tmp_path / "test.tsv", [("x", "a"), ("y", "c"), ("z", "c")])
    splits = load(tmp_path, train="train.tsv", valid="train.tsv", test="test.tsv")
    assert len(splits.test) == 3
    same, unknown = splits.warnings
    assert same.startswith("data.valid: the same file as data.train")
    assert unknown == f"{tmp_path}/test.tsv:2: the intent 'c' is in test but not in train; 2 rows will count as errors"


def test_intents_that_differ_in_case_only_are_a_warning_and_stay_apart(tmp_path: Path) -> None:
    write(tmp_path / "train.tsv", [("x", "Yes"), ("y", "no"), ("z", "YES")])
    splits = load(tmp_path, train="train.tsv", valid="train.tsv", test="train.tsv")
    (alike,) = (warning for warning in splits.warnings if "differ only in case" in warning)
    assert alike.startswith(f"{tmp_path}/train.tsv:3: the intents 'YES' and 'Yes' differ only in case or punctuation")
    assert len({row.intent for row in splits.train}) == 3


def test_problems_of_all_files_arrive_together(tmp_path: Path) -> None:
    (tmp_path / "train.tsv").write_text("no tab\n")
    (tmp_path / "valid.tsv").write_text("")
    found = problems(tmp_path, train="train.tsv", valid="valid.tsv", test="test.tsv")
    assert [line.split(": ")[0].removeprefix(f"{tmp_path}/") for line in found] == [
        "train.tsv:1",
        "valid.tsv",
        "test.tsv",
    ]


@pytest.mark.parametrize(
    ("rows", "settings", "told"),
    [
        ([("x", "a"), ("y", "a")] * 20, {}, "one intent only ('a')"),
        ([("x", "a"), ("y", "b")], {}, "too few rows to draw a test split"),
        (
            [("x", "a"), ("y", "a")],
            {"out_of_scope": "a", "valid": "all.tsv", "test": "all.tsv"},
            "no rows for the train",
        ),
    ],
)
def test_data_that_teaches_nothing_is_refused(
    rows: list[tuple[str, str]], settings: dict[str, object], told: str, tmp_path: Path
) -> None:
    write(tmp_path / "all.tsv", [(f"{text} {number}", intent) for number, (text, intent) in enumerate(rows)])
    (line, *_) = problems(tmp_path, train="all.tsv", **settings)
    assert line.startswith("all.tsv: ")
    assert told in line


def test_a_source_without_the_split_that_was_asked_for_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps({"train": [["x", "a"], ["y", "b"]]}))
    (tmp_path / "b.json").write_text(json.dumps({"test": [["x", "a"], ["y", "b"]]}))
    assert "a.json: has no test split" in problems(tmp_path, train="a.json", test="a.json")[0]
    assert "b.json: has no train split" in problems(tmp_path, train="b.json")[0]


@pytest.mark.parametrize("settings", [{}, {"train": "a.tsv", "valid_fraction": 0.6, "test_fraction": 0.5}])
def test_settings_that_cannot_be_followed_are_config_errors(settings: dict[str, object], tmp_path: Path) -> None:
    write(tmp_path / "a.tsv", [("x", "a"), ("y", "b")])
    with pytest.raises(ConfigError, match=r"^data\."):
        load(tmp_path, **settings)

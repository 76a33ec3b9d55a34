"""Each kind of finding, with its place and what to do about it."""

from __future__ import annotations

import pytest

from rnn_intent.data.check import Finding, check_examples
from rnn_intent.data.checks.texts import repair
from rnn_intent.data.example import Example, Slot
from rnn_intent.data.splits import Splits


def rows(split: str, *pairs: tuple[str, str]) -> list[Example]:
    return [Example(text, intent, source=f"{split}.tsv:{line}") for line, (text, intent) in enumerate(pairs, start=1)]


def enough(split: str = "train") -> list[Example]:
    """Rows that raise no finding: two intents of ten different sentences each."""
    return [Example(f"{split} {n}", "ab"[n % 2], source=f"good {split}:{n}") for n in range(20)]


def told(findings: list[Finding]) -> list[tuple[str, str, str]]:
    return [(finding.place, finding.level, finding.kind) for finding in findings]


def one(*extra: Example) -> Finding:
    (finding,) = check_examples({"train": [*enough(), *extra]})
    return finding


def test_clean_rows_raise_no_finding() -> None:
    assert check_examples({"train": enough(), "valid": enough("valid"), "test": enough("test")}) == []


def test_duplicates_are_found_under_case_width_and_spaces() -> None:
    extra = rows("train", ("What time?", "a"), ("ｗｈａｔ  time？", "a"), ("what\u200b time?", "a"))
    findings = check_examples({"train": [*enough(), *extra]})
    duplicates = [finding for finding in findings if finding.kind == "duplicate"]
    assert [finding.place for finding in duplicates] == ["train.tsv:2", "train.tsv:3"]
    assert "train.tsv:1" in duplicates[0].message
    assert duplicates[0].suggestion == "delete this row"


def test_contradictions_follow_the_intent_that_most_rows_have() -> None:
    extra = rows("train", ("hello", "b"), ("hello", "a"), ("Hello", "a"))
    first, second = check_examples({"train": [*enough(), *extra]})
    assert told([first, second]) == [("train.tsv:1", "FIX", "contradiction"), ("train.tsv:3", "FIX", "duplicate")]
    assert "says 'b', but train.tsv:2 says 'a'" in first.message
    assert "train.tsv:2" in second.message


def test_a_row_in_two_splits_is_a_leak() -> None:
    findings = check_examples(
        {
            "test": [*enough("test"), *rows("test", ("hello", "a"))],
            "train": [*enough(), *rows("train", ("hello", "a"))],
        }
    )
    assert told(findings) == [("test.tsv:1", "FIX", "leak")]
    assert "train.tsv:1" in findings[0].message


def test_intents_too_small_missing_or_named_alike_are_reported() -> None:
    train = [*enough(), *rows("train", ("one", "rare"), ("two", "A"))]
    test = [*enough("test"), *rows("test", ("three", "unknown"))]
    assert told(check_examples({"train": train, "test": test})) == [
        ("train.tsv:1", "REVIEW", "small intent"),
        ("train.tsv:1", "REVIEW", "missing intent"),
        ("train.tsv:2", "REVIEW", "small intent"),
        ("train.tsv:2", "REVIEW", "missing intent"),
        ("train.tsv:2", "REVIEW", "alike intents"),
        ("test.tsv:1", "FIX", "missing intent"),
    ]


def test_out_of_scope_rows_need_no_training_rows() -> None:
    apart = rows("oos", ("blub", "oos"))
    assert check_examples({"train": enough(), "oos_test": apart}) == []
    assert check_examples({"train": enough(), "test": [*enough("test"), *apart]}, out_of_scope="oos") == []
    assert check_examples(Splits(enough(), [], [], {"test": apart})) == []


def test_out_of_scope_rows_that_say_what_training_says_are_contradictions() -> None:
    findings = check_examples({"train": enough(), "oos_test": rows("oos", ("train 3", "oos"))})
    assert told(findings) == [("oos.tsv:1", "FIX", "contradiction")]


@pytest.mark.parametrize(
    ("text", "level", "kind"),
    [
        ("\u200b\ufeff\x00", "FIX", "blank text"),
        ("word " * 300, "REVIEW", "long text"),
        ("字" * 257, "REVIEW", "long text"),
        ("caf\ufffd", "FIX", "encoding"),
        ("cafÃ© dÃ©jÃ\xa0", "FIX", "encoding"),
        ("a\x07b", "REVIEW", "hidden character"),
        ("出\u200b生", "REVIEW", "hidden character"),
    ],
)
def test_texts_that_nobody_meant_are_found(text: str, level: str, kind: str) -> None:
    assert told([one(Example(text, "a", source="x:1"))]) == [("x:1", level, kind)]


@pytest.mark.parametrize(
    "text", ["现在几点了", "what’s the time in Zürich?", "字" * 256, "👩‍👩‍👧 hi", "联通", "привет", "Ça va, été?"]
)
def test_texts_in_other_scripts_are_fine(text: str) -> None:
    assert check_examples({"train": [*enough(), Example(text, "a", source="x:1")]}) == []


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1", "gb18030"])
def test_garbled_texts_are_given_back_as_they_were(encoding: str) -> None:
    text = "现在几点了呀" if encoding == "gb18030" else "où est-il né ?"
    assert repair(text.encode("utf-8").decode(encoding)) == text
    assert repair(text) is None


@pytest.mark.parametrize(
    ("slots", "level"),
    [
        ((Slot("city", 3, 99),), "FIX"),
        ((Slot("city", -4, -1),), "FIX"),
        ((Slot("city", 3, 3),), "FIX"),
        ((Slot("city", 3, 11), Slot("place", 7, 11)), "FIX"),
        ((Slot("city", 2, 11),), "REVIEW"),
        ((Slot("city", 3, 9),), "REVIEW"),
        ((Slot("city", 4, 11),), "REVIEW"),
    ],
)
def test_slots_whose_offsets_are_off_are_found(slots: tuple[Slot, ...], level: str) -> None:
    assert told([one(Example("to New York", "a", slots, "x:1"))]) == [("x:1", level, "slot")]


@pytest.mark.parametrize(
    ("text", "start", "end"), [("to New York", 3, 11), ("去北京吧", 1, 3), ("at 5pm", 3, 4), ("10点见", 0, 2)]
)
def test_slots_in_their_place_are_fine(text: str, start: int, end: int) -> None:
    assert check_examples({"train": [*enough(), Example(text, "a", (Slot("x", start, end),), "x:1")]}) == []

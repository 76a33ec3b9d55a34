from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from random_models import SENTENCES, random_artifact

from rnn_intent.cli.output import width
from rnn_intent.cli.trace_text import Look, fit, meter, show, side_by_side
from rnn_intent.inference.trace import trace

CHINESE = "帮我查一下 iPhone 15的价格"


def traced(text: str = "What time is it ?", leave_one_out: bool = True, **model: Any):
    return trace(random_artifact(scale=1.0, **model), text, leave_one_out)


def rows(text: str, end: int) -> list[str]:
    """The lines of the first table."""
    return text.split("\n")[2 : 2 + end]


@pytest.mark.parametrize("columns", [40, 41, 60, 80, 132])
@pytest.mark.parametrize("text", [*SENTENCES, CHINESE, "internationalization of pneumonoultramicroscopic words"])
def test_no_line_is_wider_than_the_terminal(columns: int, text: str) -> None:
    for cell in ("rnn", "lstm", "gru"):
        told = show(traced(text, cell=cell), Look(columns, gates=True))
        assert max(map(width, told.split("\n"))) <= columns


def test_a_narrow_terminal_has_the_gates_by_their_letters() -> None:
    assert re.search("  i +f +o +‖c‖ +‖h‖\n", show(traced(cell="lstm"), Look(40, gates=True)))
    assert re.search("  input +forget +output +‖c‖ +‖h‖\n", show(traced(cell="lstm"), Look(80, gates=True)))


def test_there_is_a_row_for_each_token_with_winner_and_probability() -> None:
    told = traced()
    lines = rows(show(told, Look(100)), len(told.steps))
    for line, step in zip(lines, told.steps, strict=True):
        assert step.token in line
        assert re.search(rf"{step.winner} +{100 * step.probabilities.max():.0f}%", line)


def test_columns_stand_below_each_other_also_in_chinese() -> None:
    told = traced(CHINESE)
    lines = rows(show(told, Look(80)), len(told.steps))
    places = {width(line[: line.index("%")]) for line in lines}
    assert len(places) == 1
    starts = {width(line[: line.index("intent_")]) for line in lines}
    assert len(starts) == 1


@pytest.mark.parametrize("seed", range(6))
def test_changes_and_the_settling_are_marked_in_their_rows(seed: int) -> None:
    told = trace(random_artifact(seed, scale=2.0), "play some music in the kitchen what time is it")
    lines = rows(show(told, Look(80)), len(told.steps))
    for place, (line, step) in enumerate(zip(lines, told.steps, strict=True)):
        expected = "✓" if place == told.settled_at else "→" if step.changed else " "
        assert line[0] == expected


def test_unknown_words_carry_a_star_that_is_explained() -> None:
    told = show(traced("pley musik"), Look(80))
    assert "pley*" in told
    assert "* not in the vocabulary" in told
    assert "*" not in show(traced("play"), Look(80))


def test_typos_carry_a_mark_and_what_they_are_read_as_is_told_once() -> None:
    told = show(traced("pllay teh music, paly pley"), Look(80))
    assert all(typo in told for typo in ("pllay≈", "teh≈", "paly≈", "pley*"))
    assert "≈ read as play, the" in told
    assert "≈" not in show(traced("play the music"), Look(80))


def test_chinese_words_that_typos_are_read_as_take_two_columns_a_character() -> None:
    told = traced("pllay teh music in teh kitchen what time is it")
    steps = [replace(step, read_as=f"{'天气预报' * 2}{place}") for place, step in enumerate(told.steps)]
    lines = show(replace(told, steps=steps), Look(40)).split("\n")
    assert max(map(width, lines)) <= 40
    assert all(step.read_as in "".join(lines) for step in steps)


def test_a_network_that_reads_from_both_ends_says_that_prefixes_are_read_anew() -> None:
    assert "read anew" in show(traced(bidirectional=True), Look(80))
    assert "read anew" not in show(traced(bidirectional=False), Look(80))


def test_more_intents_are_shown_when_asked_for() -> None:
    one, four = (rows(show(traced(), Look(160, top_k=k)), 1)[0] for k in (1, 4))
    assert (one.count("intent_"), four.count("intent_")) == (1, 4)


def test_leaving_out_is_shown_in_points() -> None:
    told = traced()
    text = show(told, Look(80))
    assert f"change of {told.intent} without a token, in points" in text
    for step in told.steps:
        points = round(100 * step.omission.change)
        written = f"{points:+d}".replace("-", "−") if points else "0"
        assert re.search(rf"{re.escape(step.token)} +{re.escape(written)} ", text)
    assert "points" not in show(traced(leave_one_out=False), Look(80))


def test_gates_appear_only_when_asked_for() -> None:
    told = traced(cell="gru")
    assert "update" not in show(told, Look(80))
    text = show(told, Look(80, gates=True))
    assert "forward" in text
    assert "backward" in text
    assert re.search(r"reset +update +‖h‖", text)


def test_without_colours_there_is_no_escape_and_with_them_the_same_text() -> None:
    told = traced(CHINESE)
    plain, colored = (show(told, Look(70, gates=True, color=color)) for color in (False, True))
    assert "\x1b" not in plain
    assert "\x1b[" in colored
    stripped = re.sub(r"\x1b\[\d+m", "", colored).split("\n")
    assert [line.rstrip() for line in stripped] == [line.rstrip() for line in plain.split("\n")]


def test_a_hostile_token_is_not_obeyed_by_the_terminal() -> None:
    artifact = random_artifact(labels=2)
    artifact.labels = ("\x1b[2J", "two\nlines")
    assert not set(show(trace(artifact, "what \x1b[31m time", True), Look(80))) & {"\x1b", "\r"}


def test_two_sentences_stand_side_by_side_where_there_is_room() -> None:
    one, other = traced("what time is it"), traced("现在几点了")
    wide = side_by_side(one, other, Look(120)).split("\n")
    assert "what time is it" in wide[0]
    assert "现在几点了" in wide[0]
    assert max(map(width, wide)) <= 120
    narrow = side_by_side(one, other, Look(60)).split("\n")
    assert not any("what time is it" in line and "现在几点了" in line for line in narrow)
    assert max(map(width, narrow)) <= 60


def test_a_text_is_cut_where_its_columns_end() -> None:
    assert fit("现在几点了", 5) == "现在…"
    assert fit("现在几点了", 4) == "现… "
    assert fit("ab", 4) == "ab  "
    assert fit("ab", 4, right=True) == "  ab"


def test_a_meter_counts_in_eighths() -> None:
    assert meter(1.0, 4) == "████"
    assert meter(0.5, 4) == "██  "
    assert meter(0.28125, 4) == "█▏  "
    assert meter(0.0, 4) == meter(-1.0, 4) == "    "
    assert meter(7.0, 2) == "██"

from __future__ import annotations

import math
import re
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest

from rnn_intent.charts import Axis, Chart, Line, axis, line_chart, percent, shares_below, tick_percent


def test_ticks_are_round_numbers_within_the_axis() -> None:
    assert Axis(0, 1, "").ticks() == pytest.approx([0, 0.2, 0.4, 0.6, 0.8, 1.0])
    assert Axis(0.13, 0.94, "").ticks() == pytest.approx([0.2, 0.4, 0.6, 0.8])
    assert Axis(1, 30, "").ticks() == pytest.approx([10, 20, 30])


def test_an_axis_over_magnitudes_is_logarithmic_only_if_asked_for() -> None:
    assert axis([0.02, 900.0], "", log=True).ticks() == pytest.approx([0.01, 0.1, 1, 10, 100, 1000])
    assert not axis([0.02, 900.0], "").log
    assert not axis([1.0, 2.0], "", log=True).log


@pytest.mark.parametrize("values", [[], [math.nan], [math.inf, 1.0], [0.0], [3.0, 3.0], [-1.0, -1.0]])
def test_an_axis_of_odd_values_has_an_extent(values: list[float]) -> None:
    made = axis(values, "", zero=True)
    assert made.low < made.high
    assert made.ticks()


@pytest.mark.parametrize("values", [[1.0, 1.0], [0.0], [0.0, 1.0], [0.98, 1.0]])
def test_no_axis_of_shares_goes_below_nothing_or_above_all(values: list[float]) -> None:
    made = axis(values, "", tick_percent)
    assert 0 <= made.low < made.high <= 1


def test_values_that_are_not_finite_are_left_out_of_a_line() -> None:
    chart = line_chart([Line("loss", [1, 2, 3], [1.0, math.nan, 2.0])], "epoch")
    points = re.search(r'points="([^"]*)"', chart.svg("loss"))
    assert points is not None
    assert len(points[1].split()) == 2


def test_a_single_epoch_is_a_dot() -> None:
    assert "<circle" in line_chart([Line("loss", [1], [1.0])], "epoch").svg("loss")


def test_higher_values_stand_higher_up() -> None:
    chart = Chart(Axis(0, 1, ""), Axis(0, 1, ""))
    assert chart.up(1) < chart.up(0)
    assert chart.across(0) < chart.across(1)


def test_names_at_the_ends_of_lines_do_not_overlap() -> None:
    lines = [Line(name, [0, 1], [0.5, 0.5 + shift]) for name, shift in (("one", 0.0), ("two", 0.001), ("three", 1.0))]
    places = re.findall(r'class="name first" x="[\d.]+" y="([\d.]+)"', line_chart(lines, "").svg(""))
    heights = sorted(map(float, places))
    assert len(heights) == 3
    assert min(np.diff(heights)) >= 12


def test_a_chart_is_well_formed_whatever_it_is_called() -> None:
    chart = line_chart([Line('<b>&"', [0, 1], [0, 1])], "</svg>")
    chart.upright(0.5, "<i>")
    chart.note(0.5, 0.5, "a & b")
    chart.dot(0.5, 0.5, title="<>")
    assert ElementTree.fromstring(chart.svg("\"'<>")).tag == "svg"


def test_shares_below_rise_from_none_to_all() -> None:
    chart = shares_below([(np.array([0.2, 0.4, 0.9]), "first")], Axis(0.0, 1.0, ""))
    points = re.search(r'points="([^"]*)"', chart.svg(""))
    assert points is not None
    heights = [float(point.split(",")[1]) for point in points[1].split()]
    assert heights[0] == pytest.approx(chart.up(0))
    assert heights[-1] == pytest.approx(chart.up(1))
    assert heights == sorted(heights, reverse=True)


def test_shares_are_written_with_one_decimal_and_never_round_something_to_nothing() -> None:
    assert [percent(value) for value in (0, 0.0001, 0.5, 0.945, 1)] == [
        "0.0\u00a0%",
        "≤\u00a00.1\u00a0%",
        "50.0\u00a0%",
        "94.5\u00a0%",
        "100.0\u00a0%",
    ]
    assert tick_percent(0.5) == "50\u00a0%"

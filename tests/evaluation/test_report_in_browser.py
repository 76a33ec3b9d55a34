"""The report as a browser shows it, on a phone and on a desk."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from browser import measure
from made_results import background, results, with_out_of_scope
from test_report_page import HOSTILE, hostile_cards

from rnn_intent.evaluation.report import report_page

PHONE, DESK = 390, 1280
LONG = [HOSTILE, "w" * 300, "很长的名字" * 40, "a_name_with_many_parts_" * 8]

PROBE = """
    const all = (query) => [...document.querySelectorAll(query)];
    const visible = (query) => all(query).filter((one) => one.getClientRects().length).length;
    const head = (name) => all('#intents th').find((one) => one.textContent.trim() === name);
    const column = (name) => {
      const index = [...head(name).parentElement.children].indexOf(head(name));
      return all('#intents tbody tr').map((row) => row.cells[index].dataset.value ?? row.cells[index].textContent);
    };
    const found = {
      overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
      requests: performance.getEntriesByType('resource').length,
      folded: visible('#intents tbody tr'),
    };
    head('Recall').querySelector('button').click();
    found.descending = column('Recall');
    found.foldedAfterSorting = visible('#intents tbody tr');
    head('Recall').querySelector('button').click();
    found.ascending = column('Recall');
    found.order = head('Recall').getAttribute('aria-sort');
    head('Intent').querySelector('button').click();
    found.names = column('Intent');
    const more = document.querySelector('#intents button.more');
    found.offered = more.getClientRects().length > 0;
    more.click();
    found.unfolded = visible('#intents tbody tr');
    const field = document.querySelector('#intents input');
    field.value = 'INTENT_1';
    field.dispatchEvent(new Event('input'));
    const rows = all('#intents tbody tr').map((row) => [row.textContent, row.getClientRects().length > 0]);
    found.filtered = rows.map(([text, shown]) => [text.includes('intent_1'), shown]);
    all('details').forEach((one) => { one.open = true; });
    found.overflowUnfolded = document.documentElement.scrollWidth - document.documentElement.clientWidth;
    const light = (colour) => colour.match(/\\d+/g).slice(0, 3).reduce((sum, part) => sum + Number(part), 0) / 765;
    found.paper = light(getComputedStyle(document.body).backgroundColor);
    found.ink = light(getComputedStyle(document.body).color);
    const choice = document.querySelector('.cards select');
    found.causes = choice ? [...choice.options].map((one) => one.textContent) : [];
    return found;
"""


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, int], Any]:
    pages = {
        "many": report_page(results(150, rows=600), background()),
        "odd": report_page(results(labels=LONG, sharpness=1.0), background(), hostile_cards()),
        "two": report_page(with_out_of_scope(2, rows=30), background(1), hostile_cards()),
    }
    return measure(pages, PROBE, (PHONE, DESK), tmp_path_factory.mktemp("browser"))


EVERY = [(name, width) for name in ("many", "odd", "two") for width in (PHONE, DESK)]


@pytest.mark.parametrize("page", EVERY)
def test_the_page_never_scrolls_sideways(seen: dict[tuple[str, int], Any], page: tuple[str, int]) -> None:
    assert seen[page]["overflow"] <= 0
    assert seen[page]["overflowUnfolded"] <= 0


@pytest.mark.parametrize("page", EVERY)
def test_the_browser_asks_for_nothing_else(seen: dict[tuple[str, int], Any], page: tuple[str, int]) -> None:
    assert seen[page]["requests"] == 0


@pytest.mark.parametrize("page", EVERY)
def test_a_click_on_a_column_sorts_and_another_turns_it_round(
    seen: dict[tuple[str, int], Any], page: tuple[str, int]
) -> None:
    found = seen[page]
    recalls = [float(value) for value in found["descending"]]
    assert recalls == sorted(recalls, reverse=True)
    assert [float(value) for value in found["ascending"]] == sorted(recalls)
    assert found["order"] == "ascending"


def test_names_sort_as_a_reader_expects(seen: dict[tuple[str, int], Any]) -> None:
    assert seen["two", DESK]["names"] == ["intent_0", "intent_1"]


def test_a_long_table_is_folded_until_asked_for(seen: dict[tuple[str, int], Any]) -> None:
    found = seen["many", PHONE]
    assert (found["folded"], found["foldedAfterSorting"], found["unfolded"]) == (20, 20, 150)
    assert (found["offered"], seen["two", PHONE]["offered"]) == (True, False)


def test_typing_filters_a_table(seen: dict[tuple[str, int], Any]) -> None:
    for name in ("many", "two"):
        found = seen[name, DESK]["filtered"]
        assert all(holds == shown for holds, shown in found)
        assert any(shown for _, shown in found)
    assert not all(shown for _, shown in seen["many", DESK]["filtered"])


def test_ink_stands_out_from_paper_by_day_and_by_night(seen: dict[tuple[str, int], Any], tmp_path: Path) -> None:
    day = seen["two", DESK]
    night = measure({"two": report_page(results(2, rows=30))}, PROBE, (DESK,), tmp_path, dark=True)["two", DESK]
    assert day["paper"] > 0.9 > 0.3 > day["ink"]
    assert night["paper"] < 0.2 < 0.8 < night["ink"]


def test_cards_can_be_chosen_by_cause(seen: dict[tuple[str, int], Any]) -> None:
    causes = seen["odd", DESK]["causes"]
    assert causes[0] == "every cause"
    assert len(causes) == 2
    assert causes[1].startswith("<script>alert(1)</script>")

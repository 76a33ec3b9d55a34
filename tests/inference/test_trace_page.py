from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pytest
from browser import measure
from random_models import SENTENCES, random_artifact

from rnn_intent.inference.cells import equations, gru_step, lstm_step, rnn_step
from rnn_intent.inference.trace import trace
from rnn_intent.inference.trace_html import trace_page
from rnn_intent.inference.trace_score import rows_for
from rnn_intent.inference.trace_states import principal_plane

PHONE, DESK = 390, 1280
VOID = {"meta", "col", "br"}
HOSTILE = "</script><script>alert(1)</script>"


class Balance(HTMLParser):
    """Holds that every element is closed where it should be."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def page_of(*texts: str, **model: Any) -> str:
    artifact = random_artifact(**{"scale": 1.0, "labels": 12, **model})
    return trace_page([trace(artifact, text, leave_one_out=True) for text in texts])


def read(page: str) -> str:
    reader = Balance()
    reader.feed(page)
    assert reader.open == []
    return " ".join(reader.text)


@pytest.mark.parametrize("text", SENTENCES)
@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
def test_a_page_is_well_formed_for_every_sentence(cell: str, text: str) -> None:
    shown = read(page_of(text, cell=cell, bidirectional=len(text) % 2 == 0, layers=1 + len(text) % 3))
    assert "The network, unrolled" in shown


def test_the_page_asks_for_nothing_from_outside() -> None:
    page = page_of("What time is it ?", "现在几点了")
    assert not re.search(r"(src|href)=|url\((?!#)|@import|https?://", page)


@pytest.mark.parametrize(("cell", "step"), [("rnn", rnn_step), ("lstm", lstm_step), ("gru", gru_step)])
def test_the_page_quotes_the_equations_of_the_cell(cell: str, step: Any) -> None:
    shown = read(page_of("what time", cell=cell))
    for line in equations(step).splitlines():
        assert line in shown


def test_every_probability_of_the_heat_map_is_the_trace_s() -> None:
    artifact = random_artifact(scale=1.0, labels=4)
    told = trace(artifact, "what time is it")
    page = trace_page([told])
    for name in rows_for([told]):
        for step in told.steps:
            share = float(step.probabilities[artifact.labels.index(name)])
            assert f'title="{name} {share:.2%}"' in page


def test_true_shapes_stand_in_the_picture_of_the_network() -> None:
    page = page_of("what time is it", cell="gru", bidirectional=True, pooling=("max", "last"))
    picture = page[page.index('<svg class="unrolled"') :]
    for label in (
        "x_t (1, 6)",
        "W_i (21, 6)",
        "W_h (21, 7)",
        "→h (1, 7)",
        "h_t (1, 14)",
        "summary (28,)",
        "W (12, 28)",
    ):
        assert label in picture


def test_a_long_sentence_is_drawn_with_its_first_and_last_words() -> None:
    page = page_of("what is it " * 12)
    picture = page[page.index('<svg class="unrolled"') :]
    assert picture.count('class="token"') == 5
    assert "⋯" in picture


def test_texts_and_labels_from_strangers_stay_text() -> None:
    artifact = random_artifact(labels=2)
    artifact.labels = (HOSTILE, '"><img src=x onerror=alert(1)>')
    page = trace_page([trace(artifact, HOSTILE + ' "quoted" <b>', leave_one_out=True)])
    assert "alert(1)</script>" not in page
    assert "<img" not in page
    read(page)


def test_two_sentences_share_the_rows_of_their_heat_maps() -> None:
    page = page_of("what time is it", "play some music")
    heads = [re.findall(r'<th scope="row" title="(.*?)"', table) for table in page.split('<table class="score"')[1:3]]
    assert heads[0] == heads[1]
    assert len(heads[0]) > 2


def test_the_rows_hold_every_winner_first() -> None:
    told = [trace(random_artifact(seed, scale=2.0, labels=20), "what time is it play music") for seed in range(5)]
    for one in told:
        assert {step.winner for step in one.steps} <= set(rows_for([one]))
        assert rows_for([one])[0] == one.intent


def test_the_plane_is_the_one_of_largest_variance() -> None:
    rng = np.random.default_rng(0)
    axes = np.linalg.qr(rng.normal(size=(5, 2)))[0].T
    flat = rng.normal(size=(9, 2)) @ np.diag([3.0, 1.0])
    (path,), explained = principal_plane([flat @ axes + 7.0])
    assert explained == pytest.approx(1.0)
    assert np.linalg.norm(path[3] - path[5]) == pytest.approx(np.linalg.norm(flat[3] - flat[5]))
    assert path[:, 0].var() > path[:, 1].var()


@pytest.mark.parametrize("states", [np.zeros((2, 1)), np.ones((2, 3)), np.array([[0.0, 0.0], [1.0, 2.0]])])
def test_a_state_that_hardly_moves_still_has_a_plane(states: np.ndarray) -> None:
    (path,), explained = principal_plane([states])
    assert path.shape == (2, 2)
    assert 0 <= explained <= 1


PROBE = """
    const all = (query) => [...document.querySelectorAll(query)];
    const light = (colour) => colour.match(/\\d+/g).slice(0, 3).reduce((sum, part) => sum + Number(part), 0) / 765;
    return {
      overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
      requests: performance.getEntriesByType('resource').length,
      heads: all('.score thead th').filter((one) => one.getBoundingClientRect().width > 0).length,
      patches: all('.states svg').map((one) => one.getBoundingClientRect().height),
      network: document.querySelector('.unrolled').getBoundingClientRect().width,
      cut: all('.unrolled text').filter((one) => {
        const box = one.getBBox(), view = one.ownerSVGElement.viewBox.baseVal;
        return box.x < 0 || box.x + box.width > view.width || box.y + box.height > view.height + 6;
      }).map((one) => one.textContent),
      paper: light(getComputedStyle(document.body).backgroundColor),
      won: light(getComputedStyle(document.querySelector('.score td')).color),
    };
"""
PAGES = {
    "short": lambda: page_of("What time is it ?"),
    "long": lambda: page_of("what is it in the kitchen " * 8 + "w" * 80, cell="lstm", layers=2),
    "pair": lambda: page_of("现在几点了", "帮我查一下iPhone 15的价格", cell="rnn", bidirectional=False),
}


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, int], Any]:
    pages = {name: make() for name, make in PAGES.items()}
    return measure(pages, PROBE, (PHONE, DESK), tmp_path_factory.mktemp("browser"))


@pytest.mark.parametrize("width", [PHONE, DESK])
@pytest.mark.parametrize("name", PAGES)
def test_a_browser_shows_all_of_it_without_scrolling_sideways(seen: Any, name: str, width: int) -> None:
    found = seen[name, width]
    assert found["overflow"] <= 0
    assert found["requests"] == 0
    assert found["cut"] == []
    assert found["heads"] > 3
    assert min(found["patches"]) > 50
    assert found["network"] > 300
    assert found["paper"] > 0.9


def test_the_page_is_dark_where_the_reader_s_screen_is(tmp_path: Any) -> None:
    night = measure({"short": PAGES["short"]()}, PROBE, (DESK,), tmp_path, dark=True)["short", DESK]
    assert night["paper"] < 0.2


def test_a_typo_stands_above_the_word_that_it_is_read_as() -> None:
    page = trace_page([trace(random_artifact(), "pllay sum music")])
    assert '<span class="unknown">pllay</span><small>≈ play</small>' in page
    assert page.count("<small>≈") == trace_page([trace(random_artifact(), "pllay")]).count("<small>≈")

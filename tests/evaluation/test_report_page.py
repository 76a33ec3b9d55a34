from __future__ import annotations

import json
import math
import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from made_results import BagOfWords, background, results, with_out_of_scope
from random_models import SENTENCES, random_artifact

from rnn_intent.artifact import weights_hash
from rnn_intent.data.example import Example
from rnn_intent.data.splits import Splits
from rnn_intent.errors import DataError, UsageError
from rnn_intent.evaluation.errors import Card, ErrorCards, Flip, Word, error_cards
from rnn_intent.evaluation.matrix import confusion_counts, named_matrix
from rnn_intent.evaluation.neighbours import Neighbour
from rnn_intent.evaluation.numbers import numbers
from rnn_intent.evaluation.report import report_page
from rnn_intent.evaluation.results import Background, Results
from rnn_intent.evaluation.run_report import background_of, cards_of, results_of, write_report
from rnn_intent.inference.predictor import Predictor
from rnn_intent.lock import held
from rnn_intent.runs import RunFolder
from rnn_intent.settings import TextSettings
from rnn_intent.text.tokenizer import Tokenizer

VOID = {"meta", "input", "br", "hr", "img", "link"}
HOSTILE = "<script>alert(1)</script>\"'&\x1b[31m\u202e"
OUTSIDE = re.compile(r"""(src|href|action|data)\s*=\s*["']?(?!#)[^"'>\s]|url\(|@import|https?://""", re.IGNORECASE)


class Strict(HTMLParser):
    """Complains about tags that do not match, and keeps the names and the text."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: Counter[str] = Counter()
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def read(html: str) -> Strict:
    parsed = Strict()
    parsed.feed(html)
    parsed.close()
    assert parsed.open == []
    return parsed


def hostile_cards() -> ErrorCards:
    near = [Neighbour(HOSTILE, HOSTILE, HOSTILE, 0.5)]
    words = [Word(0, 8, 0, False), Word(8, len(HOSTILE), 1, True)]
    card = Card(
        kind="wrong",
        text=HOSTILE,
        source=HOSTILE,
        intent=HOSTILE,
        rival=HOSTILE + "2",
        turned_away=True,
        ranking=[(HOSTILE + "2", 0.6), (HOSTILE, 0.4)],
        words=words,
        flip=Flip(1, HOSTILE),
        near_right=near,
        near_rival=near,
        cause=HOSTILE,
        why=HOSTILE,
    )
    return ErrorCards([card], 1)


def test_the_questions_come_in_the_order_in_which_a_reader_has_them() -> None:
    page = report_page(with_out_of_scope(), background(), hostile_cards())
    sections = re.findall(r'<section id="(\w+)">', page)
    assert sections == ["quality", "intents", "confusion", "confidence", "rejection", "training", "data", "errors"]


@pytest.mark.parametrize("intents", [2, 3, 31, 150])
def test_a_page_is_well_formed_for_few_and_for_many_intents(intents: int) -> None:
    parsed = read(report_page(results(intents, rows=4 * intents), background()))
    assert parsed.tags["section"] == 7


def test_a_page_of_hardly_anything_is_well_formed() -> None:
    one = Results(["a", "b"], [Example("x", "a")], np.array([[0.9, 0.1]]))
    read(report_page(one))
    read(report_page(Results(["a", "b"], [Example("", "b")], np.array([[0.9, 0.1]]), threshold=0.95)))
    read(report_page(Results(["a", "b"], [Example("x", "never trained")], np.array([[0.5, 0.5]]))))


def test_a_page_without_errors_says_so() -> None:
    page = report_page(results(sharpness=50.0), cards=ErrorCards([], 0))
    assert "no test sentence got a wrong answer" in page
    assert "There is none." in page


def test_without_a_wrong_answer_none_is_said_to_be_let_through() -> None:
    page = report_page(results(3, 12, sharpness=50.0, threshold=0.5), Background())
    assert "There is no wrong answer to keep out" in page
    assert "rong answers kept out" not in page


def test_a_threshold_that_serves_several_budgets_has_one_row() -> None:
    page = report_page(results(3, 12, threshold=0.5), Background())
    rejection = page[page.index('id="rejection"') :].split("</section>")[0]
    thresholds = re.findall(r"<td class=\"number\"[^>]*>([\d.]+)(?: \(in use\))?</td></tr>", rejection)
    assert len(thresholds) > 1
    assert len(set(thresholds)) == len(thresholds)


def test_nothing_on_the_page_comes_from_outside() -> None:
    page = report_page(with_out_of_scope(), background(), hostile_cards())
    assert OUTSIDE.findall(page) == []


def test_texts_from_strangers_stay_texts() -> None:
    labels = [HOSTILE, HOSTILE + "2", "</svg></table></section>"]
    hostile = Background(
        title=HOSTILE,
        history=background().history,
        files={HOSTILE: HOSTILE},
        rows={HOSTILE: 3},
        counts={"train": {HOSTILE: 3}, HOSTILE: {HOSTILE: 1}},
        environment={HOSTILE: HOSTILE},
        settings=HOSTILE,
        warnings=[HOSTILE],
    )
    page = report_page(results(labels=labels, sharpness=1.0), hostile, hostile_cards())
    parsed = read(page)
    assert parsed.tags["script"] == 1
    assert parsed.tags["section"] == 8
    assert "\x1b" not in page
    assert "\u202e" not in page


def test_chinese_names_and_sentences_are_written_as_they_are() -> None:
    page = report_page(results(labels=["问时间", "播放音乐", "查天气"], sharpness=0.5))
    assert "问时间" in "".join(read(page).text)


def test_a_wide_name_is_cut_beside_the_matrix_and_whole_in_its_title() -> None:
    names = ["音" * 60, "b"]
    svg = named_matrix(names, np.array([[3, 1], [0, 2]]), 30, written=True)
    assert "音" * 60 + ": 3 of 4 right" in svg
    assert "音" * 15 + "…" not in svg
    assert "音" * 14 + "…" in svg


def test_rows_are_true_intents_and_columns_answers() -> None:
    counts = confusion_counts(np.array([0, 0, 1, -1]), np.array([0, 1, 1, 0]), 2)
    assert counts.tolist() == [[1, 1], [0, 1]]


def test_the_page_states_the_numbers_of_the_other_formats() -> None:
    made = with_out_of_scope()
    values, text = numbers(made), " ".join("".join(read(report_page(made)).text).split())
    assert f"{100 * values['accuracy']:.1f} %" in text
    assert f"{values['macro_f1']:.3f}" in text
    assert f"{values['reliability']['ece']:.4f}" in text
    assert f"{values['reliability_uncalibrated']['ece']:.4f}" in text
    assert f"{values['rejection']['out_of_scope']['auroc']:.3f}" in text


def test_without_out_of_scope_rows_accuracy_is_drawn_against_coverage() -> None:
    assert "Accuracy of what is answered</h3>" in report_page(results())
    assert "Out-of-scope sentences rejected</h3>" in report_page(with_out_of_scope())


def test_a_history_with_gaps_is_drawn_as_far_as_it_goes() -> None:
    history = [{"epoch": 1, "train_loss": math.nan}, {"epoch": 2, "train_loss": 1.0, "valid_accuracy": None}]
    page = report_page(results(), Background(history=history))
    assert "Loss</h3>" in page
    assert "Validation accuracy</h3>" not in page


def test_cards_of_a_model_appear_with_their_marks() -> None:
    model = BagOfWords({"time": ["time"], "music": ["play", "song"]})
    examples = [Example("time to play gramophone song", "time", source="test.tsv:9")]
    train = [Example("time", "time", source="train.tsv:1"), Example("play song", "music", source="train.tsv:2")]
    made = model.results(examples)
    cards = error_cards(model, made, train, Tokenizer(TextSettings()).tokens, {"time", "play", "song"})
    page = report_page(made, cards=cards)
    assert re.search(r'<span class="unknown" title="never seen in training">gramophone</span>', page)
    assert re.search(r'<span class="[^"]*flip"[^>]*>song</span>', page)
    assert "test.tsv:9" in page
    assert "train.tsv:2" in page


def test_a_typo_that_was_read_as_a_known_word_is_not_marked_as_never_seen() -> None:
    predictor = Predictor(random_artifact())
    asked = [Example("pllay zyzzy", "no_such_intent", source="test.tsv:1")]
    cards = cards_of(predictor, results_of(predictor, asked), [Example("play music", predictor.labels[0])])
    assert cards is not None
    assert [(word.known, word.seen) for word in cards.cards[0].words] == [(True, 1), (False, 0)]


def test_no_rows_are_a_data_error() -> None:
    with pytest.raises(DataError, match="no rows"):
        results_of(Predictor(random_artifact()), [])


def random_splits() -> Splits:
    rows = [Example(text, f"intent_{row % 5}", source=f"rows.tsv:{row + 1}") for row, text in enumerate(SENTENCES)]
    return Splits(train=rows, valid=rows, test=rows, files={"rows.tsv": "00" * 32}, warnings=[])


def test_a_run_is_reported_from_its_folder_and_its_rows(tmp_path: Path) -> None:
    run = RunFolder(tmp_path / "my run")
    run.path.mkdir()
    run.history.write_text("".join(json.dumps(line) + "\n" for line in background().history) + "half a li")
    run.environment.write_text('{"python": "3.11"}')
    run.config.write_text("seed: 13\n")
    predictor, splits = Predictor(random_artifact(), threshold=0.3), random_splits()
    run.metrics.write_text(json.dumps({"weights": weights_hash(predictor.artifact)}))
    made = results_of(predictor, splits.test, [Example("alien words", "oos", source="oos.tsv:1")])
    write_report(run.report, predictor, made, run, splits)
    page = run.report.read_text(encoding="utf-8")
    parsed = read(page)
    assert parsed.tags["section"] == 8
    assert "my run" in page
    assert OUTSIDE.findall(page) == []


@pytest.mark.parametrize("metrics", [None, {"weights": "of a later model"}, {}])
def test_what_a_folder_remembers_of_another_training_is_left_out(tmp_path: Path, metrics: dict | None) -> None:
    run = RunFolder(tmp_path)
    run.history.write_text("".join(json.dumps(line) + "\n" for line in background().history))
    if metrics is not None:  # none: a new training has begun
        run.metrics.write_text(json.dumps(metrics))
    predictor, splits = Predictor(random_artifact()), random_splits()
    made = results_of(predictor, splits.test)
    write_report(run.report, predictor, made, run, splits)
    parted = run.report.read_bytes()
    write_report(run.report, predictor, made, None, splits)
    assert read(parted.decode()).tags["section"] == read(run.report.read_text("utf-8")).tags["section"]
    with held(run):  # the training itself, which writes the metrics last
        write_report(run.report, predictor, made, run, splits)
    assert read(run.report.read_text("utf-8")).tags["section"] > read(parted.decode()).tags["section"]


def test_answers_are_those_of_the_predictor() -> None:
    predictor, splits = Predictor(random_artifact(), threshold=0.3), random_splits()
    made = results_of(predictor, splits.test)
    given = predictor.predict([example.text for example in splits.test])
    assert made.confidence == pytest.approx(np.array([answer.confidence for answer in given]), abs=1e-6)
    spoken = np.array([bool(example.text) for example in splits.test])  # a blank one is rejected whatever its score
    assert made.rejected[spoken].tolist() == [
        answer.status == "rejected" for answer, said in zip(given, spoken, strict=True) if said
    ]


def test_a_folder_without_anything_readable_gives_an_empty_background(tmp_path: Path) -> None:
    run = RunFolder(tmp_path)
    run.history.write_bytes(b"\xff\xfe")
    run.environment.write_text("[1, 2]")
    assert background_of("t", run, None) == Background(title="t", history=[])


def test_a_report_that_cannot_be_written_is_a_usage_error(tmp_path: Path) -> None:
    predictor = Predictor(random_artifact())
    made = results_of(predictor, random_splits().test)
    with pytest.raises(UsageError, match="cannot be written"):
        write_report(tmp_path / "missing" / "report.html", predictor, made)
    assert list(tmp_path.iterdir()) == []


def test_scores_of_another_kind_are_not_compared_with_confidences() -> None:
    made = results(scores=np.zeros(200), out_of_scope=[Example("x", "oos")], out_of_scope_probabilities=np.ones((1, 5)))
    assert made.outside is None
    assert SimpleNamespace(**numbers(made)).rejection["out_of_scope"] is None

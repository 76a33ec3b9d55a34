from __future__ import annotations

from dataclasses import replace

import pytest
from made_results import BagOfWords

from rnn_intent.data.example import Example
from rnn_intent.evaluation.causes import (
    LABEL_CONFLICT,
    OUT_OF_SCOPE,
    OVERLAP,
    TOO_FEW_ROWS,
    UNKNOWN_WORDS,
    Evidence,
    likely_cause,
)
from rnn_intent.evaluation.errors import ACCEPTED, REJECTED, WRONG, Card, error_cards
from rnn_intent.evaluation.results import Results
from rnn_intent.settings import TextSettings
from rnn_intent.text.tokenizer import Tokenizer

MODEL = BagOfWords({"time": ["time", "clock", "now"], "music": ["play", "song", "loud"], "lamp": ["light", "dark"]})
TRAIN = [
    Example("what time now", "time", source="train.tsv:1"),
    Example("clock time", "time", source="train.tsv:2"),
    Example("play a song", "music", source="train.tsv:3"),
    Example("play it loud", "music", source="train.tsv:4"),
    Example("light", "lamp", source="train.tsv:5"),
] * 12
TOKENS = Tokenizer(TextSettings()).tokens


def cards_for(*examples: Example, **more: object) -> list[Card]:
    known = {word for example in TRAIN for word in example.text.split()}
    return error_cards(MODEL, MODEL.results(examples, **more), TRAIN, TOKENS, known).cards


def card_for(text: str, intent: str, **more: object) -> Card:
    (card,) = cards_for(Example(text, intent, source="test.tsv:1"), **more)
    return card


def test_a_right_answer_has_no_card() -> None:
    assert cards_for(Example("play a song", "music")) == []


def test_a_card_names_the_answer_and_ranks_the_intents() -> None:
    card = card_for("play the clock loud", "time")
    assert (card.kind, card.intent, card.rival) == (WRONG, "time", "music")
    assert [name for name, _ in card.ranking] == ["music", "time", "lamp"]
    assert sum(share for _, share in card.ranking) == pytest.approx(1)


def test_a_card_shows_the_nearest_training_rows_of_both_intents_with_file_and_line() -> None:
    card = card_for("play the clock loud", "time")
    assert [one.source for one in card.near_rival] == ["train.tsv:4", "train.tsv:3"]
    assert [one.source for one in card.near_right] == ["train.tsv:2", "train.tsv:1"]
    assert card.near_rival[0].similarity == pytest.approx(2 / (3 * 2) ** 0.5)


def test_the_flip_is_the_word_from_which_on_the_answer_stayed() -> None:
    card = card_for("time then play it loud", "time")
    assert card.flip is not None
    assert card.text[card.words[card.flip.token].start : card.words[card.flip.token].end] == "loud"
    assert card.flip.before == "time"


def test_an_answer_that_led_from_the_first_word_has_no_flip() -> None:
    card = card_for("play loud clock", "time")
    assert card.flip is not None
    assert (card.flip.token, card.flip.before) == (0, None)


def test_prefixes_of_all_sentences_are_read_in_one_call() -> None:
    class Counting(BagOfWords):
        calls = 0

        def encode(self, texts):  # type: ignore[no-untyped-def]
            self.calls += 1
            return super().encode(texts)

    model = Counting({"time": ["time"], "music": ["play"]})
    examples = [Example("play " * 5, "time") for _ in range(20)]
    results = model.results(examples)
    model.calls = 0
    error_cards(model, results, TRAIN, TOKENS, {"play"})
    assert model.calls <= 4


def test_unknown_and_unusual_words_are_marked() -> None:
    card = card_for("play gramophone clock loud", "time")
    assert [word.known for word in card.words] == [True, False, True, True]
    assert [word.seen for word in card.words] == [24, 0, 12, 12]


def test_a_very_long_sentence_is_not_read_prefix_by_prefix() -> None:
    assert card_for("play " * 100, "time").flip is None


def test_a_blank_sentence_gets_a_card_too() -> None:
    card = card_for("", "lamp")
    assert card.words == []
    assert card.flip is None


def test_a_rejected_right_answer_is_compared_with_the_runner_up() -> None:
    card = card_for("play clock loud", "music", threshold=0.99)
    assert (card.kind, card.rival, card.turned_away) == (REJECTED, "time", True)


def test_an_alien_sentence_that_passes_is_out_of_scope() -> None:
    alien = [Example("play chess", "oos", source="oos.tsv:7")]
    probabilities = MODEL.results(alien).probabilities
    (card,) = cards_for(
        Example("play a song loud", "music"),
        threshold=0.1,
        out_of_scope=alien,
        out_of_scope_probabilities=probabilities,
    )
    assert (card.kind, card.source, card.cause, card.near_right) == (ACCEPTED, "oos.tsv:7", OUT_OF_SCOPE, [])


def test_no_kind_of_error_crowds_out_the_others() -> None:
    alien = [Example("play", "oos")] * 50
    examples = [Example("play", "time")] * 50 + [Example("play", "music")] * 50
    results = Results(
        MODEL.labels,
        examples,
        MODEL.results(examples).probabilities,
        threshold=0.3,
        scores=MODEL.results(examples).confidence * ([1] * 50 + [0] * 50),
        out_of_scope=alien,
        out_of_scope_probabilities=MODEL.results(alien).probabilities,
        out_of_scope_scores=MODEL.results(alien).confidence,
    )
    made = error_cards(MODEL, results, TRAIN, TOKENS, set(), limit=20)
    assert (len(made.cards), made.found) == (20, 150)
    assert [sum(card.kind == kind for card in made.cards) for kind in (WRONG, ACCEPTED, REJECTED)] == [10, 5, 5]


def test_the_surest_errors_come_first() -> None:
    cards = cards_for(Example("play clock loud", "time"), Example("play song loud", "time"))
    assert [card.text for card in cards] == ["play song loud", "play clock loud"]


PLAIN = Evidence(
    in_scope=True,
    known_intent=True,
    twin=None,
    twin_overlap=0.0,
    words=6,
    unknown=0,
    flip_unknown=False,
    right_rows=100,
    rival_rows=100,
    similarity=0.9,
    far_below=0.5,
    right=0.3,
    rival=0.6,
)


@pytest.mark.parametrize(
    ("changes", "cause"),
    [
        ({}, OVERLAP),
        ({"in_scope": False}, OUT_OF_SCOPE),
        ({"known_intent": False}, OUT_OF_SCOPE),
        ({"twin": "train.tsv:4", "twin_overlap": 1.0}, LABEL_CONFLICT),
        ({"twin": "train.tsv:4", "twin_overlap": 0.8}, LABEL_CONFLICT),
        ({"twin": "train.tsv:4", "twin_overlap": 0.7}, OVERLAP),
        ({"unknown": 2}, UNKNOWN_WORDS),
        ({"unknown": 1}, OVERLAP),
        ({"unknown": 1, "flip_unknown": True}, UNKNOWN_WORDS),
        ({"right_rows": 9, "rival_rows": 9}, TOO_FEW_ROWS),
        ({"right_rows": 30}, TOO_FEW_ROWS),
        ({"right_rows": 40}, OVERLAP),
        ({"right_rows": 60, "rival_rows": 1000}, OVERLAP),
        ({"similarity": 0.4}, OUT_OF_SCOPE),
        ({"words": 0}, OVERLAP),
        ({"twin": "train.tsv:4", "twin_overlap": 1.0, "unknown": 6, "right_rows": 1}, LABEL_CONFLICT),
    ],
)
def test_the_first_rule_that_holds_names_the_cause(changes: dict[str, object], cause: str) -> None:
    assert likely_cause(replace(PLAIN, **changes))[0] == cause


def test_a_training_row_with_the_same_words_under_the_other_intent_is_a_label_conflict() -> None:
    card = card_for("play a song", "time")
    assert card.cause == LABEL_CONFLICT
    assert "train.tsv:3" in card.why


def test_a_sentence_unlike_any_training_row_is_out_of_scope() -> None:
    examples = [Example("what time now", "time")] * 5 + [Example("dark", "music", source="test.tsv:6")]
    (card,) = cards_for(*examples)
    assert card.cause == UNKNOWN_WORDS  # the word comes first; known, the sentence would still be far
    results = MODEL.results(examples)
    known = {word for example in TRAIN for word in example.text.split()} | {"dark"}
    assert error_cards(MODEL, results, TRAIN, TOKENS, known).cards[0].cause == OUT_OF_SCOPE

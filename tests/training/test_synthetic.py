from __future__ import annotations

from rnn_intent.data.example import Example
from rnn_intent.settings import TextSettings
from rnn_intent.text.tokenizer import Tokenizer
from rnn_intent.training.synthetic import made_sentences, written

TEXTS = [
    "what time is it in paris",
    "play some music in the kitchen",
    "turn the light off in here",
    "will it rain today",
    "现在几点了",
    "明天上海的天气怎么样",
]
ROWS = [Example(text, intent) for text, intent in zip(TEXTS, ("time", "music", "lights", "weather") * 2, strict=False)]
TOKENIZER = Tokenizer(TextSettings())


def test_made_sentences_are_new_different_and_the_same_for_a_seed():
    made = made_sentences(ROWS, TOKENIZER, 300, seed=3)
    assert len(made) == len(set(made)) == 300
    assert not set(made) & set(TEXTS)
    assert made == made_sentences(ROWS, TOKENIZER, 300, seed=3) != made_sentences(ROWS, TOKENIZER, 300, seed=4)


def test_they_hold_words_of_the_texts_only_masked_swapped_and_mixed():
    made = made_sentences(ROWS[:4], TOKENIZER, 300, seed=3)
    sources = [set(text.split()) for text in TEXTS[:4]]
    words = [set(text.split()) for text in made]
    assert set.union(*words) <= set.union(*sources)
    assert any(found < source and len(found) == len(source) - 1 for found in words for source in sources)  # masked
    assert any(not any(found <= source for source in sources) for found in words)  # swapped or mixed
    assert any(len(text.split()) > 6 for text in made)  # mixed


def test_sentences_cross_where_both_have_a_word():
    made = made_sentences(ROWS[1:3], TOKENIZER, 300, seed=3)
    assert {"play some music in here", "turn the light off in the kitchen", "turn the kitchen"} <= set(made)


def test_half_of_the_crossings_stay_within_an_intent():
    rows = [
        Example(f"{intent}{n} the {n}{intent}", intent)
        for intent, count in (("a", 20), ("b", 180))
        for n in range(count)
    ]
    crossed = [text.split() for text in made_sentences(rows, TOKENIZER, 2000, seed=3)]
    last = [text[2][-1] for text in crossed if len(text) == 3 and text[0][0] == "a" and text[1] == "the"]
    assert len(last) > 50
    assert 0.25 < last.count("a") / len(last) < 0.75  # a tenth, if the intent did not count


def test_a_word_may_be_replaced_by_one_that_means_the_same():
    alike = {"music": ["tunes", "songs"], "light": ["lamp"]}
    plain, reworded = (made_sentences(ROWS[:4], TOKENIZER, 300, seed=3, alike=found) for found in (None, alike))
    words = {word for text in reworded for word in text.split()} - {word for text in plain for word in text.split()}
    assert words == {"tunes", "songs", "lamp"}


def test_chinese_is_written_without_spaces():
    assert written(["现在", "几点", "了"]) == "现在几点了"
    assert written(["play", "some", "jazz"]) == "play some jazz"
    assert written([]) == ""


def test_few_texts_give_what_they_can():
    assert len(made_sentences([Example("go", "x")], TOKENIZER, 50, seed=0)) < 50
    assert made_sentences([Example("  ", "x")], TOKENIZER, 5, seed=0) == []
    assert made_sentences(ROWS, TOKENIZER, 0, seed=0) == []

from __future__ import annotations

from typing import Any

from rnn_intent.data.example import Example
from rnn_intent.settings import TextSettings
from rnn_intent.text.tokenizer import Tokenizer
from rnn_intent.training import synthetic
from rnn_intent.training.synthetic import share_of_new_words, written

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


def made_sentences(rows: list[Example], count: int, seed: int = 3, **more: Any) -> list[str]:
    return synthetic.made_sentences(rows, [TOKENIZER.words(row.text) for row in rows], count, seed, **more)


def test_made_sentences_are_new_different_and_the_same_for_a_seed():
    made = made_sentences(ROWS, 300, seed=3)
    assert len(made) == len(set(made)) == 300
    assert not set(made) & set(TEXTS)
    assert made == made_sentences(ROWS, 300, seed=3) != made_sentences(ROWS, 300, seed=4)


def test_they_hold_words_of_the_texts_only_masked_swapped_and_mixed():
    made = made_sentences(ROWS[:4], 300, seed=3)
    sources = [set(text.split()) for text in TEXTS[:4]]
    words = [set(text.split()) for text in made]
    assert set.union(*words) <= set.union(*sources)
    assert any(found < source and len(found) == len(source) - 1 for found in words for source in sources)  # masked
    assert any(not any(found <= source for source in sources) for found in words)  # swapped or mixed
    assert any(len(text.split()) > 6 for text in made)  # mixed


def test_sentences_cross_where_both_have_a_word():
    made = made_sentences(ROWS[1:3], 300, seed=3)
    assert {"play some music in here", "turn the light off in the kitchen", "turn the kitchen"} <= set(made)


def test_rows_before_the_first_that_sentences_are_made_of_lend_words_only():
    rows = [*ROWS[:2], Example("turn the light off in here", "lights")]
    lent, own = (
        {"what", "time", "is", "it", "in", "paris", "play", "some", "music", "the", "kitchen"},
        {"turn", "light", "off", "here"},
    )
    made = [set(text.split()) for text in made_sentences(rows, 200, begin=2)]
    assert all(words & {*own, "in", "the"} for words in made)  # the words where two sentences meet are both's
    assert sum(bool(words & own) for words in made) > 190
    assert any(words & (lent - own) for words in made)
    assert made_sentences(rows, 200, begin=3) == []


def test_half_of_the_crossings_stay_within_an_intent():
    rows = [
        Example(f"{intent}{n} the {n}{intent}", intent)
        for intent, count in (("a", 20), ("b", 180))
        for n in range(count)
    ]
    crossed = [text.split() for text in made_sentences(rows, 2000, seed=3)]
    last = [text[2][-1] for text in crossed if len(text) == 3 and text[0][0] == "a" and text[1] == "the"]
    assert len(last) > 50
    assert 0.25 < last.count("a") / len(last) < 0.75  # a tenth, if the intent did not count


def test_a_word_may_be_replaced_by_one_that_means_the_same():
    alike = {"music": ["tunes", "songs"], "light": ["lamp"]}
    plain, reworded = (made_sentences(ROWS[:4], 300, seed=3, alike=found) for found in (None, alike))
    words = {word for text in reworded for word in text.split()} - {word for text in plain for word in text.split()}
    assert words == {"tunes", "songs", "lamp"}


def test_chinese_is_written_without_spaces():
    assert written(["现在", "几点", "了"]) == "现在几点了"
    assert written(["play", "some", "jazz"]) == "play some jazz"
    assert written([]) == ""


def test_few_texts_give_what_they_can():
    assert len(made_sentences([Example("go", "x")], 50, seed=0)) < 50
    assert made_sentences([Example("  ", "x")], 5, seed=0) == []
    assert made_sentences(ROWS, 0, seed=0) == []


def test_some_words_are_invented_of_the_heads_and_tails_of_others():
    rows = ROWS[:4]
    words = {word for row in rows for word in row.text.split()}
    made = [text.split() for text in made_sentences(rows, 2000, new_words=0.2)]
    new = [word for text in made for word in text if word not in words]
    assert 0.15 < len(new) / sum(map(len, made)) < 0.25  # some come out as a word that there is
    pairs = [(one, other, cut) for one in words for other in words for cut in range(1, len(one))]
    joined = {one[:cut] + other[there:] for one, other, cut in pairs for there in range(1, len(other))}
    wild = {word[:place] + "?" + word[place + 1 :] for word in joined for place in range(len(word))}
    changed = [word for word in new if word not in joined]
    assert all(any(word[:place] + "?" + word[place + 1 :] in wild for place in range(len(word))) for word in changed)
    assert 0.5 < len(changed) / len(new) < 0.85  # another letter is sometimes the same one
    assert set("".join(new)) <= set("".join(words))


def test_single_characters_are_joined():
    made = made_sentences([Example("a b", "x")], 20, new_words=1.0)
    assert {word for text in made for word in text.split()} <= {"aa", "ab", "ba", "bb"}


def test_a_new_sentence_has_as_many_new_words_as_are_said_once():
    assert share_of_new_words([["the", "time"], ["the", "rain"]]) == 0.5
    assert share_of_new_words([]) == 0

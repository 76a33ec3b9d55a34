from __future__ import annotations

from benchmarks.cell import with_typos

SENTENCES = ["wake me up at seven", "what is the weather like", "turn the kitchen lights off", "play some music"]


def test_each_sentence_has_one_typo_and_the_kinds_take_turns():
    made = with_typos(SENTENCES)
    assert made == with_typos(SENTENCES)
    changes = [len(typed) - len(sentence) for typed, sentence in zip(made, SENTENCES, strict=True)]
    assert changes[:3] == [0, -1, 0]  # a neighbouring key, a letter less, two in each other's place
    assert sorted(made[2]) == sorted(SENTENCES[2])
    assert all(typed != sentence for typed, sentence in zip(made, SENTENCES, strict=True))


def test_a_sentence_that_no_kind_applies_to_stays_as_it_is():
    assert with_typos(["7 pm", "明天会下雨吗"])[0] == "7 pm"
    assert with_typos(["7 pm", "明天会下雨吗"])[1] != "明天会下雨吗"

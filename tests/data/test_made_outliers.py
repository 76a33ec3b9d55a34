from __future__ import annotations

from rnn_intent.data.outliers import made_outliers

SENTENCES = [
    f"please {verb} the {noun} now".split() for verb in ("play", "stop") for noun in ("music", "radio", "film")
]
INTENTS = [tokens[1] for tokens in SENTENCES]


def test_the_same_seed_makes_the_same_sentences_and_another_makes_others():
    assert made_outliers(SENTENCES, INTENTS, 40, 1) == made_outliers(SENTENCES, INTENTS, 40, 1)
    assert made_outliers(SENTENCES, INTENTS, 40, 1) != made_outliers(SENTENCES, INTENTS, 40, 2)


def test_every_made_sentence_has_words():
    made = made_outliers(SENTENCES, INTENTS, 400, 3)
    assert len(made) == 400
    assert all(tokens and all(tokens) for tokens in made)


def test_a_splice_joins_sentences_of_different_intents():
    for tokens in made_outliers(SENTENCES, INTENTS, 400, 4)[::4]:
        text = " ".join(tokens)
        assert any(text.startswith(" ".join(sentence[:2])) for sentence in SENTENCES)
        assert tokens[-1] == "now"


def test_noise_is_made_of_the_characters_of_training():
    letters = {letter for tokens in SENTENCES for word in tokens for letter in word}
    noise = made_outliers(SENTENCES, INTENTS, 400, 5)[3::4]
    assert {letter for tokens in noise for word in tokens for letter in word} <= letters
    assert sum(tokens in SENTENCES for tokens in noise) == 0


def test_one_intent_or_no_words_make_nothing():
    assert made_outliers(SENTENCES, ["one"] * len(SENTENCES), 10, 1) == []
    assert made_outliers([[], []], ["one", "two"], 10, 1) == []
    assert len(made_outliers([["a"], ["b"], []], ["one", "two", "two"], 10, 1)) == 10

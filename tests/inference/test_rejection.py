from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from random_models import SENTENCES, WORDS, random_artifact

from rnn_intent import artifact as model_file
from rnn_intent.artifact import Artifact
from rnn_intent.errors import ModelError
from rnn_intent.inference.familiarity import Familiarity, neighbours
from rnn_intent.inference.predictor import Predictor

FACTORS = {"energy": 0.7, "distance": 0.3, "unknown": 2.0, "pairs": 1.5, "offset": 0.1}
PAIRS = neighbours([["play", "some", "music"], ["what", "time", "is", "it", "?"], ["现在", "几点", "了"]])


def scored(threshold: float = 0.5, margin: float = 0.0, **factors: float) -> Artifact:
    """A random model with an in-scope score."""
    plain = random_artifact(labels=4, hidden_size=9)
    random = np.random.default_rng(3)
    summary = plain.tensors["head.weight"].shape[1]
    tensors = {
        "rejection.projection": random.normal(size=(summary, 3)).astype(np.float16),
        "rejection.centres": random.normal(size=(4, 3)).astype(np.float16),
        "rejection.pairs": PAIRS,
    }
    rejection = {"threshold": threshold, "margin": margin, "score": {**FACTORS, **factors}}
    return replace(plain, tensors={**plain.tensors, **tensors}, temperature=1.7, rejection=rejection)


def uncertain() -> Artifact:
    """The same, and entropy counts."""
    return scored(entropy=1.4)


@pytest.mark.parametrize(("make", "weight"), [(scored, 0.0), (uncertain, 1.4)])
def test_the_score_is_that_of_the_equation(make, weight):
    artifact = make()
    predictor = Predictor(artifact)
    logits, summaries = predictor.encode(SENTENCES)
    shares = np.exp(logits.astype(float) / 1.7)
    energy = np.log(shares.sum(axis=1))
    shares /= shares.sum(axis=1, keepdims=True)
    entropies = -(shares * np.log(shares)).sum(axis=1)
    places = summaries.astype(float) @ artifact.weights("rejection.projection")
    distances = ((places - artifact.weights("rejection.centres")[logits.argmax(axis=1)]) ** 2).sum(axis=1)
    unknown, new = Familiarity(WORDS, PAIRS).of([predictor.read(predictor.tokenizer.words(text)) for text in SENTENCES])
    signal = 0.7 * energy - 0.3 * np.log(distances) - weight * entropies
    signal += 0.1 - 2.0 * (unknown + 2 * unknown**4) - 1.5 * new**4
    np.testing.assert_allclose(predictor.in_scope_scores(SENTENCES), 1 / (1 + np.exp(-signal)), atol=1e-5)


def likened() -> Artifact:
    """The same, and what it says of out-of-scope rows counts."""
    artifact, random = scored(inside=4.0, outside=3.0), np.random.default_rng(4)
    rows = {"rejection.inside": random.normal(size=(8, 4)), "rejection.outside": random.normal(size=(5, 4))}
    centred = {name: some - some.mean(axis=1, keepdims=True) for name, some in rows.items()}
    tensors = {name: some / np.linalg.norm(some, axis=1, keepdims=True) for name, some in centred.items()}
    tensors = {name: some.astype(np.float16) for name, some in tensors.items()}
    return replace(artifact, tensors={**artifact.tensors, **tensors})


def test_a_score_with_out_of_scope_rows_compares_the_logits_with_theirs_and_with_those_of_the_own_intent():
    artifact = likened()
    logits = Predictor(artifact).encode(SENTENCES)[0].astype(float)
    own = logits - logits.mean(axis=1, keepdims=True)
    own /= np.linalg.norm(own, axis=1, keepdims=True)
    inside, outside = artifact.weights("rejection.inside").reshape(4, 2, 4), artifact.weights("rejection.outside")
    near = np.array([(inside[row.argmax()] @ one).max() for row, one in zip(logits, own, strict=True)])
    far = np.sort(own @ outside.T, axis=1)[:, -3:].mean(axis=1)
    found, without = (Predictor(one).in_scope_scores(SENTENCES) for one in (artifact, scored()))
    np.testing.assert_allclose(
        np.log(found / (1 - found)) - np.log(without / (1 - without)), 4 * near - 3 * far, atol=2e-3
    )


@pytest.mark.parametrize("name", ["rejection.inside", "rejection.outside"])
def test_logits_that_the_header_asks_for_must_be_there(name):
    artifact = likened()
    gone = {key: tensor for key, tensor in artifact.tensors.items() if key != name}
    for tensors, told in (
        (gone, "are missing"),
        ({**artifact.tensors, name: artifact.tensors[name][:0]}, "as many rows"),
    ):
        with pytest.raises(ModelError, match=told):
            Predictor(replace(artifact, tensors=tensors))


@pytest.mark.parametrize("make", [scored, likened, uncertain])
def test_the_score_is_the_same_alone_and_in_company(make):
    predictor = Predictor(make())
    together = predictor.in_scope_scores(SENTENCES)
    np.testing.assert_allclose(together, [predictor.in_scope_scores([text])[0] for text in SENTENCES], atol=1e-5)


def test_forgetting_words_changes_no_score():
    forgetful = Predictor(scored())
    forgetful._encoder.table._most_rows = 20
    texts = [f"{text} word{number}" for number, text in enumerate(SENTENCES * 5)]
    expected = Predictor(scored()).in_scope_scores(texts)
    found = [forgetful.in_scope_scores([text])[0] for text in texts]
    assert len(forgetful._encoder.table._rows) <= 20
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_a_typo_of_a_known_word_is_no_unknown_word():
    predictor = Predictor(scored())
    assert predictor.unknown_shares(["waht tiem", "what time", "waht else"]).tolist() == [0.0, 0.0, 0.5]
    typed, meant = predictor.in_scope_scores(["waht tiem is it ?", "what time is it ?"])
    assert typed == meant


def test_a_model_without_a_score_is_judged_by_its_confidence():
    predictor = Predictor(random_artifact())
    np.testing.assert_allclose(
        predictor.in_scope_scores(SENTENCES), predictor.probabilities(SENTENCES).max(axis=1), atol=1e-6
    )


def test_what_scores_less_than_the_threshold_is_rejected_and_still_ranked():
    text = "play some music"
    score = float(Predictor(scored()).in_scope_scores([text])[0])
    assert Predictor(scored(threshold=score - 0.01)).predict(text).status == "accepted"
    answer = Predictor(scored(threshold=score + 0.01)).predict(text, top_k=2)
    assert answer.status == "rejected"
    assert answer.reason.startswith(f"too unlike the training sentences (score {score:.3f}, threshold ")
    assert len(answer.ranking) == 2


def test_a_rejected_sentence_of_unknown_words_is_told_so():
    assert Predictor(scored(threshold=1.0)).predict("qwzx vvkk").reason.startswith("hardly any known words (score 0.")


@pytest.mark.parametrize("text", ["", "  "])
def test_no_words_are_no_words_whatever_the_threshold(text):
    assert Predictor(scored(threshold=0.0)).predict(text).reason == "no words"


@pytest.mark.parametrize("top_k", [1, 3])
def test_two_intents_that_are_close_are_ambiguous_and_named(top_k):
    predictor = Predictor(scored(threshold=0.0, margin=1.0))
    first, second = (name for name, _ in predictor.predict("play some music", top_k=2).ranking)
    answer = predictor.predict("play some music", top_k=top_k)
    assert (answer.status, len(answer.ranking)) == ("ambiguous", top_k)
    assert answer.reason == f"two intents are about as likely: {first}, {second}"
    assert Predictor(scored(threshold=0.0, margin=0.0)).predict("play some music").status == "accepted"
    assert Predictor(scored(threshold=1.0, margin=1.0)).predict("play some music").status == "rejected"


def test_a_score_of_an_earlier_release_does_not_ask_for_pairs():
    artifact = scored(pairs=0.0)
    tensors = {name: tensor for name, tensor in artifact.tensors.items() if name != "rejection.pairs"}
    factors = {name: factor for name, factor in FACTORS.items() if name != "pairs"}
    earlier = replace(artifact, tensors=tensors, rejection={"threshold": 0.5, "score": factors})
    scores = Predictor(earlier).in_scope_scores(SENTENCES)
    np.testing.assert_allclose(scores, Predictor(artifact).in_scope_scores(SENTENCES))


@pytest.mark.parametrize("make", [scored, likened, uncertain])
def test_a_score_travels_in_the_model_file(tmp_path, make):
    model_file.write(make(), tmp_path / "model.safetensors")
    loaded = Predictor.load(tmp_path / "model.safetensors")
    assert loaded.threshold == 0.5
    np.testing.assert_allclose(loaded.in_scope_scores(SENTENCES), Predictor(make()).in_scope_scores(SENTENCES))


def test_pairs_that_the_header_asks_for_must_be_there():
    artifact = scored()
    tensors = {key: tensor for key, tensor in artifact.tensors.items() if key != "rejection.pairs"}
    with pytest.raises(ModelError, match="tensors are missing"):
        Predictor(replace(artifact, tensors=tensors))


@pytest.mark.parametrize("name", ["rejection.projection", "rejection.centres"])
def test_half_of_a_score_is_a_model_error(name):
    artifact = scored()
    tensors = {key: tensor for key, tensor in artifact.tensors.items() if key != name}
    with pytest.raises(ModelError, match=f"tensor {name}: is missing"):
        model_file.dump(replace(artifact, tensors=tensors))


@pytest.mark.parametrize(
    ("rejection", "told"),
    [
        ({"score": []}, "score: is no object"),
        ({"score": {}}, r"score\.energy"),
        ({"score": {**FACTORS, "offset": math.nan}}, r"score\.offset"),
        ({"score": {**FACTORS, "pairs": None}}, r"score\.pairs"),
        ({"score": {**FACTORS, "entropy": "much"}}, r"score\.entropy"),
        ({"score": {**FACTORS, "distance": "1"}}, r"score\.distance"),
        ({"threshold": 1.5}, r"rejection\.threshold"),
        ({"margin": -0.1}, r"rejection\.margin"),
    ],
)
def test_a_header_that_makes_no_sense_is_a_model_error(rejection, told):
    with pytest.raises(ModelError, match=told):
        Predictor(replace(scored(), rejection=rejection))


def test_a_score_without_its_tensors_is_a_model_error():
    with pytest.raises(ModelError, match="tensors are missing"):
        Predictor(replace(random_artifact(), rejection={"threshold": 0.5, "score": FACTORS}))

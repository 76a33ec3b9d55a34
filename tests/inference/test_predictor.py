import json
import pickle
import subprocess
import sys
import threading
from dataclasses import asdict, replace
from itertools import count, islice

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from model_files import with_inner
from random_models import SENTENCES, WORDS, random_artifact

from rnn_intent import artifact as model_file
from rnn_intent.errors import CheckFailed, ModelError, UsageError
from rnn_intent.inference.predictor import Predictor, windows
from rnn_intent.inference.reference import read_sentence
from rnn_intent.settings import TextSettings
from rnn_intent.text.vocabulary import UNK

PREDICTOR = Predictor(random_artifact(labels=7, hidden_size=16))


def test_probabilities_are_those_of_the_equations():
    expected = [read_sentence(PREDICTOR.artifact, PREDICTOR.tokenizer.words(text)).probabilities for text in SENTENCES]
    np.testing.assert_allclose(PREDICTOR.probabilities(SENTENCES), expected, atol=1e-6)


def test_a_typo_of_a_known_word_is_read_as_the_word():
    typed, meant = PREDICTOR.probabilities(["Waht tiem is it in teh kitchn", "what time is it in the kitchen"])
    np.testing.assert_array_equal(typed, meant)
    assert PREDICTOR.read(["waht", "tiem"]) == ["what", "time"]
    assert PREDICTOR.ids(["waht", "strange"]) == PREDICTOR.ids(["what", "never"])


def test_a_model_of_before_reads_typos_as_unknown_words():
    stored = with_inner(model_file.dump(PREDICTOR.artifact), settings=settings_without("respelling"))
    before = Predictor(model_file.load(stored))
    assert before.read(["waht"]) == ["waht"]
    assert before.ids(["waht"]) == [UNK]
    typed, meant = before.probabilities(["waht is it", "what is it"])
    assert np.abs(typed - meant).max() > 1e-3
    assert Predictor(model_file.load(model_file.dump(before.artifact))).read(["waht"]) == ["waht"]


def settings_without(key):
    """As a file holds them that is older than the key."""
    values = asdict(PREDICTOR.artifact.settings)
    del values["vocabulary"][key]
    return values


def test_the_temperature_divides_the_logits():
    warm = Predictor(replace(PREDICTOR.artifact, temperature=2.0))
    logits, _ = warm.encode(SENTENCES)
    expected = np.exp(logits / 2) / np.exp(logits / 2).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(warm.probabilities(SENTENCES), expected, rtol=1e-5)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=30) | st.sampled_from(SENTENCES), min_size=1, max_size=20))
@example(["\0", "\ud800", "a" * 100_000, " \t\n", "\u200b"])
def test_any_text_has_the_same_probabilities_in_any_company(texts):
    together = PREDICTOR.probabilities(texts)
    alone = np.concatenate([PREDICTOR.probabilities([text]) for text in texts])
    np.testing.assert_allclose(together, alone, atol=1e-6)
    np.testing.assert_allclose(together.sum(axis=1), 1, atol=1e-5)


def test_one_sentence_a_list_and_a_stream_give_the_same_answers_in_order():
    single = [PREDICTOR.predict(text) for text in SENTENCES]
    for answers in (PREDICTOR.predict(SENTENCES), list(PREDICTOR.stream(iter(SENTENCES), batch_size=3))):
        assert [answer.text for answer in answers] == SENTENCES
        assert [answer.intent for answer in answers] == [answer.intent for answer in single]
        assert [answer.status for answer in answers] == [answer.status for answer in single]
        confidences = [answer.confidence for answer in answers]
        np.testing.assert_allclose(confidences, [answer.confidence for answer in single], atol=1e-6)


@pytest.mark.parametrize("top_k", [1, 2, 7, 100])
def test_the_ranking_is_the_best_intents_in_order(top_k):
    (probabilities,) = PREDICTOR.probabilities(["play some music"])
    answer = PREDICTOR.predict("play some music", top_k=top_k)
    best = np.argsort(-probabilities)[:top_k]
    assert [name for name, _ in answer.ranking] == [PREDICTOR.labels[index] for index in best]
    np.testing.assert_allclose([share for _, share in answer.ranking], probabilities[best], atol=1e-6)
    assert (answer.intent, answer.confidence) == answer.ranking[0]


@pytest.mark.parametrize("text", ["", "   ", "\u200b", "\x00\x07"])
def test_a_sentence_without_words_is_rejected_and_still_ranked(text):
    answer = PREDICTOR.predict(text)
    assert (answer.status, answer.reason) == ("rejected", "no words")
    assert len(answer.ranking) == 5


def test_answers_below_the_threshold_are_rejected_with_the_reason():
    confidence = PREDICTOR.predict("what time is it ?").confidence
    unsure = Predictor(PREDICTOR.artifact, threshold=confidence + 0.01).predict("what time is it ?")
    assert unsure.status == "rejected"
    assert f"confidence {confidence:.3f} is below" in unsure.reason
    assert Predictor(PREDICTOR.artifact, threshold=confidence - 0.01).predict("what time is it ?").status == "accepted"


def test_the_threshold_comes_with_the_model_and_yields_to_the_argument():
    artifact = replace(PREDICTOR.artifact, rejection={"threshold": 0.99})
    assert Predictor(artifact).threshold == 0.99
    assert Predictor(artifact, threshold=0.1).threshold == 0.1
    with pytest.raises(ModelError, match=r"rejection\.threshold"):
        Predictor(replace(artifact, rejection={"threshold": "high"}))


def test_an_answer_is_json_in_the_shape_people_know():
    answer = json.loads(json.dumps(PREDICTOR.predict("what time is it ?", top_k=2).to_dict()))
    assert list(answer) == ["text", "intent", "intent_ranking", "status", "reason"]
    assert answer["intent"] == answer["intent_ranking"][0]
    assert set(answer["intent"]) == {"name", "confidence"}


def test_a_stream_answers_before_its_end_and_reads_no_further_than_it_must():
    read = count()
    endless = (f"what time is it {next(read)}" for _ in count())
    answers = list(islice(PREDICTOR.stream(endless, batch_size=10), 10))
    assert len(answers) == 10
    assert next(read) == 10


def test_windows_hold_fewer_texts_where_these_are_long():
    assert [len(window) for window in windows(["a"] * 10, size=4)] == [4, 4, 2]
    assert [len(window) for window in windows(["a" * 400_000] * 7, size=100)] == [3, 3, 1]
    assert list(windows([])) == []


def test_no_texts_give_empty_answers():
    assert PREDICTOR.predict([]) == []
    assert PREDICTOR.probabilities([]).shape == (0, 7)


def named(prediction):
    return f"{prediction.text}\t{prediction.intent}"


def test_several_workers_give_the_answers_of_one_in_order():
    texts = [f"{text} {number}" for number in range(20) for text in SENTENCES]
    expected = PREDICTOR.predict(texts)
    shared = list(PREDICTOR.stream(texts, batch_size=16, workers=2))
    assert [named(answer) for answer in shared] == [named(answer) for answer in expected]
    lines = PREDICTOR.blocks(windows(texts, 16), named, workers=2)
    assert [line for block in lines for line in block] == [named(answer) for answer in expected]
    with pytest.raises(UsageError, match="workers"):
        list(PREDICTOR.stream(texts, workers=0))


def test_workers_are_not_fed_far_ahead_and_end_with_the_stream():
    read = count()
    endless = (f"what time is it {next(read)}" for _ in count())
    stream = PREDICTOR.stream(endless, batch_size=4, workers=2)
    assert next(stream).text == "what time is it 0"
    stream.close()
    assert next(read) <= 4 * 8


def test_threads_may_share_a_predictor():
    texts = [" ".join(WORDS[number : number + 6]) for number in range(8)]
    expected = PREDICTOR.probabilities(texts)
    wrong = []

    def ask(number):
        for _ in range(50):
            found = PREDICTOR.probabilities([texts[number]])[0]
            if np.abs(found - expected[number]).max() > 1e-6:
                wrong.append(number)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_golden_sentences_are_verified_and_say_what_differs():
    answers = PREDICTOR.golden(SENTENCES)
    artifact = model_file.load(model_file.dump(replace(PREDICTOR.artifact, golden=answers)))
    Predictor(artifact).verify()
    wrong = [
        ({"tokens": ["other"]}, "tokens differ"),
        ({"ids": [1, 2, 3]}, "ids differ"),
        ({"probabilities": [[0, 0.5]]}, "arithmetic differs"),
    ]
    for change, says in wrong:
        predictor = Predictor(replace(artifact, golden=[{**answers[0], **change}]))
        with pytest.raises(CheckFailed, match=says):
            predictor.verify()


@pytest.mark.parametrize("answer", [None, {}, {"text": "a", "tokens": [], "ids": [], "probabilities": [[99, 0.5]]}])
def test_golden_sentences_that_nobody_wrote_are_refused(answer):
    predictor = Predictor(replace(PREDICTOR.artifact, golden=[answer]))
    with pytest.raises(ModelError, match="golden"):
        predictor.verify()


def test_a_predictor_is_loaded_from_the_file_and_computes_with_half_floats_as_well(tmp_path):
    for half, tolerance in ((False, 1e-6), (True, 2e-2)):
        model_file.write(PREDICTOR.artifact, tmp_path / "model.safetensors", half=half)
        predictor = Predictor.load(tmp_path)
        np.testing.assert_allclose(
            predictor.probabilities(SENTENCES), PREDICTOR.probabilities(SENTENCES), atol=tolerance
        )


def test_extreme_weights_still_give_finite_probabilities():
    for cell in ("rnn", "lstm", "gru"):
        artifact = random_artifact(cell=cell, layers=2, pooling=("max", "mean", "attention"), scale=2e5)
        artifact = replace(
            artifact,
            temperature=1e-3,
            tensors={k: v.clip(-1e6, 1e6) if v.dtype.kind == "f" else v for k, v in artifact.tensors.items()},
        )
        model_file.check(artifact)
        with np.errstate(all="ignore"):
            assert np.isfinite(Predictor(artifact).probabilities(SENTENCES)).all()


def test_max_tokens_bounds_what_is_read():
    short = Predictor(random_artifact(text=TextSettings(max_tokens=3)))
    np.testing.assert_array_equal(
        short.probabilities(["what time is it ?"]), short.probabilities(["what time is play music"])
    )


def test_prediction_imports_nothing_that_training_or_checking_needs(tmp_path):
    model_file.write(random_artifact(), tmp_path / "model.safetensors")
    program = (
        "import sys; from rnn_intent.inference.predictor import Predictor;"
        f"Predictor.load({str(tmp_path)!r}).predict('What time is it ?');"
        "print(sorted({name.split('.')[0] for name in sys.modules}))"
    )
    output = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    for module in ("torch", "pydantic", "yaml", "tqdm", "rich", "jieba", "marisa_trie", "multiprocessing", "tempfile"):
        assert f"'{module}'" not in output


def test_answers_can_be_pickled():
    answer = PREDICTOR.predict("what time is it ?")
    assert pickle.loads(pickle.dumps(answer)) == answer


def test_a_predictor_travels_to_another_process():
    predictor = Predictor(PREDICTOR.artifact, threshold=0.3)
    copy = pickle.loads(pickle.dumps(predictor))
    assert copy.threshold == 0.3
    np.testing.assert_array_equal(copy.probabilities(SENTENCES), predictor.probabilities(SENTENCES))

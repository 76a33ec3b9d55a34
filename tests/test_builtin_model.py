"""The model that answers right after installation."""

from rnn_intent.artifact import read
from rnn_intent.inference.predictor import Predictor
from rnn_intent.runs import BUILT_IN


def test_it_is_small_and_half_precise():
    assert BUILT_IN.stat().st_size <= 3_000_000
    assert read(BUILT_IN).dtype == "float16"


def test_it_names_no_path_of_the_machine_that_made_it():
    settings = read(BUILT_IN).settings
    assert settings.data.train is None
    assert settings.text.user_dictionary is None


def test_it_tells_the_time_in_both_languages():
    answers = Predictor.load(BUILT_IN).predict(["What time is it ?", "现在几点了"])
    assert [(answer.intent, answer.status) for answer in answers] == [("ask_time", "accepted")] * 2


def test_it_answers_its_golden_sentences():
    Predictor.load(BUILT_IN).verify()


def test_it_knows_keyboard_noise_when_it_sees_it():
    answers = Predictor.load(BUILT_IN).predict(["asdkjh qwe zxcv", "@@@@ ####", "鹩欻氍 黩瞀"])
    assert {answer.status for answer in answers} == {"rejected"}

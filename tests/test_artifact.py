import os
import tracemalloc
from dataclasses import replace
from hashlib import sha256

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from model_files import header_of, signed, with_header, with_inner
from random_models import random_artifact

from rnn_intent import artifact as model_file
from rnn_intent.errors import ModelError, TrainingError
from rnn_intent.settings import ModelSettings

DATA = model_file.dump(random_artifact())


def refusal(data: bytes) -> str:
    with pytest.raises(ModelError) as caught:
        model_file.load(data)
    (problem,) = caught.value.problems
    assert problem.isprintable()
    assert len(problem) < 400
    return problem


@pytest.mark.parametrize("half", [False, True])
@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
def test_what_is_written_is_read_back(tmp_path, cell, half):
    artifact = random_artifact(cell=cell, layers=2, pooling=("max", "attention"), vectors=3)
    artifact = replace(
        artifact,
        labels=("打开", "b", "c", "d", "e"),
        user_words=("iPhone 15 Pro",),
        dictionary={"name": "jieba-0.42.1", "sha256": "00"},
        temperature=1.25,
        rejection={"threshold": 0.5},
        golden=[{"text": "现在几点了"}],
    )
    path = tmp_path / "模型 file.safetensors"
    model_file.write(artifact, path, half=half)
    found = model_file.read(path)
    assert replace(found, tensors={}) == replace(artifact, tensors={})
    assert found.tensors.keys() == artifact.tensors.keys()
    assert found.dtype == ("float16" if half else "float32")
    for name, tensor in artifact.tensors.items():
        np.testing.assert_allclose(found.tensors[name], tensor, rtol=1e-3 if half else 0, atol=1e-4 if half else 0)


def test_half_takes_little_more_than_half_the_bytes(tmp_path):
    artifact = random_artifact(size=64, hidden_size=64)
    assert len(model_file.dump(artifact, half=True)) < 0.6 * len(model_file.dump(artifact))


def test_the_same_artifact_gives_the_same_bytes_also_when_written_again_from_its_file():
    assert model_file.dump(random_artifact()) == DATA
    assert model_file.dump(model_file.load(DATA)) == DATA


def test_any_safetensors_reader_opens_the_file(tmp_path):
    safetensors = pytest.importorskip("safetensors.numpy")
    found = safetensors.load(DATA)
    for name, tensor in model_file.load(DATA).tensors.items():
        np.testing.assert_array_equal(found[name], tensor)


def test_the_hash_is_over_the_file_with_zeros_in_its_place():
    stored = header_of(DATA)["__metadata__"]["sha256"]
    assert sha256(DATA.replace(stored.encode(), b"0" * 64)).hexdigest() == stored


@settings(max_examples=200, deadline=None)
@given(st.integers(0, len(DATA) - 1), st.integers(1, 255))
def test_a_damaged_byte_is_noticed(place, change):
    damaged = bytearray(DATA)
    damaged[place] ^= change
    refusal(bytes(damaged))


@settings(max_examples=50, deadline=None)
@given(st.integers(0, len(DATA) - 1))
def test_a_file_cut_short_is_noticed(length):
    refusal(DATA[:length])


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_a_damaged_file_with_a_fitting_hash_is_refused_or_whole(data):
    damaged = bytearray(DATA)
    for _ in range(data.draw(st.integers(1, 3))):
        damaged[data.draw(st.integers(0, len(DATA) - 1))] = data.draw(st.integers(0, 255))
    problems: list[str] = []
    try:
        model_file.check(model_file.load(signed(bytes(damaged))))
    except ModelError as error:
        problems = error.problems
    assert all(problem.isprintable() for problem in problems)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "cut short"),
        (b"\xff" * 100, "cut short"),
        (b"PK\x03\x04 a zip file, not a model", "cut short"),
        ((2).to_bytes(8, "little") + b"{}", "not a model of this program"),
        ((200).to_bytes(8, "little") + b"[" * 200, "no JSON"),
        ((4).to_bytes(8, "little") + b"\xff\xfe\xff\xfe", "UTF-8"),
    ],
)
def test_foreign_files_are_refused(data, says):
    assert says in refusal(data)


def test_a_header_of_a_million_values_is_refused_before_it_is_parsed():
    text = b"[" + b"[]," * 1_000_000 + b"0]"
    data = len(text).to_bytes(8, "little") + text
    tracemalloc.start()
    assert "1,000,000 values" in refusal(data)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < len(data)


def test_nesting_without_end_is_refused():
    text = b"[" * 200_000 + b"]" * 200_000
    refusal(len(text).to_bytes(8, "little") + text)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"format_version": 2}, "format version 2"),
        ({"format_version": True}, "format version"),
        ({"labels": ["a", "a", "b", "c", "d"]}, "twice"),
        ({"labels": ["a"]}, "two or more"),
        ({"labels": ["", "b", "c", "d", "e"]}, "two or more"),
        ({"labels": ["a", "b", "c", "d"]}, "head"),
        ({"labels": [1, 2, 3, 4, 5]}, "no text"),
        ({"labels": ["\ud800", "b", "c", "d", "e"]}, "broken character"),
        ({"vocabulary": ["a", "b"]}, "must start"),
        ({"temperature": 0.0}, "temperature"),
        ({"temperature": 10**400}, "temperature"),
        ({"temperature": "warm"}, "temperature"),
        ({"golden": {}}, "golden"),
        ({"settings": {"model": {"cell": "\x1b[2Jgru"}}}, "settings.model.cell"),
        ({"settings": {"model": {"hidden_size": 10**9}}}, "settings.model.hidden_size"),
        ({"settings": {"model": {"hidden_size": True}}}, "settings.model.hidden_size"),
        ({"settings": {"model": {"layers": -1}}}, "settings.model.layers"),
        ({"settings": {"model": {"pooling": []}}}, "pooling"),
        ({"settings": {"model": {"pooling": ["max", "max"]}}}, "pooling"),
        ({"settings": {"text": {"mode": "__import__"}}}, "settings.text.mode"),
        ({"settings": {"model": {"wings": 2}}}, "settings.model.wings"),
        ({"settings": []}, "settings"),
    ],
)
def test_headers_that_make_no_model_are_refused(changes, says):
    assert says in refusal(with_inner(DATA, **changes))


def test_settings_that_came_later_get_their_default():
    data = with_inner(DATA, settings={"embedding": {"size": 6, "ngram_buckets": 997}, "model": {"hidden_size": 7}})
    assert model_file.load(data).settings.model == ModelSettings(hidden_size=7)


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        ({"shape": [2, -1]}, "type or shape"),
        ({"shape": [1 << 62, 1 << 62]}, "type or shape"),
        ({"shape": [1, 1, 1]}, "type or shape"),
        ({"dtype": "BOOL"}, "type or shape"),
        ({"dtype": ["F32"]}, "type or shape"),
        ({"data_offsets": [0, 1 << 60]}, "does not lie"),
        ({"data_offsets": [-4, 4]}, "no usable place"),
        ({"data_offsets": "all"}, "no usable place"),
    ],
)
def test_tensors_that_lie_wrongly_are_refused(entry, says):
    header = header_of(DATA)
    header["head.bias"] |= entry
    assert says in refusal(with_header(DATA, header))


def test_swapped_renamed_and_missing_tensors_are_refused():
    header = header_of(DATA)
    header["head.bias"], header["head.weight"] = header["head.weight"], header["head.bias"]
    assert "has shape" in refusal(with_header(DATA, header))
    header = header_of(DATA)
    header["head.other"] = header.pop("head.bias")
    assert "head.bias: is missing" in refusal(with_header(DATA, header))


@pytest.mark.parametrize("half", [False, True])
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e30])
def test_weights_that_would_give_no_finite_answer_are_refused(value, half):
    artifact = random_artifact()
    artifact.tensors["head.weight"][1, 2] = value
    with pytest.raises(ModelError, match=r"head\.weight"):
        model_file.dump(artifact, half=half)


def test_buckets_out_of_order_are_refused():
    artifact = random_artifact()
    artifact.tensors["embedding.ngram_buckets"] = artifact.tensors["embedding.ngram_buckets"][::-1].copy()
    with pytest.raises(ModelError, match="ascending"):
        model_file.check(artifact)


def test_messages_about_a_file_name_it_and_never_obey_it(tmp_path):
    with pytest.raises(ModelError, match=r"absent\.safetensors: cannot be read"):
        model_file.read(tmp_path / "absent.safetensors")
    with pytest.raises(ModelError, match="folder"):
        model_file.read(tmp_path)
    with pytest.raises(ModelError, match="NUL"):
        model_file.read("a\0b")
    odd = tmp_path / "\x1b[2J.safetensors"
    odd.write_bytes(b"no model")
    with pytest.raises(ModelError) as caught:
        model_file.read(odd)
    assert str(caught.value).isprintable()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes")
def test_a_pipe_is_refused_at_once_instead_of_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ModelError, match="device"):
        model_file.read(tmp_path / "pipe")


def test_a_full_disk_leaves_the_earlier_model_and_no_fragment(tmp_path, monkeypatch):
    path = tmp_path / "model.safetensors"
    path.write_bytes(b"earlier")

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(TrainingError, match="No space left"):
        model_file.write(random_artifact(), path)
    assert path.read_bytes() == b"earlier"
    assert os.listdir(tmp_path) == ["model.safetensors"]

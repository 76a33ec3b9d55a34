from __future__ import annotations

import copy
import importlib.util

import numpy as np
import pytest
import torch

from rnn_intent.errors import ModelError
from rnn_intent.training import transformer
from rnn_intent.training.transformer import Transformer
from rnn_intent.training.tuning import tune

pytestmark = pytest.mark.skipif(not importlib.util.find_spec("transformers"), reason="needs the extra [teacher]")

PLAY, TIME = ("play", "song", "music", "loud"), ("time", "hour", "clock", "late")
WORDS = ["<pad>", "<unk>", "the", "some", "now", *PLAY, *TIME]
TEXTS = [f"{filler} {word}" for words in (PLAY, TIME) for word in words for filler in ("the", "some", "now the", "")]
TARGETS = np.array([number for number in (0, 1) for _ in range(16)])


@pytest.fixture(scope="module")
def untouched() -> Transformer:
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    torch.manual_seed(3)
    words = Tokenizer(models.WordLevel({word: number for number, word in enumerate(WORDS)}, unk_token="<unk>"))
    words.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=words, pad_token="<pad>", unk_token="<unk>")
    sizes = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32}
    return Transformer(tokenizer, BertModel(BertConfig(vocab_size=len(WORDS), **sizes)))


@pytest.fixture
def model(untouched: Transformer) -> Transformer:
    return Transformer(untouched.tokenizer, copy.deepcopy(untouched.encoder))


@pytest.fixture
def quick(monkeypatch):
    monkeypatch.setattr("rnn_intent.training.tuning.STEP_SIZE", 0.005)
    monkeypatch.setattr("rnn_intent.training.tuning.BATCH", 8)


def taught(
    model: Transformer,
    epochs: int = 6,
    seed: int = 3,
    valid: np.ndarray = TARGETS,
    told: list | None = None,
    push: float = 0.1,
):
    sentences = model.ids(TEXTS)
    hear = (lambda progress: None) if told is None else told.append
    return tune(
        model, sentences, TARGETS, sentences, valid, 2, epochs=epochs, seed=seed, adversarial=push, on_step=hear
    )


def test_other_sentences_beside_it_leave_an_answer_unchanged(model, monkeypatch):
    monkeypatch.setattr(transformer, "multiplies_bfloat16", lambda: False)
    sentences = model.ids([*TEXTS, "play " * 20])
    together = model.vectors(sentences)
    monkeypatch.setattr(transformer, "AT_ONCE", 1)
    np.testing.assert_allclose(model.vectors(sentences), together, atol=1e-6)
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)


def test_sixteen_bits_say_nearly_the_same(model, monkeypatch):
    sentences, found = model.ids(TEXTS), []
    for fast in (False, True):
        monkeypatch.setattr(transformer, "multiplies_bfloat16", lambda fast=fast: fast)
        found.append(model.vectors(sentences))
    assert (found[0] != found[1]).any()
    assert (found[0] * found[1]).sum(axis=1).min() > 0.999


def test_a_version_of_pytorch_that_does_not_know_the_processor_computes_in_float32(model, monkeypatch):
    monkeypatch.delattr(torch.cpu, "_is_avx512_bf16_supported", raising=False)
    assert not transformer.multiplies_bfloat16()


def test_long_sentences_are_cut_and_none_are_no_sentences(model):
    assert len(model.ids(["play " * 1000])[0]) == transformer.LONGEST
    assert model.vectors(model.ids([])).shape == (0, 16)


@pytest.mark.parametrize(
    ("pieces", "words"),
    [
        (["[PAD]", "a", "the", "##ing", "song", "c3po"], ["the", "song"]),  # WordPiece
        (["<s>", "ing", "\u2581the", "\u2581", "\u2581song", "\u25812nd"], ["the", "song"]),  # SentencePiece
        (["ing", "\u0120song", "\u0120the"], ["song", "the"]),  # byte-level BPE
    ],
)
def test_whole_words_are_known_by_how_their_pieces_begin(model, pieces, words):
    class Pieces:
        def get_vocab(self):
            return {piece: number for number, piece in reversed(list(enumerate(pieces)))}

    assert Transformer(Pieces(), model.encoder).words() == words


def test_texts_are_read_as_the_mean_of_their_states(model):
    assert model.read(TEXTS).shape == (len(TEXTS), model.features)
    np.testing.assert_allclose(model.read(["the song"])[0], model.read(["late", "the song"])[1], atol=1e-2)
    assert model.words() == WORDS[2:]


@pytest.mark.parametrize("fast", [False, True])
def test_tuning_is_the_same_for_the_same_seed(untouched, monkeypatch, fast):
    monkeypatch.setattr(transformer, "multiplies_bfloat16", lambda: fast)
    found = []
    for seed in (3, 3, 4):
        model = Transformer(untouched.tokenizer, copy.deepcopy(untouched.encoder))
        found.append(taught(model, 2, seed)(model.ids(TEXTS)))
    np.testing.assert_array_equal(found[0], found[1])
    assert (found[0] != found[2]).any()


def test_tuning_moves_all_but_the_word_vectors(model):
    before = copy.deepcopy(model.encoder.state_dict())
    taught(model)
    moved = {name for name, weight in model.encoder.state_dict().items() if not torch.equal(weight, before[name])}
    words = "embeddings.word_embeddings.weight"
    assert words not in moved
    assert {name for name in before if ".layer." in name and "key.bias" not in name} <= moved


def test_a_sentence_is_read_the_same_by_its_tokens_own_vectors(model):
    sentences = model.ids(TEXTS)
    torch.testing.assert_close(model.pooled_from(*model.embedded(sentences)), model.pooled(sentences))


def test_tuning_reads_each_batch_once_more_pushed_by_a_share_of_its_length(model, monkeypatch):
    read = []

    def pooled_from(vectors, mask):
        read.append((vectors.detach() * mask[:, :, None]).flatten(1))
        return Transformer.pooled_from(model, vectors, mask)

    monkeypatch.setattr(model, "pooled_from", pooled_from)
    taught(model, epochs=1, push=0.3)
    as_it_is, pushed = read[0::2], read[1::2]
    assert len(as_it_is) == len(pushed) == len(TEXTS) / 32
    for before, after in zip(as_it_is, pushed, strict=True):
        torch.testing.assert_close((after - before).norm(dim=1), 0.3 * before.norm(dim=1))
    read.clear()
    taught(model, epochs=1, push=0)
    assert len(read) == len(TEXTS) / 32


def test_tuning_learns_what_the_words_say(model, quick):
    assert (taught(model, 40)(model.ids(TEXTS)).argmax(axis=1) == TARGETS).mean() > 0.9


def test_the_epoch_that_is_best_on_validation_rows_is_kept(model, quick):
    told = []
    logits = taught(model, valid=1 - TARGETS, told=told, push=0)  # the better it learns, the worse it does on these
    ends = [progress for progress in told if progress.step == progress.steps]
    assert [progress.epoch for progress in ends] == [1, 2, 3, 4, 5, 6]
    scores = [progress.valid_accuracy for progress in ends]
    assert scores[-1] < max(scores)
    assert (logits(model.ids(TEXTS)).argmax(axis=1) == 1 - TARGETS).mean() == max(scores)


def test_of_epochs_that_are_equally_good_the_last_is_kept(model, quick):
    logits = taught(model, 40, valid=np.full(len(TARGETS), -1))  # rows that no epoch can know
    assert (logits(model.ids(TEXTS)).argmax(axis=1) == TARGETS).mean() > 0.9


def test_a_folder_that_holds_no_transformer_is_refused(tmp_path):
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(ModelError, match="cannot be read as a transformer"):
        Transformer.load(tmp_path)

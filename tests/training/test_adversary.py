"""Pushed sentences: how far, in which direction, and what training with them is good for."""

import torch
from torch.nn.functional import cross_entropy

from rnn_intent.settings import EmbeddingSettings, ModelSettings
from rnn_intent.training.adversary import pushed
from rnn_intent.training.encoder import Encoder, IntentClassifier
from rnn_intent.training.lexicon import TokenBatch

PUSH = 0.25


def example() -> tuple[IntentClassifier, TokenBatch, torch.Tensor]:
    """An untrained classifier, three sentences of 4, 2 and 1 words, and their intents."""
    torch.manual_seed(4)
    settings = EmbeddingSettings(size=6, ngrams=False, dropout=0.0, word_dropout=0.0)
    classifier = IntentClassifier(Encoder(settings, ModelSettings(hidden_size=5, dropout=0.0), 9, None), ["a", "b"])
    positions = torch.tensor([[0, 1, 2, 3], [4, 5, 0, 0], [6, 0, 0, 0]])
    none = torch.zeros(0, dtype=torch.int64)
    tokens = TokenBatch(positions, torch.tensor([4, 2, 1]), torch.arange(2, 9), none, none)
    return classifier, tokens, torch.tensor([0, 1, 1])


def losses(classifier, tokens, inputs, targets) -> torch.Tensor:
    return cross_entropy(classifier(tokens, inputs), targets, reduction="none")


def test_a_push_is_a_share_of_the_sentences_length_and_leaves_padding_alone():
    classifier, tokens, targets = example()
    inputs = classifier.encoder.embedding(tokens)
    inputs.retain_grad()
    losses(classifier, tokens, inputs, targets).mean().backward()
    push = pushed(inputs, tokens.mask, PUSH)
    own = (inputs.detach() * tokens.mask[:, :, None]).flatten(1).norm(dim=1)
    assert torch.allclose(push.flatten(1).norm(dim=1), PUSH * own, rtol=1e-4)
    assert not push[~tokens.mask].any()


def test_a_push_raises_every_sentences_loss_more_than_one_in_any_other_direction():
    classifier, tokens, targets = example()
    inputs = classifier.encoder.embedding(tokens)
    inputs.retain_grad()
    losses(classifier, tokens, inputs, targets).mean().backward()
    push = pushed(inputs, tokens.mask, 1e-2)
    with torch.no_grad():
        before = losses(classifier, tokens, inputs, targets)
        worst = losses(classifier, tokens, inputs + push, targets)
        assert (worst > before).all()
        for _ in range(20):
            chance = torch.randn_like(push) * tokens.mask[:, :, None]
            chance *= (push.flatten(1).norm(dim=1) / chance.flatten(1).norm(dim=1))[:, None, None]
            assert (losses(classifier, tokens, inputs + chance, targets) < worst).all()


def test_a_sentence_whose_loss_is_flat_stays_where_it_is():
    inputs = torch.ones(2, 3, 4, requires_grad=True)
    (inputs[0].sum() * 2).backward()  # the second sentence has no part in the loss
    mask = torch.ones(2, 3, dtype=torch.bool)
    push = pushed(inputs, mask, PUSH)
    assert push[0].abs().sum() > 0
    assert not push[1].any()

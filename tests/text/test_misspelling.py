from __future__ import annotations

import pytest

from rnn_intent.evaluation.variants import variant
from rnn_intent.settings import VocabularySettings
from rnn_intent.text import misspelling
from rnn_intent.text.misspelling import LONG, Misspellings, keyboard_neighbours, one_slip_away
from rnn_intent.text.vocabulary import SPECIALS, UNK, Vocabulary

WORDS = ["the", "weather", "what", "don't", "für", "mañana", "погода", "现在", "上海市", "iphone15", "cart", "care"]
KNOWN = {word: rank for rank, word in enumerate(WORDS)}


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("weathr", "weather"),  # a letter is missing
        ("weatherr", "weather"),  # one too many
        ("waether", "weather"),  # two have changed places
        ("wearher", "weather"),  # the neighbour of t
        ("wiather", "weather"),  # another vowel
        ("cire", "cire"),  # of four letters: another word as likely
        ("dont", "don't"),
        ("mann'ana", "mann'ana"),  # two slips
        ("manana", "mañana"),  # without its accent
        ("fuur", "fuur"),
        ("furr", "furr"),
        ("погдоа", "погода"),
        ("пгода", "погода"),
        ("teh", "the"),
        ("现再", "现在"),  # sounds the same
        ("在现", "现在"),
        ("上海是", "上海市"),
        ("thr", "thr"),  # of three letters: another word as likely as a typo
        ("whaq", "whaq"),  # q is far from t
        ("carz", "carz"),
        ("carr", "cart"),  # both are known, the first one is more frequent
    ],
)
def test_a_word_that_is_one_slip_away_is_meant(typed: str, meant: str) -> None:
    assert Misspellings(KNOWN).meant(typed) == meant


@pytest.mark.parametrize("typed", ["现", "新在", "上海", "iphone16", "ipohne15", "42", "?!", "", "a", "<unk>", "caf3"])
def test_what_is_no_slip_away_or_no_word_means_itself(typed: str) -> None:
    assert Misspellings(KNOWN).meant(typed) == typed


def test_nothing_long_is_looked_for() -> None:
    long = "a" * (LONG + 1)
    assert Misspellings({long[:-1]: 0}).meant(long) == long
    assert Misspellings({long[:-2]: 0}).meant(long[:-1]) == long[:-2]


def test_every_typo_that_this_tool_can_type_is_found_again() -> None:
    for word in ("weather", "restaurant", "reminder", "translate"):
        for kind in ("keyboard typo", "dropped character", "swapped characters"):
            for seed in range(20):
                typed = variant(kind, word, seed)
                assert typed is not None
                assert Misspellings({word: 0}).meant(typed) == word


def test_it_costs_as_many_look_ups_as_a_word_has_slips() -> None:
    # far fewer than a vocabulary has words: a bound that a loop over these would break
    slips = one_slip_away("reminders", tuple("abcdefghijklmnopqrstuvwxyz"))
    assert sum(len(middles) for _, middles, _ in slips) < 400


def test_neighbours_on_the_keyboard_are_mutual() -> None:
    for letter, others in keyboard_neighbours().items():
        assert letter not in others
        assert all(letter in keyboard_neighbours()[other] for other in others)


def test_a_vocabulary_reads_typos_of_its_words_only_if_it_is_to(monkeypatch: pytest.MonkeyPatch) -> None:
    reads = Vocabulary((*SPECIALS, *WORDS), respelling=True)
    tokens = ["waht", "weather", None, "strange", "<pad>"]
    assert reads.read(tokens) == ["what", "weather", None, "strange", "<pad>"]
    assert reads.ids(["waht"]) == [UNK]
    monkeypatch.delattr(misspelling, "one_slip_away")  # nobody looks
    assert Vocabulary((*SPECIALS, *WORDS)).read(tokens) == tokens


def test_of_words_alike_the_most_frequent_one_is_meant() -> None:
    rows = [["lights"], ["light", "light"], ["lights"], ["light"]]
    vocabulary = Vocabulary.build(rows, VocabularySettings())
    assert Vocabulary(vocabulary.words, respelling=True).read(["lightd"]) == ["light"]
    assert Vocabulary(vocabulary.words, respelling=True).read(["lightss"]) == ["lights"]

from __future__ import annotations

import pytest

from rnn_intent.errors import ModelError
from rnn_intent.settings import VocabularySettings
from rnn_intent.text.vocabulary import BOS, EOS, PAD, SPECIALS, UNK, Vocabulary

TOKENS = [["b", "a", "c"], ["a", "b"], ["d", "a"]]


def test_special_rows_come_first() -> None:
    assert Vocabulary.build(TOKENS, VocabularySettings()).words[:4] == SPECIALS
    assert (PAD, UNK, BOS, EOS) == (0, 1, 2, 3)


def test_words_stand_by_count_then_alphabetically() -> None:
    assert Vocabulary.build(TOKENS, VocabularySettings()).words[4:] == ("a", "b", "c", "d")
    assert Vocabulary.build(reversed(TOKENS), VocabularySettings()).words[4:] == ("a", "b", "c", "d")


def test_rare_words_and_words_beyond_the_size_have_no_row() -> None:
    assert Vocabulary.build(TOKENS, VocabularySettings(min_count=2)).words[4:] == ("a", "b")
    assert Vocabulary.build(TOKENS, VocabularySettings(max_size=1)).words[4:] == ("a",)


def test_ids_name_rows_and_unknown_words_share_one() -> None:
    vocabulary = Vocabulary.build(TOKENS, VocabularySettings())
    assert vocabulary.ids(["b", "never seen", "a"]) == [5, UNK, 4]
    assert len(vocabulary) == 8
    assert "a" in vocabulary
    assert "never seen" not in vocabulary


def test_a_sentence_without_tokens_reads_as_one_unknown_word() -> None:
    assert Vocabulary(SPECIALS).ids([]) == [UNK]


def test_the_text_of_a_special_row_is_an_unknown_word() -> None:
    vocabulary = Vocabulary.build([["<pad>", "<eos>", "a"]], VocabularySettings())
    assert vocabulary.words == (*SPECIALS, "a")
    assert vocabulary.ids(["<pad>", "<bos>"]) == [UNK, UNK]
    assert "<pad>" not in vocabulary


@pytest.mark.parametrize(
    "words", [(), ("a",), ("<unk>", "<pad>", "<bos>", "<eos>"), (*SPECIALS, "a", "a"), SPECIALS * 2]
)
def test_a_vocabulary_that_cannot_be_one_is_refused(words: tuple[str, ...]) -> None:
    with pytest.raises(ModelError, match="vocabulary"):
        Vocabulary(words)

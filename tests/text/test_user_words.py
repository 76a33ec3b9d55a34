from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from rnn_intent.errors import DataError
from rnn_intent.settings import TextSettings
from rnn_intent.text.tokenizer import Tokenizer
from rnn_intent.text.user_words import read_user_dictionary


def cut(text: str, *user_words: str, mode: str = "auto", **settings: Any) -> list[str]:
    return Tokenizer(TextSettings(mode=mode, **settings), user_words).words(text)  # type: ignore[arg-type]


@pytest.mark.parametrize("mode", ["auto", "jieba", "words"])
def test_four_words_cut_the_idiom_into_four(mode: str) -> None:
    assert cut("四海之内皆兄弟", mode="auto") == ["四海之内皆兄弟"]
    assert cut("四海之内皆兄弟", "四海", "之内", "皆", "兄弟", mode=mode) == ["四海", "之内", "皆", "兄弟"]


def test_a_word_of_one_character_is_not_glued_to_its_neighbours() -> None:
    assert cut("帮我查一下") == ["帮", "我查", "一下"]
    assert cut("帮我查一下", "查") == ["帮", "我", "查", "一下"]


def test_an_unknown_name_becomes_a_word_and_wins_over_shorter_words() -> None:
    assert "小米之家" not in cut("去小米之家怎么走")
    assert cut("去小米之家怎么走", "小米之家") == ["去", "小米之家", "怎么", "走"]
    assert cut("去小米之家怎么走", "小米", "之家", "小米之家") == ["去", "小米之家", "怎么", "走"]


def test_the_other_words_are_cut_as_before() -> None:
    sentence = "明天北京的天气怎么样"
    assert cut(sentence, "四海", "之内", "皆") == cut(sentence)


@pytest.mark.parametrize("mode", ["auto", "jieba", "words"])
def test_words_may_hold_spaces_latin_letters_and_digits(mode: str) -> None:
    tokens = cut("买IPHONE  15\u3000Pro和iPhone 15 谢谢", "iPhone 15 Pro", "iPhone 15", mode=mode)
    assert tokens[:4] == ["买", "iphone 15 pro", "和", "iphone 15"]


def test_user_words_work_in_plain_english() -> None:
    assert cut("show New  York hotels", "New York") == ["show", "new york", "hotels"]
    assert cut("write C++ code", "C++") == ["write", "c++", "code"]


def test_a_user_word_is_not_found_inside_a_longer_one() -> None:
    assert cut("iphone 155 cats", "iphone 15", "cat") == ["iphone", "155", "cats"]
    assert cut("用cat命令", "cat") == ["用", "cat", "命令"]
    assert cut("New York's best", "New York") == ["new york", "'", "s", "best"]


def test_spaces_stand_where_the_user_word_has_them() -> None:
    assert cut("newyork c + + new york c++", "new york", "c++") == ["newyork", "c", "+", "+", "new york", "c++"]


def test_of_several_user_words_the_leftmost_and_then_the_longest_is_taken() -> None:
    assert cut("a b c d", "b c d", "a b", "a b c") == ["a b c", "d"]
    assert cut("a b x", "a", "a b c", "b x") == ["a", "b x"]


def test_user_words_are_normalised_like_the_text() -> None:
    assert cut("ｗｅｃｈａｔ　ｐａｙ", "WeChat Pay") == ["wechat pay"]
    assert cut("wechat pay", "ＷｅＣｈａｔ\u200b Ｐａｙ") == ["wechat pay"]


def test_case_matters_when_folding_is_off() -> None:
    assert cut("New York new york", "New York", fold_case=False) == ["New York", "new", "york"]


def test_characters_mode_knows_no_words() -> None:
    assert cut("四海", "四海", mode="characters") == ["四", "海"]


def test_a_dictionary_file_gives_its_words_once_and_in_order(tmp_path: Path) -> None:
    file = tmp_path / "words.txt"
    file.write_bytes("\ufeff# our products\n\n四海\r\niPhone 15  Pro\n  四海 \nC#\n".encode())
    assert read_user_dictionary(file) == ("四海", "iPhone 15 Pro", "C#")


def test_all_problems_of_a_dictionary_file_are_told_with_their_lines(tmp_path: Path) -> None:
    file = tmp_path / "words.txt"
    file.write_bytes("好\n".encode() + "四海\n".encode("gbk") + "\u200b\n".encode())
    with pytest.raises(DataError) as caught:
        read_user_dictionary(file)
    assert [problem.partition(": ")[0] for problem in caught.value.problems] == [f"{file}:2", f"{file}:3"]
    assert "UTF-8" in caught.value.problems[0]


def test_a_dictionary_of_another_encoding_does_not_flood_the_screen(tmp_path: Path) -> None:
    file = tmp_path / "words.txt"
    file.write_bytes("四海\n".encode("gbk") * 500)
    with pytest.raises(DataError) as caught:
        read_user_dictionary(file)
    assert len(caught.value.problems) == 21
    assert caught.value.problems[-1] == f"{file}: and 480 more"


@pytest.mark.parametrize("name", ["missing.txt", "."])
def test_a_dictionary_that_cannot_be_read_is_a_data_error(tmp_path: Path, name: str) -> None:
    with pytest.raises(DataError, match="one word a line"):
        read_user_dictionary(tmp_path / name)

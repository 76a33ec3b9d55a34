from __future__ import annotations

import pickle
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_intent.settings import TextSettings
from rnn_intent.text.normalize import normalize
from rnn_intent.text.tokenizer import Tokenizer

MODES = ("auto", "words", "jieba", "characters")
USER_WORDS = ("四海", "之内", "皆", "兄弟", "iPhone 15 Pro", "C++", "don't", "卡拉 OK", "ß x")
ANY_CHARACTER = st.characters(exclude_categories=())  # NUL and lone surrogates too
TRICKY = st.sampled_from(
    "我们帮查一下四海之内皆兄弟的价格々𠮷aZzİß09'’-_.&%+#?！。， \t\n\r\u3000\x00\x1c\x85\u200b\u0301\ud800\udfff"
    "ｉ１½ﬁ㍻…한ᄀ\u1161ﾞक्"
)
TEXTS = st.text(alphabet=st.one_of(ANY_CHARACTER, TRICKY), max_size=60)
ALL_SETTINGS = [
    TextSettings(mode=mode, normalize=normalizing, fold_case=folding)  # type: ignore[arg-type]
    for mode in MODES
    for normalizing in (True, False)
    for folding in (True, False)
]
TOKENIZERS = [Tokenizer(settings, words) for settings in ALL_SETTINGS for words in ((), USER_WORDS)]


def words(text: str, mode: str = "auto", **settings: Any) -> list[str]:
    return Tokenizer(TextSettings(mode=mode, **settings)).words(text)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("What time is it ?", "what time is it ?"),
        ("I don't know, it's O'Neil's!", "i don't know , it's o'neil's !"),
        ("I don’t", "i don't"),
        ("'quoted' rock 'n' roll", "' quoted ' rock ' n ' roll"),
        ("pay $5.50 at 10:30", "pay $ 5 . 50 at 10 : 30"),
        ("Café naïve Ｆｕｌｌ", "café naïve full"),
        ("नमस्ते दुनिया", "नमस्ते दुनिया"),
        ("nice 👍❤️!", "nice 👍 ❤ !"),
        ("ok\x00ay\u200b now", "okay now"),
        ("STRASSE straße", "strasse strasse"),
        ("", ""),
        (" \t\n\u3000", ""),
        ("\x00\ud800\u200b", ""),
    ],
)
def test_english_is_cut_into_words_and_symbols(text: str, tokens: str) -> None:
    assert words(text) == tokens.split()
    assert words(text, mode="words") == tokens.split()


def test_chinese_and_english_in_one_sentence_are_each_cut_their_way() -> None:
    assert words("帮我查一下iPhone 15的价格, don't wait") == [
        *("帮", "我查", "一下", "iphone", "15", "的", "价格"),
        *(",", "don't", "wait"),
    ]


def test_words_of_mixed_script_in_jiebas_dictionary_stay_whole() -> None:
    assert words("T恤和B超，AA制") == ["t恤", "和", "b超", ",", "aa制"]


def test_words_mode_gives_each_chinese_character_alone() -> None:
    assert words("查天气 now", mode="words") == ["查", "天", "气", "now"]


def test_characters_mode_gives_every_character_but_spaces() -> None:
    assert words("Hi, 天气", mode="characters") == ["h", "i", ",", "天", "气"]


def test_jieba_mode_drops_spaces_only() -> None:
    assert words("现在 几点 了 ?", mode="jieba") == ["现在", "几点", "了", "?"]


def test_case_is_kept_when_folding_is_off() -> None:
    assert words("What Time 买T恤", fold_case=False) == ["What", "Time", "买", "T恤"]


def test_text_is_left_as_written_when_normalising_is_off() -> None:
    assert words("ＡＢ\u200bc", normalize=False, fold_case=False) == ["ＡＢ", "\u200b", "c"]


@pytest.mark.parametrize("text", ["word " * 50_000, "x" * 100_000, "我" * 100_000, "我x," * 30_000, "''" * 50_000])
@pytest.mark.parametrize("mode", MODES)
def test_a_huge_sentence_is_cut_to_the_longest_allowed(text: str, mode: str) -> None:
    tokenizer = Tokenizer(TextSettings(mode=mode, max_tokens=20))  # type: ignore[arg-type]
    assert 1 <= len(tokenizer.words(text)) <= 20
    assert [token.text for token in tokenizer.tokens(text)] == tokenizer.words(text)


@pytest.mark.parametrize("tokenizer", TOKENIZERS, ids=lambda tokenizer: str(tokenizer.settings.mode))
@given(text=TEXTS)
def test_tokens_are_the_words_with_their_places(tokenizer: Tokenizer, text: str) -> None:
    tokens = tokenizer.tokens(text)
    assert [token.text for token in tokens] == tokenizer.words(text)
    assert all(0 <= token.start < token.end <= len(text) for token in tokens)
    assert [token.start for token in tokens] == sorted(token.start for token in tokens)
    assert [token.end for token in tokens] == sorted(token.end for token in tokens)


@pytest.mark.parametrize("tokenizer", TOKENIZERS, ids=lambda tokenizer: str(tokenizer.settings.mode))
@given(text=TEXTS)
def test_places_slice_back_to_what_was_written(tokenizer: Tokenizer, text: str) -> None:
    for token in tokenizer.tokens(text):
        surface = text[token.start : token.end]
        if tokenizer.settings.normalize:
            surface = normalize(surface)
        if tokenizer.settings.fold_case:
            surface = surface.casefold()
        spaced = " ".join(surface.split())
        # One written character may stand for several tokens; then the stretch reads more than this one.
        assert token.text in spaced
        if not tokenizer.settings.normalize:
            assert token.text == spaced


@given(text=TEXTS)
def test_nothing_but_spaces_is_lost_between_tokens(text: str) -> None:
    for tokenizer in TOKENIZERS:
        if not tokenizer.settings.normalize and not tokenizer.settings.fold_case:
            assert "".join("".join(tokenizer.words(text)).split()) == "".join(text.split())


@given(text=st.text(alphabet=st.characters(max_codepoint=127)))
def test_the_short_cut_for_plain_english_changes_nothing(text: str) -> None:
    direct = words(text)
    # A Chinese character at the end sends the same sentence the long way.
    assert direct == words(f"{text} 我")[:-1]


def test_a_tokenizer_survives_pickling() -> None:
    tokenizer = Tokenizer(TextSettings(), USER_WORDS)
    sentence = "四海之内皆兄弟, iPhone 15 Pro"
    cut = tokenizer.words(sentence)
    assert pickle.loads(pickle.dumps(tokenizer)).words(sentence) == cut


def test_english_imports_neither_jieba_nor_the_dictionary() -> None:
    program = (
        "import sys; from rnn_intent.settings import TextSettings; from rnn_intent.text.tokenizer import Tokenizer;"
        "print(Tokenizer(TextSettings()).words('café? What time is it ?'), {'jieba', 'marisa_trie'} & {*sys.modules})"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, encoding="utf-8")
    assert run.stdout.strip() == "['café', '?', 'what', 'time', 'is', 'it', '?'] set()"

from __future__ import annotations

import marshal
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from rnn_intent.errors import ModelError
from rnn_intent.settings import TextSettings
from rnn_intent.text import chinese
from rnn_intent.text.build_dictionary import build_dictionary
from rnn_intent.text.chinese import ChineseCutter, dictionary_digest, dictionary_name, load_dictionary
from rnn_intent.text.tokenizer import Tokenizer

SENTENCES = """
现在几点了
明天早上七点叫我起床
帮我查一下iPhone 15的价格
把客厅的灯调暗一点
北京到上海的高铁票还有吗
周杰伦的新歌好听吗
他来到了网易杭研大厦
小明硕士毕业于中国科学院计算所，后在日本京都大学深造
四海之内皆兄弟
乒乓球拍卖完了
南京市长江大桥
结婚的和尚未结婚的
工信处女干事每月经过下属科室都要亲口交代24口交换机等技术性器件的安装工作
我要买T恤、B超机和C++的书，别忘了AT&T
订一张2024-05-01去广州的机票，预算1,200.50元，打8.5折
WiFi密码是abc_123吗？邮箱是li.lei@example.com
这个APP太卡了!!!怎么卸载……
龘靐齉爩 𠮷野家 ㊗️ 〇 々
一九九八年三月二十九号　下午
播放Taylor Swift的Love Story吧
今天  天气\t不错\n出去玩
哈哈哈哈哈哈😂👍🏽
鬼吹灯之精绝古城第12集50%+30%=80%
把空调调到26℃，风速#3
请问韩梅梅在不在
""".strip().split("\n")
PARTS = {
    "chinese": "我你他们帮查一下的了吗明天北京上海飞机票价格多少怎么去吃饭听歌周杰伦李雷韩梅梅四海之内皆兄弟龘𠮷",
    "latin": ["iPhone", "WiFi", "T", "C++", "AT&T", "ok", "a.b", "x-y", "don't", "é"],
    "digits": ["15", "3.14", "2024-05-01", "50%", "１５", "1,200"],
    "marks": [*"，。！？、；：“”（）…—,.!?'\"@#&+%_-/\\ \t\n\u3000😂\x00\u200b", "\r\n"],
}


def mixed_texts(count: int) -> list[str]:
    """Chinese, Latin, digits and signs thrown together, always the same for the same count."""
    chance = random.Random(7)
    kinds = list(PARTS)
    return [
        "".join(
            chance.choice(PARTS[kind]) for kind in chance.choices(kinds, weights=(12, 1, 1, 2), k=chance.randint(1, 40))
        )
        for _ in range(count)
    ]


@pytest.fixture(scope="module")
def plain_jieba(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """jieba as it comes, with a dict and a cache of its own."""
    tokenizer = chinese.import_jieba().Tokenizer()
    tokenizer.tmp_dir = str(tmp_path_factory.mktemp("jieba"))
    tokenizer.initialize()
    return tokenizer


def test_cuts_are_jiebas_own_on_varied_sentences(plain_jieba: Any) -> None:
    cutter = ChineseCutter()
    for sentence in SENTENCES:
        assert cutter.cut(sentence) == list(plain_jieba.cut(sentence))


def test_cuts_are_jiebas_own_on_generated_mixed_text(plain_jieba: Any) -> None:
    cutter = ChineseCutter()
    for text in mixed_texts(1500):
        assert cutter.cut(text) == list(plain_jieba.cut(text)), repr(text)


def test_cuts_are_jiebas_own_when_no_more_words_are_remembered(
    plain_jieba: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chinese, "REMEMBERED", 10)
    cutter = ChineseCutter()
    for text in SENTENCES + mixed_texts(100):
        assert cutter.cut(text) == list(plain_jieba.cut(text)), repr(text)


def test_jieba_mode_is_jieba_without_spaces(plain_jieba: Any) -> None:
    tokenizer = Tokenizer(TextSettings(mode="jieba", normalize=False, fold_case=False))
    for text in SENTENCES + mixed_texts(300):
        assert tokenizer.words(text) == [word for word in plain_jieba.cut(text) if not word.isspace()]


def test_auto_mode_cuts_chinese_sentences_as_jieba_does(plain_jieba: Any) -> None:
    tokenizer = Tokenizer(TextSettings(normalize=False))
    for sentence in SENTENCES[:14]:
        assert tokenizer.words(sentence) == [word.casefold() for word in plain_jieba.cut(sentence) if word.strip()]


def test_user_words_leave_plain_jieba_alone(plain_jieba: Any) -> None:
    assert ChineseCutter(["查", "我查一"]).cut("帮我查一下") == ["帮", "我查一", "下"]
    assert ChineseCutter().cut("帮我查一下") == list(plain_jieba.cut("帮我查一下")) == ["帮", "我查", "一下"]


def test_a_part_of_a_user_word_does_not_become_a_word() -> None:
    assert "龘靐" not in ChineseCutter(["龘靐齉"]).cut("龘靐好")


def test_the_dictionary_answers_like_jiebas_prefix_dict(plain_jieba: Any) -> None:
    mapped = chinese.Frequencies(load_dictionary(dictionary_name()), plain_jieba.total, ())
    assert load_dictionary(dictionary_name())[chinese.TOTAL_KEY] == [(plain_jieba.total,)]
    assert len(load_dictionary(dictionary_name())) == len(plain_jieba.FREQ) + 1
    for word in random.Random(7).sample(sorted(plain_jieba.FREQ), 5_000):
        assert word in mapped
        assert mapped[word] == mapped.get(word) == plain_jieba.FREQ[word]
    assert "龘龘龘" not in mapped
    assert mapped.get("龘龘龘") is None
    assert mapped.get("龘龘龘", 3) == 3


def test_the_dictionary_file_is_rebuilt_byte_for_byte(tmp_path: Path) -> None:
    build_dictionary(tmp_path / "again.marisa")
    assert (tmp_path / "again.marisa").read_bytes() == chinese.PATH.read_bytes()


def test_the_dictionary_has_a_name_and_a_digest_for_the_model_file() -> None:
    assert dictionary_name() == "jieba-0.42.1"
    assert dictionary_digest() == "32fa07dbef172eed233210b3b430640d86b5fce9f13a5c697b58d772d3656b1f"


def test_an_unknown_or_unreadable_dictionary_is_a_model_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ModelError, match=r"jieba-9.*train the model again"):
        load_dictionary("jieba-9")
    load_dictionary.cache_clear()
    monkeypatch.setattr(chinese, "PATH", tmp_path / "missing.marisa")
    with pytest.raises(ModelError, match="install rnn-intent again"):
        load_dictionary(dictionary_name())
    (tmp_path / "missing.marisa").write_bytes(b"not a trie")
    with pytest.raises(ModelError, match="install rnn-intent again"):
        load_dictionary(dictionary_name())


def test_another_version_of_jieba_is_a_model_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chinese.import_jieba(), "__version__", "0.43")
    with pytest.raises(ModelError, match=r"pip install jieba==0\.42\.1"):
        ChineseCutter()


PROGRAM = """
import sys
opened = []
def listen(event, args):
    if event in ("open", "os.listdir", "os.mkdir", "os.rename"):
        opened.append(str(args[0]))
sys.addaudithook(listen)
from rnn_intent.settings import TextSettings
from rnn_intent.text.tokenizer import Tokenizer
words = Tokenizer(TextSettings(), ["四海", "之内", "皆", "兄弟"]).words("四海之内皆兄弟，他来到了网易杭研大厦")
touched = [path for path in opened if path.startswith(sys.argv[1])]
assert not touched, touched
assert not sys.modules.get("pkg_resources"), "pkg_resources was imported"
assert len(opened) > 5, "the hook did not hear"
print(*words)
"""


def test_a_first_cut_touches_no_temporary_folder_and_says_nothing(tmp_path: Path) -> None:
    """A poisoned cache and a noisy pkg_resources lie ready; neither is touched."""
    temporary, packages = tmp_path / "temporary", tmp_path / "packages"
    temporary.mkdir()
    packages.mkdir()
    (packages / "pkg_resources.py").write_text("print('pkg_resources was imported')\n")
    (temporary / "jieba.cache").write_bytes(marshal.dumps(({"他来": 9}, 9)))
    paths = os.pathsep.join([str(packages), *filter(None, sys.path)])
    environment = {**os.environ, "TMPDIR": str(temporary), "TEMP": str(temporary), "PYTHONPATH": paths}
    environment["PYTHONIOENCODING"] = "utf-8"
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(temporary)],
        capture_output=True,
        text=True,
        env=environment,
        encoding="utf-8",
    )
    assert run.stderr == ""
    assert run.stdout.split() == ["四海", "之内", "皆", "兄弟", ",", "他", "来到", "了", "网易", "杭研", "大厦"]
    assert [file.name for file in temporary.iterdir()] == ["jieba.cache"]


def test_a_model_of_another_dictionary_is_refused_at_its_first_chinese_sentence():
    ours = chinese.this_dictionary()
    Tokenizer(TextSettings(), dictionary=ours).words("现在几点了")
    for other in ({**ours, "name": "jieba-9"}, {**ours, "sha256": "0" * 64}, {}):
        tokenizer = Tokenizer(TextSettings(), dictionary=other)
        assert tokenizer.words("What time is it ?") == ["what", "time", "is", "it", "?"]
        with pytest.raises(ModelError, match="dictionary"):
            tokenizer.words("现在几点了")


def test_a_tokenizer_says_which_dictionary_it_has_used():
    tokenizer = Tokenizer(TextSettings())
    tokenizer.words("What time is it ?")
    assert tokenizer.used_dictionary() is None
    tokenizer.words("现在几点了")
    assert tokenizer.used_dictionary() == chinese.this_dictionary()

"""Chinese words as jieba cuts them, without jieba's start-up.

jieba builds a dict of half a million prefixes when it first cuts (0.7 s, 85 MB, a cache file in the shared temporary
folder). This package carries the same entries as a memory-mapped trie, `jieba-0.42.1.marisa`, and gives it to jieba's
own algorithm. It belongs to this package and its name and hash go into the model file, so that a model cuts alike
everywhere. `python -m rnn_intent.text.build_dictionary` writes it.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from types import ModuleType

import marisa_trie

from rnn_intent.errors import ModelError, quoted

JIEBA_VERSION = "0.42.1"
NAME = f"jieba-{JIEBA_VERSION}"
PATH = Path(__file__).with_name(f"{NAME}.marisa")
RECORD = "<I"  # one entry: the frequency, 0 for what only begins a word
REMEMBERED = 32_768  # looked-up entries kept in memory (at most 5 MB): asking the file again takes ten times as long
TOTAL_KEY = "\t"  # the sum of all frequencies; a tab never stands in a word


def dictionary_name() -> str:
    """The name of the dictionary that this version cuts with, as model files store it."""
    return NAME


@cache
def dictionary_digest() -> str:
    """SHA-256 of the dictionary file, in hex."""
    from hashlib import sha256  # only when a model is written or verified

    return sha256(PATH.read_bytes()).hexdigest()


def this_dictionary() -> dict[str, str]:
    """What a model file keeps of the dictionary that its training sentences were cut with."""
    return {"name": NAME, "sha256": dictionary_digest()}


def check_dictionary(wanted: Mapping[str, str]) -> None:
    """Raises ModelError unless a model's dictionary is the one that this version carries, byte for byte."""
    load_dictionary(str(wanted.get("name")))
    if wanted.get("sha256") != dictionary_digest():
        raise ModelError(f"dictionary {NAME}: is not the file that the model was trained with; train the model again")


class Frequencies(dict[str, "int | None"]):
    """What jieba asks its prefix dict: the user's words, then the mapped file, remembering what was asked.

    None stands for "not in the dictionary", 0 for "only the beginning of a word".
    """

    def __init__(self, trie: marisa_trie.RecordTrie, total: int, user_words: Sequence[str]) -> None:
        super().__init__()
        self._trie = trie
        self._room = REMEMBERED
        # As frequent as all words together, log-probability 0: wherever words compete, the user's word wins.
        self.update(dict.fromkeys(user_words, total))
        for word in user_words:
            for end in range(1, len(word)):
                self[word[:end]] = self[word[:end]] or 0
        self._room = len(self) + REMEMBERED

    def __missing__(self, word: str) -> int | None:
        found = self._trie.get(word)
        frequency: int | None = found[0][0] if found else None
        if len(self) < self._room:
            self[word] = frequency
        return frequency

    def __contains__(self, word: object) -> bool:
        return self[word] is not None  # type: ignore[index]  # jieba asks for strings only

    def get(self, word: str, default: int | None = None) -> int | None:  # type: ignore[override]
        frequency = self[word]
        return default if frequency is None else frequency


@cache
def load_dictionary(name: str) -> marisa_trie.RecordTrie:
    """Map a dictionary by the name that a model file gives. Raises ModelError if this version does not carry it."""
    if name != NAME:
        raise ModelError(f"dictionary {quoted(name)}: this version carries {NAME!r} only; train the model again")
    trie = marisa_trie.RecordTrie(RECORD)
    try:
        trie.mmap(str(PATH))
    except (OSError, RuntimeError) as error:
        raise ModelError(f"{PATH.name}: cannot be read ({error}); install rnn-intent again") from None
    return trie


def frequent_words() -> Iterator[str]:
    """All words of the dictionary, the most frequent first."""
    counts = ((word, count) for word, (count,) in load_dictionary(NAME).items() if count and word != TOTAL_KEY)
    for word, _ in sorted(counts, key=lambda pair: (-pair[1], pair[0])):
        yield word


class ChineseCutter:
    """jieba's exact mode, HMM on, over the mapped dictionary and the user's Chinese words."""

    def __init__(self, user_words: Sequence[str] = ()) -> None:
        """user_words: of Chinese characters only. Raises ModelError if the dictionary or jieba's version is another."""
        jieba = import_jieba()
        trie = load_dictionary(NAME)
        self._jieba = jieba.Tokenizer()
        self._jieba.total = trie[TOTAL_KEY][0][0]
        self._jieba.FREQ = Frequencies(trie, self._jieba.total, user_words)
        self._jieba.initialized = True  # so that jieba neither builds its dict nor touches a cache file
        self._alone = frozenset(word for word in user_words if len(word) == 1)

    def cut(self, text: str) -> list[str]:
        """The words of a text, everything else included: joined, they are the text."""
        pieces: list[str] = []
        for part in self._parts(text) if self._alone else (text,):
            pieces += self._jieba.cut(part)
        return pieces

    def _parts(self, text: str) -> list[str]:
        """Part the text at the user's one-character words, which jieba's HMM would glue to their neighbours."""
        parts = [""]
        for word in self._jieba.cut(text, HMM=False):
            if word in self._alone:
                parts += [word, ""]
            else:
                parts[-1] += word
        return parts


def import_jieba() -> ModuleType:
    """Import jieba without pkg_resources (half a second, and it warns) and without its invalid-escape warnings."""
    missing = "pkg_resources" not in sys.modules
    if missing:
        sys.modules["pkg_resources"] = None  # type: ignore[assignment]  # jieba falls back to plain files
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import jieba
    finally:
        if missing:
            del sys.modules["pkg_resources"]
    if jieba.__version__ != JIEBA_VERSION:  # its HMM may cut otherwise than the model has learnt
        found = jieba.__version__
        raise ModelError(f"jieba {found}: models cut with {JIEBA_VERSION}; run `pip install jieba=={JIEBA_VERSION}`")
    module: ModuleType = jieba
    return module

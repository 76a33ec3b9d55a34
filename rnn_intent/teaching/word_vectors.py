"""Word vectors by a teacher that reads sentences: each word as a sentence of its own (Tulkens and van Dongen 2024).

A tuned teacher has learned what a word tells about the intents, and the vectors say it of words, too, that no training
row has.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice
from pathlib import Path

import numpy as np

from rnn_intent.files import packing
from rnn_intent.teaching.classroom import Reader
from rnn_intent.text.chinese import frequent_words
from rnn_intent.text.patterns import han_pattern
from rnn_intent.text.tokenizer import Tokenizer

AT_ONCE = 1024  # words that are read and written together
DIGITS = 4  # the numbers are about 1; the model keeps 11 bits of them


def words_to_read(
    reader: Reader, tokenizer: Tokenizer, own: Sequence[str], said: Iterable[Sequence[str]], extra: int
) -> list[str]:
    """The vocabulary's own words, and `extra` more: first others that sentences have said, then frequent ones.

    said: the sentences, as tokens.
    Frequent are jieba's words where there is Chinese among the own ones, else the whole words that the reader knows.
    """
    counts = Counter(chain.from_iterable(said))
    common = frequent_words() if any(map(han_pattern().search, own)) else reader.words()
    heard = (word for word, _ in counts.most_common())
    return [*own, *islice(_new(chain(heard, common), own, tokenizer), extra)]


def _new(words: Iterable[str], own: Iterable[str], tokenizer: Tokenizer) -> Iterator[str]:
    """Those that are no own ones, each once, as texts will show them; none that texts show as several words."""
    known = set(own)
    for word in words:
        tokens = tokenizer.words(word)
        if len(tokens) == 1 and tokens[0] not in known:
            known.add(tokens[0])
            yield tokens[0]


def write_word_vectors(
    path: Path,
    reader: Reader,
    words: Sequence[str],
    on_step: Callable[[int, int], None] = lambda _done, _all: None,
) -> None:
    """A file in word2vec's text format, packed; whole or not at all, and the same for the same vectors. OSError.

    on_step: words read so far, and all.
    """
    with packing(path) as packed:
        for start in range(0, len(words), AT_ONCE):
            block = words[start : start + AT_ONCE]
            packed.write("".join(map(_line, block, reader.read(block))).encode("utf-8"))
            on_step(start + len(block), len(words))


def _line(word: str, vector: np.ndarray) -> str:
    return f"{word} {' '.join(f'{number:.{DIGITS}f}' for number in vector)}\n"

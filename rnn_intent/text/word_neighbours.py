"""Which words mean about the same, by their pretrained vectors."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rnn_intent.text.vectors import directions

NEAREST = 8  # words that are kept for each
LIKE = 0.35  # cosine from which on two words count as alike
AT_ONCE = 1024  # words compared with all others at a time: a few dozen megabytes


def word_neighbours(words: Sequence[str], rows: np.ndarray, asked: int) -> dict[str, list[str]]:
    """For each of the first `asked` words the words that are most like it, the likest first; none for most names.

    rows: (words, dimensions), zero for a word without a vector, which is nobody's neighbour.
    """
    pointing = directions(rows.astype(np.float32))
    found: dict[str, list[str]] = {}
    for start in range(0, asked, AT_ONCE):
        block = slice(start, min(start + AT_ONCE, asked))
        cosines = pointing[block] @ pointing.T  # (block, words)
        cosines[np.arange(len(cosines)), np.arange(block.start, block.stop)] = -1.0  # nobody is a neighbour of itself
        count = min(NEAREST, len(words))
        nearest = np.argpartition(-cosines, count - 1, axis=1)[:, :count]
        for place, candidates in enumerate(nearest, start=start):
            near = sorted((-float(cosines[place - start, other]), int(other)) for other in candidates)
            if like := [words[other] for cosine, other in near if -cosine >= LIKE]:
                found[words[place]] = like
    return found

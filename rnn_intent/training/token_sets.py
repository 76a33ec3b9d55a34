"""What training reads: the rows as tokens and class numbers, with what a teacher says of them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np

from rnn_intent.data.example import Example
from rnn_intent.data.fold import fold
from rnn_intent.data.opinions import Opinions
from rnn_intent.metrics import class_numbers
from rnn_intent.settings import Settings
from rnn_intent.text.tokenizer import Tokenizer


@dataclass(frozen=True)
class TokenSet:
    """Tokenised sentences and their class numbers, -1 for an intent that training does not know, or for no intent.

    taught: a teacher's probabilities (rows, intents), zeros where it says nothing. made: so many sentences, at the end,
    that nobody has said.
    """

    tokens: Sequence[Sequence[str]]
    targets: np.ndarray
    taught: np.ndarray | None = None
    made: int = 0

    def __len__(self) -> int:
        return len(self.tokens)


def token_set(tokenizer: Tokenizer, labels: Sequence[str], examples: Sequence[Example]) -> TokenSet:
    """Rows as training reads them."""
    targets = class_numbers(labels, [example.intent for example in examples])
    return TokenSet([tokenizer.words(example.text) for example in examples], targets)


def joined(first: TokenSet, second: TokenSet, chosen: Sequence[int]) -> TokenSet:
    """All rows of the first, and the chosen ones of the second."""
    tokens = [*first.tokens, *(second.tokens[row] for row in chosen)]
    return TokenSet(tokens, np.concatenate([first.targets, second.targets[chosen]]))


def taught(
    tokenizer: Tokenizer, labels: Sequence[str], texts: Sequence[str], known: TokenSet, lessons: Opinions
) -> TokenSet:
    """The rows, whose texts are given, and the sentences that only the teacher knows, with what it says of each."""
    own = {fold(text) for text in texts}
    said, made = ([text for text in part if fold(text) not in own] for part in (lessons.said, lessons.made))
    further = [*said, *made]
    return TokenSet(
        [*known.tokens, *map(tokenizer.words, further)],
        np.concatenate([known.targets, np.full(len(further), -1, dtype=np.int64)]),
        lessons.table([*texts, *further], labels),
        len(made),
    )


def fingerprint(settings: Settings, labels: Sequence[str], sets: dict[str, TokenSet]) -> str:
    """A hash of all that decides the weights: settings but for file names, labels, and every token read."""
    digest = hashlib.sha256()
    values = asdict(settings)
    del values["data"], values["training"]["device"]
    digest.update(json.dumps([values, list(labels)], sort_keys=True).encode())
    for part in sets.values():
        digest.update(json.dumps([list(map(list, part.tokens)), part.targets.tolist()]).encode())
        if part.taught is not None:
            digest.update(part.taught.tobytes())
    return digest.hexdigest()

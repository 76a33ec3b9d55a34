"""Error cards: for each sentence that went wrong, what the model saw, what it knew, and what is likely to blame."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from itertools import zip_longest
from typing import Any

import numpy as np

from rnn_intent.data.example import Example
from rnn_intent.evaluation.causes import Evidence, likely_cause
from rnn_intent.evaluation.neighbours import Model, Neighbour, Neighbours
from rnn_intent.evaluation.results import Results
from rnn_intent.text.tokens import Token

WRONG, ACCEPTED, REJECTED = "wrong", "accepted", "rejected"
MOST_CARDS = 300
RARE = 2  # a word with no more training occurrences than this is unusual
LONGEST = 64  # sentences with more tokens are not read prefix by prefix


@dataclass(frozen=True)
class Word:
    """A token of the sentence, where it stands, and how often training had it; known: it has a vector of its own."""

    start: int
    end: int
    seen: int
    known: bool

    @property
    def unusual(self) -> bool:
        return not self.known or self.seen <= RARE


@dataclass(frozen=True)
class Flip:
    """From the token with this number on the winner was what it is at the end; before, it was `before`, if anything."""

    token: int
    before: str | None


@dataclass(frozen=True)
class Card:
    """One sentence that went wrong.

    kind: `wrong` (in scope, another intent won), `accepted` (out of scope, not rejected) or `rejected` (in scope and
    rightly answered, but turned away). rival: the intent that won, or the second best if the right one won.
    """

    kind: str
    text: str
    source: str
    intent: str
    rival: str
    turned_away: bool
    ranking: list[tuple[str, float]]
    words: list[Word]
    flip: Flip | None
    near_right: list[Neighbour]
    near_rival: list[Neighbour]
    cause: str
    why: str

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class ErrorCards:
    """The cards, surest errors first within each kind, and how many there would be without the bound."""

    cards: list[Card]
    found: int

    def causes(self, kind: str) -> list[tuple[str, int]]:
        """How often each cause is named among the cards of a kind, most often first."""
        return Counter(card.cause for card in self.cards if card.kind == kind).most_common()


def error_cards(
    model: Model,
    results: Results,
    train: Sequence[Example],
    tokenize: Callable[[str], Sequence[Token]],
    vocabulary: Collection[str],
    limit: int = MOST_CARDS,
) -> ErrorCards:
    """1. Choose the sentences, 2. read them prefix by prefix, 3. find their neighbours, 4. name a cause for each."""
    chosen, found = _choose(results, limit)
    if not chosen:
        return ErrorCards([], 0)
    tokens = [tokenize(case.example.text) for case in chosen]
    flips = _flips(model, [case.example.text for case in chosen], tokens)
    neighbours = Neighbours(model, train, tokenize, _usual(results))
    near = neighbours.around([case.example.text for case in chosen])
    maker = _Maker(results.labels, neighbours, frozenset(vocabulary))
    cards = [maker.card(*parts) for parts in zip(chosen, tokens, flips, near, strict=True)]
    return ErrorCards(cards, found)


@dataclass(frozen=True)
class _Case:
    kind: str
    example: Example
    probabilities: np.ndarray
    turned_away: bool


def _choose(results: Results, limit: int) -> tuple[list[_Case], int]:
    """Up to `limit` sentences; the kinds take turns, so that none crowds out the others, wrong ones twice."""
    wrong = np.flatnonzero(~results.correct)
    rejected = np.flatnonzero(results.correct & results.rejected)
    surest = [
        _case(results, WRONG, row) for row in wrong[np.argsort(-results.confidence[wrong], kind="stable")].tolist()
    ]
    kinds = [
        surest[0::2],
        surest[1::2],
        _accepted(results),
        [
            _case(results, REJECTED, row)
            for row in rejected[np.argsort(results.in_scope[rejected], kind="stable")].tolist()
        ],
    ]
    turns = [case for turn in zip_longest(*kinds) for case in turn if case is not None]
    order = [WRONG, ACCEPTED, REJECTED]
    return sorted(turns[:limit], key=lambda case: order.index(case.kind)), len(turns)


def _case(results: Results, kind: str, row: int) -> _Case:
    return _Case(kind, results.examples[row], results.probabilities[row], bool(results.rejected[row]))


def _accepted(results: Results) -> list[_Case]:
    """Out-of-scope sentences that pass the threshold, highest score first."""
    scores, probabilities = results.outside, results.out_of_scope_probabilities
    if scores is None or probabilities is None or results.threshold is None:
        return []
    rows = np.flatnonzero(scores >= results.threshold)
    rows = rows[np.argsort(-scores[rows], kind="stable")]
    return [_Case(ACCEPTED, results.out_of_scope[row], probabilities[row], False) for row in rows.tolist()]


def _usual(results: Results) -> list[str]:
    """Up to 500 rightly answered sentences, evenly taken: how like training a sentence usually is."""
    rows = np.flatnonzero(results.correct)
    taken = rows[np.linspace(0, len(rows) - 1, min(500, len(rows))).astype(int)]
    return [results.examples[row].text for row in taken.tolist()]


def _flips(model: Model, texts: Sequence[str], tokens: Sequence[Sequence[Token]]) -> list[Flip | None]:
    """Each sentence is read anew up to every token; all prefixes of all sentences go through the model together."""
    prefixes: list[str] = []
    spans: list[tuple[int, int]] = []
    for text, parts in zip(texts, tokens, strict=True):
        ends = [token.end for token in parts] if len(parts) <= LONGEST else []
        spans.append((len(prefixes), len(prefixes) + len(ends)))
        prefixes += [text[:end] for end in ends[:-1]] + ([text] if ends else [])
    winners = model.encode(prefixes)[0].argmax(axis=1) if prefixes else np.zeros(0, dtype=int)
    return [_flip(model.labels, winners[first:end]) for first, end in spans]


def _flip(labels: Sequence[str], winners: np.ndarray) -> Flip | None:
    """winners: the leading class after each token."""
    if not len(winners):
        return None
    others = np.flatnonzero(winners != winners[-1])
    if not len(others):
        return Flip(0, None)
    return Flip(int(others[-1]) + 1, labels[winners[others[-1]]])


@dataclass(frozen=True)
class _Maker:
    labels: Sequence[str]
    neighbours: Neighbours
    vocabulary: frozenset[str]

    def card(self, case: _Case, tokens: Sequence[Token], flip: Flip | None, similar: np.ndarray) -> Card:
        """similar: (training rows,) cosine to each training sentence."""
        example, order = case.example, np.argsort(-case.probabilities, kind="stable")[:5]
        ranking = [(self.labels[index], float(case.probabilities[index])) for index in order]
        rival = next(name for name, _ in ranking if name != example.intent)
        words = self._words(tokens)
        cause, why = likely_cause(self._evidence(case, rival, words, flip, tokens, similar))
        return Card(
            kind=case.kind,
            text=example.text,
            source=example.source,
            intent=example.intent,
            rival=rival,
            turned_away=case.turned_away,
            ranking=ranking,
            words=words,
            flip=flip,
            near_right=self.neighbours.nearest(similar, example.intent),
            near_rival=self.neighbours.nearest(similar, rival),
            cause=cause,
            why=why,
        )

    def _words(self, tokens: Iterable[Token]) -> list[Word]:
        seen = self.neighbours.seen
        return [Word(token.start, token.end, seen[token.text], token.text in self.vocabulary) for token in tokens]

    def _evidence(
        self,
        case: _Case,
        rival: str,
        words: list[Word],
        flip: Flip | None,
        tokens: Sequence[Token],
        similar: np.ndarray,
    ) -> Evidence:
        probability = dict(zip(self.labels, case.probabilities.tolist(), strict=True))
        rows, intent = self.neighbours.rows, case.example.intent
        twin, overlap = self.neighbours.twin([token.text for token in tokens], rival, similar)
        return Evidence(
            in_scope=case.kind != ACCEPTED,
            known_intent=intent in probability,
            twin=twin if case.kind == WRONG else None,
            twin_overlap=overlap,
            words=len(words),
            unknown=sum(not word.known for word in words),
            flip_unknown=bool(flip and flip.before is not None and not words[flip.token].known),
            right_rows=rows[intent],
            rival_rows=rows[rival],
            similarity=float(similar.max()),
            far_below=self.neighbours.far_below,
            right=probability.get(intent, 0.0),
            rival=probability[rival],
        )

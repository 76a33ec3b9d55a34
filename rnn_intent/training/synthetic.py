"""Sentences made of those there are, for a teacher to label (after Tang et al. 2019).

    crossing   from a word that two sentences share, one goes on as the other does; what comes out reads as if said
    masking    a word is left out
    swapping   a word is replaced by another one, often by one that has followed the same word elsewhere
    rewording  a word is replaced by one that means about the same, where word vectors tell (Jiao et al. 2020)
    mixing     a sentence goes on with a piece of another one, or only a piece of it stays
    inventing  a word is replaced by one that nobody has said: the head of one and the tail of another, a letter changed
    passages   where rows are long and few, only so many words in a row stay of what has come out

Half of them are crossed and nothing else, but for invented words. What comes out of the other kinds is often no good
sentence. It need not be: the teacher says what it sounds like, and the student hears many more ways of saying things
than the training rows hold. Among few rows, many a word of the next sentence is new; a student that has heard none such
takes what it looks like for more than it tells.
"""

from __future__ import annotations

import random
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from itertools import chain

from rnn_intent.data.example import Example
from rnn_intent.data.fold import fold
from rnn_intent.training.passages import passage

CROSSED = 0.5  # of the sentences
WITHIN = 0.5  # of the crossings meet a sentence of the same intent: the others are near the border between two
TWICE = 1 / 3  # of the crossed sentences cross a third one
MASKED, SWAPPED, REWORDED = 0.1, 0.15, 0.25  # chances of a word
CUT, MIXED = 0.2, 0.25  # chances of a sentence
FITTING = 0.5  # of the swaps take a word that has stood after the same word
SHORTEST, LONGEST = 2, 6  # words of a piece
CHANGED = 0.8  # of the invented words: a letter is another one, so that they share no more n-grams than new words do
TRIES = 10  # for each sentence that is wanted, before giving up

_CLOSE = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]")  # written without spaces

Words = list[str]
Place = tuple[Words, int]  # a word in a sentence


def made_sentences(
    rows: Sequence[Example],
    token_lists: Sequence[Words],
    count: int,
    seed: int,
    alike: Mapping[str, Sequence[str]] | None = None,
    new_words: float = 0.0,
    begin: int = 0,
    passages: bool = False,
) -> list[str]:
    """Up to `count` different sentences that are none of the rows'; the same ones for the same rows and seed.

    token_lists: the rows' words. alike: words that may stand in place of a word. new_words: the share of the words that
    are invented. begin: the first row that sentences are made of; those before it only lend them words. passages: of
    each only one stays.
    """
    chance = random.Random(seed)
    sentences = [(words, row.intent) for words, row in zip(token_lists, rows, strict=True)]
    lending, own = ([sentence for sentence in part if sentence[0]] for part in (sentences[:begin], sentences[begin:]))
    if not own:
        return []
    maker = _Maker(own, lending, chance, alike or {}, new_words, passages)
    known = {fold(row.text) for row in rows}
    made: list[str] = []
    for _ in range(TRIES * count):
        if len(made) == count:
            break
        text = written(maker.sentence())
        if text and fold(text) not in known:
            known.add(fold(text))
            made.append(text)
    return made


def share_of_new_words(token_lists: Sequence[Words]) -> float:
    """How much of a further sentence of the same kind is new words: as much as is said once (Good 1953, after Turing).

    On the five public data sets, as a whole and with ten rows an intent: 2 to 37 %, where test rows have 3 to 34.
    """
    counts = Counter(chain.from_iterable(token_lists))
    return sum(count == 1 for count in counts.values()) / max(1, counts.total())


def written(words: Sequence[str]) -> str:
    """Words as a sentence: with spaces, but for Chinese."""
    text = ""
    for word in words:
        close = not text or _CLOSE.match(text[-1]) or _CLOSE.match(word[0])
        text += word if close else f" {word}"
    return text


class _Maker:
    """Draws sentences by chance."""

    def __init__(
        self,
        own: Sequence[tuple[Words, str]],
        lending: Sequence[tuple[Words, str]],
        chance: random.Random,
        alike: Mapping[str, Sequence[str]],
        new_words: float,
        passages: bool,
    ) -> None:
        """own: sentences, with their intents, that others are made of; lending: further ones that these may meet."""
        self._own, self._sentences = own, (sentences := [*lending, *own])
        self._chance, self._alike, self._new_words, self._passages = chance, alike, new_words, passages
        self._words = [word for words, _ in sentences for word in words]  # as often as they occur
        self._different = sorted(set(self._words))
        self._letters = "".join(self._different)
        self._followers: dict[str, Words] = defaultdict(list)
        self._places: dict[tuple[str | None, str], list[Place]] = defaultdict(list)
        for words, intent in sentences:
            for before, word in zip(["", *words], words, strict=False):
                self._followers[before].append(word)
            for place, word in enumerate(words):
                self._places[None, word].append((words, place))
                self._places[intent, word].append((words, place))

    def sentence(self) -> Words:
        words = self._of_known_words()
        if self._passages:
            words = words[passage(len(words), self._chance.random)]
        if not self._new_words:
            return words
        return [self._invented() if self._chance.random() < self._new_words else word for word in words]

    def _of_known_words(self) -> Words:
        chance = self._chance
        words, intent = chance.choice(self._own)
        if chance.random() < CROSSED:
            once = self._crossed(words, intent)
            return self._crossed(once, intent) if chance.random() < TWICE else once
        if chance.random() < CUT:
            words = self._piece(words)
        if chance.random() < MIXED:
            piece = self._piece(chance.choice(self._sentences)[0])
            words = [*words, *piece] if chance.random() < 0.5 else [*piece, *words]
        made: Words = []
        for word in words:
            draw = chance.random()
            if draw < MASKED:
                continue
            if draw < MASKED + SWAPPED:
                word = self._other(made[-1] if made else "")
            elif draw < MASKED + SWAPPED + REWORDED and word in self._alike:
                word = chance.choice(self._alike[word])
            made.append(word)
        return made

    def _crossed(self, words: Words, intent: str) -> Words:
        """The beginning of these words and the end of another sentence, or the other way round."""
        chance = self._chance
        place = chance.randrange(len(words))
        within = self._places.get((intent, words[place])) if chance.random() < WITHIN else None
        other, there = chance.choice(within or self._places[None, words[place]])
        if chance.random() < 0.5:
            return [*words[:place], *other[there:]]
        return [*other[:there], *words[place:]]

    def _piece(self, words: Words) -> Words:
        size = self._chance.randint(SHORTEST, LONGEST)
        start = self._chance.randint(0, max(0, len(words) - size))
        return words[start : start + size]

    def _other(self, before: str) -> str:
        fitting = self._followers.get(before)
        return self._chance.choice(fitting if fitting and self._chance.random() < FITTING else self._words)

    def _invented(self) -> str:
        """The head of one word and the tail of another; what is short is joined whole.

        Of all different words, rare ones mostly: new words are longer than the words of a sentence are on average.
        """
        chance = self._chance
        first, second = chance.choice(self._different), chance.choice(self._different)
        if min(len(first), len(second)) < 2:
            made = first + second
        else:
            made = first[: chance.randrange(1, len(first))] + second[chance.randrange(1, len(second)) :]
        if chance.random() < CHANGED:
            place = chance.randrange(len(made))
            made = made[:place] + chance.choice(self._letters) + made[place + 1 :]
        return made

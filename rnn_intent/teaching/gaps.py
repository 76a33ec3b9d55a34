"""Sentences in which a transformer among the teachers, as it was before it was tuned, has filled gaps."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial
from itertools import chain, islice
from typing import TYPE_CHECKING

from rnn_intent.data.fold import fold
from rnn_intent.teaching.classroom import Classroom
from rnn_intent.teaching.pretrained import first_transformer
from rnn_intent.teaching.word_vectors import words_to_read
from rnn_intent.training.schedule import epochs_that_read

if TYPE_CHECKING:
    from rnn_intent.training.masked_language import GapFiller

WORDS = 20_000  # whose pieces may be filled in, beside those of the rows
READS, FEWEST, MOST = 60_000, 3, 20  # sentences that are learned from, with all repetitions; epochs
TRIES = 4  # for each sentence that is wanted, before giving up

Filler = Callable[[Sequence[str], int], Iterator[str]]  # rows, and how many sentences, to so many at most


def gap_filler(
    names: Sequence[str],
    room: Classroom,
    further: Sequence[str] = (),
    on_filled: Callable[[int, int], None] = lambda _done, _all: None,
) -> Filler | None:
    """By the first transformer among the teachers; none, if there is none or it knows no gaps.

    It fills gaps in any rows, to different sentences that are none of these. further: sentences to learn from, beside
    the training rows. on_filled: sentences that are made so far, and all. Raises ModelError, UsageError.
    """
    named = first_transformer(names)
    if named is None:
        return None
    name, load = named
    model = load(room.threads)
    if model.tokenizer.mask_token_id is None:
        return None

    @cache
    def learned() -> GapFiller:
        from rnn_intent.training.masked_language import GapFiller

        texts = [*(row.text for row in room.train), *further][: max(READS, len(room.train))]
        sentences = model.ids(texts)
        own = list(dict.fromkeys(chain.from_iterable(map(room.tokenizer.words, texts))))
        words = model.ids(words_to_read(model, room.tokenizer, own, (), WORDS))
        gaps = GapFiller(model, [*sentences, *words], room.seed)
        epochs = epochs_that_read(READS, len(sentences), fewest=FEWEST, most=MOST)
        gaps.learn(sentences, epochs=epochs, on_step=partial(room.on_tune, f"{name} learns to fill gaps"))
        return gaps

    def filled(rows: Sequence[str], count: int) -> Iterator[str]:
        known, done = set(map(fold, rows)), 0
        if not count:
            return
        for sentence in islice(learned().sentences(model.ids(rows)), TRIES * count):
            if (folded := fold(sentence)) and folded not in known:
                known.add(folded)
                done += 1
                on_filled(done, count)
                yield sentence
            if done == count:
                return

    return filled

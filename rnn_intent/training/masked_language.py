"""A pretrained transformer that fills gaps: sentences as somebody might have said them, with words that no row has.

1. Pieces of words are hidden in the rows, and the transformer learns to tell them by what stands around them (masked
   language modelling, Devlin et al. 2019). One that was made for sentence vectors has lost the head that tells them; a
   new one is tied to its table of vectors, so that pieces which the rows lack are told by what they have in common with
   others.
2. Other pieces are hidden, and drawn from what it takes to be likely there (Kobayashi 2018; Jiao et al. 2020).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import takewhile

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, gelu

from rnn_intent.training.batches import lengths_of, shuffled_batches
from rnn_intent.training.progress import Progress
from rnn_intent.training.transformer import Ids, Transformer, multiplies_bfloat16, padded
from rnn_intent.training.tuning import BATCH, STEP_SIZE, scheduled

AT_ONCE, DRAWN = 128, 2048  # sentences: to fill, to sort by length
HEAD_STEP_SIZE = 1e-3
HIDDEN = (0.15, 0.5)  # the share of pieces that are hidden while it learns, from and to,
EMPTIED = (0.15, 0.7)  # and in what is made
ROUNDS = 2  # in which gaps are filled: the later ones are seen beside the earlier ones' pieces
LIKELIEST, NUCLEUS = 200, 0.95  # pieces that are drawn from: so many, and the likeliest with this probability together


class GapFiller:
    """The transformer is changed by it, and can be nothing else after that."""

    def __init__(self, model: Transformer, sentences: Iterable[Ids], seed: int) -> None:
        """sentences: whose pieces may be filled in; those that are learned from must be among them."""
        self._model, self._seed, self._random = model, seed, np.random.default_rng(seed)
        self._begin, self._end = _frame(model)
        special = set(model.tokenizer.all_special_ids)
        self._special = torch.tensor(sorted(special))
        pieces = {int(piece) for ids in sentences for piece in self._inner(ids)}
        self._pieces = torch.tensor(sorted(pieces - special))
        table: Tensor = model.encoder.get_input_embeddings().weight.requires_grad_(False)  # type: ignore[operator]
        torch.manual_seed(seed)
        self._head = _Head(table[self._pieces])

    def learn(
        self,
        sentences: Sequence[Ids],
        *,
        epochs: int,
        on_step: Callable[[Progress], None] = lambda _: None,
    ) -> None:
        """Reads the sentences, pieces hidden, anew in every epoch."""
        sentences = self._with_pieces(sentences)
        encoder, lengths = self._model.encoder, lengths_of(sentences)
        weights = [weight for weight in encoder.parameters() if weight.requires_grad]
        steps = -(-len(sentences) // BATCH)
        rates = {STEP_SIZE: weights, HEAD_STEP_SIZE: list(self._head.parameters())}
        optimizer, schedule = scheduled(rates, steps * epochs)
        encoder.train()
        for epoch in range(1, epochs + 1):
            for step, rows in enumerate(shuffled_batches(lengths, BATCH, self._seed, epoch), start=1):
                optimizer.zero_grad()
                loss = self._loss([sentences[row] for row in rows])
                loss.backward()  # type: ignore[no-untyped-call]
                optimizer.step()
                schedule.step()
                on_step(Progress(epoch, epochs, step, steps, loss.item(), None))
        encoder.eval()

    def _loss(self, sentences: Sequence[Ids]) -> Tensor:
        ids, mask = padded(sentences)
        gaps = self._gaps(ids, mask, self._random.uniform(*HIDDEN))
        targets = torch.searchsorted(self._pieces, ids[gaps])
        return cross_entropy(self._logits(self._emptied(ids, gaps), mask, gaps), targets)

    def sentences(self, rows: Sequence[Ids]) -> Iterator[str]:
        """Without end: each is one of the rows with other pieces in some places, or the same again."""
        rows = self._with_pieces(rows)
        while rows:
            drawn = [rows[row] for row in self._random.integers(len(rows), size=DRAWN)]
            by_length = np.argsort(lengths_of(drawn), kind="stable")  # little padding to read
            found: dict[int, str] = {}
            for start in range(0, DRAWN, AT_ONCE):
                places = by_length[start : start + AT_ONCE]
                found.update(zip(places, self._filled([drawn[place] for place in places]), strict=True))
            yield from (found[place] for place in range(DRAWN))

    @torch.inference_mode()
    def _filled(self, sentences: Sequence[Ids]) -> list[str]:
        ids, mask = padded(sentences)
        gaps = self._gaps(ids, mask, self._random.uniform(*EMPTIED, size=(len(sentences), 1)))
        turns = torch.from_numpy(self._random.integers(ROUNDS, size=ids.shape))
        ids = self._emptied(ids, gaps)
        for turn in range(ROUNDS):
            now = gaps & (turns == turn)
            if now.any():
                ids[now] = self._pieces[_drawn(self._logits(ids, mask, now))]
        ends = mask.sum(dim=1) - self._end
        inner = [sentence[self._begin : end].tolist() for sentence, end in zip(ids, ends, strict=True)]
        read = self._model.tokenizer.batch_decode
        texts: list[str] = read(inner, skip_special_tokens=True, clean_up_tokenization_spaces=True)
        return texts

    def _gaps(self, ids: Tensor, mask: Tensor, share: float | np.ndarray) -> Tensor:
        """Which pieces are hidden, as ids and mask (sentences, time): about this share, and one of a sentence at least.

        share: of all sentences, or of each, (sentences, 1).
        """
        places, ends = torch.arange(ids.shape[1]), mask.sum(dim=1, keepdim=True) - self._end
        open_ = (places >= self._begin) & (places < ends) & ~torch.isin(ids, self._special)
        draws = np.where(open_.numpy(), self._random.random(ids.shape), np.inf)
        found: np.ndarray = (draws < share) | (draws == draws.min(axis=1, keepdims=True))
        return torch.from_numpy(found) & open_

    def _emptied(self, ids: Tensor, gaps: Tensor) -> Tensor:
        return ids.masked_fill(gaps, self._model.tokenizer.mask_token_id)

    def _logits(self, ids: Tensor, mask: Tensor, gaps: Tensor) -> Tensor:
        """(gaps, pieces): what the head says of each gap, the sentences' one after another."""
        logits: Tensor = self._head(self._model.states(mask, input_ids=ids)[gaps])
        return logits

    def _with_pieces(self, sentences: Sequence[Ids]) -> list[Ids]:
        special = self._special.numpy()
        return [ids for ids in sentences if not np.isin(self._inner(ids), special).all()]

    def _inner(self, ids: Ids) -> Ids:
        """Without what stands around every sentence."""
        return ids[self._begin : len(ids) - self._end]


class _Head(nn.Module):
    """States to logits of pieces: turned a little, then compared with the pieces' own vectors, (pieces, features)."""

    def __init__(self, vectors: Tensor) -> None:
        super().__init__()
        pieces, features = vectors.shape
        self.turn, self.norm = nn.Linear(features, features), nn.LayerNorm(features)
        self.bias = nn.Parameter(torch.zeros(pieces))
        nn.init.eye_(self.turn.weight)
        nn.init.zeros_(self.turn.bias)
        self._vectors = vectors.to(torch.bfloat16 if multiplies_bfloat16() else torch.float32)

    def forward(self, states: Tensor) -> Tensor:
        """(gaps, features) to (gaps, pieces)."""
        turned: Tensor = self.norm(gelu(self.turn(states)))
        return (turned.to(self._vectors.dtype) @ self._vectors.T).float() + self.bias


def _frame(model: Transformer) -> tuple[int, int]:
    """How many pieces stand before and after those of any sentence."""
    once, twice = (ids.tolist() for ids in model.ids(["a", "a a"]))
    marks = set(model.tokenizer.all_special_ids) - {model.tokenizer.unk_token_id}
    end = sum(1 for _ in takewhile(marks.__contains__, reversed(once)))
    return len(once) - (len(twice) - len(once)) - end, end


def _drawn(logits: Tensor) -> Tensor:
    """(gaps, pieces) to a piece's place for each gap, (gaps,)."""
    likely, pieces = logits.softmax(dim=1).topk(min(LIKELIEST, logits.shape[1]), dim=1)
    before = likely.cumsum(dim=1) - likely
    return pieces.gather(1, torch.multinomial(likely * (before < NUCLEUS), 1)).squeeze(1)

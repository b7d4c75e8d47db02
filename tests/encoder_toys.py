"""A tiny encoder of random weights, in the files of the bundled one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np


def tiny_bert() -> Any:
    """A BERT of one layer over letters."""
    import torch
    from transformers import BertConfig, BertModel

    torch.manual_seed(1)
    config = BertConfig(
        vocab_size=64, hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=64,
        max_position_embeddings=40, type_vocab_size=1, pad_token_id=1,
    )  # fmt: skip
    return BertModel(config, add_pooling_layer=False)


def letter_tokenizer() -> Any:
    """A piece a letter, in the ids that the bundled tokenizer has for its special pieces."""
    from tokenizers import Tokenizer, models, pre_tokenizers

    pieces = [(p, 0.0) for p in ("<s>", "<pad>", "</s>", "<unk>")]
    pieces += [(chr(c), -1.0) for c in range(32, 92)]
    tokenizer = Tokenizer(models.Unigram(pieces, unk_id=3))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([])
    return tokenizer


def write_packed_toy(folder: Path) -> Path:
    """The two, packed as the bundled encoder is."""
    from safetensors.numpy import save_file

    from painpoints.encoders.packed import pack

    bert = tiny_bert()
    arrays: dict[str, Any] = {}
    for name, tensor in bert.state_dict().items():
        arrays |= pack(name, tensor.numpy())
    save_file({k: np.ascontiguousarray(v) for k, v in arrays.items()}, folder / "model.safetensors")
    letter_tokenizer().save(str(folder / "tokenizer.json"))
    config = {
        k: v
        for k, v in bert.config.to_dict().items()
        if k.endswith(("_size", "_layers", "_heads", "_embeddings"))
    }
    (folder / "config.json").write_text(json.dumps(config | {"model_type": "bert"}))
    (folder / "meta.json").write_text(json.dumps({"prompt": "query: ", "max_tokens": 16}))
    return folder

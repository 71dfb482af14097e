"""GPT-2: each token sees those before it, and normalisation stands before each part.

Radford et al., "Language Models are Unsupervised Multitask Learners" (2019). The names of the tensors are those of
transformers, and so are matrices that are (in, out).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from attnviz.core.arrays import FloatArray
from attnviz.core.norms import layer_norm
from attnviz.core.options import AttentionOptions
from attnviz.errors import InputError
from attnviz.models.config import Config
from attnviz.models.families.dense import activation
from attnviz.models.families.family import ModelFamily
from attnviz.models.layer import ModelLayer
from attnviz.models.tensors import Tensors


def layer_count(config: Config) -> int:
    """The number of layers."""
    return config.whole_number("n_layer", "num_hidden_layers")


def head_count(config: Config) -> int:
    """The number of heads of each layer."""
    return config.whole_number("n_head", "num_attention_heads")


def context_length(config: Config) -> int:
    """The number of tokens that the model takes."""
    return config.whole_number("n_positions", "max_position_embeddings", "n_ctx")


def layers(
    tensors: Tensors, config: Config, ids: Sequence[int], dtype: npt.DTypeLike
) -> Iterator[ModelLayer]:
    """The layers one after the other; nothing beyond what is asked for is computed or read."""
    if config.is_true("scale_attn_by_inverse_layer_idx", default=False):
        raise InputError(
            f"{config.path}: scale_attn_by_inverse_layer_idx is not known here: see attnviz models for what is known"
        )
    prefix = "transformer." if "transformer.wte.weight" in tensors.names else ""
    epsilon = config.number("layer_norm_epsilon", default=1e-5)
    act = activation(config, "activation_function", default="gelu_new")
    heads = head_count(config)
    scale = None if config.is_true("scale_attn_weights", default=True) else 1.0
    options = AttentionOptions(scale=scale, causal=True)

    def get(name: str) -> FloatArray:
        return tensors.get(f"{prefix}{name}", dtype)

    def norm(x: FloatArray, name: str) -> FloatArray:
        return layer_norm(x, get(f"{name}.weight"), get(f"{name}.bias"), epsilon)

    x = tensors.rows(f"{prefix}wte.weight", ids, dtype)
    x = x + tensors.rows(f"{prefix}wpe.weight", range(len(ids)), dtype)
    for number in range(layer_count(config)):
        at = f"h.{number}."
        w_q, w_k, w_v = np.split(get(f"{at}attn.c_attn.weight"), 3, axis=1)
        b_q, b_k, b_v = np.split(get(f"{at}attn.c_attn.bias"), 3)
        w_o, b_o = get(f"{at}attn.c_proj.weight"), get(f"{at}attn.c_proj.bias")
        layer = ModelLayer(
            norm(x, f"{at}ln_1"),
            heads,
            heads,
            w_q,
            w_k,
            w_v,
            w_o,
            b_q,
            b_k,
            b_v,
            b_o,
            options=options,
        )
        yield layer
        x = x + layer.output()
        inner = act(norm(x, f"{at}ln_2") @ get(f"{at}mlp.c_fc.weight") + get(f"{at}mlp.c_fc.bias"))
        x = x + inner @ get(f"{at}mlp.c_proj.weight") + get(f"{at}mlp.c_proj.bias")


FAMILY = ModelFamily("GPT-2", ("gpt2",), layer_count, head_count, context_length, layers)

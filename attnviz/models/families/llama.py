"""The Llama family: rotary positions, key and value heads that are shared, RMS normalisation before each part.

Touvron et al., "LLaMA" (2023); Jiang et al., "Mistral 7B" (2023), with a sliding window; Qwen2 (2024), with biases;
Qwen3 (2025), which normalises queries and keys. The names of the tensors are those of transformers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

import numpy.typing as npt

from attnviz.core.arrays import FloatArray
from attnviz.core.norms import rms_norm
from attnviz.core.options import AttentionOptions
from attnviz.core.scores.options import Window
from attnviz.models.config import Config
from attnviz.models.families.dense import activation, linear
from attnviz.models.families.family import ModelFamily
from attnviz.models.families.rotary import angles
from attnviz.models.layer import ModelLayer
from attnviz.models.tensors import Tensors

_Get: TypeAlias = Callable[[str], FloatArray]
_Find: TypeAlias = Callable[[str], FloatArray | None]


def layer_count(config: Config) -> int:
    """The number of layers."""
    return config.whole_number("num_hidden_layers")


def head_count(config: Config) -> int:
    """The number of heads of each layer."""
    return config.whole_number("num_attention_heads")


def context_length(config: Config) -> int:
    """The number of tokens that the model takes."""
    return config.whole_number("max_position_embeddings")


def layers(
    tensors: Tensors, config: Config, ids: Sequence[int], dtype: npt.DTypeLike
) -> Iterator[ModelLayer]:
    """The layers one after the other; nothing beyond what is asked for is computed or read."""
    prefix = "model." if "model.embed_tokens.weight" in tensors.names else ""
    epsilon = config.number("rms_norm_eps", default=1e-6)
    act = activation(config, "hidden_act", default="silu")
    heads = head_count(config)
    kv_heads = config.whole_number("num_key_value_heads", default=heads)
    d_k = config.whole_number(
        "head_dim", default=max(config.whole_number("hidden_size") // heads, 1)
    )
    rotation = angles(config, len(ids), d_k)

    def get(name: str) -> FloatArray:
        return tensors.get(f"{prefix}{name}", dtype)

    def find(name: str) -> FloatArray | None:
        return tensors.find(f"{prefix}{name}", dtype)

    def norm(x: FloatArray, name: str) -> FloatArray:
        return rms_norm(x, get(f"{name}.weight"), epsilon)

    x = tensors.rows(f"{prefix}embed_tokens.weight", ids, dtype)
    for number in range(layer_count(config)):
        at = f"layers.{number}."
        projections = [f"{at}self_attn.{each}_proj" for each in "qkvo"]
        w_q, w_k, w_v, w_o = (get(f"{each}.weight").T for each in projections)
        b_q, b_k, b_v, b_o = (find(f"{each}.bias") for each in projections)
        layer = ModelLayer(
            norm(x, f"{at}input_layernorm"),
            heads,
            kv_heads,
            *(w_q, w_k, w_v, w_o),
            *(b_q, b_k, b_v, b_o),
            q_norm=find(f"{at}self_attn.q_norm.weight"),
            k_norm=find(f"{at}self_attn.k_norm.weight"),
            norm_epsilon=epsilon,
            rotation=rotation,
            options=AttentionOptions(causal=True, window=_window(config, number)),
        )
        yield layer
        x = x + layer.output()
        between = norm(x, f"{at}post_attention_layernorm")
        gate, up, down = (f"{at}mlp.{each}_proj" for each in ("gate", "up", "down"))
        inner = act(_applied(between, get, find, gate)) * _applied(between, get, find, up)
        x = x + _applied(inner, get, find, down)


def _applied(x: FloatArray, get: _Get, find: _Find, name: str) -> FloatArray:
    return linear(x, get(f"{name}.weight"), find(f"{name}.bias"))


def _window(config: Config, number: int) -> Window | None:
    """The window of the layer of that number: w tokens with the query itself, or None for all before it."""
    width = config.get("sliding_window")
    if type(width) is not int:
        return None
    kinds = config.get("layer_types")
    if isinstance(kinds, list) and number < len(kinds):
        slides = kinds[number] == "sliding_attention"
    elif config.kind == "mistral":
        slides = True
    else:
        from_layer = config.get("max_window_layers")
        slides = config.is_true("use_sliding_window", default=False) and number >= (
            from_layer if type(from_layer) is int else 0
        )
    return (width - 1, None) if slides else None


FAMILY = ModelFamily(
    "Llama", ("llama", "mistral", "qwen2", "qwen3"), layer_count, head_count, context_length, layers
)

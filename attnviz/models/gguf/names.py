"""Translates the settings and names of a .gguf file into those of the hub, which the families know.

The keys and names are those that convert_hf_to_gguf.py of llama.cpp writes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import field
from typing import Any

import numpy as np

from attnviz.core.arrays import FloatArray
from attnviz.errors import InputError
from attnviz.models.config import Config
from attnviz.models.families.rotary import SLOWED
from attnviz.models.gguf.file import GgufFile
from attnviz.records import record

ROPE_FACTORS = "rope_freqs.weight"
"""The tensor whose factors slow down the rotation of each pair of entries, if the file has it."""
Arranged = Callable[[FloatArray], FloatArray]
"""A tensor of the file as the hub has it."""

_OF_TRANSFORMERS = {
    "block_count": "num_hidden_layers",
    "context_length": "max_position_embeddings",
    "embedding_length": "hidden_size",
    "attention.head_count": "num_attention_heads",
    "attention.layer_norm_rms_epsilon": "rms_norm_eps",
}
_OF_GPT2 = {
    "block_count": "n_layer",
    "context_length": "n_positions",
    "attention.head_count": "n_head",
    "attention.layer_norm_epsilon": "layer_norm_epsilon",
}
_LAYER_OF_LLAMA = {
    "attn_norm": "input_layernorm",
    **{f"attn_{each}": f"self_attn.{each}_proj" for each in "qkv"},
    "attn_q_norm": "self_attn.q_norm",
    "attn_k_norm": "self_attn.k_norm",
    "attn_output": "self_attn.o_proj",
    "ffn_norm": "post_attention_layernorm",
    **{f"ffn_{each}": f"mlp.{each}_proj" for each in ("gate", "up", "down")},
}
_LAYER_OF_GPT2 = {
    "attn_norm": "ln_1",
    "attn_qkv": "attn.c_attn",
    "attn_output": "attn.c_proj",
    "ffn_norm": "ln_2",
    "ffn_up": "mlp.c_fc",
    "ffn_down": "mlp.c_proj",
}
_NAME = "general.architecture"
_IN_LAYER = re.compile(r"blk\.(\d+)\.(\w+)\.(weight|bias)")


@record
class Architecture:
    """The translation of one architecture's settings and names into those of the hub."""

    needed: Mapping[str, str]
    """The hub's name of each setting that has to be there."""
    layer: Mapping[str, str]
    """The hub's name of each tensor of a layer."""
    outside: Mapping[str, str]
    """The hub's name of each tensor outside the layers."""
    at: str
    """The prefix before the number of a layer in the hub's names."""
    turned: frozenset[str] = field(default_factory=frozenset)
    """Tensors whose rows are ordered for a rotation of neighbours, where the hub's is one of halves."""
    transposed: frozenset[str] = field(default_factory=frozenset)
    """Matrices that the hub has as (in, out)."""


_QWEN = Architecture(_OF_TRANSFORMERS, _LAYER_OF_LLAMA, {"token_embd": "embed_tokens"}, "layers.")
ARCHITECTURES = {
    "llama": Architecture(
        _QWEN.needed, _QWEN.layer, _QWEN.outside, _QWEN.at, turned=frozenset({"attn_q", "attn_k"})
    ),
    "qwen2": _QWEN,
    "qwen3": _QWEN,
    "gpt2": Architecture(
        _OF_GPT2,
        _LAYER_OF_GPT2,
        {"token_embd": "wte", "position_embd": "wpe"},
        "h.",
        transposed=frozenset({"attn_qkv", "attn_output", "ffn_up", "ffn_down"}),
    ),
}


def architecture_of(file: GgufFile) -> Architecture:
    """That of the file. Raises InputError for one that is not run here."""
    name = file.word(_NAME)
    if name not in ARCHITECTURES:
        raise InputError(
            f"{file.path}: models of the architecture {name!r} are not run here from GGUF, only "
            f"{', '.join(ARCHITECTURES)}: name the folder that the hub has of it, where its kind is known"
        )
    return ARCHITECTURES[name]


def config_of(file: GgufFile, rope_factors: FloatArray | None) -> Config:
    """The settings as config.json would have them.

    Raises InputError for a file that lacks one, that is a part of a model only, or that asks for what is not run here.
    """
    architecture, kind = architecture_of(file), file.values[_NAME]
    own = {key.removeprefix(f"{kind}."): _as_written(value) for key, value in file.values.items()}
    _refuse_others(file, kind, own)
    for key in architecture.needed:
        if own.get(key) is None:
            raise InputError(f"{file.path} has no {kind}.{key}: this is not a whole model")
    values = {name: own[key] for key, name in architecture.needed.items()}
    if kind == "gpt2":
        return Config(values | {"model_type": kind}, file.path)
    values |= _of_rotation(own, rope_factors) | {
        "num_key_value_heads": own.get("attention.head_count_kv"),
        "head_dim": own.get("attention.key_length"),
    }
    window = own.get("attention.sliding_window") if kind == "llama" else None
    # what slides is called mistral on the hub, and llama here
    values |= {"model_type": "mistral" if window else kind, "sliding_window": window}
    config = Config(values, file.path)
    _refuse_half_turns(config, own.get("rope.dimension_count"))
    return config


def names_of(file: GgufFile) -> dict[str, str]:
    """The file's own name of each tensor by the hub's name; the families do not use the others."""
    architecture = architecture_of(file)
    names = {}
    for own in file.tensors:
        part, _, kind = own.rpartition(".")
        if part in architecture.outside:
            names[f"{architecture.outside[part]}.{kind}"] = own
        elif (found := _IN_LAYER.fullmatch(own)) and found[2] in architecture.layer:
            names[f"{architecture.at}{found[1]}.{architecture.layer[found[2]]}.{found[3]}"] = own
    return names


def arranged(file: GgufFile, own: str) -> Arranged | None:
    """The rearrangement of a tensor into the hub's; None where it is the same. Raises InputError where it does not fit.

    llama.cpp turns neighbours, transformers turns entry i with entry i + d_k/2, so that its script orders the rows of
    W_Q and W_K anew, head by head.
    """
    architecture, found = architecture_of(file), _IN_LAYER.fullmatch(own)
    part = found[2] if found else ""
    if part in architecture.transposed:
        return np.transpose
    if part in architecture.turned:
        kind = file.values[_NAME]
        heads = file.values[f"{kind}.attention.head_count"]
        if part == "attn_k":
            heads = file.values.get(f"{kind}.attention.head_count_kv", heads)
        rows = file.tensors[own].shape[0]
        if type(heads) is not int or heads < 1 or rows % (2 * heads):
            raise InputError(
                f"{file.path}, {own}: {rows} rows are not to be shared out among {heads} heads: download the file anew"
            )
        return lambda each: _halves(each, heads)
    return None


def _halves(rows: FloatArray, heads: int) -> FloatArray:
    """Rows (heads · d_k, …) of which neighbours belong together, so that the halves of each head do.

    >>> _halves(np.array([0., 2., 1., 3., 4., 6., 5., 7.]), 2)
    array([0., 1., 2., 3., 4., 5., 6., 7.])
    """
    pairs = rows.reshape(heads, -1, 2, *rows.shape[1:])
    return pairs.swapaxes(1, 2).reshape(rows.shape)


def _as_written(value: Any) -> Any:
    """A float32 as the shortest number that it stands for: 1e-05, not 9.999999747378752e-06."""
    return float(str(np.float32(value))) if isinstance(value, float) else value


def _refuse_others(file: GgufFile, kind: str, own: Mapping[str, Any]) -> None:
    """Raises InputError for what would be computed wrongly."""
    if own.get("split.count", 1) > 1:
        raise InputError(
            f"{file.path} is one of {own['split.count']} parts of a model: llama-gguf-split --merge of llama.cpp joins "
            "them into one file"
        )
    if own.get("expert_count", 0):
        raise InputError(f"{file.path}: models with several experts are not run here")
    for key in (*ARCHITECTURES[kind].needed, "attention.head_count_kv"):
        if isinstance(own.get(key), np.ndarray):
            raise InputError(
                f"{file.path}: {kind}.{key} is a list, and layers that differ are not run here"
            )


def _refuse_half_turns(config: Config, turned: Any) -> None:
    """Raises InputError for heads of which a part is turned: llama.cpp orders their rows otherwise."""
    width = config.get("head_dim") or config.whole_number("hidden_size") // config.whole_number(
        "num_attention_heads"
    )
    if turned is not None and turned != width:
        raise InputError(
            f"{config.path}: rope.dimension_count is {turned}, and only heads that are turned whole ({width}) are run "
            "here"
        )


def _of_rotation(own: Mapping[str, Any], factors: FloatArray | None) -> dict[str, Any]:
    """As `rope_theta` and `rope_scaling`."""
    scaling: dict[str, Any] = {}
    kind = own.get("rope.scaling.type", "linear" if "rope.scale_linear" in own else "none")
    if kind != "none":
        factor = own.get("rope.scaling.factor", own.get("rope.scale_linear"))
        scaling = {"rope_type": kind, "factor": factor}
    elif factors is not None:
        scaling = {"rope_type": SLOWED, "slowed_by": factors.tolist()}
    return {"rope_theta": own.get("rope.freq_base"), "rope_scaling": scaling or None}

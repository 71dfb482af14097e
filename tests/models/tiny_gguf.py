"""The small models of tiny.py as .gguf files, as llama.cpp's convert_hf_to_gguf.py makes them of a folder."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import gguf
import numpy as np

from tests.models.tiny import CONFIGS, seeded

OF_LLAMA = ("llama", "llama-scaled", "llama-linear", "llama-biased", "mistral")
"""What llama.cpp calls llama."""
NAMES = (*OF_LLAMA, "qwen2", "qwen3", "gpt2")
_BLOCK = 32
Vocabulary = Callable[[gguf.GGUFWriter], None]


def write(
    path: Path,
    name: str,
    shapes: Mapping[str, tuple[int, ...]],
    quantised: gguf.GGMLQuantizationType = gguf.GGMLQuantizationType.F32,
    vocabulary: Vocabulary | None = None,
    change: Callable[[gguf.GGUFWriter], None] | None = None,
) -> Path:
    """The model of that name; matrices whose rows are whole blocks are quantised, as far as they can be."""
    config = CONFIGS[name]
    kind = "llama" if name in OF_LLAMA else config["model_type"]
    path.parent.mkdir(parents=True, exist_ok=True)
    writer = gguf.GGUFWriter(path, kind)
    _add_settings(writer, config, kind)
    if vocabulary is not None:
        vocabulary(writer)
    for own, numbers in tensors(name, shapes).items():
        chosen = quantised if is_quantised(own, numbers) else gguf.GGMLQuantizationType.F32
        writer.add_tensor(own, gguf.quantize(numbers, chosen), raw_dtype=chosen)
    if change is not None:
        change(writer)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def tensors(name: str, shapes: Mapping[str, tuple[int, ...]]) -> dict[str, np.ndarray]:
    """Under the names of llama.cpp, which the package gguf knows, and in its order."""
    config = CONFIGS[name]
    kind = "llama" if name in OF_LLAMA else config["model_type"]
    known = gguf.get_tensor_name_map(
        next(each for each, named in gguf.MODEL_ARCH_NAMES.items() if named == kind),
        config.get("num_hidden_layers", config.get("n_layer")),
    )
    found = {}
    for hub, shape in shapes.items():
        spelled = hub if kind == "gpt2" else f"model.{hub}"
        own = known.get_name(spelled, try_suffixes=(".weight", ".bias"))
        assert own is not None, hub
        found[own] = _as_llama_cpp_has_it(seeded(hub, tuple(shape)), hub, name)
    if name == "llama-scaled":
        found["rope_freqs.weight"] = _rope_factors(config)
    return found


def is_quantised(own: str, numbers: np.ndarray) -> bool:
    """Whether llama.cpp would quantise it: vectors stay as they are, and so do rows that are no whole blocks."""
    return numbers.ndim == 2 and numbers.shape[1] % _BLOCK == 0


def is_transposed(hub: str) -> bool:
    """Whether the hub has that matrix as (in, out): those of GPT-2 in its layers."""
    return hub.endswith(("c_attn.weight", "c_proj.weight", "c_fc.weight"))


def small_vocabulary(writer: gguf.GGUFWriter) -> None:
    """Three words, a mark before them, and all bytes: what 48 rows have room for."""
    words = [
        "<|begin|>",
        "the",
        "Ġcat",
        "Ġsat",
        "Ġ",
        *"aehtcs",
        "Ġc",
        "Ġca",
        "Ġs",
        "Ġsa",
        "at",
        "th",
    ]
    rest = [chr(i) for i in range(ord("A"), ord("A") + 48 - len(words))]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("smollm")
    writer.add_token_list([*words, *rest])
    writer.add_token_types([3] + [1] * 47)
    writer.add_token_merges(["t h", "th e", "a t", "Ġ c", "Ġc at", "Ġ s", "Ġs at"])
    writer.add_bos_token_id(0)
    writer.add_add_bos_token(True)


def _add_settings(writer: gguf.GGUFWriter, config: Mapping[str, Any], kind: str) -> None:
    def of(*names: str) -> Any:
        return next((config[each] for each in names if each in config), None)

    heads = of("num_attention_heads", "n_head")
    writer.add_block_count(of("num_hidden_layers", "n_layer"))
    writer.add_context_length(of("max_position_embeddings", "n_positions"))
    writer.add_embedding_length(of("hidden_size", "n_embd"))
    writer.add_feed_forward_length(config.get("intermediate_size", 4 * 32))
    writer.add_head_count(heads)
    if kind == "gpt2":
        writer.add_layer_norm_eps(1e-5)
        return
    writer.add_head_count_kv(config["num_key_value_heads"])
    writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
    writer.add_rope_freq_base(config.get("rope_theta", 10000.0))
    d_k = config.get("head_dim", config["hidden_size"] // heads)
    writer.add_key_length(d_k)
    writer.add_value_length(d_k)
    if kind == "llama":
        writer.add_vocab_size(config["vocab_size"])
        writer.add_rope_dimension_count(d_k)
    if config.get("rope_scaling", {}).get("rope_type") == "linear":
        writer.add_rope_scaling_type(gguf.RopeScalingType.LINEAR)
        writer.add_rope_scaling_factor(config["rope_scaling"]["factor"])
    if "sliding_window" in config:
        writer.add_sliding_window(config["sliding_window"])


def _as_llama_cpp_has_it(numbers: np.ndarray, hub: str, name: str) -> np.ndarray:
    if is_transposed(hub):
        return np.ascontiguousarray(numbers.T)
    for part, heads in (("q_proj", "num_attention_heads"), ("k_proj", "num_key_value_heads")):
        if name in OF_LLAMA and part in hub:
            halves = numbers.reshape(CONFIGS[name][heads], 2, -1, *numbers.shape[1:])
            return np.ascontiguousarray(halves.swapaxes(1, 2)).reshape(numbers.shape)
    return numbers


def _rope_factors(config: Mapping[str, Any]) -> np.ndarray:
    """How much more slowly each pair turns, as "The Llama 3 Herd of Models" has it."""
    asked, d_k = config["rope_scaling"], config["hidden_size"] // config["num_attention_heads"]
    context, factor = asked["original_max_position_embeddings"], asked["factor"]
    low, high = asked["low_freq_factor"], asked["high_freq_factor"]
    factors = []
    for i in range(0, d_k, 2):
        length = 2 * math.pi * config["rope_theta"] ** (i / d_k)
        if length < context / high:
            factors.append(1.0)
        elif length > context / low:
            factors.append(factor)
        else:
            smooth = (context / length - low) / (high - low)
            factors.append(1 / ((1 - smooth) / factor + smooth))
    return np.array(factors, np.float32)

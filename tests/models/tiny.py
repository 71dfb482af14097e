"""Small models of every family, with seeded weights: the same here and where transformers has run them."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import save_file

RECORDED = Path(__file__).parent / "recorded"
IDS = (5, 17, 3, 40, 17, 8, 29)
"""What each model reads."""

_SMALL = {"hidden_size": 32, "num_hidden_layers": 3, "num_attention_heads": 4, "vocab_size": 48}
_BERT = _SMALL | {"intermediate_size": 40, "max_position_embeddings": 20, "hidden_act": "gelu"}
_LLAMA = _SMALL | {
    "intermediate_size": 40,
    "max_position_embeddings": 64,
    "num_key_value_heads": 2,
    "rms_norm_eps": 1e-5,
    "hidden_act": "silu",
    "tie_word_embeddings": True,
}
CONFIGS: dict[str, dict[str, Any]] = {
    "bert": _BERT | {"model_type": "bert"},
    "bert-relu": _BERT | {"model_type": "bert", "hidden_act": "relu", "layer_norm_eps": 1e-3},
    "roberta": _BERT | {"model_type": "roberta", "pad_token_id": 1, "type_vocab_size": 1},
    "xlm-roberta": _BERT
    | {
        "model_type": "xlm-roberta",
        "pad_token_id": 1,
        "type_vocab_size": 1,
        "layer_norm_eps": 1e-5,
    },
    "xlm-roberta-padded": _BERT
    | {"model_type": "xlm-roberta", "pad_token_id": 17, "max_position_embeddings": 40},
    "distilbert": {
        "model_type": "distilbert",
        "dim": 32,
        "n_layers": 3,
        "n_heads": 4,
        "hidden_dim": 40,
        "vocab_size": 48,
        "max_position_embeddings": 20,
        "activation": "gelu",
    },
    "gpt2": {
        "model_type": "gpt2",
        "n_embd": 32,
        "n_layer": 3,
        "n_head": 4,
        "vocab_size": 48,
        "n_positions": 20,
    },
    "llama": _LLAMA | {"model_type": "llama", "rope_theta": 500.0},
    "llama-scaled": _LLAMA
    | {
        "model_type": "llama",
        "rope_theta": 100.0,
        "rope_scaling": {
            "rope_type": "llama3",
            "factor": 8.0,
            "low_freq_factor": 1.0,
            "high_freq_factor": 4.0,
            "original_max_position_embeddings": 32,
        },
    },
    "llama-linear": _LLAMA
    | {"model_type": "llama", "rope_scaling": {"rope_type": "linear", "factor": 2.5}},
    "llama-biased": _LLAMA | {"model_type": "llama", "attention_bias": True, "mlp_bias": True},
    "mistral": _LLAMA | {"model_type": "mistral", "sliding_window": 3, "head_dim": 8},
    "qwen2": _LLAMA | {"model_type": "qwen2", "use_sliding_window": False},
    "qwen2-window": _LLAMA
    | {
        "model_type": "qwen2",
        "use_sliding_window": True,
        "sliding_window": 2,
        "max_window_layers": 1,
    },
    "qwen3": _LLAMA | {"model_type": "qwen3", "head_dim": 16},
}
"""As config.json has them."""


def seeded(name: str, shape: tuple[int, ...]) -> np.ndarray:
    """The tensor of that name: numbers of the size that trained ones have, exact in float32."""
    rng = np.random.default_rng(zlib.crc32(name.encode()))
    numbers = rng.normal(size=shape)
    if name.endswith("bias"):
        numbers = 0.1 * numbers
    elif len(shape) == 1:
        numbers = 1 + 0.1 * numbers
    else:
        numbers = numbers * (0.5 if "embed" in name or name.startswith("w") else 0.3)
    return numbers.astype(np.float32)


def write(folder: Path, config: Mapping[str, Any], shapes: Mapping[str, tuple[int, ...]]) -> Path:
    """A model folder without a tokenizer."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(config))
    tensors = {name: seeded(name, tuple(shape)) for name, shape in shapes.items()}
    save_file(tensors, folder / "model.safetensors")
    return folder


def recorded(name: str) -> tuple[dict[str, tuple[int, ...]], np.ndarray]:
    """What transformers said of the model: the shapes of its tensors, and all weights of attention in float64, as
    (layers, heads, n, n)."""
    with np.load(RECORDED / f"{name}.npz") as file:
        shapes = json.loads(str(file["shapes"]))
        return {name: tuple(each) for name, each in shapes.items()}, file["weights"]

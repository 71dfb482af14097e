"""What transformers computes, to be recorded: python -m tests.models.transformers_says, with torch and transformers.

The tests read the recordings; `scripts/test --oracles` asks again.
"""

from __future__ import annotations

import importlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from tests.models.tiny import CONFIGS, IDS, RECORDED, seeded

SAT = "The cat sat on the mat because it was tired"
PAIR = ("Is the cat tired?", "It slept on the mat.")
"""Two texts, which BERT reads with a segment each."""
SENTENCES = {
    "tired": "The animal didn't cross the street because it was too tired",
    "wide": "The animal didn't cross the street because it was too wide",
}


def tiny(name: str, dtype: str = "float64") -> tuple[dict[str, list[int]], np.ndarray]:
    """The shapes of the model's tensors, and its weights of attention: (layers, heads, n, n)."""
    torch, transformers = _libraries()
    with _throughout(dtype):
        config = transformers.AutoConfig.for_model(**CONFIGS[name], attn_implementation="eager")
        model = transformers.AutoModel.from_config(config, attn_implementation="eager")
        state = {
            key: torch.from_numpy(seeded(key, tuple(each.shape)))
            for key, each in model.state_dict().items()
            if each.is_floating_point()
        }
        model.load_state_dict(state, strict=False)
        shapes = {key: list(each.shape) for key, each in state.items()}
        return shapes, _weights(model, list(IDS), dtype)


def minilm(*sentences: str, folder: Path, dtype: str = "float64") -> tuple[list[str], np.ndarray]:
    """The tokens of a sentence or a pair, and the weights of attention of all layers and heads."""
    _, transformers = _libraries()
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    model = transformers.AutoModel.from_pretrained(folder, attn_implementation="eager")
    read = tokenizer(*sentences)
    ids = read["input_ids"]
    weights = _weights(model, ids, dtype, token_type_ids=read["token_type_ids"])
    return tokenizer.convert_ids_to_tokens(ids), weights


@contextmanager
def _throughout(dtype: str) -> Iterator[None]:
    """Inside, what transformers does in float32 whatever the model's type is (norms, angles, softmax) is done in that
    type: else float64 would not be the judge of more than seven digits.
    """
    torch, _ = _libraries()
    if dtype == "float32":
        yield
        return
    # what is loaded inside would keep the exchanged types for good
    importlib.import_module("safetensors.torch")
    before = torch.float32, torch.float, torch.Tensor.float
    torch.float32 = torch.float = torch.float64
    torch.Tensor.float = torch.Tensor.double
    try:
        yield
    finally:
        torch.float32, torch.float, torch.Tensor.float = before


def _weights(model: Any, ids: list[int], dtype: str, **more: list[int]) -> np.ndarray:
    torch, _ = _libraries()
    model = model.to(getattr(torch, dtype)).eval()
    with torch.no_grad():
        said = model(
            torch.tensor([ids]),
            output_attentions=True,
            **{name: torch.tensor([each]) for name, each in more.items()},
        )
    return np.stack([each[0].numpy() for each in said.attentions])


def smollm2(path: Path, dtype: str = "float64") -> tuple[list[int], np.ndarray]:
    """The tokens of `SAT`, and the weights of attention of all layers and heads, out of the .gguf file."""
    _, transformers = _libraries()
    kept = {"pretrained_model_name_or_path": path.parent, "gguf_file": path.name}
    ids = transformers.AutoTokenizer.from_pretrained(**kept)(SAT)["input_ids"]
    with _throughout(dtype):
        torch, _ = _libraries()
        model = transformers.AutoModelForCausalLM.from_pretrained(
            **kept, dtype=torch.float32, attn_implementation="eager"
        )
        return ids, _weights(model, ids, dtype)


def _libraries() -> tuple[Any, Any]:
    os.environ["HF_HUB_OFFLINE"] = "1"
    import torch
    import transformers

    return torch, transformers


def main() -> None:
    """Writes the recordings."""
    from attnviz.models.locate import find_model

    RECORDED.mkdir(exist_ok=True)
    for name in CONFIGS:
        shapes, weights = tiny(name)
        np.savez_compressed(RECORDED / f"{name}.npz", shapes=json.dumps(shapes), weights=weights)
    for name, sentence in SENTENCES.items():
        tokens, weights = minilm(sentence, folder=find_model("minilm").folder)
        np.savez_compressed(RECORDED / f"minilm-{name}.npz", tokens=tokens, weights=weights)
    tokens, weights = minilm(*PAIR, folder=find_model("minilm").folder)
    np.savez_compressed(RECORDED / "minilm-pair.npz", tokens=tokens, weights=weights)
    ids, weights = smollm2(find_model("smollm2").path)
    np.savez_compressed(RECORDED / "smollm2.npz", ids=ids, weights=weights)


if __name__ == "__main__":
    main()

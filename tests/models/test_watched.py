"""--backend transformers: models that are watched while transformers runs them; scripts/test --oracles."""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from attnviz.core.self_attention import trace_of
from attnviz.errors import InputError
from attnviz.models.families.known_families import NumpyRunner
from attnviz.models.formats import open_files
from attnviz.models.locate import ModelLocation
from attnviz.models.watched.transformers_runner import TransformersRunner, tokenizer_of
from tests.models.tiny import CONFIGS, IDS, recorded, write

pytestmark = pytest.mark.oracle

SMALL = {
    "vocab_size": 64,
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 8,
    "max_position_embeddings": 64,
    "pad_token_id": 0,
    "bos_token_id": 1,
    "eos_token_id": 2,
}
OTHERS: dict[str, dict[str, Any]] = {
    "gemma2": {"attn_logit_softcapping": 1.5, "query_pre_attn_scalar": 5, "sliding_window": 4},
    "gpt_oss": {"num_local_experts": 2, "num_experts_per_tok": 1, "sliding_window": 4},
    "gpt_neox": {},
    "olmo2": {},
    "phi3": {},
    "gemma3_text": {"sliding_window": 4},
    "opt": {"ffn_dim": 48, "word_embed_proj_dim": 32, "do_layer_norm_before": True},
    "t5": {"d_model": 32, "d_kv": 8, "d_ff": 48, "num_layers": 2, "num_heads": 4},
    "modernbert": {},
    "electra": {"embedding_size": 32},
    "albert": {"embedding_size": 16},
    "cohere": {},
    "granite": {"attention_multiplier": 0.3},
}


def made(kind: str, folder: Path, **more: Any) -> TransformersRunner:
    """A seeded model of that kind, saved by transformers."""
    import torch
    import transformers

    torch.manual_seed(0)
    asked = {name: value for name, value in (SMALL | more).items() if value is not None}
    config = transformers.AutoConfig.for_model(kind, **asked)
    model = transformers.AutoModel.from_config(config)
    with torch.no_grad():
        for each in model.parameters():
            each.add_(0.3 * torch.randn_like(each))
    model.save_pretrained(folder)
    return TransformersRunner(ModelLocation(folder, kind))


@pytest.mark.parametrize("kind", OTHERS)
def test_kinds_that_are_not_run_here_are_computed_again_to_a_millionth(kind, tmp_path):
    runner = made(kind, tmp_path, **OTHERS[kind])

    layers = list(runner.run(IDS, np.float32))

    assert len(layers) == runner.layers == 2
    for layer in layers:
        problem = layer.problem(range(runner.heads))
        assert problem.provenance.backend.difference < 1e-5
        assert not problem.projects
        if kind not in ("t5",):
            assert problem.x.shape == (len(IDS), 32)
        for head in range(runner.heads):
            assert layer.problem([head]).provenance.backend.difference < 1e-5


def test_modifications_of_the_scores_are_recorded(tmp_path):
    def options(kind: str, layer: int) -> Any:
        runner = made(kind, tmp_path / kind / str(layer), **OTHERS[kind])
        return runner.layer_at(IDS, layer, np.float32).problem([1]).options

    gemma = options("gemma2", 0)
    assert (gemma.softcap, gemma.causal, gemma.window) == (1.5, True, (3, None))
    assert gemma.scale == pytest.approx(5**-0.5)
    oss = options("gpt_oss", 1)
    assert oss.sinks.shape == (1,)
    assert (oss.causal, oss.window, oss.scale) == (True, (None, None), None)
    t5 = options("t5", 0)
    assert (t5.scale, t5.causal, t5.bias.shape) == (1.0, False, (len(IDS), len(IDS)))


@pytest.mark.parametrize("name", ["bert", "gpt2", "llama", "mistral", "qwen3"])
def test_it_is_what_numpy_computes_of_the_same_weights(name, tmp_path):
    shapes, _ = recorded(name)
    location = ModelLocation(write(tmp_path, CONFIGS[name], shapes), name)
    found = open_files(location)
    ours = NumpyRunner(found.config, found.tensors)
    theirs = TransformersRunner(location)

    for number, layer in enumerate(ours.run(IDS, np.float32)):
        watched = theirs.layer_at(IDS, number, np.float32)
        heads = range(ours.heads)
        for one, other in zip(
            trace_of(layer.problem(heads)).heads,
            trace_of(watched.problem(heads)).heads,
            strict=True,
        ):
            np.testing.assert_allclose(one.stages.weights, other.stages.weights, atol=1e-5)
            np.testing.assert_allclose(one.stages.output, other.stages.output, atol=1e-4)
        np.testing.assert_allclose(watched.x, layer.x, atol=1e-4)


@pytest.mark.parametrize("kind", ["falcon", "bloom"])
def test_a_model_that_keeps_its_attention_to_itself_is_refused(kind, tmp_path):
    runner = made(kind, tmp_path, n_layer=2, n_head=4, num_ln_in_parallel_attn=1, head_dim=None)

    with pytest.raises(InputError, match="do not hand their attention over to others"):
        runner.layer_at(IDS, 0, np.float32)


def test_a_folder_that_transformers_does_not_load_is_refused_in_one_line(tmp_path):
    (tmp_path / "config.json").write_text('{"model_type": "nothing"}')

    with pytest.raises(InputError, match="transformers does not load this") as caught:
        TransformersRunner(ModelLocation(tmp_path, "nothing")).layer_at(IDS, 0, np.float32)

    assert "\n" not in str(caught.value)


def test_a_pickle_is_not_loaded(tmp_path):
    import torch

    made("gpt_neox", tmp_path)
    tensors = tmp_path / "model.safetensors"
    tensors.unlink()
    torch.save({}, tmp_path / "pytorch_model.bin")

    with pytest.raises(InputError, match="transformers does not load this"):
        TransformersRunner(ModelLocation(tmp_path, "pickled")).layer_at(IDS, 0, np.float32)


OWN_CODE = """
from pathlib import Path
Path({ran!r}).touch()
from transformers import PretrainedConfig, PreTrainedModel
class Config(PretrainedConfig):
    model_type = "own"
class Model(PreTrainedModel):
    config_class = Config
"""


@pytest.mark.parametrize("kind", ["own", "gpt_neox"])
def test_code_that_a_model_brings_is_never_run_even_if_the_user_would_say_yes(
    kind, tmp_path, monkeypatch
):
    ran, folder = tmp_path / "RAN", tmp_path / "model"
    folder.mkdir()
    made("gpt_neox", folder)
    (folder / "own.py").write_text(OWN_CODE.format(ran=str(ran)))
    config = json.loads((folder / "config.json").read_text())
    config |= {
        "model_type": kind,
        "auto_map": {
            "AutoConfig": "own.Config",
            "AutoModel": "own.Model",
            "AutoTokenizer": "own.T",
        },
    }
    (folder / "config.json").write_text(json.dumps(config))
    monkeypatch.setattr("builtins.input", lambda *_: "y")
    location = ModelLocation(folder, "own")

    if kind == "own":
        with pytest.raises(InputError, match=r"code of its own, which is never run: .*--qkv"):
            TransformersRunner(location).layer_at(IDS, 0, np.float32)
    else:
        # a kind that the library knows is run by the library
        TransformersRunner(location).layer_at(IDS, 0, np.float32)
    with suppress(InputError):
        tokenizer_of(location)
    assert not ran.exists()

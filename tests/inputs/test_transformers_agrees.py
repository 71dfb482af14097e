"""Attention layers of transformers, saved and read back: the same outputs. Run by scripts/test --oracles."""

import numpy as np
import pytest

from attnviz import trace

pytestmark = pytest.mark.oracle

N, WIDTH, HEADS = 5, 16, 4
SMALL = {"hidden_size": WIDTH, "num_attention_heads": HEADS, "num_hidden_layers": 1}


def unturned(torch, d_k):
    """Rotary positions that turn nothing."""
    return torch.ones(1, N, d_k), torch.zeros(1, N, d_k)


def phi3(torch, kv_heads):
    from transformers.models.phi3.modeling_phi3 import Phi3Attention, Phi3Config

    config = Phi3Config(**SMALL, num_key_value_heads=kv_heads, pad_token_id=0)
    config._attn_implementation = "eager"
    layer = Phi3Attention(config, 0)
    return layer, {"position_embeddings": unturned(torch, WIDTH // HEADS), "attention_mask": None}


def neox(torch, kv_heads):
    from transformers.models.gpt_neox.modeling_gpt_neox import GPTNeoXAttention, GPTNeoXConfig

    config = GPTNeoXConfig(**SMALL)
    config._attn_implementation = "eager"
    layer = GPTNeoXAttention(config, 0)
    return layer, {"position_embeddings": unturned(torch, 2), "attention_mask": None}


def bloom(torch, kv_heads):
    from transformers.models.bloom.modeling_bloom import BloomAttention, BloomConfig

    layer = BloomAttention(BloomConfig(hidden_size=WIDTH, n_head=HEADS, n_layer=1), 0)
    nothing = torch.zeros(1, 1, N, N)
    return layer, {"alibi": torch.zeros(HEADS, 1, N), "attention_mask": nothing, "residual": None}


def falcon(torch, kv_heads):
    from transformers.models.falcon.modeling_falcon import FalconAttention, FalconConfig

    kinds = {
        HEADS: {"multi_query": False, "new_decoder_architecture": False},
        1: {"multi_query": True, "new_decoder_architecture": False},
    }
    kind = kinds.get(kv_heads, {"new_decoder_architecture": True, "num_kv_heads": kv_heads})
    config = FalconConfig(**SMALL, **kind, bias=True)
    config._attn_implementation = "eager"
    layer = FalconAttention(config, 0)
    turned = unturned(torch, WIDTH // HEADS)
    nothing = torch.zeros(1, 1, N, N)
    return layer, {"position_embeddings": turned, "attention_mask": nothing, "alibi": None}


def mpt(torch, kv_heads):
    from transformers.models.mpt.modeling_mpt import MptAttention, MptConfig

    layer = MptAttention(MptConfig(d_model=WIDTH, n_heads=HEADS, n_layers=1), 0)
    return layer, {"position_bias": torch.zeros(HEADS, N, N)}


@pytest.mark.parametrize(
    ("made", "kv_heads"),
    [
        *((phi3, each) for each in (4, 2, 1)),
        (neox, 4),
        (bloom, 4),
        *((falcon, each) for each in (4, 2, 1)),
        (mpt, 4),
    ],
)
def test_a_layer_of_transformers_gives_the_same(tmp_path, made, kv_heads):
    import torch

    torch.manual_seed(kv_heads)
    layer, options = made(torch, kv_heads)
    layer = layer.eval()
    for parameter in layer.parameters():
        torch.nn.init.normal_(parameter)
    x = torch.randn(1, N, WIDTH)
    if made is bloom:
        options["residual"] = torch.zeros_like(x)
    np.savez(
        tmp_path / "w.npz", **{f"h.0.attn.{k}": v.numpy() for k, v in layer.state_dict().items()}
    )
    np.save(tmp_path / "x.npy", x[0].numpy())

    with torch.no_grad():
        expected = layer(x, **options)[0]
    computed = trace(vectors=str(tmp_path / "x.npy"), weights=str(tmp_path / "w.npz"), heads=HEADS)

    np.testing.assert_allclose(computed.output, expected[0].numpy(), rtol=2e-4, atol=2e-4)

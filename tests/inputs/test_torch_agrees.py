"""torch.nn.MultiheadAttention, saved and read back: the same weights and outputs. Run by scripts/test --oracles."""

import numpy as np
import pytest

from attnviz import trace

pytestmark = pytest.mark.oracle

N, WIDTH = 5, 8


@pytest.mark.parametrize("suffix", [".npz", ".safetensors"])
@pytest.mark.parametrize("heads", [1, 2, 4])
@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize("hides", ["nothing", "later keys", "padding", "by numbers"])
def test_torch_gives_the_same(tmp_path, suffix, heads, bias, hides):
    import torch
    from safetensors.torch import save_file

    torch.manual_seed(heads)
    module = torch.nn.MultiheadAttention(WIDTH, heads, bias=bias, batch_first=True).double().eval()
    if bias:
        torch.nn.init.normal_(module.in_proj_bias)
        torch.nn.init.normal_(module.out_proj.bias)
    x = torch.randn(1, N, WIDTH, dtype=torch.float64)
    path, array = tmp_path / f"w{suffix}", tmp_path / "hidden.npy"
    if suffix == ".npz":
        np.savez(path, **{name: each.numpy() for name, each in module.state_dict().items()})
    else:
        save_file(module.state_dict(), path)
    np.save(tmp_path / "x.npy", x[0].numpy())
    later = torch.triu(torch.ones(N, N, dtype=torch.bool), 1)
    padding = torch.tensor([[False, False, False, True, True]])
    numbers = torch.randn(1, N, dtype=torch.float64)
    given, asked, theirs = {
        "nothing": (None, {}, {}),
        "later keys": (later, {"mask": array, "mask_true": "hidden"}, {"attn_mask": later}),
        "padding": (padding, {"mask": array, "mask_true": "hidden"}, {"key_padding_mask": padding}),
        "by numbers": (numbers, {"bias": array}, {"key_padding_mask": numbers}),
    }[hides]
    if given is not None:
        np.save(array, given.numpy())

    output, weights = module(x, x, x, average_attn_weights=False, **theirs)
    ours = trace(vectors=tmp_path / "x.npy", weights=path, heads=heads, **asked)

    np.testing.assert_allclose(ours.output, output[0].detach().numpy(), rtol=1e-9, atol=1e-12)
    for i, head in enumerate(ours.heads):
        np.testing.assert_allclose(
            head.stages.weights, weights[0, i].detach().numpy(), rtol=1e-9, atol=1e-12
        )

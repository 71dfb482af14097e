"""The parts between two attentions: linear layers and what follows them."""

from __future__ import annotations

from collections.abc import Callable

from attnviz.core.arrays import FloatArray
from attnviz.core.convolution import activations
from attnviz.errors import InputError
from attnviz.models.config import Config

Activation = Callable[[FloatArray], FloatArray]

_ACTIVATIONS: dict[str, Activation] = {
    "gelu": activations.gelu,
    "gelu_new": activations.gelu_tanh,
    "gelu_pytorch_tanh": activations.gelu_tanh,
    "relu": activations.relu,
    "silu": activations.silu,
    "swish": activations.silu,
}
"""By the names that the configurations of transformers use."""


def activation(config: Config, *names: str, default: str) -> Activation:
    """The activation that the configuration asks for, or the family's. Raises InputError for one that is unknown."""
    name = config.text(*names, default=default)
    if name not in _ACTIVATIONS:
        raise InputError(
            f"{config.path}: the activation {name!r} is not known here, only {', '.join(_ACTIVATIONS)}: "
            "see attnviz models for what is known"
        )
    return _ACTIVATIONS[name]


def linear(x: FloatArray, w: FloatArray, b: FloatArray | None = None) -> FloatArray:
    """x wᵀ + b: x (n, in), w (out, in) as torch.nn.Linear keeps it, b (out,)."""
    projected: FloatArray = x @ w.T
    return projected if b is None else projected + b

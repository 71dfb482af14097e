"""Takes the attention out of a model of the library transformers while it runs.

Its registry of attention functions hands over queries, keys and values as they are compared, the mask, the scale, a
softcap and sinks; a hook gives what they were made of.

Source: transformers, "Attention interface" (the documentation of `AttentionInterface`), version 5.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from attnviz.core.arrays import FloatArray
from attnviz.errors import EnvironmentFault, InputError
from attnviz.models.watched.captured_layer import CapturedLayer

_NAME = "attnviz"
"""The name under which the recording function is registered."""


class LayerRecorded(Exception):  # noqa: N818 - it is no error: what was asked for has been seen
    """Raised when the requested layer was recorded: the rest of the model need not run."""


class AttentionRecorder:
    """Takes the attention of a model out while it runs."""

    def __init__(self, model: Any, n: int, layer: int | None, program: str) -> None:
        self.seen: list[CapturedLayer] = []
        self._model, self._n, self._layer, self._program = model, n, layer, program
        self._names = {id(each): name for name, each in model.named_modules()}
        self._inputs: dict[int, Any] = {}
        self._count = 0

    @contextmanager
    def recording(self) -> Iterator[None]:
        """Records the attention of the model while this is open."""
        transformers = library("transformers")
        masks = importlib.import_module("transformers.masking_utils")
        transformers.AttentionInterface.register(_NAME, self._attend)
        # without a function for masks of that name there would be none, in silence
        transformers.AttentionMaskInterface.register(_NAME, masks.eager_mask)
        self._model.set_attn_implementation(_NAME)
        hooks = [
            each.register_forward_pre_hook(self._remember, with_kwargs=True)
            for each in self._model.modules()
        ]
        try:
            yield
        finally:
            for each in hooks:
                each.remove()

    def _remember(self, module: Any, arguments: Any, named: Any) -> None:
        self._inputs[id(module)] = named.get("hidden_states", arguments[0] if arguments else None)

    def _attend(
        self,
        module: Any,
        query: Any,
        key: Any,
        value: Any,
        attention_mask: Any,
        scaling: float | None = None,
        dropout: float = 0.0,
        **how: Any,
    ) -> tuple[Any, Any]:
        """Stands in for the model's own attention: calls it, and records what went in and came out."""
        output, weights = _own_attention(module)(
            module, query, key, value, attention_mask, scaling=scaling, dropout=0.0, **how
        )
        is_own = query.shape[-2] == key.shape[-2] == self._n
        if is_own:
            if self._layer in (None, self._count):
                scale = query.shape[-1] ** -0.5 if scaling is None else float(scaling)
                self.seen.append(
                    CapturedLayer(
                        name=self._names.get(id(module), type(module).__name__),
                        q=_numbers(query[0]),
                        k=_numbers(key[0]),
                        v=_numbers(value[0]),
                        scale=scale,
                        program_weights=_numbers(weights[0]),
                        program_output=_numbers(output[0].transpose(0, 1)),
                        x=self._made_of(module),
                        added=self._added(attention_mask, how.get("position_bias")),
                        softcap=how.get("softcap"),
                        window=how.get("sliding_window"),
                        sinks=None if how.get("s_aux") is None else _numbers(how["s_aux"]),
                        program=self._program,
                    )
                )
            if self._count == self._layer:
                raise LayerRecorded
            self._count += 1
        return output, weights

    def _made_of(self, module: Any) -> FloatArray | None:
        x = self._inputs.get(id(module))
        if x is None or getattr(x, "ndim", 0) != 3 or x.shape[:2] != (1, self._n):
            return None
        return _numbers(x[0])

    def _added(self, mask: Any, bias: Any) -> FloatArray | None:
        """The numbers added to the scores: (1 or h, n, n). A boolean mask says who is seen."""
        parts = []
        for each in (mask, bias):
            if each is None:
                continue
            part = each[0][..., : self._n, : self._n].detach().cpu()
            if part.dtype == library("torch").bool:
                parts.append(np.where(part.numpy(), 0.0, -np.inf))
            else:
                parts.append(_numbers(part))
        if not parts:
            return None
        shape = np.broadcast_shapes(*(each.shape for each in parts), (1, self._n, self._n))
        return np.asarray(sum(np.broadcast_to(each, shape) for each in parts))


def _numbers(tensor: Any) -> FloatArray:
    torch = library("torch")
    exact = tensor.detach().cpu()
    wide = exact if exact.dtype in (torch.float32, torch.float64) else exact.float()
    found: FloatArray = wide.contiguous().numpy().copy()
    return found


def _own_attention(module: Any) -> Callable[..., tuple[Any, Any]]:
    """The attention as the module of that kind of model writes it out itself."""
    for each in type(module).__mro__:
        own = getattr(sys.modules.get(each.__module__), "eager_attention_forward", None)
        if own is not None:
            found: Callable[..., tuple[Any, Any]] = own
            return found
    raise InputError(
        f"{type(module).__name__} has no attention that is written out in transformers"
    )


def library(name: str) -> Any:
    """A package that is needed for it. Raises EnvironmentFault where it is missing."""
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    try:
        found = importlib.import_module(name)
    except ImportError as error:
        raise EnvironmentFault(
            f"--backend transformers needs the package {name}: pip install 'attnviz[transformers]'"
        ) from error
    if name == "transformers":
        found.utils.logging.set_verbosity_error()
        found.utils.logging.disable_progress_bar()
    return found

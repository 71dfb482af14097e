"""Any model of the library transformers, watched while it runs: --backend transformers.

Its registry of attention functions hands over queries, keys and values as they are compared, the mask, the scale, a
softcap and sinks; a hook gives what they were made of.

Source: transformers, "Attention interface" (the documentation of `AttentionInterface`), version 5.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from attnviz.core.arrays import FloatArray
from attnviz.errors import AttnvizError, EnvironmentFault, InputError
from attnviz.models.captured import Captured
from attnviz.models.places import Place
from attnviz.models.safetensors_folder import SafetensorsFolder
from attnviz.models.tokenizer import as_written

_NAME = "attnviz"
"""Under which the watching function is registered."""
_UNKNOWN_LENGTH = 100_000


class _Enough(Exception):  # noqa: N818 - it is no error: what was asked for has been seen
    """The layer that is asked for has been seen: the rest of the model need not run."""


@dataclass(frozen=True, eq=False)
class TransformersRunner:
    """Runs a model by transformers and takes its attention out. It is a `Runner`.

    Raises EnvironmentFault where torch or transformers is missing, InputError for a model that transformers does not
    load without pickles or code of its own, or whose attention does not go through the registry.
    """

    place: Place
    _loaded: dict[str, Any] = field(default_factory=dict)
    """The model in the types that were asked for."""

    @property
    def layers(self) -> int:
        return int(self._text_config.num_hidden_layers)

    @property
    def heads(self) -> int:
        return int(self._text_config.num_attention_heads)

    @property
    def longest(self) -> int:
        found = getattr(self._text_config, "max_position_embeddings", None)
        return found if type(found) is int and found > 0 else _UNKNOWN_LENGTH

    @property
    def kind(self) -> str:
        return str(self._config.model_type)

    @property
    def program(self) -> str:
        return f"transformers {_library('transformers').__version__}"

    @property
    def files(self) -> Sequence[Path]:
        if self.place.file is not None:
            return (self.place.path,)
        return SafetensorsFolder(self.place.folder).files

    def run(self, ids: Sequence[int], dtype: npt.DTypeLike) -> Iterator[Captured]:
        return iter(self._watched(ids, dtype, None))

    def reached(self, ids: Sequence[int], layer: int, dtype: npt.DTypeLike) -> Captured:
        return self._watched(ids, dtype, layer)[0]

    def _watched(
        self, ids: Sequence[int], dtype: npt.DTypeLike, layer: int | None
    ) -> list[Captured]:
        """That layer, or all of them, as they are when the model reads these tokens."""
        torch = _library("torch")
        model = self._model(dtype)
        watch = _Watch(model, len(ids), layer, self._origin)
        with watch.on(), torch.no_grad(), suppress(_Enough):
            model(torch.tensor([list(ids)]))
        if not watch.seen:
            raise InputError(
                f"{self.place.title}: models of the kind {self.kind!r} do not hand their attention over to others in "
                f"transformers {_library('transformers').__version__}"
                + ("" if layer is None else f", or have no layer {layer} of attention")
            )
        return watch.seen

    def _model(self, dtype: npt.DTypeLike) -> Any:
        name = np.dtype(dtype).name
        if name not in self._loaded:
            self._loaded[name] = self._load(name)
        return self._loaded[name]

    def _load(self, dtype: str) -> Any:
        torch, transformers = _library("torch"), _library("transformers")
        with _loading(self.place):
            model = transformers.AutoModel.from_pretrained(
                self.place.folder,
                config=self._config,
                dtype=getattr(torch, dtype),
                local_files_only=True,
                use_safetensors=True,
                **_file(self.place),
            )
        # of a model that writes as well as reads, what reads
        if getattr(self._config, "is_encoder_decoder", False):
            model = model.get_encoder()
        return model.eval()

    @property
    def _origin(self) -> dict[str, str]:
        return {**dict.fromkeys(("q", "k", "v"), self.program), "backend": self.program}

    @cached_property
    def _config(self) -> Any:
        with _loading(self.place):
            return _library("transformers").AutoConfig.from_pretrained(
                self.place.folder, local_files_only=True, **_file(self.place)
            )

    @property
    def _text_config(self) -> Any:
        return self._config.get_text_config()


def tokenizer_of(place: Place) -> Any:
    """The `tokenizers.Tokenizer` of the model. Raises InputError where transformers has none of that library."""
    with _loading(place):
        found = _library("transformers").AutoTokenizer.from_pretrained(
            place.folder, local_files_only=True, **_file(place)
        )
    if not found.is_fast:
        raise InputError(
            f"{place.title}: its tokenizer is none of the library tokenizers, whose pieces know where they stand"
        )
    return as_written(found.backend_tokenizer)


class _Watch:
    """Takes the attention of a model out while it runs."""

    def __init__(self, model: Any, n: int, layer: int | None, origin: dict[str, str]) -> None:
        self.seen: list[Captured] = []
        self._model, self._n, self._layer, self._origin = model, n, layer, origin
        self._names = {id(each): name for name, each in model.named_modules()}
        self._inputs: dict[int, Any] = {}
        self._count = 0

    @contextmanager
    def on(self) -> Iterator[None]:
        """As long as this is open, what the model attends to is seen."""
        transformers = _library("transformers")
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
        """What the model calls in place of its own attention, which is called and watched."""
        output, weights = _own_attention(module)(
            module, query, key, value, attention_mask, scaling=scaling, dropout=0.0, **how
        )
        is_own = query.shape[-2] == key.shape[-2] == self._n
        if is_own:
            if self._layer in (None, self._count):
                scale = query.shape[-1] ** -0.5 if scaling is None else float(scaling)
                self.seen.append(
                    Captured(
                        name=self._names.get(id(module), type(module).__name__),
                        q=_numbers(query[0]),
                        k=_numbers(key[0]),
                        v=_numbers(value[0]),
                        scale=scale,
                        own_weights=_numbers(weights[0]),
                        own_output=_numbers(output[0].transpose(0, 1)),
                        x=self._made_of(module),
                        added=self._added(attention_mask, how.get("position_bias")),
                        softcap=how.get("softcap"),
                        window=how.get("sliding_window"),
                        sinks=None if how.get("s_aux") is None else _numbers(how["s_aux"]),
                        origin=self._origin,
                    )
                )
            if self._count == self._layer:
                raise _Enough
            self._count += 1
        return output, weights

    def _made_of(self, module: Any) -> FloatArray | None:
        x = self._inputs.get(id(module))
        if x is None or getattr(x, "ndim", 0) != 3 or x.shape[:2] != (1, self._n):
            return None
        return _numbers(x[0])

    def _added(self, mask: Any, bias: Any) -> FloatArray | None:
        """What is added to the scores: (1 or h, n, n). A boolean mask says who is seen."""
        parts = []
        for each in (mask, bias):
            if each is None:
                continue
            part = each[0][..., : self._n, : self._n].detach().cpu()
            if part.dtype == _library("torch").bool:
                parts.append(np.where(part.numpy(), 0.0, -np.inf))
            else:
                parts.append(_numbers(part))
        if not parts:
            return None
        shape = np.broadcast_shapes(*(each.shape for each in parts), (1, self._n, self._n))
        return np.asarray(sum(np.broadcast_to(each, shape) for each in parts))


def _numbers(tensor: Any) -> FloatArray:
    torch = _library("torch")
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


def _file(place: Place) -> dict[str, str]:
    return {} if place.file is None else {"gguf_file": place.file}


@contextmanager
def _loading(place: Place) -> Iterator[None]:
    """What the library says of a model that it does not load becomes one line."""
    try:
        yield
    except AttnvizError:
        raise
    except (OSError, ValueError, KeyError, ImportError, RuntimeError, AttributeError) as error:
        said = " ".join(str(error).split())[:300]
        raise InputError(
            f"{place.path}: transformers does not load this, or not without pickles and code of its own: {said}"
        ) from error


def _library(name: str) -> Any:
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    try:
        library = importlib.import_module(name)
    except ImportError as error:
        raise EnvironmentFault(
            f"--backend transformers needs the package {name}: pip install 'attnviz[transformers]'"
        ) from error
    if name == "transformers":
        library.utils.logging.set_verbosity_error()
        library.utils.logging.disable_progress_bar()
    return library

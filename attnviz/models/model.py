"""A trained model, opened: from a text to the attention of any of its heads."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property, partial
from itertools import islice
from typing import Any

import numpy as np
import numpy.typing as npt

from attnviz.core.arrays import FloatArray
from attnviz.core.problem import Problem
from attnviz.core.provenance import ModelSource, Provenance, Quantisation, Source, UnknownTokens
from attnviz.errors import InputError, unknown_name
from attnviz.models.families.known_families import NumpyRunner, model_types
from attnviz.models.formats import open_files
from attnviz.models.locate import ModelLocation, find_model
from attnviz.models.revision import revision
from attnviz.models.runner import LayerAttention, Runner
from attnviz.models.tokenization import TokenizedText
from attnviz.models.tokenizer import tokenize
from attnviz.records import record

NUMPY, TRANSFORMERS = "numpy", "transformers"
BACKENDS = (NUMPY, TRANSFORMERS)
"""The programs that can run a model."""


@record(eq=False)
class Model:
    """A model, checked; its weights are read when they are needed. Layers and heads are counted from 0."""

    title: str
    runner: Runner
    tokenizer: Callable[[], Any]
    """A `tokenizers.Tokenizer`, loaded when it is asked for."""
    quantisation: Quantisation | None = None
    """The quantisation of the weights, if they are quantised."""

    @property
    def layers(self) -> int:
        """The number of layers."""
        return self.runner.layers

    @property
    def heads(self) -> int:
        """The number of heads of each layer."""
        return self.runner.heads

    @property
    def context_length(self) -> int:
        """The number of tokens that it takes."""
        return self.runner.context_length

    @cached_property
    def revision(self) -> str:
        """The sha256 of the weights."""
        return revision(self.runner.files)

    def tokenize(self, text: str) -> TokenizedText:
        """The text as the model reads it. Raises InputError for one that is empty, or longer than the model takes."""
        found = tokenize(self.tokenizer(), text, self.title)
        if len(found.added) == len(found.ids):
            raise InputError(f"{self.title} finds no token in the text: write a word")
        if len(found.ids) > self.context_length:
            raise InputError(
                f"the text has {len(found.ids)} tokens, {self.title} takes {self.context_length} at most: shorten it"
            )
        return found

    def run(
        self,
        ids: Sequence[int],
        dtype: npt.DTypeLike = np.float32,
        segments: Sequence[int] = (),
    ) -> Iterator[LayerAttention]:
        """The layers one after the other, computed in that type. `segments` are those of a `TokenizedText`."""
        return self.runner.run(ids, dtype, segments)

    def weights(
        self, ids: Sequence[int], segments: Sequence[int] = ()
    ) -> Iterator[Iterator[FloatArray]]:
        """The weights (n, n) of every head, layer by layer; each is computed when it is asked for, and not kept."""
        # the last layer is not gone through to what would follow it
        for layer in islice(self.run(ids, segments=segments), self.layers):
            yield map(layer.weights, range(self.heads))

    def problem(
        self, text: str, layer: int, heads: Sequence[int], dtype: npt.DTypeLike = np.float32
    ) -> Problem:
        """The attention of these heads on the text. Raises InputError for a layer or a head that does not exist."""
        self.check(layer, heads)
        read = self.tokenize(text)
        attention = self.runner.layer_at(read.ids, layer, dtype, read.segments)
        return attention.problem(heads, read.names, self._provenance(read, layer, heads))

    def check(self, layer: int, heads: Sequence[int]) -> None:
        """Raises InputError for a layer or a head that does not exist."""
        if not 0 <= layer < self.layers:
            raise InputError(
                f"no layer {layer}: {self.title} has layers 0 to {self.layers - 1}, counted from 0 (--layer)"
            )
        for head in heads:
            if not 0 <= head < self.heads:
                raise InputError(
                    f"no head {head}: a layer of {self.title} has heads 0 to {self.heads - 1}, counted from 0 (--head)"
                )

    def _provenance(self, read: TokenizedText, layer: int, heads: Sequence[int]) -> Provenance:
        where = f"{self.title}, layer {layer}"
        weights = Source("other", f"{where}, head {','.join(map(str, heads))}")
        return Provenance(
            sources={"x": Source("other", f"what enters the attention of {where}")}
            | dict.fromkeys(("w_q", "w_k", "w_v"), weights),
            model=ModelSource(self.title, layer, self.revision, read.kind),
            heads=tuple(heads),
            quantisation=self.quantisation,
            unknown=unknown_tokens(read),
            second_text=read.second_text,
        )


def unknown_tokens(read: TokenizedText) -> UnknownTokens | None:
    """The tokens that the model does not know; None where there are none."""
    return UnknownTokens(len(read.unknown), len(read.ids)) if read.unknown else None


def open_model(name: str, backend: str = NUMPY) -> Model:
    """The model of that name: one that a package brings, a folder, a .gguf file, or an id in the hub's cache.

    `backend` says who runs it: "numpy" is this program, for the kinds of models that it knows; "transformers" any model
    of that library.

    Raises InputError for a name that is none of them, a folder that is no model, and a kind of model that is not known
    here; EnvironmentFault for a model or a library that has to be installed first.
    """
    if backend not in BACKENDS:
        raise unknown_name("backend", backend, BACKENDS)
    location = find_model(name)
    if backend == TRANSFORMERS:
        return _captured(location)
    found = open_files(location)
    config = found.config
    if config.kind not in model_types():
        raise InputError(
            f"{config.path}: models of the kind {config.kind!r} are not run here, only {', '.join(model_types())}: "
            f"--backend {TRANSFORMERS} runs others"
        )
    runner = NumpyRunner(config, found.tensors)
    return Model(location.title, runner, found.tokenizer, found.quantisation)


def _captured(location: ModelLocation) -> Model:
    # torch takes seconds to load
    from attnviz.models.watched.transformers_runner import TransformersRunner, tokenizer_of

    quantisation = None if location.file is None else open_files(location).quantisation
    return Model(
        location.title, TransformersRunner(location), partial(tokenizer_of, location), quantisation
    )

"""A trained model, opened: from a text to the attention of any of its heads."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt

from attnviz.core.arrays import FloatArray
from attnviz.core.problem import Problem
from attnviz.errors import InputError
from attnviz.models import bert, gpt2, llama
from attnviz.models.config import Config
from attnviz.models.formats import opened
from attnviz.models.layer import Layer
from attnviz.models.pieces import Pieces
from attnviz.models.places import find
from attnviz.models.revision import revision
from attnviz.models.tensors import Tensors
from attnviz.models.tokenizer import pieces

_FAMILIES: tuple[ModuleType, ...] = (bert, gpt2, llama)
KINDS = tuple(kind for family in _FAMILIES for kind in family.KINDS)
"""The kinds of models that are run here, as config.json calls them."""


@dataclass(frozen=True, eq=False)
class Model:
    """A model, checked; its weights are read when they are needed. Layers and heads are counted from 0."""

    title: str
    folder: Path
    config: Config
    tensors: Tensors
    tokenizer: Callable[[], Any]
    """A `tokenizers.Tokenizer`, loaded when it is asked for."""
    rounding: Mapping[str, str] = field(default_factory=dict)
    """How the weights are quantised, if they are: `stored` and `bits` of the provenance."""

    @property
    def layers(self) -> int:
        """How many layers there are."""
        return int(self._family.layer_count(self.config))

    @property
    def heads(self) -> int:
        """How many heads each layer has."""
        return int(self._family.head_count(self.config))

    @property
    def longest(self) -> int:
        """How many tokens it takes."""
        return int(self._family.longest(self.config))

    @cached_property
    def revision(self) -> str:
        """The sha256 of the weights."""
        return revision(self.tensors.files)

    def pieces(self, text: str) -> Pieces:
        """The text as the model reads it. Raises InputError for one that is empty, or longer than the model takes."""
        found = pieces(self.tokenizer(), text)
        if not found.ids:
            raise InputError(f"{self.title} finds no token in the text: write a word")
        if len(found.ids) > self.longest:
            raise InputError(
                f"the text has {len(found.ids)} tokens, {self.title} takes {self.longest} at most: shorten it"
            )
        return found

    def run(self, ids: Sequence[int], dtype: npt.DTypeLike = np.float32) -> Iterator[Layer]:
        """The layers one after the other, computed in that type; nothing beyond what is asked for is computed."""
        found: Iterator[Layer] = self._family.layers(self.tensors, self.config, ids, dtype)
        return found

    def weights(self, ids: Sequence[int]) -> Iterator[Iterator[FloatArray]]:
        """The weights (n, n) of every head, layer by layer; each is computed when it is asked for, and not kept."""
        # the last layer is not gone through to what would follow it
        for layer in islice(self.run(ids), self.layers):
            yield map(layer.weights, range(self.heads))

    def problem(
        self, text: str, layer: int, heads: Sequence[int], dtype: npt.DTypeLike = np.float32
    ) -> Problem:
        """The attention of these heads on the text. Raises InputError for a layer or a head that does not exist."""
        self.check(layer, heads)
        read = self.pieces(text)
        reached = next(islice(self.run(read.ids, dtype), layer, None))
        return reached.problem(heads, read.names, self._provenance(read, layer, heads))

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

    def _provenance(self, read: Pieces, layer: int, heads: Sequence[int]) -> dict[str, str]:
        listed = ",".join(map(str, heads))
        where = f"{self.title}, layer {layer}"
        weights = f"{where}, head {listed}"
        return {
            "x": f"what enters the attention of {where}",
            **dict.fromkeys(("w_q", "w_k", "w_v"), weights),
            "model": self.title,
            "revision": self.revision,
            "layer": str(layer),
            "heads": listed,
            "tokenizer": read.kind,
            **self.rounding,
        }

    @property
    def _family(self) -> ModuleType:
        return next(each for each in _FAMILIES if self.config.kind in each.KINDS)


def open_model(name: str) -> Model:
    """The model of that name: one that a package brings, a folder, a .gguf file, or an id in the hub's cache.

    Raises InputError for a name that is none of them, a folder that is no model, and a kind of model that is not known
    here; EnvironmentFault for a model or a library that has to be installed first.
    """
    place = find(name)
    found = opened(place)
    config = found.config
    if config.kind not in KINDS:
        raise InputError(
            f"{config.path}: models of the kind {config.kind!r} are not run here, only {', '.join(KINDS)}"
        )
    return Model(place.title, place.folder, config, found.tensors, found.tokenizer, found.rounding)

"""The kinds of models that are run here, in NumPy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from types import ModuleType

import numpy.typing as npt

from attnviz.models import bert, gpt2, llama
from attnviz.models.config import Config
from attnviz.models.layer import Layer
from attnviz.models.tensors import Tensors

_FAMILIES: tuple[ModuleType, ...] = (bert, gpt2, llama)
KINDS = tuple(kind for family in _FAMILIES for kind in family.KINDS)
"""As config.json calls them."""


@dataclass(frozen=True, eq=False)
class NumpyRunner:
    """Runs a model of one of `KINDS` up to the layer that is asked for. It is a `Runner`."""

    config: Config
    tensors: Tensors

    @property
    def kind(self) -> str:
        return self.config.kind

    @property
    def program(self) -> None:
        return None

    @property
    def layers(self) -> int:
        return int(self._family.layer_count(self.config))

    @property
    def heads(self) -> int:
        return int(self._family.head_count(self.config))

    @property
    def longest(self) -> int:
        return int(self._family.longest(self.config))

    @property
    def files(self) -> Sequence[Path]:
        return self.tensors.files

    def run(self, ids: Sequence[int], dtype: npt.DTypeLike) -> Iterator[Layer]:
        found: Iterator[Layer] = self._family.layers(self.tensors, self.config, ids, dtype)
        return found

    def reached(self, ids: Sequence[int], layer: int, dtype: npt.DTypeLike) -> Layer:
        return next(islice(self.run(ids, dtype), layer, None))

    @property
    def _family(self) -> ModuleType:
        return next(each for each in _FAMILIES if self.config.kind in each.KINDS)

"""The table of model families that are run here, in NumPy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count, islice
from pathlib import Path

import numpy.typing as npt

from attnviz.errors import InputError, parsing
from attnviz.models.config import CURE, Config
from attnviz.models.families import bert, gpt2, llama
from attnviz.models.families.family import ModelFamily
from attnviz.models.layer import ModelLayer
from attnviz.models.tensors import Tensors
from attnviz.progress import reporting
from attnviz.records import record

_FAMILIES: list[ModelFamily] = [bert.FAMILY, gpt2.FAMILY, llama.FAMILY]


def register_family(family: ModelFamily) -> None:
    """Adds a family to the table. Raises InputError where one of its model types has a family already."""
    for each in family.model_types:
        if each in model_types():
            raise InputError(
                f"models of the type {each!r} are run by {family_of(each).name} already"
            )
    _FAMILIES.append(family)


def model_types() -> tuple[str, ...]:
    """The values of `model_type` in config.json for which there is a family."""
    return tuple(each for family in _FAMILIES for each in family.model_types)


def family_of(model_type: str) -> ModelFamily:
    """The family of that model type. Raises InputError where there is none."""
    for family in _FAMILIES:
        if model_type in family.model_types:
            return family
    raise InputError(
        f"models of the kind {model_type!r} are not run here, only {', '.join(model_types())}"
    )


@record(eq=False)
class NumpyRunner:
    """Runs a model of one of the families. It is a `Runner`."""

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
        return self._family.layer_count(self.config)

    @property
    def heads(self) -> int:
        return self._family.head_count(self.config)

    @property
    def context_length(self) -> int:
        return self._family.context_length(self.config)

    @property
    def files(self) -> Sequence[Path]:
        return self.tensors.files

    def run(
        self, ids: Sequence[int], dtype: npt.DTypeLike, segments: Sequence[int] = ()
    ) -> Iterator[ModelLayer]:
        more = {"segments": segments} if self._family.has_segments else {}
        layers = self._family.layers(self.tensors, self.config, ids, dtype, **more)
        for _ in reporting(count(), "Layers of the model", self.layers):
            # Settings and weights that contradict each other fail wherever they meet.
            with parsing(str(self.tensors.path), CURE, "cannot be run"):
                layer = next(layers, None)
                if layer is None:
                    return
                layer.check()
            yield layer

    def layer_at(
        self, ids: Sequence[int], layer: int, dtype: npt.DTypeLike, segments: Sequence[int] = ()
    ) -> ModelLayer:
        return next(islice(self.run(ids, dtype, segments), layer, None))

    @property
    def _family(self) -> ModelFamily:
        return family_of(self.config.kind)

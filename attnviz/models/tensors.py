"""What the families ask of a model's weights, in whatever file they are."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from attnviz.core.arrays import FloatArray


class Tensors(Protocol):
    """The tensors of a model, under the names that the hub gives them; each is read when it is asked for."""

    @property
    def names(self) -> frozenset[str]:
        """What the tensors are called."""

    @property
    def files(self) -> tuple[Path, ...]:
        """All files of the weights, in the order of their names."""

    def get(self, name: str, dtype: npt.DTypeLike = np.float32) -> FloatArray:
        """The tensor of that name in that type. Raises InputError if there is none, or none of real numbers."""

    def find(self, name: str, dtype: npt.DTypeLike = np.float32) -> FloatArray | None:
        """The tensor of that name, or None if there is none."""

    def rows(
        self, name: str, chosen: Sequence[int], dtype: npt.DTypeLike = np.float32
    ) -> FloatArray:
        """Of a matrix these rows, of which alone the file is read. Raises InputError as `get` does."""

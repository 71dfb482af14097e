"""The interface of a model's weights for the families, in whatever file they are."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from attnviz.core.arrays import FloatArray
from attnviz.errors import InputError


class Tensors(ABC):
    """The tensors of a model, under the names that the hub gives them; each is read when it is asked for."""

    @property
    @abstractmethod
    def path(self) -> Path:
        """The file or the folder, as errors name it."""

    @property
    @abstractmethod
    def names(self) -> frozenset[str]:
        """The names of the tensors."""

    @property
    @abstractmethod
    def files(self) -> tuple[Path, ...]:
        """All files of the weights, in the order of their names."""

    @abstractmethod
    def read(self, name: str, rows: slice | list[int]) -> FloatArray:
        """These rows of one of them, of which alone the file is read. Raises InputError for what holds no real numbers,
        IndexError for a row that is not there.
        """

    def get(self, name: str, dtype: npt.DTypeLike = np.float32) -> FloatArray:
        """The tensor of that name in that type. Raises InputError if there is none, or none of real numbers."""
        return self._numbers(name, slice(None), dtype)

    def find(self, name: str, dtype: npt.DTypeLike = np.float32) -> FloatArray | None:
        """The tensor of that name, or None if there is none."""
        return self.get(name, dtype) if name in self.names else None

    def rows(
        self, name: str, chosen: Sequence[int], dtype: npt.DTypeLike = np.float32
    ) -> FloatArray:
        """These rows of a matrix. Raises InputError as `get` does."""
        try:
            return self._numbers(name, list(chosen), dtype)
        except IndexError as error:
            raise InputError(
                f"{self.path}: {name} has no row {max(chosen)}: the tokenizer and the weights do not belong together"
            ) from error

    def _numbers(self, name: str, rows: slice | list[int], dtype: npt.DTypeLike) -> FloatArray:
        if name not in self.names:
            raise InputError(
                f"{self.path}: the weights have no tensor {name}: this is not a whole model of its kind"
            )
        # a copy, for what is read may be a view of the file
        return np.array(self.read(name, rows), dtype=dtype)

"""The weights of a .gguf file: mapped into memory, and made numbers again where they are used."""

from __future__ import annotations

import importlib
from functools import cached_property
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from attnviz.core.arrays import FloatArray
from attnviz.core.provenance import Quantisation
from attnviz.errors import EnvironmentFault, InputError
from attnviz.models.gguf.file import GgufFile, StoredTensor
from attnviz.models.gguf.names import arranged, names_of
from attnviz.models.tensors import Tensors

_PLAIN = {"F32": "<f4", "F16": "<f2", "F64": "<f8"}
"""Types that are numbers as they lie there."""
_FLOATS = {*_PLAIN, "BF16"}


class GgufTensors(Tensors):
    """The tensors of a .gguf file, under the names that the hub gives them: see `Tensors`."""

    def __init__(self, file: GgufFile) -> None:
        """Raises InputError for a file that ends before its tensors do, or whose architecture is not run here;
        EnvironmentFault if the package gguf is missing.
        """
        self._file = file
        self._library = _library()
        self._own = names_of(file)
        for name, stored in file.tensors.items():
            self._check(name, stored)

    @property
    def names(self) -> frozenset[str]:
        """The names of the tensors."""
        return frozenset(self._own)

    @property
    def files(self) -> tuple[Path, ...]:
        """The one file."""
        return (self._file.path,)

    @cached_property
    def quantisation(self) -> Quantisation | None:
        """The quantisation of the weights; None where none is quantised."""
        numbers: dict[str, int] = {}
        taken = 0
        for name, stored in self._file.tensors.items():
            kind = self._kind_of(stored, name)
            if kind.name not in _FLOATS:
                numbers[kind.name] = numbers.get(kind.name, 0) + prod(stored.shape)
                taken += 8 * self._bytes_of(stored, name)
        if not numbers:
            return None
        kinds = sorted(numbers, key=lambda each: -numbers[each])
        return Quantisation("/".join(kinds), round(taken / sum(numbers.values()), 1))

    @property
    def path(self) -> Path:
        """The file."""
        return self._file.path

    def read(self, name: str, rows: slice | list[int]) -> FloatArray:
        """These rows of the tensor, as the hub would have them. Raises InputError for a type that is not known."""
        own = self._own[name]
        found, arrange = self.stored(own, rows), arranged(self._file, own)
        return found if arrange is None else arrange(found)

    def stored(self, own: str, rows: slice | list[int] = slice(None)) -> FloatArray:
        """The tensor that has that name in the file, or these rows of it, as the file has them."""
        stored = self._file.tensors[own]
        kind, path = self._kind_of(stored, own), self._file.path
        if kind.name in _PLAIN:
            form = np.dtype(_PLAIN[kind.name])
            return np.array(
                np.memmap(path, form, "r", offset=stored.begin, shape=stored.shape)[rows]
            )
        size, bytes_of = self._library.GGML_QUANT_SIZES[kind]
        shape = (*stored.shape[:-1], stored.shape[-1] // size * bytes_of)
        blocks = np.memmap(path, np.uint8, "r", offset=stored.begin, shape=shape)[rows]
        try:
            numbers: FloatArray = self._library.dequantize(np.asarray(blocks), kind)
        except NotImplementedError as error:
            raise self._unknown(own, kind.name) from error
        return numbers

    def _check(self, name: str, stored: StoredTensor) -> None:
        size, _ = self._library.GGML_QUANT_SIZES[self._kind_of(stored, name)]
        if not prod(stored.shape) or not stored.shape or stored.shape[-1] % size:
            raise InputError(
                f"{self._file.path}, {name}: no tensor has the shape {stored.shape}: download the file anew"
            )
        if stored.begin + self._bytes_of(stored, name) > self._file.size:
            raise InputError(
                f"{self._file.path} ends before its tensor {name} does: download it anew"
            )

    def _kind_of(self, stored: StoredTensor, own: str) -> Any:
        try:
            return self._library.GGMLQuantizationType(stored.kind)
        except ValueError as error:
            raise self._unknown(own, f"number {stored.kind}") from error

    def _bytes_of(self, stored: StoredTensor, own: str) -> int:
        size, bytes_of = self._library.GGML_QUANT_SIZES[self._kind_of(stored, own)]
        return prod(stored.shape) // int(size) * int(bytes_of)

    def _unknown(self, own: str, kind: str) -> InputError:
        return InputError(
            f"{self._file.path}, {own}: the package gguf does not know how to read the quantisation {kind}: take the "
            "model in another, or try pip install --upgrade gguf"
        )


def _library() -> Any:
    try:
        return importlib.import_module("gguf")
    except ImportError as error:
        raise EnvironmentFault(
            "--model reads .gguf with the package gguf: pip install 'attnviz[gguf]'"
        ) from error

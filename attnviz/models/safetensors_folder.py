"""The weights of a model folder: .safetensors, one file or several, mapped into memory and read where they are used."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from attnviz.core.arrays import FloatArray
from attnviz.core.json_text import load_json
from attnviz.errors import EnvironmentFault, InputError, parsing
from attnviz.models.config import CURE, read_model_json
from attnviz.models.tensors import Tensors

WHOLE, INDEX = "model.safetensors", "model.safetensors.index.json"
_PICKLED = ("pytorch_model.bin", "pytorch_model.bin.index.json", "model.pt", "model.pth")
_BFLOAT16 = "BF16"
_TYPES = {"F64": "<f8", "F32": "<f4", "F16": "<f2", _BFLOAT16: "<u2"}
_LENGTH = 8
"""Bytes at the beginning of a file that say how long the list of its tensors is."""


class SafetensorsFolder(Tensors):
    """The tensors of a model folder, by name: see `Tensors`."""

    def __init__(self, folder: Path) -> None:
        """Raises InputError for a folder without weights, or whose weights cannot be read."""
        self.folder = folder
        self._places = _places(folder)
        self._lists: dict[Path, Mapping[str, Any]] = {}

    @cached_property
    def names(self) -> frozenset[str]:
        """The names of the tensors."""
        if self._places is None:
            return frozenset(self._list_of(self.folder / WHOLE))
        return frozenset(self._places)

    @property
    def files(self) -> tuple[Path, ...]:
        """All files of the weights, in the order of their names."""
        if self._places is None:
            return (self.folder / WHOLE,)
        files = tuple(sorted({self.folder / name for name in self._places.values()}))
        for path in files:
            _check_there(path)
        return files

    @property
    def path(self) -> Path:
        """The folder."""
        return self.folder

    def read(self, name: str, rows: slice | list[int]) -> FloatArray:
        """These rows of the tensor. Raises InputError for one that is not where the list says, or of no floats."""
        path = self.folder / (WHOLE if self._places is None else self._places[name])
        listed = self._list_of(path)
        if name not in listed:
            raise InputError(
                f"{path} has no tensor {name}, though {INDEX} says so: download it anew"
            )
        kind, shape = listed[name]["dtype"], tuple(listed[name]["shape"])
        if kind not in _TYPES:
            raise InputError(
                f"{path}, {name}: it holds {kind}, not floating point: quantised weights are not read, save them as F32"
            )
        if 0 in shape:
            return np.zeros(shape)[rows]
        begin, _ = listed[name]["data_offsets"]
        at = _begin_of_data(path) + begin
        mapped = np.memmap(path, _TYPES[kind], "r", offset=at, shape=shape)[rows]
        if kind == _BFLOAT16:  # the upper half of a float32
            mapped = (mapped.astype("<u4") << 16).view("<f4")
        return mapped

    def _list_of(self, path: Path) -> Mapping[str, Any]:
        """The header's entry of each tensor; the library has checked that it is true."""
        if path not in self._lists:
            library = _library()
            _check_there(path)
            with parsing(str(path), CURE, "cannot be read as safetensors"):
                with library.safe_open(path, framework="np"):
                    pass
                with path.open("rb") as file:
                    length = int.from_bytes(file.read(_LENGTH), "little")
                    listed = load_json(file.read(length).decode("utf-8"))
            listed.pop("__metadata__", None)
            self._lists[path] = listed
        return self._lists[path]


def _places(folder: Path) -> dict[str, str] | None:
    """The file of each tensor; None where there is one file for all."""
    if (folder / WHOLE).is_file():
        return None
    if (folder / INDEX).is_file():
        try:
            places = read_model_json(folder / INDEX)["weight_map"]
            return {str(name): _plain_name(str(file)) for name, file in places.items()}
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            raise InputError(
                f"{folder / INDEX}: not a list of tensors and their files: download it anew"
            ) from error
    for name in _PICKLED:
        if (folder / name).exists():
            raise InputError(
                f"{folder / name} is a Python pickle, which is never loaded: where you trust the model, transformers' "
                "AutoModel.from_pretrained(FOLDER).save_pretrained(FOLDER) writes model.safetensors"
            )
    raise InputError(
        f"{folder} has no {WHOLE}: name a folder as it is downloaded from the hub, with its weights"
    )


def _check_there(path: Path) -> None:
    if not path.is_file():
        raise InputError(f"{path}: no such file, though {INDEX} names it: download the folder anew")


def _plain_name(name: str) -> str:
    """Raises ValueError for what is not the name of a file in the same folder."""
    if Path(name).name != name:
        raise ValueError(name)
    return name


def _begin_of_data(path: Path) -> int:
    with path.open("rb") as file:
        return _LENGTH + int.from_bytes(file.read(_LENGTH), "little")


def _library() -> Any:
    try:
        return importlib.import_module("safetensors")
    except ImportError as error:
        raise EnvironmentFault(
            "--model reads .safetensors, which needs the package safetensors: pip install 'attnviz[models]'"
        ) from error

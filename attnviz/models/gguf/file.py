"""A .gguf file: what its header says of the model, and where its tensors lie.

The form is that of the specification (docs/gguf.md of ggml), versions 2 and 3. The package gguf reads headers too, but
makes an array of every length and every word of a vocabulary, which takes seconds.
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from attnviz.errors import parsing
from attnviz.models.config import CURE
from attnviz.records import record

SUFFIX = ".gguf"
_MAGIC = b"GGUF"
_VERSIONS = (2, 3)
_NUMBERS = dict(
    zip(
        (0, 1, 2, 3, 4, 5, 6, 7, 10, 11, 12),
        ("<u1", "<i1", "<u2", "<i2", "<u4", "<i4", "<f4", "<?", "<u8", "<i8", "<f8"),
        strict=True,
    )
)
_TEXT, _LIST = 8, 9
_ALIGNMENT = 32
"""The default alignment: the data and each tensor begin at a multiple of so many bytes."""


_LONGEST_NAME, _MOST_AXES = 1000, 8


@record
class StoredTensor:
    """A tensor as it lies in the file."""

    kind: int
    """The number of its type: 0 is F32, 1 is F16, others are quantised."""
    shape: tuple[int, ...]
    """The rows first, as in NumPy; in the file it is the other way round."""
    begin: int
    """The byte of the file that it begins with."""


@record
class GgufFile:
    """The contents of a header."""

    path: Path
    values: Mapping[str, Any]
    """By key, as "llama.block_count": numbers, words, and lists of them (of numbers as arrays)."""
    tensors: Mapping[str, StoredTensor]
    size: int
    """All bytes of the file."""

    def word(self, key: str) -> str | None:
        """The word under that key; None where there is none."""
        value = self.values.get(key)
        return value if isinstance(value, str) else None


def is_gguf(path: Path) -> bool:
    """Tells a .gguf file by its name or its first bytes: some programs name their files by digests."""
    if path.suffix.lower() == SUFFIX:
        return True
    try:
        with path.open("rb") as file:
            return file.read(len(_MAGIC)) == _MAGIC
    except OSError:
        return False


def read_gguf(path: Path) -> GgufFile:
    """The header of the file. Raises InputError for a file that is none, or ends within it."""
    with (
        parsing(str(path), CURE, "cannot be read as GGUF"),
        path.open("rb") as file,
        mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data,
    ):
        values, tensors = _header(_Cursor(data))
        return GgufFile(path, values, tensors, len(data))


class _Cursor:
    """A place in the header, which goes on with what is read."""

    def __init__(self, data: mmap.mmap) -> None:
        self._data = data
        self.at = 0

    def read_bytes(self, count: int) -> bytes:
        """The next bytes. Raises ValueError where the file has fewer."""
        end = self.at + count
        if end > len(self._data):
            raise ValueError("it ends too early")
        taken = self._data[self.at : end]
        self.at = end
        return taken

    def whole_number(self, form: str = "<Q") -> int:
        """A whole number, of 64 bits where nothing else is said."""
        (value,) = struct.unpack(form, self.read_bytes(struct.calcsize(form)))
        return int(value)

    def text(self) -> str:
        """A word after its length."""
        return self.read_bytes(self.whole_number()).decode()

    def name(self) -> str:
        """A word that is a name. Raises ValueError for one that is no name, by its length."""
        found = self.text()
        if len(found) > _LONGEST_NAME:
            raise ValueError(f"it has a name of {len(found):,} characters")
        return found

    def value(self, kind: int) -> Any:
        """A value of that kind: a word, a number, or a list of either."""
        if kind == _TEXT:
            return self.text()
        if kind == _LIST:
            kind, count = self.whole_number("<I"), self.whole_number()
            return (
                [self.text() for _ in range(count)] if kind == _TEXT else self._array(kind, count)
            )
        return self._array(kind, 1)[0].item()

    def _array(self, kind: int, count: int) -> np.ndarray[Any, Any]:
        if kind not in _NUMBERS:
            raise ValueError(f"it has a value of the unknown kind {kind}")
        form = np.dtype(_NUMBERS[kind])
        return np.frombuffer(self.read_bytes(count * form.itemsize), form)


def _header(cursor: _Cursor) -> tuple[dict[str, Any], dict[str, StoredTensor]]:
    if cursor.read_bytes(len(_MAGIC)) != _MAGIC:
        raise ValueError("it does not begin with GGUF")
    version = cursor.whole_number("<I")
    if version not in _VERSIONS:
        raise ValueError(f"it is of version {version}, and only {_VERSIONS} are known")
    tensor_count, value_count = cursor.whole_number(), cursor.whole_number()
    values = {}
    for _ in range(value_count):
        key = cursor.name()
        values[key] = cursor.value(cursor.whole_number("<I"))
    listed = [_listed(cursor) for _ in range(tensor_count)]
    alignment = values.get("general.alignment", _ALIGNMENT)
    if type(alignment) is not int or alignment < 1:
        raise ValueError(f"its alignment is {alignment}")
    data = -(-cursor.at // alignment) * alignment
    return values, {name: StoredTensor(kind, shape, data + at) for name, kind, shape, at in listed}


def _listed(cursor: _Cursor) -> tuple[str, int, tuple[int, ...], int]:
    """A line of the list of tensors: its name, its kind, its shape, and its first byte among the data."""
    name, axes = cursor.name(), cursor.whole_number("<I")
    if axes > _MOST_AXES:
        raise ValueError(f"it has a tensor of {axes} axes")
    shape = [cursor.whole_number() for _ in range(axes)]
    return name, cursor.whole_number("<I"), tuple(reversed(shape)), cursor.whole_number()

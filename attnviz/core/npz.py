"""Arrays of .npy and .npz files, of which nothing is unpickled and no size is believed.

NumPy's own reader makes an array as large as the header says before it looks whether the numbers are there, and
zipfile unpacks bzip2 and LZMA whole, whatever size the archive states. Here a header is held against the bytes behind
it, and a member is unpacked when it is read, no further than to the size that it states. Whoever reads may refuse a
shape by the header alone, before the numbers are unpacked.
"""

from __future__ import annotations

import io
import math
import zlib
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from attnviz.errors import AttnvizError

if TYPE_CHECKING:
    from zipfile import ZipInfo

MOST_MEMBERS = 10_000
"""No archive with more arrays than this is opened."""
_LZMA_MEMORY = 96 * 2**20
"""Bytes that an LZMA stream may claim for its dictionary."""
_LOCAL, _LOCAL_SIZE = b"PK\x03\x04", 30
_CENTRAL = b"PK\x01\x02"
_ENCRYPTED = 1
_LONGEST_HEADER = 2**14
"""Bytes in which the header of an array must end: NumPy itself reads 10,000 characters."""
_PACKED_PART, _PLAIN_PART = 2**16, 2**18
"""Bytes that are unpacked at once, and bytes that come of them at once."""

Array = npt.NDArray[Any]
Shape: TypeAlias = tuple[int, ...]
CheckShape: TypeAlias = Callable[[Shape], None]
"""Raises an error for a shape that is not read."""


class TooLargeError(ValueError):
    """An archive that says it unpacks to more than is read."""


class PickledError(ValueError):
    """An array of Python objects, which would have to be unpickled."""


class _Header(NamedTuple):
    shape: Shape
    by_columns: bool
    dtype: np.dtype[Any]
    begin: int
    """The place of the first number."""

    @property
    def numbers(self) -> int:
        return math.prod(self.shape)


def npy_array(data: bytes, check: CheckShape | None = None) -> Array:
    """The array of a .npy file with that content. It may be a view of these bytes, and cannot be written to then.

    `check` is called with the shape before anything else is done. Raises PickledError for Python objects, and
    ValueError, or what NumPy raises, for a file that is damaged.

    >>> file = io.BytesIO()
    >>> np.save(file, np.array([[1.0, 2.0]]))
    >>> npy_array(file.getvalue())
    array([[1., 2.]])
    """
    return _numbers(data, _header(data[:_LONGEST_HEADER], len(data), check))


def _header(begin: bytes | bytearray, size: int, check: CheckShape | None) -> _Header:
    """The header that a file of so many bytes begins with, if all the numbers that it states are there."""
    file = io.BytesIO(begin)
    version = np.lib.format.read_magic(file)
    if version == (1, 0):
        shape, by_columns, dtype = np.lib.format.read_array_header_1_0(file)
    elif version == (2, 0):
        shape, by_columns, dtype = np.lib.format.read_array_header_2_0(file)
    else:
        raise ValueError(f"it is of version {version[0]}.{version[1]}, and 1.0 and 2.0 are read")
    if dtype.hasobject:
        raise PickledError("it holds pickled Python objects, which are never loaded")
    if not dtype.itemsize:
        raise ValueError(f"its numbers are of the type {dtype}, which takes no bytes")
    if not all(type(each) is int and 0 <= each < 2**63 for each in shape):
        raise ValueError("its shape is none")
    header = _Header(shape, by_columns, dtype, file.tell())
    if header.numbers * dtype.itemsize > size - header.begin:
        raise ValueError(f"it says that it holds {header.numbers:,} numbers, and ends before them")
    if check is not None:
        check(shape)
    return header


def _numbers(content: bytes | bytearray, header: _Header) -> Array:
    """The array behind the header, a view of the content where the machine can read the numbers there."""
    count, dtype = header.numbers, header.dtype
    flat = np.frombuffer(content, dtype, count, header.begin) if count else np.zeros(0, dtype)
    shape = header.shape
    array = flat.reshape(shape[::-1]).T if header.by_columns else flat.reshape(shape)
    return array if array.flags.aligned else array.copy(order="K")


class StoredArrays(Mapping[str, Array]):
    """The arrays of a .npz file by name, each unpacked when it is read.

    Those that are read unpack to at most `most` bytes together. `check` is called with the shape of each of them before
    its numbers are unpacked.

    Making one raises ValueError, or what zipfile raises, for what is no archive, or one whose members overlap. Reading
    an array raises TooLargeError for more than `most`, PickledError for Python objects, ValueError for one that is not
    as large as it says, and what NumPy and the libraries that unpack raise for one that is damaged.

    >>> file = io.BytesIO()
    >>> np.savez(file, x=np.array([1.0]), y=np.zeros(1000))
    >>> arrays = StoredArrays(file, most=1000)
    >>> list(arrays), arrays["x"]
    (['x', 'y'], array([1.]))
    """

    def __init__(self, file: BinaryIO, most: int, check: CheckShape | None = None) -> None:
        """Reads the directory of the file, which stays open."""
        import zipfile  # as slow to load as all that reads files: only those pay who have an archive

        _check_count(file)
        with zipfile.ZipFile(file) as archive:
            members, end = archive.infolist(), archive.start_dir
        self._ends = _ends_of(members, end)
        self._members: dict[str, ZipInfo] = {}
        for member in members:
            name = member.filename.removesuffix(".npy")
            if name in self._members:
                raise ValueError(f"it holds two arrays named {name[:40]}")
            self._members[name] = member
        self._file, self._most, self._left, self._check = file, most, most, check

    def __iter__(self) -> Iterator[str]:
        """Goes through the names in the order of the directory."""
        return iter(self._members)

    def __len__(self) -> int:
        """Counts the arrays."""
        return len(self._members)

    def __contains__(self, name: object) -> bool:
        """Looks among the names; nothing is unpacked."""
        return name in self._members

    def __getitem__(self, name: str) -> Array:
        """Unpacks an array."""
        member = self._members[name]
        self._left -= member.file_size
        if self._left < 0:
            raise TooLargeError(f"it unpacks to more than {self._most // 2**20} MiB")
        try:
            return self._unpacked(member)
        except (PickledError, AttnvizError):
            raise
        except ValueError as error:
            raise ValueError(f"array {name[:40]}: {error}") from error

    @property
    def unpacked_size(self) -> int:
        """The bytes of all arrays, as the directory states them."""
        return sum(member.file_size for member in self._members.values())

    def _unpacked(self, member: ZipInfo) -> Array:
        """The array of a member, whose content is of exactly the size that the directory states."""
        size, header = member.file_size, None
        plain = bytearray()
        for part in _plain_parts(self._packed_parts(member), member.compress_type):
            plain += part
            if len(plain) > size:
                break
            if header is None and len(plain) >= _LONGEST_HEADER:
                header = _header(plain[:_LONGEST_HEADER], size, self._check)
        if len(plain) != size:
            raise ValueError("it is not as large as the directory says")
        if zlib.crc32(plain) != member.CRC:
            raise ValueError("its check sum is wrong")
        if header is None:
            header = _header(plain, size, self._check)
        return _numbers(plain, header)

    def _packed_parts(self, member: ZipInfo) -> Iterator[bytes]:
        if member.flag_bits & _ENCRYPTED:
            raise ValueError("it is encrypted")
        self._file.seek(member.header_offset)
        head = self._file.read(_LOCAL_SIZE)
        if len(head) < _LOCAL_SIZE or not head.startswith(_LOCAL):
            raise ValueError("it is not where the directory says")
        names = int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little")
        place, left = member.header_offset + _LOCAL_SIZE + names, member.compress_size
        if place + left > self._ends[member.header_offset]:
            raise ValueError("it goes on into the next one")
        while left:
            self._file.seek(place)
            part = self._file.read(min(left, _PACKED_PART))
            if not part:
                raise ValueError("the file ends before it")
            place, left = place + len(part), left - len(part)
            yield part


def npz_arrays(file: BinaryIO, most: int) -> dict[str, Array]:
    """All arrays of a .npz file by name; all together unpack to at most `most` bytes.

    Raises what `StoredArrays` raises.

    >>> file = io.BytesIO()
    >>> np.savez(file, x=np.array([1.0]))
    >>> npz_arrays(file, most=1000)
    {'x': array([1.])}
    """
    stored = StoredArrays(file, most)
    if stored.unpacked_size > most:
        raise TooLargeError(f"it unpacks to more than {most // 2**20} MiB")
    return dict(stored)


def _check_count(file: BinaryIO) -> None:
    """Counts the entries of the directory before zipfile makes an object of each."""
    count, tail = 0, b""
    file.seek(0)
    while part := file.read(2**20):
        count += (tail + part).count(_CENTRAL)
        tail = part[1 - len(_CENTRAL) :]
        if count > MOST_MEMBERS:
            raise ValueError(f"it holds more than {MOST_MEMBERS:,} files")
    file.seek(0)


def _ends_of(members: list[ZipInfo], directory: int) -> dict[int, int]:
    """The place before which each member ends, by that of its head: that of the next, or of the directory.

    Raises ValueError where two begin at one place, or one goes on into the next: thousands of entries for the same
    bytes would be unpacked thousands of times.
    """
    in_order = sorted(members, key=lambda member: member.header_offset)
    ends = {}
    for i, member in enumerate(in_order):
        end = in_order[i + 1].header_offset if i + 1 < len(in_order) else directory
        if member.header_offset + _LOCAL_SIZE + member.compress_size > end:
            raise ValueError("its arrays overlap")
        ends[member.header_offset] = end
    return ends


def _plain_parts(packed: Iterator[bytes], method: int) -> Iterator[bytes]:
    """The content in parts of at most `_PLAIN_PART` bytes, or of a few more at the end.

    Raises ValueError for a method that is unknown, and what its library raises.
    """
    import zipfile

    if method == zipfile.ZIP_STORED:
        yield from packed
    elif method == zipfile.ZIP_DEFLATED:
        yield from _inflated(packed)
    elif method == zipfile.ZIP_BZIP2:
        import bz2

        yield from _decompressed(packed, bz2.BZ2Decompressor())
    elif method == zipfile.ZIP_LZMA:
        import lzma

        reader = lzma.LZMADecompressor(lzma.FORMAT_ALONE, memlimit=_LZMA_MEMORY)
        yield from _decompressed(_lzma_alone(packed), reader)
    else:
        raise ValueError(f"it is packed by method {method}, which is not read")


def _inflated(packed: Iterator[bytes]) -> Iterator[bytes]:
    reader = zlib.decompressobj(-zlib.MAX_WBITS)
    for part in packed:
        rest = part
        while rest and not reader.eof:
            yield reader.decompress(rest, _PLAIN_PART)
            rest = reader.unconsumed_tail
    # What is left is no more than one repetition: all that was packed has been given to it.
    yield reader.flush()


def _decompressed(packed: Iterator[bytes], reader: Any) -> Iterator[bytes]:
    """What a reader of the standard library makes of it, one that says when it needs more."""
    for part in packed:
        if reader.eof:
            return
        yield reader.decompress(part, _PLAIN_PART)
        while not (reader.needs_input or reader.eof):
            yield reader.decompress(b"", _PLAIN_PART)


def _lzma_alone(packed: Iterator[bytes]) -> Iterator[bytes]:
    """The stream of a member as a file of the form "alone", which has a size behind the properties, here unknown.

    A member begins with two bytes of version, two of the length of the properties, and these, of five.
    """
    first = next(packed, b"")
    yield first[4:9] + b"\xff" * 8 + first[9:]
    yield from packed

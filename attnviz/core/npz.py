"""Arrays of .npy and .npz files, of which nothing is unpickled and no size is believed.

NumPy's own reader makes an array as large as the header says before it looks whether the numbers are there, and
zipfile unpacks bzip2 and LZMA whole, whatever size the archive states. Here a header is held against the bytes behind
it, and a member is unpacked no further than to the size that it states.
"""

from __future__ import annotations

import io
import math
import zlib
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from zipfile import ZipFile, ZipInfo

MOST_MEMBERS = 10_000
"""No archive with more arrays than this is opened."""
_LZMA_MEMORY = 96 * 2**20
"""Bytes that an LZMA stream may claim for its dictionary."""
_LOCAL, _LOCAL_SIZE = b"PK\x03\x04", 30
_CENTRAL = b"PK\x01\x02"
_ENCRYPTED = 1

Array = npt.NDArray[Any]


class TooLargeError(ValueError):
    """An archive that says it unpacks to more than is read."""


class PickledError(ValueError):
    """An array of Python objects, which would have to be unpickled."""


def npy_array(data: bytes) -> Array:
    """The array of a .npy file with that content.

    Raises PickledError for Python objects, and ValueError, or what NumPy raises, for a file that is damaged.

    >>> file = io.BytesIO()
    >>> np.save(file, np.array([[1.0, 2.0]]))
    >>> npy_array(file.getvalue())
    array([[1., 2.]])
    """
    file = io.BytesIO(data)
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
    count, begin = math.prod(shape), file.tell()
    if count * dtype.itemsize > len(data) - begin:
        raise ValueError(f"it says that it holds {count:,} numbers, and ends before them")
    flat = np.frombuffer(data, dtype, count, begin) if count else np.zeros(0, dtype)
    array = flat.reshape(shape[::-1]).T if by_columns else flat.reshape(shape)
    return array.copy(order="K")


def npz_arrays(file: BinaryIO, most: int) -> dict[str, Array]:
    """The arrays of a .npz file by name; all together unpack to at most `most` bytes.

    Raises TooLargeError for one that is larger, PickledError for Python objects, ValueError for one that is not as
    large as it says, and what zipfile and NumPy raise for one that is damaged.

    >>> file = io.BytesIO()
    >>> np.savez(file, x=np.array([1.0]))
    >>> npz_arrays(file, most=1000)
    {'x': array([1.])}
    """
    import zipfile  # as slow to load as all that reads files: only those pay who have an archive

    _check_members(file)
    with zipfile.ZipFile(file) as archive:
        members = archive.infolist()
        if sum(member.file_size for member in members) > most:
            raise TooLargeError(f"it unpacks to more than {most // 2**20} MiB")
        arrays = {}
        for member in members:
            name = member.filename.removesuffix(".npy")
            try:
                arrays[name] = npy_array(_unpacked(archive, file, member))
            except PickledError:
                raise
            except ValueError as error:
                raise ValueError(f"array {name[:40]}: {error}") from error
    return arrays


def _check_members(file: BinaryIO) -> None:
    """Counts the entries of the directory before zipfile makes an object of each."""
    count, tail = 0, b""
    file.seek(0)
    while part := file.read(2**20):
        count += (tail + part).count(_CENTRAL)
        tail = part[1 - len(_CENTRAL) :]
        if count > MOST_MEMBERS:
            raise ValueError(f"it holds more than {MOST_MEMBERS:,} files")
    file.seek(0)


def _unpacked(archive: ZipFile, file: BinaryIO, member: ZipInfo) -> bytes:
    """The content of a member, of exactly the size that the directory states."""
    if member.flag_bits & _ENCRYPTED:
        raise ValueError("it is encrypted")
    end = file.seek(0, io.SEEK_END)
    file.seek(member.header_offset)
    head = file.read(_LOCAL_SIZE)
    if len(head) < _LOCAL_SIZE or not head.startswith(_LOCAL):
        raise ValueError("it is not where the directory says")
    file.seek(
        int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little"), io.SEEK_CUR
    )
    packed = file.read(min(member.compress_size, end))
    plain = _decompressed(packed, member.compress_type, member.file_size + 1)
    if len(plain) != member.file_size:
        raise ValueError("it is not as large as the directory says")
    if zlib.crc32(plain) != member.CRC:
        raise ValueError("its check sum is wrong")
    return plain


def _decompressed(packed: bytes, method: int, most: int) -> bytes:
    """At most so many bytes. Raises ValueError for a method that is unknown, and what its library raises."""
    import zipfile

    if method == zipfile.ZIP_STORED:
        return packed
    if method == zipfile.ZIP_DEFLATED:
        return zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, most)
    if method == zipfile.ZIP_BZIP2:
        import bz2

        return bz2.BZ2Decompressor().decompress(packed, most)
    if method == zipfile.ZIP_LZMA:
        import lzma

        # Two bytes of version, two of the length of the properties, these five, and the stream: as in a file of the
        # form "alone", which has a size between, here unknown.
        alone = packed[4:9] + b"\xff" * 8 + packed[9:]
        reader = lzma.LZMADecompressor(lzma.FORMAT_ALONE, memlimit=_LZMA_MEMORY)
        return reader.decompress(alone, most)
    raise ValueError(f"it is packed by method {method}, which is not read")

"""The boxes that an MP4 is built of (ISO/IEC 14496-12), as far as the muxer leaves something to be put right."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

_ENABLED = 1
_HEADER, _LONG_HEADER = 8, 16
_WITHIN_FULL_BOX = 4
_FLAGS = 3
"""Bytes of the flags, behind the one of the version."""


def disable_first_subtitles(path: Path) -> None:
    """Clears the flag by which players show the first subtitle track unasked.

    FFmpeg's muxer sets it where no subtitle track is the default, whatever its disposition says.
    """
    with path.open("r+b") as file:
        for start, end in _inside(file, b"moov", 0, path.stat().st_size):
            for track in _inside(file, b"trak", start, end):
                if _handler(file, *track) == b"sbtl":
                    _clear_enabled(file, *track)
                    return


def _inside(file: BinaryIO, kind: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yields where the contents of each box of that kind begin and end, among those between `start` and `end`."""
    while start + _HEADER <= end:
        file.seek(start)
        size = int.from_bytes(file.read(4))
        found, header = file.read(4), _HEADER
        if size == 1:
            size, header = int.from_bytes(file.read(8)), _LONG_HEADER
        if found == kind:
            yield start + header, start + size
        start += max(size, _HEADER)


def _handler(file: BinaryIO, start: int, end: int) -> bytes:
    """Returns the kind of medium that the track holds."""
    for media in _inside(file, b"mdia", start, end):
        for begin, _ in _inside(file, b"hdlr", *media):
            file.seek(begin + _WITHIN_FULL_BOX + 4)
            return file.read(4)
    return b""


def _clear_enabled(file: BinaryIO, start: int, end: int) -> None:
    for begin, _ in _inside(file, b"tkhd", start, end):
        file.seek(begin + 1)
        flags = int.from_bytes(file.read(_FLAGS))
        file.seek(begin + 1)
        file.write((flags & ~_ENABLED).to_bytes(_FLAGS))

"""Frames of H.264 that say "as before": one slice each, in which every macroblock is skipped.

Such a frame holds nothing of the picture. What it depends on is the size, the encoder's settings, and two numbers by
which a decoder counts frames; so one that the encoder has made serves for every picture that stands, once it is
numbered anew. Names and clauses are those of ITU-T H.264 (ISO/IEC 14496-10).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_START = b"\0\0\1"
"""Separates the units of a byte stream (annex B)."""
_SLICE, _KEY_SLICE, _PARAMETERS = 1, 5, 7
"""Types of unit: a slice, one that needs no other frame (IDR), and a sequence parameter set."""
_HEADER = 40
"""More bytes than a slice takes to number its frame."""
_WITH_CHROMA_FORMAT = {44, 83, 86, 100, 110, 118, 122, 128, 134, 135, 138, 139, 144, 244}
"""The profiles whose parameter sets say how colour is sampled (7.3.2.1.1)."""


class UnexpectedStreamError(ValueError):
    """A stream that is not made the way that frames are numbered here."""


@dataclass(frozen=True)
class Widths:
    """Bits of the two numbers of a frame."""

    frame_num: int
    """Counts the frames that others may refer to."""
    order: int
    """`pic_order_cnt_lsb`: when the frame is shown, two a frame."""

    @classmethod
    def of(cls, parameter_sets: bytes) -> Widths:
        """Reads them in the parameter sets that begin a stream, as a byte stream (annex B).

        Raises UnexpectedStreamError where frames are numbered in another way, are fields, or are not sampled 4:2:0.
        """
        for unit in _units(parameter_sets):
            if unit[0] & 31 == _PARAMETERS:
                return cls._read(_Bits(unescaped(unit[1:])))
        raise UnexpectedStreamError("no sequence parameter set")

    @classmethod
    def _read(cls, bits: _Bits) -> Widths:
        profile, _, _ = bits.fixed(8), bits.fixed(16), bits.golomb()
        if profile in _WITH_CHROMA_FORMAT:
            sampling, _, _, _ = bits.golomb(), bits.golomb(), bits.golomb(), bits.fixed(1)
            if sampling != 1 or bits.fixed(1):
                raise UnexpectedStreamError("sampled otherwise than 4:2:0, or scaled by matrices")
        frame_num = bits.golomb() + 4
        if bits.golomb() != 0:
            raise UnexpectedStreamError("no frame says when it is shown")
        order = bits.golomb() + 4
        _, _, _, _ = bits.golomb(), bits.fixed(1), bits.golomb(), bits.golomb()
        if not bits.fixed(1):
            raise UnexpectedStreamError("there may be fields")
        return cls(frame_num, order)


@dataclass(frozen=True)
class _Slice:
    """The beginning of a slice."""

    is_reference: bool
    """True if other frames may refer to it."""
    frame_num: int
    order: int
    frame_num_ends: int
    """In bits from the beginning of the unit."""
    order_ends: int

    @classmethod
    def of(cls, unit: bytes, widths: Widths) -> _Slice:
        """Reads the header of an unescaped unit; its first bytes are enough."""
        bits = _Bits(unit[:_HEADER])
        is_reference, is_key = bits.fixed(3) > 0, bits.fixed(5) == _KEY_SLICE
        _, _, _ = bits.golomb(), bits.golomb(), bits.golomb()
        frame_num, frame_num_ends = bits.fixed(widths.frame_num), bits.at
        if is_key:
            bits.golomb()
        order = bits.fixed(widths.order)
        return cls(is_reference, frame_num, order, frame_num_ends, bits.at)


@dataclass(frozen=True)
class SkippedFrames:
    """Makes frames that repeat the one before, for streams that begin with certain parameter sets."""

    parameter_sets: bytes
    widths: Widths
    model: bytes
    """The slice that is numbered anew, without what keeps start codes out of it."""

    @classmethod
    def like(cls, frame: bytes, parameter_sets: bytes) -> SkippedFrames:
        """Makes them like a frame in which everything is skipped; both are byte streams.

        Raises UnexpectedStreamError if it is not a single slice that others may refer to. Whether everything is
        skipped in it is not looked at.
        """
        widths = Widths.of(parameter_sets)
        units = list(_units(frame))
        if len(units) != 1 or units[0][0] & 31 != _SLICE:
            raise UnexpectedStreamError("a frame of more than one slice")
        model = unescaped(units[0])
        if not _Slice.of(model, widths).is_reference:
            raise UnexpectedStreamError("a frame that none may refer to")
        return cls(parameter_sets, widths, model)

    def after(self, last: bytes, count: int) -> Iterator[bytes]:
        """`count` frames that repeat `last`, the frame that is shown last of those so far, all as byte streams.

        It has to be the last one, too, among those that others may refer to; raises UnexpectedStreamError if it is none
        of them.
        """
        slices = (unit for unit in _units(last) if unit[0] & 31 in (_SLICE, _KEY_SLICE))
        before = _Slice.of(unescaped(next(slices, b"")[:_HEADER]), self.widths)
        if not before.is_reference:
            raise UnexpectedStreamError("the last frame shown is none that others may refer to")
        return (
            self._numbered(before.frame_num + i, before.order + 2 * i) for i in range(1, count + 1)
        )

    def _numbered(self, frame_num: int, order: int) -> bytes:
        model = _Slice.of(self.model, self.widths)
        unit = _written(self.model, model.frame_num_ends, self.widths.frame_num, frame_num)
        unit = _written(unit, model.order_ends, self.widths.order, order)
        return b"\0" + _START + escaped(unit)


class _Bits:
    """Reads numbers of so many bits, one after the other (7.2)."""

    def __init__(self, data: bytes) -> None:
        self._value, self._size, self.at = int.from_bytes(data), 8 * len(data), 0

    def fixed(self, width: int) -> int:
        self.at += width
        if self.at > self._size:
            raise UnexpectedStreamError("it ends early")
        return self._value >> (self._size - self.at) & ((1 << width) - 1)

    def golomb(self) -> int:
        """An unsigned Exp-Golomb code (9.1)."""
        zeros = 0
        while not self.fixed(1):
            zeros += 1
        return (1 << zeros) - 1 + self.fixed(zeros)


def _written(data: bytes, end: int, width: int, number: int) -> bytes:
    """With `number`, modulo what it can hold, in the `width` bits before bit `end`."""
    shift, mask = 8 * len(data) - end, (1 << width) - 1
    value = int.from_bytes(data) & ~(mask << shift) | (number & mask) << shift
    return value.to_bytes(len(data))


def _units(stream: bytes) -> Iterator[bytes]:
    # No unit ends in a zero byte: what is found there belongs to the next start code.
    units = (unit.rstrip(b"\0") for unit in stream.split(_START)[1:])
    return (unit for unit in units if unit)


def unescaped(unit: bytes) -> bytes:
    """Without the bytes of value 3 that keep start codes out of units (7.4.1)."""
    return unit.replace(b"\0\0\3", b"\0\0")


def escaped(unit: bytes) -> bytes:
    """With them.

    >>> escaped(bytes([0, 0, 0, 0, 1])).hex(" ")
    '00 00 03 00 00 03 01'
    """
    return re.sub(rb"\0\0(?=[\0-\3])", b"\0\0\3", unit)

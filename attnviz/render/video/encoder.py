"""Encodes a segment of a film as H.264 in an .mp4: each frame that moves, and a picture that stands once or twice.

An encoder works nearly as long on a frame that repeats the one before as on any other. So the frames of a picture that
stands are written here without it (`skip_frames.py`), wherever its stream is one that can be continued so; elsewhere
every frame is encoded.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

import av
import numpy as np
from av.video.codeccontext import VideoCodecContext
from numpy.typing import NDArray

from attnviz.render.video.codec import (
    ENCODER,
    NAME,
    encoded,
    fingerprint,
    new_context,
    opened,
    skipped_frames,
)
from attnviz.render.video.picture import YuvPicture
from attnviz.render.video.skip_frames import SkippedFrames, UnexpectedStreamError

__all__ = ["ENCODER", "SegmentEncoder", "fingerprint"]

_ENCODED = 2
"""Times that a picture that stands is encoded: the second time makes up for what the first, in passing, left coarse."""
_SETTLED = 1.0
"""Seconds that a picture has to stand in mid-segment for its frames not to be encoded: a key frame follows them, which
takes the bytes of many frames."""
_SEEKABLE = 10.0
"""Seconds from one key frame of a picture that stands to the next, at most: players can jump to those only."""
_AHEAD = 1
"""Frames that are decoded before their turn, as B-frames refer to later ones."""


class SegmentEncoder:
    """One segment of a film, encoded in memory as an .mp4 with H.264: frames of constant rate, a key frame first.

    Width and height are in pixels, and even, `fps` in frames a second. `moving` is for how many frames it moves before
    it stands to its end; None where that is not known. Raises ValueError for a size that is odd.

    >>> encoder = SegmentEncoder(64, 48, fps=15)
    >>> encoder.paint(np.zeros((48, 64, 4), np.uint8))
    >>> encoder.show(30)
    >>> with av.open(io.BytesIO(encoder.finish())) as segment:
    ...     segment.streams.video[0].frames
    30
    """

    def __init__(self, width: int, height: int, fps: int, moving: int | None = None) -> None:
        if width % 2 or height % 2:
            raise ValueError(f"a film's width and height are even, not {width} × {height}")
        self._size = width, height, fps
        self._picture, self._is_painted = YuvPicture(width, height), False
        self._file = io.BytesIO()
        self._film = av.open(self._file, "w", format="mp4")
        self._stream = self._film.add_stream(NAME, rate=fps)
        settling = None if moving is None else (moving, moving + _ENCODED - 1)
        self._context: VideoCodecContext | None = opened(
            self._stream.codec_context, *self._size, settling
        )
        self._skipped = skipped_frames(*self._size)
        if self._skipped and self._skipped.parameter_sets != self._context.extradata:
            self._skipped = None
        self._given, self._decoded = 0, 0
        """Frames so far, and those of them that are in the file."""
        self._last = (-1, b"")
        """Of the frames in the file the one that is shown last, and when."""
        self._standing = 0
        """For how many frames more the picture stands: what they become depends on how many they will be."""
        self._is_finished = False

    def paint(
        self, pixels: NDArray[np.uint8], rows: Sequence[tuple[int, int]] | None = None
    ) -> None:
        """The picture from now on: RGBA, of shape (height, width, 4). Only `rows` of it have changed, half-open
        intervals counted from the top; None is all of them.

        The pixels are read at once and not kept. Raises ValueError if they have another shape or type, or the first
        picture is not painted whole.
        """
        if not self._is_painted and rows is not None:
            raise ValueError("the first picture has no rows to keep")
        if rows is None or any(start < stop for start, stop in rows):
            self._settle(is_last=False)
            self._picture.paint(pixels, rows)
            self._is_painted = True

    def show(self, frames: int = 1) -> None:
        """The picture stands for that many frames. Raises ValueError if there is none, or the segment is finished."""
        if self._is_finished or not self._is_painted or frames < 0:
            raise ValueError("a segment shows what was painted, until it is finished")
        self._standing += frames

    def finish(self) -> bytes:
        """The .mp4. Raises ValueError if it has no frame, or was finished before."""
        if self._is_finished or not self._given + self._standing:
            raise ValueError("a segment has a frame, and is finished once")
        self._settle(is_last=True)
        self._flush()
        self._film.close()
        self._is_finished = True
        return self._file.getvalue()

    def _settle(self, *, is_last: bool) -> None:
        """Gives the frames for which the picture has stood."""
        standing, self._standing = self._standing, 0
        fps = self._size[-1]
        settled = _ENCODED if is_last else max(_ENCODED, round(_SETTLED * fps))
        if self._skipped is None or standing <= settled:
            self._encode(standing)
            return
        for frames in _shared(standing, longest=round(_SEEKABLE * fps)):
            self._encode(_ENCODED)
            self._flush()
            self._repeat(self._skipped, frames - _ENCODED)

    def _encode(self, frames: int) -> None:
        """The picture, encoded that often."""
        if not frames:
            return
        if self._context is None:
            self._context = new_context(*self._size)
        for packet in encoded(self._context, self._picture.frame, self._given, frames):
            self._write(packet)
        self._given += frames

    def _repeat(self, skipped: SkippedFrames, frames: int) -> None:
        """The last frame, that often, without an encoder."""
        try:
            repeated = skipped.after(self._last[1], frames)
        except UnexpectedStreamError:
            self._encode(frames)
            return
        for i, data in enumerate(repeated):
            packet = av.Packet(data)
            packet.pts = self._given + i
            self._write(packet)
        self._given += frames

    def _flush(self) -> None:
        """Writes what the encoder has kept back; what is encoded after it begins with a key frame."""
        if self._context is not None:
            for packet in self._context.encode(None):
                self._write(packet)
            self._context = None

    def _write(self, packet: av.Packet[Any]) -> None:
        """Into the file; the packet says when its frame is shown, counted in frames."""
        self._last = max(self._last, (packet.pts or 0, bytes(packet)))
        packet.stream, packet.time_base = self._stream, Fraction(1, self._size[-1])
        packet.dts, packet.duration = self._decoded - _AHEAD, 1
        self._decoded += 1
        self._film.mux(packet)


def _shared(frames: int, longest: int) -> Iterator[int]:
    """The frames in as few shares as there can be, of nearly the same size.

    None is so small that one key frame would follow another: those would have to be told apart by a number of theirs.
    """
    shares = -(-frames // longest)
    return (frames * (i + 1) // shares - frames * i // shares for i in range(shares))

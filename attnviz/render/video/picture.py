"""The picture as encoders want it: converted from RGBA to YUV 4:2:0, and of that only the rows that have changed."""

from __future__ import annotations

from collections.abc import Sequence

import av
import numpy as np
from av.video.reformatter import VideoReformatter
from numpy.typing import NDArray

_REACH = 2
"""Rows on either side of one that has changed whose colour changes with it: the scaler averages colour over rows."""
_NEIGHBOURS = 8
"""Rows that are converted with a band on either side, and thrown away: those at its edge take from what is beyond.

`_REACH` would be enough if the scaler did not have another filter for pictures of fewer than eight rows.
"""


class YuvPicture:
    """A picture of even width and height that is painted over again and again, as a frame in YUV 4:2:0.

    It is converted as PyAV converts RGBA for an encoder, bit for bit.
    """

    def __init__(self, width: int, height: int) -> None:
        self.frame = av.VideoFrame(width, height, "yuv420p")
        """Always the same one, with what was painted last: encoders are to copy it."""
        self._shape = (height, width, 4)
        self._planes = _planes(self.frame)
        self._reformatter = VideoReformatter()

    def paint(
        self, pixels: NDArray[np.uint8], rows: Sequence[tuple[int, int]] | None = None
    ) -> bool:
        """Takes over `rows` of the pixels (height, width, 4), half-open intervals from the top; None is all of them.

        Returns whether there were any. Raises ValueError if the pixels are not those of a picture of this size.
        """
        if pixels.shape != self._shape or pixels.dtype != np.uint8:
            raise ValueError(
                f"pixels of shape {self._shape} and type uint8 were expected, "
                f"not {pixels.shape} of {pixels.dtype}"
            )
        changed = bands([(0, self.frame.height)] if rows is None else rows, self.frame.height)
        for start, stop in changed:
            self._convert(pixels, start, stop)
        return bool(changed)

    def _convert(self, pixels: NDArray[np.uint8], start: int, stop: int) -> None:
        first = max(0, start - _NEIGHBOURS)
        source = np.ascontiguousarray(pixels[first : stop + _NEIGHBOURS])
        rgba = av.VideoFrame.from_numpy_buffer(source, format="rgba")
        band = self._reformatter.reformat(rgba, format="yuv420p", threads=1)
        for plane, converted, every in zip(self._planes, _planes(band), (1, 2, 2), strict=True):
            kept = slice((start - first) // every, (stop - first) // every)
            plane[start // every : stop // every] = converted[kept]


def bands(rows: Sequence[tuple[int, int]], height: int) -> list[tuple[int, int]]:
    """Bands of what changes with the rows, each worth converting alone, from the top: even, joined where near.

    >>> bands([(101, 104), (7, 9), (90, 103), (3, 3)], height=480)
    [(4, 12), (88, 106)]
    """
    inside = [(max(0, start), min(stop, height)) for start, stop in rows]
    even = [
        (max(0, start // 2 * 2 - _REACH), min(stop + stop % 2 + _REACH, height))
        for start, stop in inside
        if start < stop
    ]
    joined: list[tuple[int, int]] = []
    for start, stop in sorted(even):
        if joined and start <= joined[-1][1] + 2 * _NEIGHBOURS:
            joined[-1] = joined[-1][0], max(joined[-1][1], stop)
        else:
            joined.append((start, stop))
    return joined


def _planes(frame: av.VideoFrame) -> list[NDArray[np.uint8]]:
    """Views of the rows of brightness and of the two colours, without what the frame pads them with."""
    return [
        np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, plane.line_size)[
            :, : plane.width
        ]
        for plane in frame.planes
    ]

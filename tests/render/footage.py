"""Pictures that move and stand, segments made of them, and what FFmpeg decodes from those."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

import av
import numpy as np

from attnviz.render.video.encoder import SegmentEncoder

SMALL = (64, 48, 15)
"""Width, height, frames a second."""

Still = tuple[int, int]
"""A picture by its number, and for how many frames it is shown."""

MOVING = [(i, 1) for i in range(12)]
FILMS = {
    "one frame": [(3, 1)],
    "two frames": [(3, 1), (4, 1)],
    "it stands": [(3, 40)],
    "it stands for three frames": [(3, 3)],
    "it moves": MOVING,
    "it moves and stands": [*MOVING, (12, 100)],
    "it stands, moves, and stands": [(3, 70), *MOVING, (12, 30)],
    "it stands and moves": [(3, 70), *MOVING],
    "it stands briefly between moves": [*MOVING, (12, 9), *MOVING, (12, 4)],
}


def drawn(number: int, width: int, height: int) -> np.ndarray:
    """RGBA: a bar on a dark ground, in another place and another colour in each picture."""
    pixels = np.full((height, width, 4), (20, 22, 30, 255), np.uint8)
    (top, stop), left = rows_of(number, height), number * 7 % (width - 20)
    pixels[top:stop, left : left + 20] = (200 - number * 11 % 150, number * 29 % 256, 90, 255)
    return pixels


def rows_of(number: int, height: int) -> tuple[int, int]:
    """The place of the bar."""
    top = number * 5 % (height - 11)
    return top, top + 11


def shown(stills: Sequence[Still]) -> list[int]:
    """The picture of each frame."""
    return [number for number, frames in stills for _ in range(frames)]


def segment(stills: Sequence[Still], size: tuple[int, int, int] = SMALL) -> bytes:
    """What the encoder makes where only the rows are painted in which there was a bar, or is one."""
    width, height, _ = size
    made, before = SegmentEncoder(*size), None
    for number, frames in stills:
        rows = None if before is None else [rows_of(each, height) for each in (before, number)]
        made.paint(drawn(number, width, height), rows)
        made.show(frames)
        before = number
    return made.finish()


@dataclass(frozen=True, eq=False)
class Frame:
    """A frame as it was decoded. Equal to another if its picture is, bit for bit."""

    time: Fraction
    is_key: bool
    planes: tuple[np.ndarray, ...]

    @classmethod
    def of(cls, frame: av.VideoFrame) -> Frame:
        return cls(frame.pts * frame.time_base, bool(frame.key_frame), planes(frame))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Frame) and all(map(np.array_equal, self.planes, other.planes))


def planes(frame: av.VideoFrame) -> tuple[np.ndarray, ...]:
    """Brightness and the two colours, copied."""
    return tuple(
        np.frombuffer(each, np.uint8).reshape(each.height, each.line_size)[:, : each.width].copy()
        for each in frame.planes
    )


def frames_of(data: bytes) -> Iterator[Frame]:
    """All frames of a film, of which the decoder has nothing to complain."""
    av.logging.set_level(av.logging.WARNING)
    try:
        with av.logging.Capture(local=False) as complaints, av.open(io.BytesIO(data)) as film:
            film.streams.video[0].codec_context.options = {"err_detect": "explode"}
            yield from map(Frame.of, film.decode(video=0))
    finally:
        av.logging.set_level(None)
    assert complaints == []


def decoded(data: bytes) -> list[Frame]:
    return list(frames_of(data))


def likeness(frame: Frame, number: int) -> float:
    """To the picture as it was drawn: PSNR in dB, the least of those of brightness and colours."""
    height, width = frame.planes[0].shape
    source = av.VideoFrame.from_ndarray(drawn(number, width, height), format="rgba")
    wanted = planes(source.reformat(format="yuv420p"))
    errors = [
        np.square(a - b.astype(float)).mean() for a, b in zip(frame.planes, wanted, strict=True)
    ]
    return float(10 * np.log10(255**2 / (max(errors) + 1e-9)))


def are_like(frames: Sequence[Frame], stills: Sequence[Still]) -> bool:
    """True if there are as many frames as expected, evenly in time, each close to the painted one."""
    times = [Fraction(i, SMALL[-1]) for i in range(len(shown(stills)))]
    return [each.time for each in frames] == times and all(
        likeness(frame, number) > 35 for frame, number in zip(frames, shown(stills), strict=True)
    )

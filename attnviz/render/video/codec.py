"""Settings of the encoder, and a test of whether its streams can be continued without it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import cache, lru_cache
from types import MappingProxyType
from typing import Any, Final

import av
import numpy as np
from av.codec.context import CodecContext, Flags
from av.video.codeccontext import VideoCodecContext

from attnviz.render.video.picture import YuvPicture
from attnviz.render.video.skip_frames import SkippedFrames, UnexpectedStreamError

NAME: Final = "libx264"
ENCODER: Mapping[str, str] = MappingProxyType(
    {
        "preset": "superfast",
        # One quantizer for all frames: what would vary it looks at each of them beforehand, and in pictures that are
        # mostly flat it gains nothing.
        "qp": "25",
        # One segment is encoded by one process, and there are as many of those as there are cores.
        "threads": "1",
        # What looks ahead costs more than it saves where most of a picture stands still. Nothing may refer to a
        # B-frame: the last frame shown is then the last that can be repeated.
        "x264-params": "rc-lookahead=0:mbtree=0:b-adapt=0:weightp=0:scenecut=0:"
        "bframes=3:b-pyramid=none:subme=0",
    }
)
"""The options of libx264.

Measured on a lesson in 1080p60, a file a segment, against manim's preset medium and crf 23, a file a play: SSIM 0.99930
to 0.99919, PSNR 48.2 to 48.0 dB, size 2451 to 2832 kB, in a quarter of the time.
"""

_SETTLING: Final = "zones={first},{last},q=22,no-fast-pskip=1"
"""Settings for frames that will stand: as finely as key frames are (x264 takes 3 off their quantizer), and with each
block looked at. Else small remains of what faded stay as long as the picture stands: up to 4 of 255 on a light
background, more beside letters. It takes 2 % more bytes, and no time that could be measured; to look at each block of
every frame takes a fifth longer and a seventh more bytes."""
_TRIED = 3
"""Frames in a row that are tried before any is relied on."""


def opened(
    context: VideoCodecContext,
    width: int,
    height: int,
    fps: int,
    settling: tuple[int, int] | None = None,
) -> VideoCodecContext:
    """The context as an encoder with the settings of all segments, whose packets are for an .mp4.

    `settling` are the first and the last of the frames that will stand for long, counted from 0.
    """
    context.width, context.height, context.pix_fmt = width, height, "yuv420p"
    context.framerate, context.time_base = Fraction(fps), Fraction(1, fps)
    context.options = dict(ENCODER)
    if settling is not None:
        first, last = settling
        zone = _SETTLING.format(first=first, last=last)
        context.options["x264-params"] += f":{zone}"
    # The parameter sets are for the file's header, and not for each key frame.
    context.flags |= Flags.global_header
    context.open(strict=False)
    return context


def new_context(width: int, height: int, fps: int) -> VideoCodecContext:
    """An encoder of its own: what it encodes begins with a key frame."""
    return opened(CodecContext.create(NAME, "w"), width, height, fps)


def encoded(
    context: VideoCodecContext, frame: av.VideoFrame, start: int, count: int
) -> Iterator[av.Packet[Any]]:
    """Encodes one frame as the frames from `start`; packets count time in frames."""
    frame.time_base = context.time_base
    for frame.pts in range(start, start + count):
        yield from context.encode(frame)


@lru_cache(maxsize=8)
def skipped_frames(width: int, height: int, fps: int) -> SkippedFrames | None:
    """Returns what makes frames that repeat the one before, or None where the encoder's streams cannot be continued so.

    That they can is found out by decoding.
    """
    try:
        flat, parameter_sets = _stream(np.zeros((height, width, 4), np.uint8), 2, fps)
        skipped = SkippedFrames.like(flat[-1], parameter_sets)
        shades = np.add.outer(3 * np.arange(height), np.arange(width)).astype(np.uint8)
        (key,), _ = _stream(np.repeat(shades[..., np.newaxis], 4, axis=2), 1, fps)
        return skipped if _repeats(skipped, key) else None
    except UnexpectedStreamError:
        return None


def _stream(pixels: np.ndarray, count: int, fps: int) -> tuple[list[bytes], bytes]:
    """The packets of a picture that is encoded that often, in order of decoding, and the parameter sets."""
    height, width, _ = pixels.shape
    picture, context = YuvPicture(width, height), new_context(width, height, fps)
    picture.paint(pixels)
    packets = [*encoded(context, picture.frame, 0, count), *context.encode(None)]
    return [bytes(each) for each in packets], context.extradata or b""


def _repeats(skipped: SkippedFrames, key: bytes) -> bool:
    """True if frames that are made to repeat a key frame are decoded as that frame."""
    decoder = CodecContext.create("h264", "r")
    decoder.extradata = skipped.parameter_sets
    packets = [av.Packet(each) for each in (key, *skipped.after(key, _TRIED))]
    try:
        frames = [frame for each in (*packets, None) for frame in decoder.decode(each)]
    except av.error.FFmpegError:
        return False
    first, *others = [[bytes(plane) for plane in frame.planes] for frame in frames] or [[]]
    return others == [first] * _TRIED


@cache
def fingerprint() -> str:
    """Names all that decides how pictures are encoded: the settings, and the versions of what does it.

    >>> print(fingerprint())  # doctest: +ELLIPSIS
    libx264 (core ...) preset=superfast ..., libavcodec ..., libswscale ..., PyAV ...
    """
    (key,), _ = _stream(np.zeros((16, 16, 4), np.uint8), 1, fps=15)
    # The encoder signs the first frame of a stream.
    signed = re.search(rb"x264 - (core [^-]*) -", key)
    settings = " ".join(f"{name}={value}" for name, value in ENCODER.items()) + f" {_SETTLING}"
    libraries = (
        f"{name} {'.'.join(map(str, av.library_versions[name]))}"
        for name in ("libavcodec", "libswscale")
    )
    core = signed[1].decode() if signed else "unsigned"
    return ", ".join((f"{NAME} ({core}) {settings}", *libraries, f"PyAV {av.__version__}"))

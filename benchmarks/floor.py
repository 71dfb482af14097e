"""The floor: how long it takes to do nothing but encode the frames of a film.

One process a core encodes every frame of its share, held ones too, one by one, with the encoder's settings and with
nothing of what is done around it. A process that does not encode decodes what it will encode next, untimed: all cores
are at work all the time, as they are when a film is drawn, and memory does not grow with the film.
"""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import av

from attnviz.render.quality import Quality
from attnviz.render.video.codec import new_context

_HELD = 64
"""Frames that are decoded at a time."""
_start: Any = None


def encoding_seconds(segments: Sequence[Path], quality: Quality, processes: int) -> float:
    """Seconds of the process that encodes longest. The segments are files, each encoded as one stream."""
    spawning = multiprocessing.get_context("spawn")
    barrier = spawning.Barrier(processes)
    with spawning.Pool(processes, _at_the_start, (barrier,)) as pool:
        shares = [(share, quality) for share in _shares(segments, processes)]
        return max(pool.map(_share_seconds, shares, chunksize=1))


def _shares(segments: Sequence[Path], processes: int) -> list[list[Path]]:
    """Shares of about the same size: the largest first, each to whoever has least."""
    shares: list[list[Path]] = [[] for _ in range(processes)]
    loads = [0] * processes
    for path in sorted(segments, key=_frames, reverse=True):
        least = loads.index(min(loads))
        shares[least].append(path)
        loads[least] += _frames(path)
    return shares


def _frames(path: Path) -> int:
    with av.open(str(path)) as film:
        return film.streams.video[0].frames


def _at_the_start(barrier: Any) -> None:
    global _start
    _start = barrier


def _share_seconds(share: tuple[Sequence[Path], Quality]) -> float:
    paths, quality = share
    _start.wait()
    return sum(_seconds(path, quality) for path in paths)


def _seconds(path: Path, quality: Quality) -> float:
    spent, number = 0.0, 0
    context = new_context(quality.width, quality.height, quality.fps)
    with av.open(str(path)) as film:
        stream = film.streams.video[0]
        stream.thread_type, stream.codec_context.thread_count = "NONE", 1
        decoded = film.decode(stream)
        while batch := list(_each_once(islice(decoded, _HELD))):
            began = time.perf_counter()
            for frame in batch:
                frame.pts, frame.time_base, number = number, context.time_base, number + 1
                context.encode(frame)
            spent += time.perf_counter() - began
    began = time.perf_counter()
    context.encode(None)
    return spent + time.perf_counter() - began


def _each_once(frames: Iterator[av.VideoFrame]) -> Iterator[av.VideoFrame]:
    """The frames without the kinds that the decoder has noted: the encoder is to choose its own."""
    for frame in frames:
        frame.pict_type = 0
        yield frame

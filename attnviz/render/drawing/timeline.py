"""Plays of a scene, known before it is drawn, and the segments of them that are drawn and stored as one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import takewhile

from attnviz.render.drawing.fingerprint import digest

_LONGEST = 2.0
"""Seconds of movement after which a segment ends although nothing stands still: more key frames, and less to be drawn
again after a change."""
_STILL, _FRAME, _MOBJECT, _BEGIN = 30e-3, 7e-3, 12e-6, 20e-3
"""Seconds that it takes, at 1080p on one core of 2020: a picture that stands, a frame that moves, each mobject that
moves in it, the beginning of a play. Only their ratios matter, for sharing the work out."""


@dataclass(frozen=True)
class Play:
    """One call of `Scene.play` or `Scene.wait`."""

    frames: int
    key: str | None
    """The digest of all that decides its pictures; None where that cannot be told."""
    still: bool
    moving: int = 0
    """Number of mobjects that are drawn again in every frame."""

    @property
    def effort(self) -> float:
        """Roughly how many seconds it takes to draw."""
        if self.frames == 0:
            return 0.0
        if self.still:
            return _STILL
        return _BEGIN + self.frames * (_FRAME + self.moving * _MOBJECT)


@dataclass(frozen=True)
class Segment:
    """Plays that follow each other and are drawn into one file."""

    first: int
    plays: tuple[Play, ...]

    @property
    def end(self) -> int:
        """The number of the play after its last."""
        return self.first + len(self.plays)

    @property
    def frames(self) -> int:
        return sum(each.frames for each in self.plays)

    @property
    def moving(self) -> int:
        """For how many frames it moves before it stands to its end."""
        at_the_end = takewhile(lambda each: each.still or not each.frames, reversed(self.plays))
        return self.frames - sum(each.frames for each in at_the_end)

    @property
    def effort(self) -> float:
        return sum(each.effort for each in self.plays)

    @property
    def key(self) -> str | None:
        """The key under which its file is stored; None if it is not stored."""
        drawn = [each for each in self.plays if each.frames]
        if any(each.key is None for each in drawn):
            return None
        return digest([(each.key, each.frames) for each in drawn])


class Cutter:
    """Cuts plays into segments as they come. A segment ends where something has stood still: what moved before it
    belongs to it. Where it ends depends on what it holds and on nothing before, so that a change remains where it is.
    """

    def __init__(self, fps: int) -> None:
        self._fps, self._first = fps, 0
        self._part: list[Play] = []

    def add(self, play: Play) -> Segment | None:
        """The segment that ends with this play or before it, if one does."""
        moves = play.frames > 0 and not play.still
        before = self.end() if moves and self._is_long() else None
        self._part.append(play)
        return self.end() if play.frames and play.still else before

    def end(self) -> Segment | None:
        """Returns what is left as a segment, if it has frames.

        Plays without frames are left out where a segment begins or ends.
        """
        part, first = self._part, self._first
        self._part, self._first = [], first + len(part)
        drawn = [i for i, each in enumerate(part) if each.frames]
        if not drawn:
            return None
        return Segment(first + drawn[0], tuple(part[drawn[0] : drawn[-1] + 1]))

    def _is_long(self) -> bool:
        return sum(each.frames for each in self._part) >= _LONGEST * self._fps


def segmented(plays: Iterable[Play], fps: int) -> tuple[Segment, ...]:
    """All the plays that have frames, in segments.

    >>> move, hold = Play(10, "a", still=False), Play(60, "b", still=True)
    >>> [len(each.plays) for each in segmented([move, move, hold, hold, move], fps=15)]
    [3, 1, 1]
    """
    cutter = Cutter(fps)
    cut = [*(cutter.add(each) for each in plays), cutter.end()]
    return tuple(each for each in cut if each is not None)


@dataclass(frozen=True)
class Range:
    """Segments of one scene that follow each other and are drawn by one process in one go."""

    segments: tuple[Segment, ...]

    @property
    def effort(self) -> float:
        return sum(each.effort for each in self.segments)


def ranges(segments: Sequence[Segment], effort: float) -> list[Range]:
    """The segments in ranges of about that effort, in order; no segment is parted."""
    parts: list[list[Segment]] = []
    room = 0.0
    for each in segments:
        if parts and room >= each.effort / 2:
            parts[-1].append(each)
        else:
            parts.append([each])
            room = effort
        room -= each.effort
    return [Range(tuple(part)) for part in parts]

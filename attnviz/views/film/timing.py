"""The duration of a film at a pace, and the pace for a given duration."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

from attnviz.errors import InputError
from attnviz.records import record
from attnviz.story.pace import Pace

LEAST_HOLD = 0.7
"""Seconds that a beat stands still at the end, at normal pace."""
LEAST_CARD = 0.1
"""Seconds that a title card is held even if less time is given than it takes to appear."""
READ_WHILE_MOVING = 0.6
"""The share of the time in which things move that a viewer can read in."""
FASTEST_READING = 4 / 3
"""The most by which a caption may be faster than usual and still be read: 20 characters a second in English, the most
that Netflix's timed text style guide allows, and 6.7 in Chinese, where it allows 9."""
_SHORTEST_MOVE = 0.5
"""The least share of its time that a move keeps: faster ones cannot be followed."""
_LEAST_HOLD_SHARE = 0.3
"""The least share of a hold that no caption needs."""


@record
class TimeSpan:
    """A stretch of a film at normal pace: seconds that move, that stand still, and that a caption takes to be read."""

    moving: float = 0.0
    still: float = 0.0
    reading: float = 0.0
    """0 where nothing is said."""
    speaking: float = 0.0
    """Seconds that a voice takes."""
    duration: float | None = None
    """Seconds that it lasts at any pace; None if that depends on the pace."""

    def seconds(self, pace: Pace) -> float:
        """Its seconds at that pace."""
        inside = self.moving * pace.moves + self.still * pace.holds
        if not self.reading:
            return inside
        if self.duration is not None:
            return max(self.duration, self.speaking, inside + LEAST_CARD)
        hold = max(LEAST_HOLD, self.reading - READ_WHILE_MOVING * inside) * pace.holds
        return inside + max(hold, self.speaking - inside)

    def readable(self, pace: Pace) -> bool:
        """True if its caption is shown long enough, or for a fixed time."""
        return (
            self.duration is not None or self.seconds(pace) >= self.reading / FASTEST_READING - 1e-9
        )


@record
class PacedPart:
    """A part of a film with one pace."""

    time_spans: tuple[TimeSpan, ...]
    pace: Pace

    @property
    def seconds(self) -> float:
        """Its seconds."""
        return sum(span.seconds(self.pace) for span in self.time_spans)

    @property
    def readable(self) -> bool:
        """True if every caption is shown long enough."""
        return all(span.readable(self.pace) for span in self.time_spans)

    def at(self, moves: float, holds: float) -> PacedPart:
        """The same with its moves and its holds that many times as long."""
        return replace(
            self,
            pace=replace(self.pace, moves=self.pace.moves * moves, holds=self.pace.holds * holds),
        )


def duration(film: Sequence[PacedPart]) -> float:
    """Seconds that a film lasts.

    >>> from attnviz.story.pace import PACES
    >>> duration([PacedPart((TimeSpan(moving=2, still=1),), PACES["fast"])])
    1.9
    """
    return sum(part.seconds for part in film)


def paces_for(film: Sequence[PacedPart], target_seconds: float) -> tuple[Pace, ...]:
    """The pace of each stretch at which the film lasts `target_seconds` seconds: holds change first, then moves.

    Raises InputError, which says the least it can do, where captions could not be read any more.
    """
    if target_seconds >= duration(_quickest(film, 1.0)):
        least = _least_holds(film, 1.0)
        holds = _solved(lambda share: duration(_at(film, 1.0, share)), target_seconds, least, 1e4)
        retimed = _at(film, 1.0, holds)
    else:
        least = shortest(film)
        if target_seconds < least:
            raise too_short(target_seconds, least)
        moves = _solved(
            lambda share: duration(_quickest(film, share)), target_seconds, _SHORTEST_MOVE, 1.0
        )
        retimed = _quickest(film, moves)
    return tuple(part.pace for part in retimed)


def too_short(target_seconds: float, least: float) -> InputError:
    """The error of a duration that is too short, with the least possible one."""
    return InputError(
        f"--duration {clock_text(target_seconds)} is too short for its captions to be read: "
        f"this film takes at least {clock_text(math.ceil(least))}"
    )


def shortest(film: Sequence[PacedPart]) -> float:
    """The least seconds in which every caption can be read."""
    return duration(_quickest(film, _SHORTEST_MOVE))


def _at(film: Sequence[PacedPart], moves: float, holds: float) -> list[PacedPart]:
    return [part.at(moves, holds) for part in film]


def _quickest(film: Sequence[PacedPart], moves: float) -> list[PacedPart]:
    """The film with its moves at that share of their time and its holds as short as captions allow."""
    return _at(film, moves, _least_holds(film, moves))


def _least_holds(film: Sequence[PacedPart], moves: float) -> float:
    """The least share of the holds at which every caption can be read."""
    low, high = _LEAST_HOLD_SHARE, 1.0
    while not all(part.at(moves, high).readable for part in film):
        high *= 1.5
    for _ in range(40):
        middle = (low + high) / 2
        if all(part.at(moves, middle).readable for part in film):
            high = middle
        else:
            low = middle
    return high


def _solved(
    seconds_at: Callable[[float], float], target_seconds: float, low: float, high: float
) -> float:
    """The share between `low` and `high` at which it lasts as long as wanted; it never gets shorter with more."""
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if seconds_at(middle) < target_seconds else (low, middle)
    return high


def clock_text(seconds: float) -> str:
    """Seconds as people write them, rounded: 1:05.

    >>> clock_text(64.8), clock_text(3723)
    ('1:05', '1:02:03')
    """
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"

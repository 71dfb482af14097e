"""How long a film lasts at a pace, and the pace at which it lasts as long as is wanted."""

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
"""And a title card, for which somebody wants less time than it takes to come."""
READ_WHILE_MOVING = 0.6
"""The share of the time in which things move that a viewer can read in."""
FASTEST_READING = 4 / 3
"""How much faster than the usual pace a caption may pass and still be read: 20 characters a second in English, the most
that Netflix's timed text style guide allows, and 6.7 in Chinese, where it allows 9."""
_SHORTEST_MOVE = 0.5
"""How much of its time a move keeps at least: faster ones cannot be followed."""
_LEAST_STANDING = 0.3
"""The least share of a hold that no caption needs."""


@record
class Spell:
    """A stretch of a film at normal pace: seconds that move, that stand still, and that a caption takes to be read."""

    moving: float = 0.0
    still: float = 0.0
    reading: float = 0.0
    """0 where nothing is said."""
    speaking: float = 0.0
    """Seconds that a voice takes."""
    lasting: float | None = None
    """Seconds that it lasts at any pace, because somebody said so."""

    def seconds(self, pace: Pace) -> float:
        """How long it lasts at that pace."""
        inside = self.moving * pace.moves + self.still * pace.holds
        if not self.reading:
            return inside
        if self.lasting is not None:
            return max(self.lasting, self.speaking, inside + LEAST_CARD)
        standing = max(LEAST_HOLD, self.reading - READ_WHILE_MOVING * inside) * pace.holds
        return inside + max(standing, self.speaking - inside)

    def readable(self, pace: Pace) -> bool:
        """Whether its caption stands long enough, or as long as was asked for."""
        return (
            self.lasting is not None or self.seconds(pace) >= self.reading / FASTEST_READING - 1e-9
        )


@record
class Stretch:
    """A part of a film that is told at one pace."""

    spells: tuple[Spell, ...]
    pace: Pace

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return sum(spell.seconds(self.pace) for spell in self.spells)

    @property
    def readable(self) -> bool:
        """Whether every caption stands long enough."""
        return all(spell.readable(self.pace) for spell in self.spells)

    def at(self, moves: float, holds: float) -> Stretch:
        """The same with its moves and its holds that many times as long."""
        return replace(
            self,
            pace=replace(self.pace, moves=self.pace.moves * moves, holds=self.pace.holds * holds),
        )


def lasting(film: Sequence[Stretch]) -> float:
    """Seconds that a film lasts.

    >>> from attnviz.story.pace import PACES
    >>> lasting([Stretch((Spell(moving=2, still=1),), PACES["fast"])])
    1.9
    """
    return sum(stretch.seconds for stretch in film)


def paced(film: Sequence[Stretch], wanted: float) -> tuple[Pace, ...]:
    """The pace of each stretch at which the film lasts `wanted` seconds: holds change first, then moves.

    Raises InputError, which says the least it can do, where captions could not be read any more.
    """
    if wanted >= lasting(_quickest(film, 1.0)):
        least = _least_holds(film, 1.0)
        holds = _solved(lambda share: lasting(_at(film, 1.0, share)), wanted, least, 1e4)
        told = _at(film, 1.0, holds)
    else:
        least = shortest(film)
        if wanted < least:
            raise too_short(wanted, least)
        moves = _solved(lambda share: lasting(_quickest(film, share)), wanted, _SHORTEST_MOVE, 1.0)
        told = _quickest(film, moves)
    return tuple(stretch.pace for stretch in told)


def too_short(wanted: float, least: float) -> InputError:
    """That a film cannot last as little as is wanted, and the least it can do."""
    return InputError(
        f"--duration {clock(wanted)} is too short for its captions to be read: "
        f"this film takes at least {clock(math.ceil(least))}"
    )


def shortest(film: Sequence[Stretch]) -> float:
    """The least seconds in which it can be told and read."""
    return lasting(_quickest(film, _SHORTEST_MOVE))


def _at(film: Sequence[Stretch], moves: float, holds: float) -> list[Stretch]:
    return [stretch.at(moves, holds) for stretch in film]


def _quickest(film: Sequence[Stretch], moves: float) -> list[Stretch]:
    """With holds as short as can be read where moves take that share of their time."""
    return _at(film, moves, _least_holds(film, moves))


def _least_holds(film: Sequence[Stretch], moves: float) -> float:
    """The least share of the holds at which every caption can be read."""
    low, high = _LEAST_STANDING, 1.0
    while not all(stretch.at(moves, high).readable for stretch in film):
        high *= 1.5
    for _ in range(40):
        middle = (low + high) / 2
        if all(stretch.at(moves, middle).readable for stretch in film):
            high = middle
        else:
            low = middle
    return high


def _solved(lasts: Callable[[float], float], wanted: float, low: float, high: float) -> float:
    """The share between `low` and `high` at which it lasts as long as wanted; it never gets shorter with more."""
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if lasts(middle) < wanted else (low, middle)
    return high


def clock(seconds: float) -> str:
    """Seconds as people write them, rounded: 1:05.

    >>> clock(64.8), clock(3723)
    ('1:05', '1:02:03')
    """
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"

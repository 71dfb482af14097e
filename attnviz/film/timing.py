"""How long a film lasts at a pace, and the pace at which it lasts as long as is wanted."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from attnviz.errors import InputError
from attnviz.film.style import Pace

LEAST_HOLD = 0.7
"""Seconds that a beat stands still at the end, at normal pace."""
READ_WHILE_MOVING = 0.6
"""The share of the time in which things move that a viewer can read in."""
FASTEST_READING = 4 / 3
"""How much faster than the usual pace a caption may pass and still be read: 20 characters a second in English, the most
that Netflix's timed text style guide allows, and 6.7 in Chinese, where it allows 9."""
_SHORTEST_MOVE = 0.5
"""How much of its time a move keeps at least: faster ones cannot be followed."""
_LEAST_STANDING = 0.3
"""The least share of a hold that no caption needs."""


@dataclass(frozen=True)
class Spell:
    """A stretch of a film at normal pace: seconds that move, that stand still, and that a caption takes to be read."""

    moving: float = 0.0
    still: float = 0.0
    reading: float = 0.0
    """0 where nothing is said."""
    speaking: float = 0.0
    """Seconds that a voice takes."""

    def seconds(self, pace: Pace) -> float:
        """How long it lasts at that pace."""
        inside = self.moving * pace.moves + self.still * pace.holds
        if not self.reading:
            return inside
        standing = max(LEAST_HOLD, self.reading - READ_WHILE_MOVING * inside) * pace.holds
        return inside + max(standing, self.speaking - inside)

    def readable(self, pace: Pace) -> bool:
        """Whether its caption stands long enough."""
        return self.seconds(pace) >= self.reading / FASTEST_READING - 1e-9


def lasting(spells: Sequence[Spell], pace: Pace) -> float:
    """Seconds that all of them last at that pace.

    >>> from attnviz.film.style import PACES
    >>> lasting([Spell(moving=2, still=1)], PACES["fast"])
    1.9
    """
    return sum(spell.seconds(pace) for spell in spells)


def paced(spells: Sequence[Spell], wanted: float, pace: Pace) -> Pace:
    """`pace`, changed so that the film lasts `wanted` seconds: the holds first, then the moves.

    Raises InputError, which says the least it can do, where captions could not be read any more.
    """
    least_holds = _least_readable(spells, pace)
    if wanted >= lasting(spells, replace(pace, holds=least_holds)):
        holds = _solved(
            lambda share: lasting(spells, replace(pace, holds=share)), wanted, least_holds, 1e4
        )
        return replace(pace, holds=holds)
    shortest = pace.moves * _SHORTEST_MOVE

    def told(share: float) -> Pace:
        quick = replace(pace, moves=share)
        return replace(quick, holds=_least_readable(spells, quick))

    least = lasting(spells, told(shortest))
    if wanted < least:
        raise InputError(
            f"--duration {_clock(wanted)} is too short for its captions to be read: "
            f"this film takes at least {_clock(least)}"
        )
    return told(_solved(lambda share: lasting(spells, told(share)), wanted, shortest, pace.moves))


def _least_readable(spells: Sequence[Spell], pace: Pace) -> float:
    """The least holds at which every caption can be read."""
    low, high = _LEAST_STANDING, max(pace.holds, _LEAST_STANDING)
    while not all(each.readable(replace(pace, holds=high)) for each in spells):
        high *= 1.5
    for _ in range(40):
        middle = (low + high) / 2
        if all(each.readable(replace(pace, holds=middle)) for each in spells):
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


def _clock(seconds: float) -> str:
    """Seconds as people write them, rounded up: 1:05.

    >>> _clock(64.2)
    '1:05'
    """
    minutes, rest = divmod(math.ceil(seconds - 1e-6), 60)
    return f"{minutes}:{rest:02d}"

"""The pace of a film: how fast things move, and how long captions stand."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Pace:
    """Factors of the times that moves and holds take, and the speed of reading."""

    moves: float
    holds: float
    reading: dict[str, float]
    """Characters a second, by language."""


_READING = {"en": 15.0, "zh": 5.0}
PACES = {
    "slow": Pace(1.4, 1.35, _READING),
    "normal": Pace(1.0, 1.0, _READING),
    "fast": Pace(0.6, 0.7, _READING),
}
"""By the names that a lecture and the command line have for them."""
DEFAULT_PACE = "normal"

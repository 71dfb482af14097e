"""The pace of a film: how fast things move, and how long captions stand."""

from __future__ import annotations

from attnviz.records import record


@record
class Pace:
    """Factors of the times that moves and holds take."""

    moves: float
    holds: float


PACES = {
    "slow": Pace(1.4, 1.35),
    "normal": Pace(1.0, 1.0),
    "fast": Pace(0.6, 0.7),
}
"""By the names that a lecture and the command line have for them."""
DEFAULT_PACE = "normal"

"""How large films are."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Quality:
    """Size in pixels and frames a second."""

    width: int
    height: int
    fps: int


QUALITIES = {
    "low": Quality(854, 480, 15),
    "medium": Quality(1280, 720, 30),
    "high": Quality(1920, 1080, 60),
    "4k": Quality(3840, 2160, 60),
}
DEFAULT_QUALITY = "medium"
MOST_FPS = 120
"""Frames a second, at most."""


def quality(name: str, fps: int | None = None) -> Quality:
    """The quality of that name; `fps` goes before what belongs to it.

    >>> quality("low", fps=5)
    Quality(width=854, height=480, fps=5)
    """
    size = QUALITIES[name]
    return size if fps is None else replace(size, fps=fps)

"""What a worker process does: it draws ranges of a scene, and keeps the scene for the next range."""

from __future__ import annotations

import gc
import io
from contextlib import redirect_stdout
from dataclasses import dataclass
from time import perf_counter

from attnviz.render.executor import breathe
from attnviz.render.folders import working_in
from attnviz.render.scene_replay import Source, Telling
from attnviz.render.timeline import Range


@dataclass(frozen=True)
class Order:
    """A range to be drawn."""

    scene: str
    """Which scene of those that are being filmed; orders of one scene share a telling."""
    source: Source
    range: Range
    begin: int
    """The number of the play at which the range begins. One without segments is for going there."""
    folder: str | None = None
    """Where the worker may keep work files."""


@dataclass(frozen=True)
class Drawn:
    """What came of an order."""

    files: tuple[bytes, ...]
    """An .mp4 for each segment of the range."""
    seconds: float


_tellings: dict[str, Telling] = {}
"""At most one: manim's configuration is global to the process."""


def draw(order: Order) -> Drawn:
    """The segments of the order.

    Raises UnrepeatableError if the scene is not as it was planned, and whatever it raises.
    """
    began = perf_counter()
    # what a scene prints, it has printed when it was planned
    with redirect_stdout(io.StringIO()):
        files = _drawn(order)
    return Drawn(files, perf_counter() - began)


def _drawn(order: Order) -> tuple[bytes, ...]:
    telling = _tellings.get(order.scene)
    if telling is None or telling.position > order.begin:
        dismiss()
        with working_in(order.folder):
            telling = _tellings[order.scene] = Telling(order.source, lambda frames: breathe())
    try:
        if not order.range.segments:
            telling.pass_by(order.begin)
        return tuple(telling.draw(segment) for segment in order.range.segments)
    except BaseException:
        dismiss()
        raise


def dismiss() -> None:
    """Ends the telling that is kept."""
    while _tellings:
        _, telling = _tellings.popitem()
        telling.dismiss()
        del telling
        gc.collect()  # a scene is full of rings: the next one would come on top of it

"""Segments that are to be drawn, as orders for workers."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from attnviz.render.drawing.scene_replay import SceneSource
from attnviz.render.drawing.timeline import Segment, ranges
from attnviz.render.workers.worker import DrawRequest

_ROUNDS = 6
"""Ranges that each worker gets, at least: the last to end is late by no more than one range."""
_SHORT, _LONG = 1.0, 8.0
"""Efforts of a range. Between short ones time is lost; long ones are waited for."""


@dataclass(frozen=True, eq=False)
class RenderTask:
    """A scene that was planned, and is to be drawn."""

    source: SceneSource
    segments: tuple[Segment, ...]
    is_same_here: bool = False
    """True if this process can draw it as planned where a worker cannot: the scene itself is deterministic."""


class RenderQueue:
    """Segments that are to be drawn: each once, even if it is shown twice."""

    def __init__(self) -> None:
        # workers live longer than this, and those of a cluster have other customers too
        self._name = secrets.token_hex(8)
        self._tasks: list[tuple[RenderTask, list[Segment]]] = []
        self._paths: dict[str, list[Path]] = {}

    def add(self, task: RenderTask, segment: Segment, path: Path) -> None:
        if not self._tasks or self._tasks[-1][0] is not task:
            self._tasks.append((task, []))
        same = self._paths.setdefault(self._key(self._scene(len(self._tasks)), segment), [])
        same.append(path)
        if len(same) == 1:
            self._tasks[-1][1].append(segment)

    def requests(
        self, workers: int, folder: str | None, portable: Callable[[SceneSource], SceneSource]
    ) -> list[DrawRequest]:
        """Orders scene by scene, each from its beginning to its end: a worker goes on where it is.

        `portable` gives a source as workers get it.
        """
        left = [
            (
                self._scene(number),
                task.source,
                [each for each in segments if self._is_open(number, each)],
            )
            for number, (task, segments) in enumerate(self._tasks, start=1)
        ]
        whole = sum(each.effort for _, _, segments in left for each in segments)
        effort = min(max(whole / (workers * _ROUNDS), _SHORT), _LONG)
        return [
            DrawRequest(scene, source, part, part.segments[0].first, folder)
            for scene, own, segments in left
            if segments
            for source in (portable(own),)
            for part in ranges(segments, effort)
        ]

    def pop(self, scene: str, segment: Segment) -> list[Path]:
        """Removes the segment from the queue, and returns the paths of its files."""
        return self._paths.pop(self._key(scene, segment))

    def _is_open(self, number: int, segment: Segment) -> bool:
        return self._key(self._scene(number), segment) in self._paths

    def _scene(self, number: int) -> str:
        return f"{self._name}-{number}"

    @staticmethod
    def _key(scene: str, segment: Segment) -> str:
        return segment.key or f"{scene}:{segment.first}"

"""Acts: functions that play a step on the stage."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

from attnviz.records import record

if TYPE_CHECKING:
    from attnviz.story.storyboard import Step
    from attnviz.views.film.stage import Stage


class Handover:
    """The mobjects that an act leaves on the stage for the next one. Each kind is a dataclass that extends this."""


@record
class Act:
    """A step played by itself: it clears the stage, and the next one begins on an empty one."""

    play: Callable[[Stage, Step], None]
    parts: type[StrEnum]
    """The parts that it plays: those of the step's definition."""

    def __call__(self, stage: Stage, step: Step, before: Handover | None) -> Handover | None:
        """Plays the step. Returns what it leaves for the next: nothing."""
        self.play(stage, step)
        return None


@record
class LinkedAct:
    """A step that goes on from what the step before left, or leaves something itself."""

    play: Callable[[Stage, Step, Handover | None], Handover | None]
    """Takes what was left, None where the step is played alone; returns what it leaves."""
    parts: type[StrEnum]

    def __call__(self, stage: Stage, step: Step, before: Handover | None) -> Handover | None:
        """Plays the step. Returns what it leaves for the next; None where the stage is empty."""
        return self.play(stage, step, before)


Acts: TypeAlias = Mapping[str, Act | LinkedAct]
"""The acts of a lesson by the names of their steps; a step without one shows its exhibits part by part."""

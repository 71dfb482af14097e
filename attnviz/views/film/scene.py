"""A lesson as a scene: its steps, played one after the other."""

from __future__ import annotations

from typing import ClassVar

from attnviz.story.storyboard import Step
from attnviz.views.film.acts.act import Acts, Handover
from attnviz.views.film.acts.exhibits import show
from attnviz.views.film.stage import Stage


class LessonScene(Stage):
    """Plays a storyboard. A subclass says with which acts."""

    acts: ClassVar[Acts] = {}
    """The acts by step id; a step without one shows its exhibits part by part."""

    def construct(self) -> None:
        """Plays the steps in order, each with what the one before left on the stage."""
        handover: Handover | None = None
        for step in self.storyboard.steps:
            if self.only and step.id not in self.only:
                if handover is not None:
                    self.clear_stage()
                    handover = None
                self.skip_step(step)
                continue
            self.open(step)
            act = self.acts.get(step.id)
            if act is None:
                show(self, step)
                handover = None
            else:
                handover = act(self, step, handover)
            self._check_played(step)

    def _check_played(self, step: Step) -> None:
        """Raises LookupError where a part was left out, or played in another order: a mistake in the act."""
        played = [beat.part for beat in self.beats if beat.step == step.id]
        if played != list(step.narration):
            raise LookupError(
                f"the act of the step {step.id} plays {played}, and the step says {list(step.narration)}"
            )

"""What attention, convolution and recurrence cost as the sequence grows."""

from __future__ import annotations

from functools import partial

from attnviz.scenes import default_storyboard

from attnviz.film.acts import cost
from attnviz.film.acts.exhibits import show
from attnviz.film.scene import LessonScene


class Cost(LessonScene):
    """Four quantities one by one, then side by side."""

    by_itself = staticmethod(partial(default_storyboard, "cost"))

    def construct(self) -> None:
        self.act("operations", cost.operations)
        self.act("sequential-steps", cost.sequential_steps)
        self.act("path-length", show)
        self.act("memory", show)
        self.act("comparison", show)

"""What attention, convolution and recurrence cost as the sequence grows."""

from __future__ import annotations

from attnviz.film.acts import cost
from attnviz.film.acts.exhibits import show
from attnviz.film.scene import LessonScene
from attnviz.lessons.cost import storyboard
from attnviz.lessons.request import LessonRequest


class Cost(LessonScene):
    """Four quantities one by one, then side by side."""

    def setup(self) -> None:
        if not hasattr(self, "storyboard"):
            self.storyboard = storyboard(LessonRequest())
        super().setup()

    def construct(self) -> None:
        self.act("operations", cost.operations)
        self.act("sequential-steps", cost.sequential_steps)
        self.act("path-length", show)
        self.act("memory", show)
        self.act("comparison", show)

"""What attention, convolution and recurrence cost as the sequence grows."""

from __future__ import annotations

from functools import partial

from attnviz.scenes import default_storyboard

from attnviz.lessons.cost import film
from attnviz.views.film.acts.exhibits import show
from attnviz.views.film.scene import LessonScene


class Cost(LessonScene):
    """Four quantities one by one, then side by side."""

    by_itself = staticmethod(partial(default_storyboard, "cost"))

    def construct(self) -> None:
        self.act("operations", film.operations)
        self.act("sequential-steps", film.sequential_steps)
        self.act("path-length", show)
        self.act("memory", show)
        self.act("comparison", show)

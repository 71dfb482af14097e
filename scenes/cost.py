"""What attention, convolution and recurrence cost as the sequence grows."""

from __future__ import annotations

from functools import partial

from attnviz.scenes import default_storyboard

from attnviz.lessons.cost.film import ACTS
from attnviz.views.film.scene import LessonScene


class Cost(LessonScene):
    """Four quantities one by one, then side by side."""

    acts = ACTS
    by_itself = staticmethod(partial(default_storyboard, "cost"))

"""The cost of attention, convolution and recurrence as the sequence grows."""

from __future__ import annotations

from functools import partial

from attnviz.scenes import default_storyboard

from attnviz.lessons.cost.film import ACTS
from attnviz.views.film.scene import LessonScene


class Cost(LessonScene):
    """Four quantities one by one, then side by side."""

    acts = ACTS
    make_storyboard = staticmethod(partial(default_storyboard, "cost"))

"""Why scores are divided by √d_k: variance, saturation, gradient.

Run by itself (`manim render scenes/scaling.py`) it tells the numbers of seed 0; `attnviz render --lesson scaling`
gives it any other storyboard of the lesson.
"""

from __future__ import annotations

from functools import partial

from attnviz.scenes import default_storyboard

from attnviz.lessons.scaling.film import ACTS
from attnviz.views.film.scene import LessonScene


class Scaling(LessonScene):
    """How a score comes about, what d_k does to it and to softmax, and the cure."""

    acts = ACTS
    by_itself = staticmethod(partial(default_storyboard, "scaling"))

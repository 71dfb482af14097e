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
    """The making of a score, the effect of d_k on it and on softmax, and the cure."""

    acts = ACTS
    make_storyboard = staticmethod(partial(default_storyboard, "scaling"))

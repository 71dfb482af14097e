"""Why scores are divided by √d_k: variance, saturation, gradient.

Run by itself (`manim render scenes/scaling.py`) it tells the numbers of seed 0; `attnviz render --lesson scaling`
gives it any other storyboard of the lesson.
"""

from __future__ import annotations

from functools import partial

from attnviz.scenes import default_storyboard

from attnviz.film.acts import scaling
from attnviz.film.acts.exhibits import show
from attnviz.film.scene import LessonScene


class Scaling(LessonScene):
    """How a score comes about, what d_k does to it and to softmax, and the cure."""

    by_itself = staticmethod(partial(default_storyboard, "scaling"))

    def construct(self) -> None:
        self.act("score", show)
        self.act("variance", scaling.variance)
        self.act("weights", scaling.weights)
        self.act("saturation", scaling.saturation)
        self.act("gradient", scaling.gradient)
        self.act("formula", scaling.formula)

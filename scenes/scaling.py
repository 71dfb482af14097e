"""Why scores are divided by √d_k: variance, saturation, gradient.

Run by itself (`manim render scenes/film.py`) it tells the numbers of seed 0; `attnviz render --lesson scaling`
gives it any other storyboard of the lesson.
"""

from __future__ import annotations

from functools import partial

from attnviz.scenes import default_storyboard

from attnviz.lessons.scaling import film
from attnviz.views.film.acts.exhibits import show
from attnviz.views.film.scene import LessonScene


class Scaling(LessonScene):
    """How a score comes about, what d_k does to it and to softmax, and the cure."""

    by_itself = staticmethod(partial(default_storyboard, "scaling"))

    def construct(self) -> None:
        self.act("score", show)
        self.act("variance", film.variance)
        self.act("weights", film.weights)
        self.act("saturation", film.saturation)
        self.act("gradient", film.gradient)
        self.act("formula", film.formula)

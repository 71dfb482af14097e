"""Masking: −∞ before softmax, zeros after; then padding.

Run by itself (`manim render scenes/film.py`) it tells the example `causal`; `attnviz render --lesson masking`
gives it any other storyboard of the lesson.
"""

from __future__ import annotations

from functools import partial

from attnviz.scenes import default_storyboard

from attnviz.lessons.masking import film
from attnviz.views.film.acts.exhibits import show
from attnviz.views.film.scene import LessonScene


class Masking(LessonScene):
    """Without a mask, with one, with one too late; then a batch with padding."""

    by_itself = staticmethod(partial(default_storyboard, "masking"))

    def construct(self) -> None:
        self.act("unmasked", show)
        self.act("before-softmax", film.before_softmax)
        self.act("after-softmax", show)
        self.act("padding", show)
        self.act("padding-hidden", show)

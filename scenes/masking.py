"""Masking: −∞ before softmax, zeros after; then padding.

Run by itself (`manim render scenes/masking.py`) it tells the example `causal`; `attnviz render --lesson masking`
gives it any other storyboard of the lesson.
"""

from __future__ import annotations

from functools import partial

from attnviz.scenes import default_storyboard

from attnviz.lessons.masking.film import ACTS
from attnviz.views.film.scene import LessonScene


class Masking(LessonScene):
    """Without a mask, with one, with one too late; then a batch with padding."""

    acts = ACTS
    make_storyboard = staticmethod(partial(default_storyboard, "masking"))

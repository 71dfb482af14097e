"""The reach of a layer: a receptive field beside one step of attention, and a match planted far away.

`attnviz render --lesson context` gives it any distance and seed; by itself it has the lesson's own.
"""

from __future__ import annotations

from functools import partial

from attnviz.scenes import default_storyboard

from attnviz.lessons.context.film import ACTS
from attnviz.views.film.scene import LessonScene


class Context(LessonScene):
    """The field grows, the layers are counted, and the match moves away."""

    acts = ACTS
    make_storyboard = staticmethod(partial(default_storyboard, "context"))

"""The limits of convolution: one product, every place, three channels, and the sizes a network was made for."""

from __future__ import annotations

from functools import partial

from attnviz.scenes import default_storyboard

from attnviz.lessons.cnn_limits.film import ACTS
from attnviz.views.film.scene import LessonScene


class CnnLimits(LessonScene):
    """From one place of a small picture to what a network made for one size cannot take."""

    acts = ACTS
    make_storyboard = staticmethod(partial(default_storyboard, "cnn-limits"))

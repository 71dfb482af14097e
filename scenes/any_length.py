"""Any length: the same weights at every length, a token appended live, generation with keys and values kept."""

from __future__ import annotations

from functools import partial

from attnviz.scenes import default_storyboard

from attnviz.lessons.any_length.film import ACTS
from attnviz.views.film.scene import LessonScene


class AnyLength(LessonScene):
    """The three matrices at several lengths, then one vector more."""

    acts = ACTS
    make_storyboard = staticmethod(partial(default_storyboard, "any-length"))

"""Several heads: each finds something else, side by side, mixed by W_O.

Run by itself (`manim render scenes/multi_head.py`) it tells the example `two-heads`; `attnviz render
--lesson multi-head` gives it any other storyboard of the lesson.
"""

from __future__ import annotations

from functools import partial

from attnviz.scenes import default_storyboard

from attnviz.lessons.multi_head.film import ACTS
from attnviz.views.film.scene import LessonScene


class MultiHead(LessonScene):
    """One head, two of them, their outputs joined and mixed, the formula."""

    acts = ACTS
    make_storyboard = staticmethod(partial(default_storyboard, "multi-head"))

"""Several heads: each finds something else, side by side, mixed by W_O.

Run by itself (`manim render scenes/film.py`) it tells the example `two-heads`; `attnviz render
--lesson multi-head` gives it any other storyboard of the lesson.
"""

from __future__ import annotations

from functools import partial

from attnviz.scenes import default_storyboard

from attnviz.lessons.multi_head import film
from attnviz.views.film.acts.exhibits import show
from attnviz.views.film.scene import LessonScene


class MultiHead(LessonScene):
    """One head, two of them, their outputs joined and mixed, the formula."""

    by_itself = staticmethod(partial(default_storyboard, "multi-head"))

    def construct(self) -> None:
        self.act("one-head", show)
        self.act("cut", show)
        self.act("heads", show)
        self.act("concat", film.concat)
        self.act("project", film.project)
        self.act("formula", film.formula)

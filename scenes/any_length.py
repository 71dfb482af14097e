"""Any length: the same weights at every length, a token appended live, generation with keys and values kept."""

from __future__ import annotations

from functools import partial

from attnviz.scenes import default_storyboard

from attnviz.lessons.any_length import film
from attnviz.views.film.acts.exhibits import show
from attnviz.views.film.acts.pages import show_in_pages
from attnviz.views.film.scene import LessonScene


class AnyLength(LessonScene):
    """The three matrices at several lengths, then one vector more."""

    by_itself = staticmethod(partial(default_storyboard, "any-length"))

    def construct(self) -> None:
        self.act("same-weights", show_in_pages)
        self.act("map", film.grow)
        self.act("append", film.append)
        self.act("share", show)
        self.act("causal", show_in_pages)
        self.act("generation", show_in_pages)

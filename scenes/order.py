"""Order: two inputs trade places, for attention, for a convolution, and once positions are added."""

from __future__ import annotations

from functools import partial

from attnviz.scenes import default_storyboard

from attnviz.lessons.order import film
from attnviz.views.film.acts.exhibits import show
from attnviz.views.film.acts.pages import show_in_pages
from attnviz.views.film.scene import LessonScene


class Order(LessonScene):
    """The same vectors in another order, and what notices it."""

    by_itself = staticmethod(partial(default_storyboard, "order"))

    def construct(self) -> None:
        self.act("permute", film.trade)
        self.act("attention", film.trade)
        self.act("convolution", show)
        self.act("positions", film.positions)
        self.act("with-positions", show_in_pages)
        self.act("compare", film.compare)

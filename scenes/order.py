"""Order: two inputs trade places, for attention, for a convolution, and once positions are added."""

from __future__ import annotations

from functools import partial

from attnviz.scenes import default_storyboard

from attnviz.film.acts import order
from attnviz.film.acts.exhibits import show
from attnviz.film.acts.pages import show_in_pages
from attnviz.film.scene import LessonScene


class Order(LessonScene):
    """The same vectors in another order, and what notices it."""

    by_itself = staticmethod(partial(default_storyboard, "order"))

    def construct(self) -> None:
        self.act("permute", order.trade)
        self.act("attention", order.trade)
        self.act("convolution", show)
        self.act("positions", order.positions)
        self.act("with-positions", show_in_pages)
        self.act("compare", order.compare)

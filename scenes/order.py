"""Order: two inputs trade places, for attention, for a convolution, and once positions are added."""

from __future__ import annotations

from functools import partial

from attnviz.scenes import default_storyboard

from attnviz.lessons.order.film import ACTS
from attnviz.views.film.scene import LessonScene


class Order(LessonScene):
    """The same vectors in another order, and what notices it."""

    acts = ACTS
    make_storyboard = staticmethod(partial(default_storyboard, "order"))

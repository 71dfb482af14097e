"""How far a layer looks: a receptive field beside one step of attention, and a match planted far away.

`attnviz render --lesson context` gives it any distance and seed; by itself it has the lesson's own.
"""

from __future__ import annotations

from functools import partial

from attnviz.scenes import default_storyboard

from attnviz.film.acts import context
from attnviz.film.acts.exhibits import show
from attnviz.film.scene import LessonScene


class Context(LessonScene):
    """The field grows, the layers are counted, and the match moves away."""

    by_itself = staticmethod(partial(default_storyboard, "context"))

    def construct(self) -> None:
        self.act("receptive-field", context.receptive_field)
        self.act("layers", show)
        self.act("planted", context.planted)
        self.act("sweep", context.sweep)
        self.act("inductive-bias", context.inductive_bias)

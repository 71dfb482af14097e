"""The illustrated self-attention: inputs, Q/K/V, scores, softmax, weighted sum, all rows, the formula.

Run by itself (`manim render scenes/self_attention.py`) it tells the article's worked example; `attnviz render` gives it
any other storyboard of the lesson.
"""

from __future__ import annotations

from functools import partial

from attnviz.scenes import default_storyboard

from attnviz.film.acts import (
    beside,
    formula,
    heads,
    links,
    mixing,
    opening,
    pair,
    places,
    projection,
    scores,
    softmax,
    whole,
)
from attnviz.film.scene import LessonScene


class SelfAttention(LessonScene):
    """One query in full, then all of them, then the formula."""

    kept = ("inputs", "queries", "keys", "values", "places", "given")

    by_itself = staticmethod(partial(default_storyboard, "self-attention"))

    def construct(self) -> None:
        self.act("inputs", opening.inputs)
        self.act("weights", opening.weights)
        self.act("queries", projection.project)
        self.act("keys", projection.project)
        self.act("values", projection.project)
        self.act("places", places.places)
        self.act("given", beside.given)
        self.act("scores", scores.scores)
        self.act("pair", pair.pair)
        self.act("scale", softmax.change_scores)
        self.act("cap", softmax.change_scores)
        self.act("bias", softmax.change_scores)
        self.act("mask", softmax.change_scores)
        self.act("softmax", softmax.softmax)
        self.act("weighted-values", mixing.weighted_values)
        self.act("output", mixing.output)
        self.act("all-rows", whole.all_rows)
        self.act("links", links.links)
        self.act("heads", heads.heads)
        self.act("formula", formula.formula)
        self.act("why-scale", formula.why_scale)

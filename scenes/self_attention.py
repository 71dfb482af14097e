"""The illustrated self-attention: inputs, Q/K/V, scores, softmax, weighted sum, all rows, the formula.

Run by itself (`manim render scenes/self_attention.py`) it tells the article's worked example; `attnviz render` gives it
any other storyboard of the lesson.
"""

from __future__ import annotations

from functools import partial

from attnviz.scenes import default_storyboard

from attnviz.lessons.self_attention.film import (
    all_queries,
    dot_product,
    formula,
    heads,
    inputs,
    links,
    projection,
    rope,
    scores,
    softmax,
    weighted_values,
)
from attnviz.views.film.acts import beside
from attnviz.views.film.scene import LessonScene


class SelfAttention(LessonScene):
    """One query in full, then all of them, then the formula."""

    kept = ("inputs", "queries", "keys", "values", "places", "given")

    by_itself = staticmethod(partial(default_storyboard, "self-attention"))

    def construct(self) -> None:
        self.act("inputs", inputs.inputs)
        self.act("weights", inputs.weights)
        self.act("queries", projection.project)
        self.act("keys", projection.project)
        self.act("values", projection.project)
        self.act("places", rope.places)
        self.act("given", beside.given)
        self.act("scores", scores.scores)
        self.act("pair", dot_product.pair)
        self.act("scale", softmax.change_scores)
        self.act("cap", softmax.change_scores)
        self.act("bias", softmax.change_scores)
        self.act("mask", softmax.change_scores)
        self.act("softmax", softmax.softmax)
        self.act("weighted-values", weighted_values.weighted_values)
        self.act("output", weighted_values.output)
        self.act("all-rows", all_queries.all_rows)
        self.act("links", links.links)
        self.act("heads", heads.heads)
        self.act("formula", formula.formula)
        self.act("why-scale", formula.why_scale)

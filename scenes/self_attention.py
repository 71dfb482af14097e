"""The illustrated self-attention: inputs, Q/K/V, scores, softmax, weighted sum, all rows, the formula.

Run by itself (`manim render scenes/self_attention.py`) it tells the article's worked example; `attnviz render` gives it
any other storyboard of the lesson.
"""

from __future__ import annotations

from attnviz.core.self_attention import trace_of
from attnviz.film.acts import formula, mixing, opening, projection, scores, softmax, whole
from attnviz.film.scene import LessonScene
from attnviz.film.style import MOST_WORKED
from attnviz.inputs import InputRequest, problem_from
from attnviz.lessons.self_attention import self_attention_storyboard


class SelfAttention(LessonScene):
    """One query in full, then all of them, then the formula."""

    def setup(self) -> None:
        if not hasattr(self, "storyboard"):
            trace = trace_of(problem_from(InputRequest()))
            self.storyboard = self_attention_storyboard(trace, most=MOST_WORKED)
        super().setup()

    def construct(self) -> None:
        self.act("inputs", opening.inputs)
        self.act("weights", opening.weights)
        self.act("queries", projection.project)
        self.act("keys", projection.project)
        self.act("values", projection.project)
        self.act("scores", scores.scores)
        self.act("scale", softmax.change_scores)
        self.act("bias", softmax.change_scores)
        self.act("mask", softmax.change_scores)
        self.act("softmax", softmax.softmax)
        self.act("weighted-values", mixing.weighted_values)
        self.act("output", mixing.output)
        self.act("all-rows", whole.all_rows)
        self.act("heads", whole.heads)
        self.act("formula", formula.formula)
        self.act("why-scale", formula.why_scale)

"""The illustrated self-attention: inputs, Q/K/V, scores, softmax, weighted sum, all rows, the formula.

Run by itself (`manim render scenes/self_attention.py`) it tells the article's worked example; `attnviz render` gives it
any other storyboard of the lesson.
"""

from __future__ import annotations

from functools import partial

from attnviz.scenes import default_storyboard

from attnviz.lessons.self_attention.film import ACTS
from attnviz.views.film.scene import LessonScene


class SelfAttention(LessonScene):
    """One query in full, then all of them, then the formula."""

    acts = ACTS
    make_storyboard = staticmethod(partial(default_storyboard, "self-attention"))

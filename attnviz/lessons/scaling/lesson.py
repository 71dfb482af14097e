"""Why scores are divided by √d_k: variance, saturation and gradient of softmax, measured as d_k grows.

Shows of the lecture why the formula has its √d_k. The queries and keys are drawn: independent components of mean 0 and
variance 1, as in Vaswani et al., "Attention Is All You Need" (2017), section 3.2.1, footnote 4.
"""

from __future__ import annotations

from attnviz.lessons.lesson import Lesson

LESSON = Lesson(
    "scaling",
    __package__,
    number=6,
    takes=frozenset({"seed"}),
)

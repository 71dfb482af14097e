"""The main lesson: inputs to outputs on real numbers, one query in full, then all, then the formula.

Told after R. Karim, "Illustrated: Self-Attention" (2019), in the notation of Vaswani et al. (2017).
"""

from __future__ import annotations

from attnviz.lessons.lesson import Lesson

LESSON = Lesson(
    "self-attention",
    __package__,
    number=1,
    takes_sequence=True,
)

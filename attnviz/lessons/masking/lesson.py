"""Masking: −∞ before softmax, zeros after; causal (or the user's own mask), then padding.

Shows of the lecture that outputs are made one token at a time without a look ahead. The causal mask is that of Vaswani
et al., "Attention Is All You Need" (2017), section 3.2.3; that a mask is applied to the scores and a query with
nothing to see gives 0 follows the ONNX `Attention` operator. The sequence's own mask is used where it has one, the
causal mask where it has none.
"""

from __future__ import annotations

from attnviz.lessons.lesson import Lesson

LESSON = Lesson(
    "masking",
    __package__,
    number=7,
    takes_sequence=True,
    default={"example": "causal"},
)

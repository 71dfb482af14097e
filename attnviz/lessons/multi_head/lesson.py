"""Several heads: each finds something else, their outputs stand side by side, W_O mixes them.

Shows of the lecture that self-attention finds whom to attend to, in more than one way at once. After Vaswani et al.,
"Attention Is All You Need" (2017), section 3.2.2. The one head that the heads are compared with has the same matrices,
uncut: its score is the sum of theirs.
"""

from __future__ import annotations

from attnviz.lessons.lesson import Lesson

LESSON = Lesson(
    "multi-head",
    __package__,
    number=8,
    takes_sequence=True,
    default={"example": "two-heads"},
)

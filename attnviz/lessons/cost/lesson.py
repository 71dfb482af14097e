"""The lesson on what a layer costs as the sequence grows: attention, convolution and recurrence, counted.

Of the lecture: self-attention takes any number of vectors and joins all of them in one step; here is what that is paid
with, and when it is worth it.

Source: Vaswani et al., "Attention Is All You Need" (2017), section 4 and table 1; for memory, which that table does not
list, Dao et al., "FlashAttention" (2022).
"""

from __future__ import annotations

from attnviz.lessons.lesson import Lesson

LESSON = Lesson(
    "cost",
    __package__,
    number=9,
)

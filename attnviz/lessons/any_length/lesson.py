"""Any number of vectors in, as many out: the same weights on short and long sequences, and one more vector live.

Of the lecture: any number of vectors (`same-weights`, `map`); every vector scores all vectors, and a token that is
appended adds one row and one column (`append`, `share`); sequences of unknown length need an output that the model
decides itself (`causal`, `generation`).

Sources: Vaswani et al., "Attention Is All You Need" (2017), sections 3.1 and 3.2.3; keys and values that are kept while
a sequence is generated: Shazeer, "Fast Transformer Decoding: One Write-Head is All You Need" (2019), section 2.4.
"""

from __future__ import annotations

from attnviz.lessons.lesson import Lesson

LESSON = Lesson(
    "any-length",
    __package__,
    number=4,
    takes_sequence=True,
    default={"text": "our small old cat sleeps on the mat"},
)

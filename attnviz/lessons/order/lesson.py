"""Does order matter? Two inputs trade places: for attention, for a convolution, and once positions are added.

Of the lecture: position information is hard to extract. Attention alone knows no order (`permute`, `attention`); a
convolution knows relative place inside its kernel (`convolution`); positional encoding brings order in (`positions`,
`with-positions`), and so does a causal mask (`compare`).

Sources: Vaswani et al., "Attention Is All You Need" (2017), section 3.5; Lee et al., "Set Transformer" (2019), property
1: outputs are permuted as inputs are; Islam, Jia & Bruce, "How Much Position Information Do Convolutional Neural
Networks Encode?" (2020): what zeros beyond the ends betray; Haviv et al., "Transformer Language Models without
Positional Encodings Still Learn Positional Information" (2022): what a causal mask does.
"""

from __future__ import annotations

from attnviz.lessons.lesson import Lesson

LESSON = Lesson(
    "order",
    __package__,
    number=5,
    takes_sequence=True,
    takes=frozenset({"seed"}),
    default={"text": "dog bites man"},
)

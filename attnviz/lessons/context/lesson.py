"""The lesson on how far a layer looks: the receptive field of convolutions beside one step of attention.

Of the lecture: local connection (`receptive-field`, `layers`), and that local structure is a good bias for images and a
bad one for long sequences (`planted`, `sweep`, `inductive-bias`), with what each of the two can and cannot know.

Sources: Vaswani et al., "Attention Is All You Need" (2017), section 4; Araujo, Norris & Sim, "Computing Receptive
Fields of Convolutional Neural Networks" (Distill, 2019); Battaglia et al., "Relational inductive biases, deep learning,
and graph networks" (2018).
"""

from __future__ import annotations

from attnviz.lessons.lesson import Lesson

POSITIONS = 32
"""The positions of its sequence."""
LESSON = Lesson(
    "context",
    __package__,
    number=3,
    takes=frozenset({"seed", "distance"}),
    most_distant=POSITIONS - 1,
)

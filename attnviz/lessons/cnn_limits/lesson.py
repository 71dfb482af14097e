"""The limits of convolution: from one product to what a network made for one size cannot take.

Points of the lecture, by step: local connection (`convolution`), weight sharing (`sharing`), independent weights for
each channel that combine features (`channels`, `features`), a network trained on 3 channels and fed 1 or 6
(`wrong-channels`, `remedies`), fixed input and output (`fixed-size`), the fully convolutional exception (`any-size`),
and attention beside it, free in n and not in d_model (`attention`).

Sources: LeCun et al., "Gradient-Based Learning Applied to Document Recognition" (1998); Dumoulin & Visin, "A guide to
convolution arithmetic for deep learning" (2016); Long, Shelhamer & Darrell, "Fully Convolutional Networks for Semantic
Segmentation" (2015); Lin, Chen & Yan, "Network In Network" (2014), for the 1×1 convolution; Vaswani et al.,
"Attention Is All You Need" (2017). The pictures say in their files whose they are.
"""

from __future__ import annotations

from attnviz.lessons.lesson import Lesson

LESSON = Lesson(
    "cnn-limits",
    __package__,
    number=2,
    takes=frozenset({"seed"}),
)

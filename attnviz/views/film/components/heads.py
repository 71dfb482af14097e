"""The columns of a matrix, by head."""

from __future__ import annotations

from manim import VGroup

from attnviz.views.film.components.matrix import MOST_SIDE, MatrixView


def blocks_for(heads: int) -> int:
    """The most blocks a side in which none takes the columns of two heads together, where there are so few heads.

    >>> blocks_for(2), blocks_for(12), blocks_for(40)
    (16, 12, 16)
    """
    return heads * (MOST_SIDE // heads) or MOST_SIDE


def columns_of_heads(view: MatrixView, heads: int) -> list[VGroup]:
    """The columns of each head; none where a column of blocks takes in those of two."""
    count = view.sheet.matrix.shape[1]
    if count % heads:
        return []
    own = count // heads
    return [
        VGroup(*[view.column(j) for j in range(head * own, (head + 1) * own)])
        for head in range(heads)
    ]

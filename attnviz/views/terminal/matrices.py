"""Matrices with their captions, side by side where they fit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from rich.text import Text

from attnviz.story.matrix import Matrix, MatrixKind
from attnviz.theme import Role
from attnviz.views.terminal.grid import grid
from attnviz.views.terminal.heatmap import heatmap, is_too_large, links
from attnviz.views.terminal.layout import packed
from attnviz.views.terminal.lines import styled
from attnviz.views.terminal.page_context import PageContext
from attnviz.views.terminal.strips import are_strips, strips
from attnviz.views.terminal.wrapping import wrapped_prose

_RELATIONS = {
    MatrixKind.MAKES: "makes",
    MatrixKind.ADDED: "added",
    MatrixKind.WEIGHTED: "weighted",
}
"""Words of this view for a matrix that is not itself what its role names."""


def matrices(shown: Sequence[Matrix], context: PageContext) -> list[Text]:
    """The lines of all matrices, in order, as many beside each other as fit; an empty line between."""
    lines: list[Text] = []
    for row in _rows(shown):
        blocks = [block for matrix in row for block in _blocks(matrix, context)]
        for together in packed(blocks, context.inner):
            lines += [Text(), *together] if lines else together
    return lines


def _rows(shown: Sequence[Matrix]) -> Iterator[list[Matrix]]:
    """Groups of matrices that may be side by side: those of one head where a head has several, else all."""
    several_kinds = len({matrix.symbol for matrix in shown}) > 1
    for _, group in groupby(shown, key=lambda matrix: matrix.head if several_kinds else None):
        yield list(group)


def _blocks(matrix: Matrix, context: PageContext) -> Iterator[list[Text]]:
    """A matrix with its caption, and the strongest links of one that is too large to find them in."""
    above = wrapped_prose(caption(matrix, context), context.inner)
    if are_strips(matrix):
        yield above + strips(matrix, context)
        return
    if not is_too_large(matrix):
        yield above + grid(matrix, context)
        return
    yield above + heatmap(matrix, context)
    if matrix.role is Role.WEIGHT and matrix.columns and matrix.shape[0] > 1:
        yield links(matrix, context)


def caption(matrix: Matrix, context: PageContext) -> Text:
    """Symbol, shape and noun: Q  3×4  queries."""
    rows, columns = matrix.shape
    palette = context.palette
    lesser = [f"{rows}×{columns}", _noun(matrix, context)]
    if matrix.head is not None:
        lesser.append(context.words.phrase("common", "head", head=matrix.head))
    text = styled(matrix.symbol, palette.text(matrix.role, bold=True))
    said = "  ".join(each for each in lesser if each)
    return text.append(f"  {said}" if matrix.symbol else said, palette.dim)


def _noun(matrix: Matrix, context: PageContext) -> str:
    """The plural noun of its role, as far as it is right for the matrix: queries, makes queries."""
    if matrix.kind is MatrixKind.UNNAMED or matrix.role is Role.PLAIN:
        return ""
    noun = context.words.phrase("matrix", matrix.role)
    relation = _RELATIONS.get(matrix.kind)
    return noun if relation is None else context.phrase(relation, what=noun)

"""Captions and marks of matrices come from their data, however their symbols are spelled."""

from dataclasses import replace

import numpy as np
import pytest

from attnviz.story.matrix import Label, Matrix, MatrixKind
from attnviz.theme import Role
from attnviz.views.document.matrix_table import table_of
from attnviz.views.terminal.matrices import caption

ENTRIES = np.ones((2, 3))


@pytest.mark.parametrize(
    ("kind", "on_page", "in_document"),
    [
        (MatrixKind.WHOLE, "Z  2×3  queries", "queries, 2 × 3"),
        (MatrixKind.OTHER, "Z  2×3  queries", "2 × 3"),
        (MatrixKind.MAKES, "Z  2×3  makes queries", "2 × 3"),
        (MatrixKind.ADDED, "Z  2×3  added to queries", "2 × 3"),
        (MatrixKind.WEIGHTED, "Z  2×3  weighted queries", "2 × 3"),
        (MatrixKind.UNNAMED, "Z  2×3", "2 × 3"),
    ],
)
def test_the_kind_of_a_matrix_decides_on_its_caption(
    board, page_context, kind, on_page, in_document
):
    storyboard, matrix = board(), Matrix("Z", ENTRIES, Role.QUERY, kind=kind)

    assert caption(matrix, page_context(storyboard)).plain == on_page
    assert table_of(matrix, storyboard).caption == in_document


@pytest.mark.parametrize(("position", "worked"), [(1, True), (0, False), (None, False)])
def test_the_worked_row_is_known_by_its_position(board, page_context, position, worked):
    storyboard = board(text="a b c", query=1)
    label = Label("anything", position=position)

    matrix = Matrix("Z", ENTRIES, Role.QUERY, (label, Label("q₂")))

    assert page_context(storyboard).is_worked(label, matrix) is worked


def test_a_document_cuts_a_long_axis_to_the_query_and_the_keys_of_the_storyboard(board):
    storyboard = replace(board(text=" ".join("abcdefghijklmnopqrstuvwxyz"), query=4), keys=(2, 9))
    matrix = next(m for m in storyboard.step("queries").results)

    assert [label.position for label in table_of(matrix, storyboard).rows] == [2, 4, 9]

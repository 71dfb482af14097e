"""Which columns belong to which head is marked where the heads are spoken of."""

import numpy as np
import pytest

from attnviz.core.trace import Trace
from attnviz.story.matrix import Matrix
from attnviz.story.numbers import Numbers
from attnviz.theme import Role
from attnviz.views.film.components.heads import blocks_for, columns_of_heads
from attnviz.views.film.components.matrix import MOST_SIDE, MatrixView, sheet
from attnviz.views.film.style import Style


def view(heads: int, width: int, blocks: int) -> MatrixView:
    """Every entry is the number of its head."""
    values = np.repeat(np.arange(1.0, heads + 1), width)[None, :].repeat(20, axis=0)
    matrix = Matrix("W_Q", values, Role.QUERY)
    return MatrixView(sheet(matrix, Numbers(), width=5, height=3, blocks=blocks), Style())


@pytest.mark.parametrize("heads", [1, 2, 3, 5, 12, 16])
@pytest.mark.parametrize("width", [1, 2, 7, 32])
def test_the_columns_of_a_head_hold_its_numbers_and_no_others(heads, width):
    drawn = view(heads, width, blocks_for(heads))
    found = [
        {cell.value for column in own for cell in column} for own in columns_of_heads(drawn, heads)
    ]

    assert found == [{head + 1} for head in range(heads)]
    assert max(drawn.sheet.matrix.shape) <= MOST_SIDE


def test_a_block_of_two_heads_belongs_to_neither():
    assert columns_of_heads(view(3, 32, MOST_SIDE), 3) == []
    assert columns_of_heads(view(40, 8, blocks_for(40)), 40) == []


def of(screens_of, name: str):
    film = screens_of("two heads")
    trace: Trace = film.storyboard.trace
    assert trace.problem.heads == 2
    return next(screen for screen in film.screens if screen.beat.name == name)


@pytest.mark.xdist_group("two heads")
def test_the_head_that_is_followed_is_named_where_its_columns_are_spoken_of(screens_of):
    before, marked = of(screens_of, "weights.why"), of(screens_of, "weights.heads")

    assert not [text for text in before.texts if text.text == "head 1"]
    assert len([text for text in marked.texts if text.text == "head 1"]) == 3
    assert not [text for text in marked.texts if text.text == "head 2"]
    assert len(marked.borders) == len(before.borders) + 3


@pytest.mark.xdist_group("two heads")
def test_outputs_of_heads_side_by_side_have_their_names_under_them(screens_of):
    screen = of(screens_of, "heads.concat")
    names = {text.text: text.rect for text in screen.texts if text.text.startswith("head ")}

    assert list(names) == ["head 1", "head 2"]
    assert names["head 1"].right < names["head 2"].left

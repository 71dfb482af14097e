"""Fields in characters: every layer whole where it fits, and honest about what is left out where it does not."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attnviz.story.exhibits import Field, FieldLayer
from attnviz.story.field_lines import field_lines
from attnviz.story.i18n import words
from attnviz.story.receptive_field import attention_field, convolution_field
from attnviz.theme import Role
from attnviz.typeset.text_width import columns_of


def lines_of(field, width=60):
    return [
        "".join(run.text for run in line) for line in field_lines(field, width, words("en")).lines
    ]


def names(layers):
    return tuple(f"layer {i}" for i in range(layers + 1))


@pytest.mark.parametrize("n", [1, 2, 9, 25, 50])
def test_a_field_that_fits_shows_each_position_once_and_says_nothing(n):
    field = convolution_field(n, kernel=3, position=n // 2, names=names(2))

    told = field_lines(field, 60, words("en"))

    assert told.shown_positions is None
    for line, layer in zip(lines_of(field), reversed(field.layers), strict=True):
        signs = re.sub(r"[^●○]", "", line)
        assert signs == "".join("●" if lit else "○" for lit in layer.lit)


@settings(max_examples=60)
@given(
    n=st.integers(1, 400),
    layers=st.integers(1, 12),
    at=st.floats(0, 1),
    match=st.floats(0, 1),
    width=st.integers(36, 120),
)
def test_lines_fit_and_named_positions_are_always_shown(n, layers, at, match, width):
    position, planted = (min(int(share * n), n - 1) for share in (at, match))
    marks = ((0, planted, "match"), (layers, position, "asks"))
    field = convolution_field(n, 3, position, names(layers), marks)

    lines = lines_of(field, width)

    assert max(map(columns_of, lines)) <= width
    below = next(line for line in lines if line.startswith("layer 0"))
    (mark,) = [line for line in lines if "match" in line]
    column = mark.index("↑")
    assert below[column] == ("●" if field.layers[0].lit[planted] else "○")


def test_each_layer_of_a_field_that_is_cut_says_how_many_of_all_are_lit():
    field = convolution_field(300, kernel=3, position=150, names=names(3))

    assert [line.split()[-1] for line in lines_of(field)] == ["1/300", "3/300", "5/300", "7/300"]


def test_the_shown_positions_of_a_cut_field_are_named_counted_from_1():
    told = field_lines(attention_field(300, 0, ("x", "o")), 36, words("en"))

    start, end = re.match(
        r"Positions shown: 1–(\d+), (\d+)–300 of 300\.", told.shown_positions
    ).groups()
    signs = [re.sub(r"[^●○⋯]", "", "".join(run.text for run in line)) for line in told.lines]
    assert signs[1] == "●" * int(start) + "⋯" + "●" * (301 - int(end))


def test_layers_of_fewer_positions_begin_where_the_others_begin():
    layers = (
        FieldLayer("in", (True,) * 4, Role.INPUT),
        FieldLayer("out", (True, False), Role.KERNEL),
    )

    assert lines_of(Field(layers, ((),))) == ["out  ● ○", "in   ● ● ● ●"]


def test_lit_positions_alone_have_the_role_of_their_layer():
    told = field_lines(attention_field(3, 1, ("x", "o")), 60, words("en"))

    assert [run.role for run in told.lines[0]] == [None, None, Role.WEIGHT, None]


def test_several_names_in_a_layer_are_side_by_side_where_they_fit():
    field = attention_field(6, 0, ("x", "o"), ((0, 0, "R"), (0, 1, "G"), (0, 4, "far")))
    crowded = attention_field(6, 0, ("x", "o"), ((0, 0, "red"), (0, 1, "green")))

    assert lines_of(field)[2:] == ["   ↑ ↑     ↑", "   R G     far"]
    assert lines_of(crowded)[2:] == ["   ↑ red", "     ↑ green"]


def test_names_too_long_to_be_before_their_layers_are_above():
    field = attention_field(3, 1, ("what goes in", "what comes out"))

    assert lines_of(field, 36) == ["what comes out", "  ○ ● ○", "what goes in", "  ● ● ●"]

"""The formula on the screen is the lesson's; cells say what is hidden, and stay legible when they step back."""

import numpy as np
import pytest
from manim import tempconfig

from attnviz.story import formulas
from attnviz.story.matrix import Matrix
from attnviz.story.numbers import Numbers
from attnviz.theme import DARK, LIGHT, Role, blend, contrast
from attnviz.views.film.choreography import dim, undim
from attnviz.views.film.components.cells import Cell
from attnviz.views.film.components.formula import formula_with_parts, part
from attnviz.views.film.components.matrix import sheet
from attnviz.views.film.components.shades import Shades
from attnviz.views.film.style import DIMMED, Style

from .conftest import grouped


@pytest.fixture(autouse=True)
def workplace(tmp_path):
    with tempconfig({"media_dir": str(tmp_path)}):
        yield


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"divided_by_root": True}, {"scale"}),
        ({"divided_by_root": False}, set()),
        ({"divided_by_root": False, "factor": "0.00125"}, {"scale"}),
        ({"divided_by_root": True, "masked": True}, {"scale", "addedM"}),
        ({"divided_by_root": True, "masked": True, "biased": True}, {"scale", "addedM", "addedB"}),
    ],
)
def test_every_part_of_the_lessons_formula_is_on_the_screen_and_can_be_lit(options, named):
    drawn = formula_with_parts(formulas.attention(**options), Style())

    assert drawn.parts_named == {"query", "key", "value", "softmax"} | named
    for name in drawn.parts_named:
        assert len(part(drawn, name).family_members_with_points()) > 0
    assert len(part(drawn, "no such part")) == 0


def cell(value, role, theme):
    return Cell(value, "0.5", role, Style(theme), width=0.7, height=0.6, shades=Shades(1.0))


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
@pytest.mark.parametrize("role", Role)
def test_the_number_of_a_dimmed_cell_has_the_colour_that_reads_on_the_dimmed_cell(role, theme):
    for value in np.linspace(0, 1, 11):
        made = cell(value, role, theme)
        full = made.number[0].get_fill_color().to_hex()
        (animation,) = dim(made)
        animation.begin()
        animation.finish()
        ground = blend(theme.background, made.fill, DIMMED)
        dimmed = made.number[0].get_fill_color().to_hex()
        assert contrast(dimmed, ground) >= 4.5
        assert made.number[0].get_fill_opacity() == pytest.approx(DIMMED)
        (animation,) = undim(made)
        animation.begin()
        animation.finish()
        assert made.number[0].get_fill_color().to_hex() == full
        assert made.number[0].get_fill_opacity() == 1


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
def test_a_hidden_score_has_no_shade_and_no_border_of_its_role_and_a_small_one_has_both(theme):
    hidden, small = (cell(value, Role.SCORE, theme) for value in (-np.inf, 0.0))

    assert hidden.box.get_fill_color().to_hex().upper() == theme.background
    assert hidden.box.get_stroke_color().to_hex().upper() == theme.hairline
    assert small.box.get_fill_color().to_hex().upper() != theme.background
    assert small.box.get_stroke_color().to_hex().upper() == theme.roles[Role.SCORE]


@pytest.mark.parametrize(
    ("name", "written"), [*grouped(["ten tokens"], "q₉"), *grouped(["the cat sat"], "Q")]
)
def test_one_row_of_a_product_is_not_given_the_name_and_shape_of_all(screens_of, name, written):
    screen = next(s for s in screens_of(name).screens if s.beat.name == "queries.worked")

    assert {"Q", "q₉"} & {text.text for text in screen.texts} == {written}


def test_shades_without_numbers_are_as_full_as_the_largest_weight():
    weights = Matrix("A", np.full((12, 12), 0.08), Role.WEIGHT, sums="rows")
    shaded = sheet(weights, Numbers(), width=2.0, height=2.0)

    assert shaded.texts is None
    assert shaded.shades.share(0.08) == pytest.approx(1)
    assert sheet(weights, Numbers(), width=20.0, height=9.0).shades.share(0.08) == 0.08

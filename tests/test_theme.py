"""Colours: readable on their background, and told apart whatever the eyes."""

import itertools
import math
import re

import numpy as np
import pytest
from colorspacious import cspace_convert

from attnviz.theme import (
    ATTENTION,
    COMPANIONS,
    THEMES,
    Role,
    Theme,
    blend,
    contrast,
    readable_on,
    shade,
)

READABLE = 4.5
APART = 15
COMPANIONS_APART = 10
SIGHTS = ("normal", "protanomaly", "deuteranomaly", "tritanomaly")

each_theme = pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
each_sight = pytest.mark.parametrize("sight", SIGHTS)


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    linear = cspace_convert(
        [int(colour[i : i + 2], 16) for i in (1, 3, 5)], "sRGB255", "sRGB1-linear"
    )
    return float(np.dot(linear, (0.2126, 0.7152, 0.0722)))


def measured_contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def seen(colour: str, sight: str) -> np.ndarray:
    """The colour in CAM02-UCS, as those see it."""
    rgb = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    if sight != "normal":
        deficiency = {"name": "sRGB1+CVD", "cvd_type": sight, "severity": 100}
        rgb = np.clip(cspace_convert(rgb, deficiency, "sRGB1"), 0, 1)
    return np.asarray(cspace_convert(rgb, "sRGB1", "CAM02-UCS"))


def distance(theme: Theme, sight: str, one: Role, other: Role) -> float:
    return float(np.linalg.norm(seen(theme.roles[one], sight) - seen(theme.roles[other], sight)))


@each_theme
def test_every_role_has_a_colour(theme):
    assert theme.roles.keys() == set(Role)
    colours = [theme.background, theme.ink, theme.dim, theme.hairline, *theme.roles.values()]
    assert all(re.fullmatch("#[0-9A-F]{6}", colour) for colour in colours)


@each_theme
def test_all_that_is_written_is_readable_on_the_background(theme):
    for colour in (theme.ink, theme.dim, *theme.roles.values()):
        assert measured_contrast(colour, theme.background) >= READABLE, colour


@each_theme
@each_sight
def test_any_two_roles_of_attention_have_distinct_colours(theme, sight):
    for one, other in itertools.combinations(ATTENTION, 2):
        assert distance(theme, sight, one, other) >= APART, (one, other)


@each_theme
@each_sight
def test_any_two_roles_on_one_screen_have_distinct_colours(theme, sight):
    for together in COMPANIONS:
        for one, other in itertools.combinations(together, 2):
            assert distance(theme, sight, one, other) >= COMPANIONS_APART, (one, other)


@each_theme
def test_the_contrast_that_views_choose_by_is_the_one_of_the_standard(theme):
    for colour in theme.roles.values():
        assert math.isclose(
            contrast(colour, theme.background),
            measured_contrast(colour, theme.background),
            rel_tol=1e-3,
        )


@each_theme
@pytest.mark.parametrize("role", Role)
def test_a_number_is_readable_on_every_shade_of_its_cell(theme, role):
    for value in np.linspace(0, 1, 41):
        fill = shade(value, role, theme)
        assert measured_contrast(readable_on(fill, theme), fill) >= READABLE, fill


@each_theme
def test_the_fuller_a_cell_the_stronger_its_shade(theme):
    def strength(share: float) -> float:
        fill = shade(share, Role.SCORE, theme)
        return float(np.linalg.norm(seen(fill, "normal") - seen(theme.background, "normal")))

    assert strength(0) < strength(0.2) < strength(0.5) < strength(1)


def test_a_fill_in_the_middle_gets_white_or_black_where_the_theme_has_nothing_readable():
    middle = Theme("grey", "#777777", "#888888", "#888888", "#888888", {})

    assert readable_on("#808080", middle) == "#000000"
    assert readable_on("#606060", middle) == "#FFFFFF"


def test_blending_goes_from_the_background_to_the_colour():
    assert [blend("#102030", "#506070", share) for share in (0, 0.25, 1)] == [
        "#102030",
        "#203040",
        "#506070",
    ]

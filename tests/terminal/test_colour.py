import colorsys

import pytest

from attnviz.theme import READABLE, THEMES, Role, blend, contrast
from attnviz.views.terminal.colour import Palette, colour_depth
from attnviz.views.terminal.xterm import nearest_xterm, xterm_hex

XTERM = {"TERM": "xterm"}
XTERM_256 = {"TERM": "xterm-256color"}
MODERN = {"TERM": "xterm-256color", "COLORTERM": "truecolor"}


def hex_of(colour):
    """The colour as the terminal shows it."""
    return colour.get_truecolor().hex.upper()


@pytest.mark.parametrize("depth", ["truecolor", "256"])
@pytest.mark.parametrize("theme", THEMES.values(), ids=lambda theme: theme.name)
@pytest.mark.parametrize("role", Role)
def test_a_number_can_be_read_on_every_shade_of_every_role(role, theme, depth):
    palette = Palette(theme, depth)

    styles = [palette.cell(role, share / 100) for share in range(101)]

    contrasts = [contrast(hex_of(style.color), hex_of(style.bgcolor)) for style in styles]
    assert len({hex_of(style.bgcolor) for style in styles}) > 3
    assert min(contrasts) >= READABLE


@pytest.mark.parametrize("theme", THEMES.values(), ids=lambda theme: theme.name)
def test_a_hidden_score_can_be_read_and_has_the_ground_of_the_theme(theme):
    style = Palette(theme, "truecolor").hidden

    assert style.bgcolor.name.upper() == theme.background
    assert contrast(style.color.name, style.bgcolor.name) >= READABLE


@pytest.mark.parametrize("theme", THEMES.values(), ids=lambda theme: theme.name)
@pytest.mark.parametrize("role", Role)
def test_a_larger_number_has_a_shade_further_from_the_background(role, theme):
    palette = Palette(theme, "truecolor")

    shades = [palette.shade(role, share / 24) for share in range(25)]

    distances = [contrast(shade, theme.background) for shade in shades]
    assert distances == sorted(distances)
    assert len(set(shades)) == 25


def test_a_share_beyond_the_ends_has_the_shade_of_the_end():
    palette = Palette(THEMES["dark"], "truecolor")

    assert palette.shade(Role.KEY, 3.0) == palette.shade(Role.KEY, 1.0)
    assert palette.shade(Role.KEY, -1.0) == palette.shade(Role.KEY, 0.0)


@pytest.mark.parametrize("depth", ["standard", None])
def test_sixteen_colours_shade_no_cells(depth):
    palette = Palette(THEMES["dark"], depth)

    assert not palette.shades
    assert palette.cell(Role.SCORE, 1.0).bgcolor is None
    assert palette.hidden.bgcolor is None


@pytest.mark.parametrize(
    ("choice", "is_terminal", "environment", "expected"),
    [
        ("auto", True, MODERN, "truecolor"),
        ("auto", True, {"TERM": "xterm-direct"}, "truecolor"),
        ("auto", True, XTERM_256, "256"),
        ("auto", True, XTERM, "standard"),
        ("auto", True, {"TERM": "dumb"}, None),
        ("auto", False, MODERN, None),
        ("auto", True, MODERN | {"NO_COLOR": "1"}, None),
        ("auto", True, MODERN | {"NO_COLOR": ""}, "truecolor"),
        ("auto", False, {"FORCE_COLOR": "1"}, "truecolor"),
        ("auto", False, XTERM | {"FORCE_COLOR": "1"}, "truecolor"),
        ("auto", False, XTERM_256 | {"FORCE_COLOR": "1"}, "256"),
        ("auto", False, MODERN | {"FORCE_COLOR": "0"}, None),
        ("auto", False, {"NO_COLOR": "1", "FORCE_COLOR": "1"}, None),
        ("always", False, {"NO_COLOR": "1"}, "truecolor"),
        ("always", False, {}, "truecolor"),
        ("always", True, {"TERM": "dumb"}, "truecolor"),
        ("never", True, MODERN | {"FORCE_COLOR": "1"}, None),
    ],
)
def test_how_many_colours_follows_the_flag_then_the_environment_then_the_terminal(
    choice, is_terminal, environment, expected
):
    assert colour_depth(choice, is_terminal=is_terminal, environment=environment) == expected


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [("#FFFFFF", "#000000", 21.0), ("#777777", "#FFFFFF", 4.478), ("#FF0000", "#0000FF", 2.149)],
)
def test_contrast_is_that_of_the_wcag(one, other, expected):
    assert contrast(one, other) == contrast(other, one) == pytest.approx(expected, abs=1e-3)


def test_blending_nothing_gives_the_background_and_all_the_colour():
    assert blend("#10131A", "#DE6F4F", 0) == "#10131A"
    assert blend("#10131A", "#DE6F4F", 1) == "#DE6F4F"


@pytest.mark.parametrize(
    ("colour", "number"),
    [("#FE0101", 196), ("#5E6000", 58), ("#0186FE", 33), ("#817F80", 244), ("#E3E5E4", 254)],
)
def test_a_colour_becomes_the_one_of_the_256_that_is_nearest(colour, number):
    assert nearest_xterm(colour) == number


@pytest.mark.parametrize(
    ("number", "colour"), [(16, "#000000"), (202, "#FF5F00"), (244, "#808080")]
)
def test_the_256_colours_are_those_of_xterm(number, colour):
    assert xterm_hex(number) == colour


@pytest.mark.parametrize("theme", THEMES.values(), ids=lambda theme: theme.name)
@pytest.mark.parametrize("role", Role)
def test_with_256_colours_a_shade_is_grey_or_has_the_hue_of_its_role(role, theme):
    wanted = hue_of(theme.roles[role])

    shades = {Palette(theme, "256").shade(role, share / 24) for share in range(25)}

    coloured = [shade for shade in shades if hue_of(shade) is not None]
    apart = [abs((hue_of(shade) - wanted + 0.5) % 1 - 0.5) for shade in coloured]
    assert max(apart, default=0) < 1 / 6  # red never passes for yellow


def hue_of(colour):
    """0 to 1; None for a grey."""
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    hue, _, saturation = colorsys.rgb_to_hls(red, green, blue)
    return hue if saturation > 0 else None

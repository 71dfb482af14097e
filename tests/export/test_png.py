"""Drawings as PNG: pixels are those that the drawing says, and resvg draws the same from the SVG."""

import io
from concurrent.futures import ThreadPoolExecutor

import fontpkg
import numpy as np
import pytest
import resvg_py
from PIL import Image

from attnviz.theme import THEMES
from attnviz.typeset.fonts import Weight, shape
from attnviz.views.picture.drawing import (
    LEVELS,
    Curve,
    Drawing,
    Rectangle,
    TextLine,
    shaded,
    shades,
)
from attnviz.views.picture.png import SCALE, png
from attnviz.views.picture.svg import svg

DARK = THEMES["dark"]


def outlined(text):
    shaped = shape(text, Weight.MEDIUM)
    return shaped.outlines, shaped.width


def drawing(*shapes, width=60, height=40):
    return Drawing(width, height, "#102030", "a drawing", shapes)


def pixels(drawn):
    """(height, width, 3) from 0 to 255, as Pillow decodes it."""
    with Image.open(io.BytesIO(png(drawn, outlined))) as picture:
        return np.asarray(picture).astype(int)


def by_resvg(drawn):
    """The same from the SVG, by another program's renderer, in Inter."""
    written = resvg_py.svg_to_bytes(
        svg_string=svg(drawn),
        zoom=SCALE,
        skip_system_fonts=True,
        font_files=[str(fontpkg.path("Inter"))],
    )
    with Image.open(io.BytesIO(written)) as picture:
        return np.asarray(picture.convert("RGB")).astype(int)


def colour_at(picture, x, y):
    red, green, blue = picture[int(y * SCALE), int(x * SCALE)]
    return f"#{red:02X}{green:02X}{blue:02X}"


def test_every_weight_of_a_matrix_has_the_colour_of_its_shade():
    weights = np.linspace(0, 1, 12).reshape(3, 4)

    picture = pixels(drawing(shaded(weights, 10, 4, 40, 30, DARK, "a head")))

    for (row, column), weight in np.ndenumerate(weights):
        middle = (10 + 10 * (column + 0.5), 4 + 10 * (row + 0.5))
        assert colour_at(picture, *middle) == shades(DARK)[round(weight * LEVELS)]
    assert colour_at(picture, 1, 1) == colour_at(picture, 55, 38) == "#102030"


def test_a_matrix_has_sharp_edges():
    picture = pixels(drawing(shaded(np.eye(2), 10, 4, 40, 30, DARK, "a head")))

    assert len(np.unique(picture.reshape(-1, 3), axis=0)) == 3


SHAPES = {
    "boxes": (Rectangle(5, 5, 20, 10, "#FF0000"), Rectangle(10, 20, 30, 15, "#00FF00", 2)),
    "a matrix": (shaded(np.eye(5) * 0.7, 10, 5, 40, 30, DARK, "a"),),
    "curves": (
        Curve(((5, 5), (30, 5), (30, 35), (55, 35)), "#FFFFFF", 3, 0.5, "a"),
        Curve(((5, 35), (30, 35), (30, 5), (55, 5)), "#FFCC00", 1, 1, "b"),
    ),
    "texts": (
        TextLine(5, 15, "it → cat", "#FFFFFF", 12),
        TextLine(55, 30, "end", "#FFFFFF", 10, "end"),
        TextLine(30, 38, "mid", "#FFFFFF", 8, "middle"),
        TextLine(58, 20, "up", "#FFFFFF", 10, "middle", upright=True),
    ),
}


@pytest.mark.parametrize("shapes", SHAPES.values(), ids=SHAPES.keys())
def test_resvg_draws_the_same_from_the_svg(shapes):
    ours, theirs = pixels(drawing(*shapes)), by_resvg(drawing(*shapes))

    assert ours.shape == theirs.shape
    drawn, expected = (
        np.abs(picture - [0x10, 0x20, 0x30]).max(axis=2) > 40 for picture in (ours, theirs)
    )
    assert expected.sum() > 900
    # edges are smoothed each in its own way, and Inter has an optical size, which resvg leaves as it is
    same = 0.7 if any(isinstance(each, TextLine) for each in shapes) else 0.95
    assert (expected & drawn).sum() > same * (expected | drawn).sum()


def test_a_text_ends_or_has_its_middle_where_it_is_anchored():
    def columns(anchor):
        picture = pixels(drawing(TextLine(30, 20, "nnnn", "#FFFFFF", 10, anchor)))
        lit = np.flatnonzero((picture > 128).any(axis=(0, 2))) / SCALE
        return lit[0], lit[-1]

    assert columns("start")[0] == pytest.approx(30, abs=1.5)
    assert columns("end")[1] == pytest.approx(30, abs=1.5)
    assert sum(columns("middle")) / 2 == pytest.approx(30, abs=1)


def test_a_chinese_character_is_drawn_as_its_own_glyph():
    def picture(text):
        return pixels(drawing(TextLine(5, 30, text, "#FFFFFF", 24)))

    cat, dog, box = picture("猫"), picture("狗"), picture("\U0010fffd")
    assert (cat != dog).any() and (cat != box).any() and (dog != box).any()
    # many strokes, not the outline of a box
    across = (cat > 128).any(axis=2).astype(int)
    assert (np.diff(across, axis=1) == 1).sum(axis=1).max() >= 4


def test_a_picture_of_very_many_heads_gets_fewer_pixels_a_unit():
    vast = drawing(Rectangle(0, 0, 16384, 10, "#FFFFFF"), width=16384, height=20)

    assert pixels(vast).shape == (10, 8192, 3)


def test_the_same_drawing_is_the_same_file():
    shapes = [each for kind in SHAPES.values() for each in kind]

    assert png(drawing(*shapes), outlined) == png(drawing(*shapes), outlined)


def test_two_pictures_that_are_drawn_at_once_do_not_mix():
    one, other = (drawing(*shapes) for shapes in (SHAPES["texts"], SHAPES["boxes"]))
    alone = [png(each, outlined) for each in (one, other)]

    with ThreadPoolExecutor(4) as pool:
        written = list(pool.map(lambda each: png(each, outlined), [one, other] * 20))

    assert written == alone * 20

"""The maps of all heads as a picture in SVG, read by the standard library's XML parser."""

import re
from xml.etree import ElementTree

import numpy as np
import pytest

from attnviz.safe_text import safe_text
from attnviz.survey.heads import Pair, Survey, measured_heads
from attnviz.theme import THEMES
from attnviz.typeset.fonts import Weight, shape
from attnviz.views.picture.drawing import Shading, TextLine
from attnviz.views.picture.maps import maps_drawing
from attnviz.views.picture.svg import svg

SVG = "{http://www.w3.org/2000/svg}"


def survey(layers=2, heads=3, tokens=("[CLS]", "a", "b", "[SEP]"), pair=None, model="a model"):
    rng = np.random.default_rng(0)
    n = len(tokens)
    pair = pair and Pair((pair[0],), (pair[1],), (tokens[pair[0]], tokens[pair[1]]))
    weights = ((rng.dirichlet(np.ones(n), n) for _ in range(heads)) for _ in range(layers))
    found = measured_heads(weights, tokens, (0, n - 1), pair, blocks=64)
    return Survey(model, "0" * 64, tokens, found, pair)


def written(told, theme="dark", language="en"):
    return svg(maps_drawing(told, THEMES[theme], language))


def read(told, theme="dark", language="en"):
    return ElementTree.fromstring(written(told, theme, language))


def squares_of(path):
    """Column and row of every square that a path covers."""
    stretches = re.findall(r"M(\d+) (\d+)h(\d+)v1h-\3z", path.get("d"))
    assert "".join("M{} {}h{}v1h-{}z".format(*each, each[2]) for each in stretches) == path.get("d")
    return [(int(x) + step, int(y)) for x, y, length in stretches for step in range(int(length))]


def texts(picture):
    return [each.text for each in picture.iter(f"{SVG}text")]


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_there_is_a_map_for_each_head_and_a_square_for_each_weight(theme, language):
    picture = read(survey(3, 5), theme, language)

    *groups, _scale = picture.findall(f"{SVG}g")
    assert len(groups) == 15
    for group in groups:
        squares = [each for path in group.findall(f"{SVG}path") for each in squares_of(path)]
        assert sorted(squares) == [(column, row) for column in range(4) for row in range(4)]


def test_the_largest_weight_has_the_brightest_colour():
    told = measured_heads([[np.eye(3)]], "abc", (), blocks=64)

    group, scale = read(Survey("m", "0" * 64, tuple("abc"), told)).findall(f"{SVG}g")

    dark, bright = group.findall(f"{SVG}path")
    assert squares_of(bright) == [(0, 0), (1, 1), (2, 2)]
    assert sum(bytes.fromhex(bright.get("fill")[1:])) > sum(bytes.fromhex(dark.get("fill")[1:]))
    in_order = scale.findall(f"{SVG}path")
    assert [each.get("fill") for each in in_order][:: len(in_order) - 1] == [
        dark.get("fill"),
        bright.get("fill"),
    ]


def test_a_long_text_is_shown_in_blocks_and_the_file_stays_small():
    told = survey(2, 2, tuple(f"word{i}" for i in range(500)))

    picture = written(told)

    assert told.heads[0].map.peaks.shape == (64, 64)
    assert len(picture) < 400_000


def test_layers_and_heads_are_named_and_the_pair_is_described():
    said = texts(read(survey(2, 3, pair=(1, 2))))

    assert " ".join(said).startswith("a model, layers: 2, heads of each: 3, tokens: 4")
    assert {"H0", "H1", "H2", "L0", "L1"} <= set(said)
    assert any(each.startswith("a → b:") for each in said)
    assert "sha256: 000000000000…" in " ".join(said)


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", "a\"&'<b>", "猫🙂", "\x00\x1b[31m\x7f"]
)
def test_names_are_shown_as_they_are_and_do_nothing(name):
    told = survey(tokens=("[CLS]", name, "b", "[SEP]"), pair=(1, 2), model=name)

    picture = read(told)

    kinds = {each.tag.removeprefix(SVG) for each in picture.iter()}
    assert kinds == {"svg", "title", "rect", "text", "g", "path"}
    shown = safe_text(name)
    assert texts(picture)[0].startswith(f"{shown}, ")


def test_it_needs_nothing_from_elsewhere():
    picture = written(survey(), "light", "zh")

    assert re.findall(r"https?://[^\"]*", picture) == ["http://www.w3.org/2000/svg"]
    for word in ("href", "url(", "<style", "@import", "<image"):
        assert word not in picture


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("model", ["m" * 20, "模型" * 30, "W" * 90, "a name of many words " * 5])
def test_every_line_ends_within_the_picture(language, model):
    drawing = maps_drawing(survey(1, 1, pair=(1, 2), model=model), THEMES["dark"], language)

    for each in drawing.shapes:
        if isinstance(each, TextLine):
            # its width in the font in which it is drawn
            wide = shape(each.text, Weight.MEDIUM).width * each.size
            assert each.x + wide <= drawing.width, each.text


def test_few_heads_have_larger_maps():
    def side(layers, heads):
        drawing = maps_drawing(survey(layers, heads), THEMES["dark"], "en")
        shaded = (each for each in drawing.shapes if isinstance(each, Shading))
        return {each.width for each in shaded if each.levels.shape[0] > 1}

    assert (side(1, 1), side(1, 4), side(2, 12)) == ({240}, {120}, {84})

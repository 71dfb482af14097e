"""The picture of one head: as XML, as shapes, and how far its words reach."""

import re
from itertools import combinations
from xml.etree import ElementTree

import numpy as np
import pytest

from attnviz.survey.head_detail import LEAST, head_detail
from attnviz.survey.heads import Pair, Survey, measured_head
from attnviz.theme import THEMES, Role
from attnviz.typeset.fonts import Weight, shape
from attnviz.views.picture.arcs import ASIDE, FOLLOWED
from attnviz.views.picture.drawing import Curve, Rectangle, Shading, TextLine
from attnviz.views.picture.head import BLOCKS, NUMBERED, head_drawing
from attnviz.views.picture.svg import svg

SVG = "{http://www.w3.org/2000/svg}"
NAMES = ("the", "internationalisation", "猫", "<script>", "注意力机制与卷积", "a", "WWWWWWWWWWWW")


def closely(n, query=None, seed=0, tokens=None, weights=None, pair=None, pieces=1):
    rng = np.random.default_rng(seed)
    weights = rng.dirichlet(np.full(n, 0.1), n) if weights is None else weights
    tokens = tokens or tuple(NAMES[i % len(NAMES)] for i in range(n))
    pair = pair and Pair((pair[0],), (pair[1],), (tokens[pair[0]], tokens[pair[1]]))
    head = measured_head(weights, (3, 1), tokens, (), pair, None, BLOCKS)
    survey = Survey("a model", "0123456789abcdef" * 4, tuple(tokens), (head,), pair, layer=3)
    queries = None if query is None else (query, query + pieces)
    return head_detail(weights, survey, (), queries, "a word" if pieces > 1 else None)


def drawn(close, theme="dark", language="en"):
    return head_drawing(close, THEMES[theme], language)


def of(kind, drawing):
    return [each for each in drawing.shapes if isinstance(each, kind)]


def lies_in(words):
    """Left, upper, right and lower edge of a text, in the font in which it is drawn."""
    wide = shape(words.text, Weight.MEDIUM).width * words.size
    before = {"start": 0, "middle": wide / 2, "end": wide}[words.anchor]
    if words.upright:
        y = words.y + before
        return words.x - 0.75 * words.size, y - wide, words.x, y
    x = words.x - before
    return x, words.y - 0.75 * words.size, x + wide, words.y


SIZES = [1, 2, 5, 15, 16, 17, 60, 64, 65, 160, 161, 200, 2000]


@pytest.mark.parametrize("n", SIZES)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_nothing_reaches_out_of_the_picture_and_no_words_lie_on_each_other(n, language):
    for query in (None, n // 2):
        drawing = drawn(closely(n, query), language=language)
        boxes = [(each.text, lies_in(each)) for each in of(TextLine, drawing)]
        for text, (left, top, right, bottom) in boxes:
            assert left >= 0 and top >= 0, text
            assert right <= drawing.width and bottom <= drawing.height, text
        for (one, a), (other, b) in combinations(boxes, 2):
            apart = a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] + 0.5 or b[3] <= a[1] + 0.5
            assert apart, (one, other)


@pytest.mark.parametrize("n", [1, 2, NUMBERED])
def test_every_weight_of_a_short_text_is_written_in_its_cell(n):
    close = closely(n)
    drawing = drawn(close)
    field = of(Shading, drawing)[0]

    written = {
        (
            int((each.y - field.y) * n / field.height),
            int((each.x - field.x) * n / field.width),
        ): each
        for each in of(TextLine, drawing)
        if re.fullmatch(r"\d\.\d\d", each.text) and each.anchor == "middle"
    }

    assert {place: each.text for place, each in written.items()} == {
        place: f"{weight:.2f}" for place, weight in np.ndenumerate(close.head.map.peaks)
    }


def test_a_longer_text_is_shaded_up_to_its_largest_weight_which_the_legend_says():
    close = closely(NUMBERED + 1)
    drawing = drawn(close)

    field, legend = of(Shading, drawing)
    assert field.levels.max() == legend.levels.max() == len(legend.colours) - 1
    np.testing.assert_array_equal(legend.levels[0], np.arange(len(legend.colours)))
    assert f"{close.largest:.2f}" in drawing.texts
    assert not [each for each in of(TextLine, drawing) if each.anchor == "middle"]


@pytest.mark.parametrize("n", [5, 60, 200])
def test_there_is_an_arc_for_each_weight_that_is_large_enough_and_thicker_for_more(n):
    close = closely(n)
    drawing = drawn(close)
    field = of(Shading, drawing)[0]
    peaks, count = close.head.map.peaks, close.blocks

    curves = of(Curve, drawing)

    # the rows of the map and the ends of the arcs have the same heights
    ends = [
        tuple(
            round((y - field.y) / field.height * count - 0.5)
            for _, y in (curve.points[0], curve.points[-1])
        )
        for curve in curves
    ]
    assert sorted(ends) == [tuple(each) for each in np.argwhere(peaks >= close.least).tolist()]
    assert close.least == LEAST or len(curves) <= 400 < (peaks >= LEAST).sum()
    told = " ".join(each.text for each in of(TextLine, drawing))
    assert f"those of {close.least:.2f} or more" in told or f"a weight of {close.least:.2f}" in told
    thick = [each.thickness for each in curves]
    assert thick == sorted(thick)
    assert [each.opacity for each in curves] == sorted(each.opacity for each in curves)


def test_the_arcs_of_the_query_that_is_followed_stand_out_with_their_numbers():
    close = closely(15, query=4)
    drawing = drawn(close)
    colours = THEMES["dark"].roles

    strong = [each for each in of(Curve, drawing) if each.colour == colours[Role.QUERY]]
    others = [each for each in of(Curve, drawing) if each.colour == colours[Role.WEIGHT]]

    assert len(strong) == len(close.row.links)
    assert min(each.opacity for each in strong) >= FOLLOWED[0]
    assert max(each.opacity for each in others) <= ASIDE[1]
    beside = [
        each.text
        for each in of(TextLine, drawing)
        if each.colour == colours[Role.WEIGHT] and each.anchor == "start"
    ]
    assert beside == [f"{each.weight:.2f}" for each in close.row.links]
    (frame,) = of(Rectangle, drawing)
    field = of(Shading, drawing)[0]
    assert (frame.y - field.y) / field.height == pytest.approx(4 / 15)


def test_of_a_word_in_pieces_one_arc_leaves_for_each_key_from_between_them():
    close = closely(15, query=4, pieces=3, tokens=tuple(f"t{i}" for i in range(15)))
    drawing = drawn(close)

    field, (frame, bracket) = of(Shading, drawing)[0], of(Rectangle, drawing)
    assert (frame.y - field.y) / field.height == pytest.approx(4 / 15)
    assert frame.height / field.height == pytest.approx(3 / 15)
    assert (bracket.y - field.y) / field.height == pytest.approx(4.5 / 15)
    assert bracket.height / field.height == pytest.approx(2 / 15)
    pieces = {close.survey.tokens[i] for i in (4, 5, 6)}
    beside = [each.text for each in of(TextLine, drawing) if bracket.x - 200 < each.x < bracket.x]
    assert "a word" in beside and not pieces & set(beside)
    strong = [each for each in of(Curve, drawing) if each.title.startswith("a word → ")]
    assert len(strong) == len(close.row.links)
    assert {round((each.points[0][1] - field.y) / field.height, 4) for each in strong} == {
        round(5.5 / 15, 4)
    }
    own = {(arc.query, arc.key) for arc in close.arcs if 4 <= arc.query < 7}
    assert len(of(Curve, drawing)) == len(strong) + len(close.arcs) - len(own)


def test_tokens_stand_beside_the_map_and_on_both_sides_of_the_arcs():
    tokens = ("it", "was", "too", "tired")

    said = drawn(closely(4, tokens=tokens)).texts

    for token in tokens:
        assert said.count(token) == 4


def test_a_long_text_is_shown_in_blocks_and_that_is_said():
    close = closely(2000)
    drawing = drawn(close)

    assert of(Shading, drawing)[0].levels.shape == (BLOCKS, BLOCKS)
    said = " ".join(drawing.texts)
    assert "2,000 positions in 160 × 160 blocks: each is the largest weight in it." in said
    assert "1–12" in drawing.texts and "1988–2000" in drawing.texts
    assert len(svg(drawing)) < 2_000_000


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", "a\"&'<b>", "猫🙂", "\x00\x1b[31m\x7f", "]]>", " "]
)
def test_names_are_shown_as_they_are_and_do_nothing(name, theme, language):
    close = closely(3, 1, tokens=(name, "b", "c"), pair=(1, 0))

    written = svg(drawn(close, theme, language))

    picture = ElementTree.fromstring(written)
    kinds = {each.tag.removeprefix(SVG) for each in picture.iter()}
    assert kinds == {"svg", "title", "rect", "text", "g", "path"}
    assert re.findall(r"https?://[^\"]*", written) == ["http://www.w3.org/2000/svg"]
    for word in ("href", "url(", "<style", "@import", "<image", "<script", "onload"):
        assert word not in written
    if name.startswith("<script"):
        assert "<script>ale…" in [each.text for each in picture.iter(f"{SVG}text")]


def test_model_layer_head_revision_and_limits_of_weights_are_described():
    said = " ".join(drawn(closely(5)).texts)

    assert said.startswith("a model, layer 3, head 1, tokens: 5")
    assert "sha256: 0123456789ab…" in said
    assert "says what it reads, not why" in said

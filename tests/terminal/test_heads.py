"""A survey of heads as lines, whatever its size, its tokens and its colours."""

import numpy as np
import pytest

from attnviz.survey.heads import BLOCKS, Pair, Survey, measured_heads
from attnviz.theme import THEMES
from attnviz.views.terminal.colour import Palette
from attnviz.views.terminal.heads import blocks_in, survey_lines


def survey(layers=2, heads=3, tokens=("[CLS]", "a", "b", "[SEP]"), pair=None):
    rng = np.random.default_rng(0)
    n = len(tokens)
    pair = pair and Pair((pair[0],), (pair[1],), (tokens[pair[0]], tokens[pair[1]]))

    def weights():
        return rng.dirichlet(np.ones(n), n)

    found = measured_heads(
        ((weights() for _ in range(heads)) for _ in range(layers)), tokens, (0, n - 1), pair
    )
    return Survey("a model of 模型", "0" * 64, tokens, found, pair)


SURVEYS = {
    "small": survey(),
    "one head, one token": survey(1, 1, ("a",)),
    "many": survey(12, 16, tuple(f"word{i}" for i in range(60)), (3, 40)),
    "long names": survey(2, 2, ("x" * 200, "<script>", "猫" * 50, "🙂"), (0, 2)),
}


@pytest.mark.parametrize("width", [40, 80, 120])
@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("depth", ["truecolor", "256", None])
@pytest.mark.parametrize("told", SURVEYS.values(), ids=SURVEYS.keys())
def test_every_line_fits_the_page(told, width, language, depth):
    lines = survey_lines(told, Palette(THEMES["dark"], depth), width, language, 4)

    assert max(line.cell_len for line in lines) <= width
    text = "\n".join(line.plain for line in lines)
    for head in told.heads:
        assert head.name in text


def test_no_two_heads_are_mixed_up():
    told = survey(3, 2)

    assert [[each.name for each in layer] for layer in told.layers] == [
        ["L0H0", "L0H1"],
        ["L1H0", "L1H1"],
        ["L2H0", "L2H1"],
    ]


def test_the_foremost_come_first_and_the_most_focused_last_of_all_entropies():
    told = survey(3, 4)

    values = [value for _, value in told.foremost("previous", 12)]
    assert values == sorted(values, reverse=True)
    entropies = [value for _, value in told.focused(12)]
    assert entropies == sorted(entropies)
    assert told.foremost("between", 5) == told.foremost("induction", 5) == ()


@pytest.mark.parametrize("width", [40, 80, 120, 200])
@pytest.mark.parametrize("heads", [1, 6, 9, 12, 32])
def test_maps_grow_with_the_page_but_take_no_more_rows(width, heads):
    tokens = tuple(f"w{i}" for i in range(40))

    def lines(blocks):
        weights = [np.eye(40)] * heads
        found = measured_heads([weights], tokens, (), blocks=blocks)
        told = Survey("m", "0" * 64, tokens, found, None)
        return survey_lines(told, Palette(THEMES["dark"], None), width, "en", 4)

    def rows_of_maps(shown):
        return sum("L0H" in line.plain and "0." not in line.plain for line in shown)

    blocks = blocks_in(width, heads)
    grown = lines(blocks)

    assert blocks >= BLOCKS
    assert max(line.cell_len for line in grown) <= width
    assert rows_of_maps(grown) == rows_of_maps(lines(BLOCKS))

"""One head as lines, whatever its size, its tokens and its colours."""

import re

import numpy as np
import pytest

from attnviz.survey.head_detail import head_detail
from attnviz.survey.heads import Pair, Survey, measured_head
from attnviz.theme import THEMES
from attnviz.views.terminal.colour import Palette
from attnviz.views.terminal.head_detail import blocks_in, close_up_lines

NAMES = ("the", "internationalisation", "猫", "<script>", "注意力机制与卷积", "[b]", "🙂")


def closely(n, width, palette, query=None, tokens=None, weights=None):
    weights = np.random.default_rng(n).dirichlet(np.full(n, 0.1), n) if weights is None else weights
    tokens = tokens or tuple(NAMES[i % len(NAMES)] for i in range(n))
    pair = None if query is None else Pair((query,), (0,), (tokens[query], tokens[0]))
    head = measured_head(weights, (3, 1), tokens, (), pair, None, blocks_in(width, palette))
    survey = Survey("a model of 模型", "0" * 64, tokens, (head,), pair, layer=3)
    return head_detail(weights, survey, (), None if query is None else (query, query + 1))


@pytest.mark.parametrize("width", [40, 80, 120])
@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("depth", ["truecolor", "256", "standard", None])
def test_every_line_fits_the_page(width, language, theme, depth):
    palette = Palette(THEMES[theme], depth)
    for n in (1, 2, 5, 12, 20, 32, 33, 60, 300, 1200):
        for query in (None, n // 2):
            lines = close_up_lines(closely(n, width, palette, query), palette, width, language)

            assert max(line.cell_len for line in lines) <= width, n
            assert len(lines) < 110


def text_of(n, width, depth=None, **asked):
    palette = Palette(THEMES["dark"], depth)
    close = closely(n, width, palette, **asked)
    return "\n".join(line.plain for line in close_up_lines(close, palette, width, "en"))


def test_numbers_stand_in_the_cells_where_they_fit():
    weights = np.array([[0.9, 0.1], [0.25, 0.75]])

    shown = text_of(2, 40, tokens=("we", "sing"), weights=weights)

    assert "  1 we    0.90 0.10\n  2 sing  0.25 0.75\n" in shown
    assert "Each number is rounded by itself." in " ".join(shown.split())
    assert "sing → sing  0.75" in shown


@pytest.mark.parametrize(("n", "width"), [(6, 40), (20, 80), (32, 120)])
def test_shades_stand_beside_their_tokens_where_numbers_do_not_fit(n, width):
    tokens = tuple(f"word{i}" for i in range(n))

    shown = text_of(n, width, tokens=tokens, weights=np.eye(n))

    lines = [line for line in shown.splitlines() if re.match(r" +\d+ word", line)]
    assert [line.split()[:2] for line in lines] == [[str(i + 1), f"word{i}"] for i in range(n)]
    places = [line.index("█") for line in lines]
    zoom = places[1] - places[0]
    assert places == [places[0] + zoom * i for i in range(n)] and zoom >= 1
    assert "0.00  ░▒▓█ 1.00" in shown and "rounded" not in shown


def test_more_columns_show_more_of_a_long_text():
    sizes = {
        width: int(
            re.search(r"in (\d+) × \1 blocks", " ".join(text_of(300, width, "256").split()))[1]
        )
        for width in (40, 80, 120)
    }

    assert sizes[40] < sizes[80] < sizes[120]


def test_tokens_are_shown_as_they_are_and_not_as_markup():
    shown = text_of(3, 80, tokens=("<script>", "[b]", "\x1b[31m"), weights=np.eye(3))

    assert "<script> → <script>  1.00" in shown
    assert "[b] → [b]" in shown
    assert "\x1b" not in shown


def test_the_followed_query_is_listed_with_all_its_weights():
    weights = np.full((20, 20), 1 / 20)

    shown = text_of(20, 80, query=3, tokens=tuple(f"w{i}" for i in range(20)), weights=weights)

    assert "“w3” gives weight to:" in shown
    assert shown.count("w3 → ") - shown.split("Strongest")[1].count("w3 → ") == 12 + 1
    assert "All 8 others together: 0.40." in shown

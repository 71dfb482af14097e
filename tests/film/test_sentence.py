"""The tokens of a long text, read in their order before their vectors are seen."""

from itertools import pairwise

import pytest
from attnviz.scenes import scene_of

from attnviz.lessons.registry import lesson_named
from attnviz.lessons.self_attention.steps import self_attention_storyboard
from attnviz.render.quality import QUALITIES
from attnviz.theme import DARK, LIGHT
from attnviz.views.film.components.sentence import MOST_LINES, Sentence
from attnviz.views.film.components.text import Line
from attnviz.views.film.film import Film
from attnviz.views.film.production.planning import plan
from attnviz.views.film.style import STAGE, Size, Style
from tests.cases import pair_of_texts

SIXTY = ("when the old captain finally brought the ship into the harbour , the crew " * 5).split()


def sentence(tokens: list[str], theme=DARK) -> Sentence:
    return Sentence(tokens, Style(theme), STAGE.width)


def said(shown: Sentence) -> list[str]:
    return [part.text if isinstance(part, Line) else part[-1].text for part in shown.parts]


@pytest.mark.parametrize("tokens", [SIXTY, ["因 1/2", "因 2/2", "为"] * 9, ["a"]])
@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
def test_every_token_is_there_in_its_order(tokens, theme):
    assert said(sentence(tokens, theme)) == tokens


@pytest.mark.parametrize("count", [17, 70, 200, 2000])
@pytest.mark.parametrize("word", ["i", "harbour", "internation…", "注意力"])
def test_it_takes_at_most_four_lines_and_ends_in_dots_after_a_whole_token(count, word):
    shown = sentence([word] * count)
    tokens = said(shown)
    levels = {
        round(float(part[0].get_y()), 3) for part in shown.parts if not isinstance(part, Line)
    }

    assert len(levels) <= MOST_LINES
    assert shown.width <= STAGE.width
    assert set(tokens) <= {word, "…"}
    assert ("…" in tokens) == (tokens.count(word) < count)
    assert "…" not in tokens[:-1]


def test_it_is_read_from_left_to_right_and_from_the_top():
    tiles = [part[0] for part in sentence(SIXTY).parts]
    places = [(-round(float(tile.get_y()), 3), float(tile.get_x())) for tile in tiles]

    assert places == sorted(places)
    for one, other in pairwise(tiles):
        same_line = abs(one.get_y() - other.get_y()) < 1e-6
        assert not same_line or one.get_right()[0] < other.get_left()[0]


def test_the_type_is_as_large_as_lets_all_be_shown():
    assert sentence(SIXTY[:40]).size is Size.BODY
    assert sentence(SIXTY * 3).size is Size.SMALL


@pytest.mark.xdist_group("two hundred tokens")
def test_a_text_whose_rows_are_blocks_is_read_above_them(screens_of):
    film = screens_of("two hundred tokens")
    screen = next(each for each in film.screens if each.beat.name == "inputs.why")
    words = [text.text for text in screen.texts if text.text.startswith("word")]
    title = next(text for text in screen.texts if text.text == "X")

    assert words == [f"word{i}" for i in range(len(words))]
    assert 30 < len(words) < 200
    assert all(text.rect.bottom > title.rect.top for text in screen.texts if text.text in words)


@pytest.mark.xdist_group("the cat sat")
def test_where_each_row_has_its_token_there_is_no_other_line_of_them(screens_of):
    screen = next(e for e in screens_of("the cat sat").screens if e.beat.name == "inputs.why")

    assert [text.text for text in screen.texts].count("cat") == 1


@pytest.mark.parametrize("n", [6, 30])
def test_a_film_lists_each_token_of_a_pair_with_the_letter_of_its_text(n):
    board = self_attention_storyboard(pair_of_texts(n))
    found = []

    def look(scene, beat):
        parts = [part for each in scene.mobjects for part in each.get_family()]
        found.extend(each.text for each in parts if isinstance(each, Line))

    scene = scene_of(lesson_named("self-attention"))
    plan(Film(scene, board, Style(), QUALITIES["low"], only=("inputs",)), look)

    listed = [each for each in found if each.endswith(" word")]
    assert listed == ["A word"] * (n // 2) + ["B word"] * (n // 2)

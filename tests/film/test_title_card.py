"""A title card: all of it can be seen, for as long as it says."""

from dataclasses import replace

import pytest
from attnviz.scenes.title_card import TitleCard

from attnviz.lecture.chapters import CARD_COLUMNS, CARD_LINES, CARD_TITLE_COLUMNS
from attnviz.render.quality import QUALITIES
from attnviz.story.pace import PACES
from attnviz.story.title_card import card_storyboard
from attnviz.theme import DARK, LIGHT
from attnviz.views.film.components.header_footer import CaptionView
from attnviz.views.film.components.text import Line, label
from attnviz.views.film.film import Film
from attnviz.views.film.production.planning import plan
from attnviz.views.film.style import CANVAS, MARGIN, Size, Style

ROOM = CANVAS.width / 2 - MARGIN + 1e-6
FULL = {
    "en": ("W" * CARD_TITLE_COLUMNS, ["W" * CARD_COLUMNS] * CARD_LINES),
    "zh": ("量" * (CARD_TITLE_COLUMNS // 2), ["力" * (CARD_COLUMNS // 2)] * CARD_LINES),
}
"""As much as a lecture file lets a card hold."""


def card(title, lines, language="en", card_seconds=1.0, fps=15, **style) -> Film:
    board = card_storyboard(title, lines, language)
    size = replace(QUALITIES["low"], fps=fps)
    return Film(TitleCard, board, Style(**style), size, card_seconds=card_seconds)


def stood(film: Film) -> list[list[Line]]:
    """The lines of text on the screen at the end of each beat, from the top."""
    seen = []

    def look(scene, beat):
        lines = [m for each in scene.mobjects for m in each.get_family() if isinstance(m, Line)]
        assert not [m for m in scene.mobjects if isinstance(m, CaptionView)]
        unique = {id(each): each.copy() for each in lines}.values()
        seen.append(sorted(unique, key=lambda line: -line.get_center()[1]))

    plan(film, look)
    return seen


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_fullest_card_stays_in_the_frame_line_below_line(language):
    title, lines = FULL[language]

    ((first, *below),) = stood(card(title, lines, language))

    assert first.text == title
    assert [each.text for each in below] == lines
    for line in (first, *below):
        assert -ROOM <= line.get_left()[0] < line.get_right()[0] <= ROOM
    tops = [line.get_top()[1] for line in (first, *below)]
    bottoms = [line.get_bottom()[1] for line in (first, *below)]
    assert tops[0] < CANVAS.top - MARGIN / 2
    assert bottoms[-1] > CANVAS.bottom + MARGIN / 2
    assert all(bottom > top for bottom, top in zip(bottoms, tops[1:], strict=False))


@pytest.mark.parametrize(
    "sentence", ["The lazy dog is asked by the fox, ", "注意力看遍全体，各取所需，"]
)
def test_lines_as_long_as_they_may_be_can_still_be_read(sentence):
    width = CARD_COLUMNS if sentence.isascii() else CARD_COLUMNS // 2
    text = (sentence * 9)[:width].strip()

    ((_, line),) = stood(card("A", [text]))

    as_meant = label(text, "#FFFFFF", Size.LARGE)
    pixels = Size.LARGE.em * line.height / as_meant.height * 480 / CANVAS.height
    assert pixels >= 14


def test_a_short_card_is_in_the_middle_and_its_title_larger_than_the_rest():
    ((title, line),) = stood(card("Mm", ["Mm"]))

    assert title.height > 1.5 * line.height
    assert title.get_center()[0] == pytest.approx(0, abs=1e-6)
    assert line.get_center()[0] == pytest.approx(0, abs=1e-6)
    assert title.get_top()[1] == pytest.approx(-line.get_bottom()[1], abs=1e-6)


def test_a_card_of_a_title_alone_is_whole():
    ((title,),) = stood(card("Part one", []))

    assert title.text == "Part one"
    assert abs(title.get_center()[1]) < 0.1


@pytest.mark.parametrize("pace", PACES)
@pytest.mark.parametrize("seconds", [3.0, 4.5])
def test_a_card_is_held_for_its_given_time_whatever_the_pace(seconds, pace):
    film = card("A", ["b"], card_seconds=seconds, fps=50, pace=PACES[pace])

    (beat,) = plan(film).beats

    assert beat.end - beat.start == pytest.approx(seconds, abs=0.1)
    assert beat.caption == "A\nb"


@pytest.mark.parametrize("theme", [DARK, LIGHT])
def test_a_card_is_written_in_the_ink_of_the_theme(theme):
    ((title, line),) = stood(card("A", ["b"], theme=theme))

    colours = [glyphs.get_fill_color().to_hex().lower() for (glyphs, *_) in (title, line)]
    assert colours == [theme.ink.lower(), theme.dim.lower()]

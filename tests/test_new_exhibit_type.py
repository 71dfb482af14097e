"""A type of exhibit that the package does not know registers in each view, and is drawn there like the others."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pytest
from manim import FadeIn, VGroup

from attnviz.errors import UnknownExhibitError
from attnviz.render.quality import QUALITIES
from attnviz.story import exhibits as story
from attnviz.story.exhibits import Exhibit, Product, texts_of
from attnviz.story.formula import Formula
from attnviz.story.matrix import Matrix
from attnviz.story.numbers import Numbers
from attnviz.story.storyboard import Step, Storyboard
from attnviz.theme import THEMES, Role
from attnviz.views.document import figure_model, lesson_json
from attnviz.views.document.figure_model import TextTable
from attnviz.views.document.formats import format_names
from attnviz.views.document.markup import markup
from attnviz.views.document.writers import latex, markdown
from attnviz.views.film.components import exhibit_types
from attnviz.views.film.components.exhibit_room import Demand
from attnviz.views.film.components.exhibit_types import ExhibitType
from attnviz.views.film.components.text import label
from attnviz.views.film.film import Film
from attnviz.views.film.production.planning import plan
from attnviz.views.film.scene import LessonScene
from attnviz.views.film.style import Style
from attnviz.views.terminal import exhibits as terminal
from attnviz.views.terminal.colour import Palette
from attnviz.views.terminal.lines import styled
from attnviz.views.terminal.page import pages
from attnviz.views.terminal.page_context import PageContext

READING = "temperature 0.7"


@dataclass(frozen=True)
class Gauge:
    """A number with a name."""

    name: str
    value: float

    @property
    def text(self) -> str:
        return f"{self.name} {self.value:g}"


@dataclass(frozen=True)
class RoundGauge(Gauge):
    """A type that has the handlers of its base class."""


@dataclass(frozen=True)
class Dial:
    """A figure that only the formats know which register it."""

    text: str


@dataclass(frozen=True)
class Unknown:
    """A type that is registered nowhere."""


class GaugeScene(LessonScene):
    """Shows the gauges in the usual way."""


def board_of(*items: object) -> Storyboard:
    exhibits = tuple(Exhibit("why", item) for item in items)
    step = Step("gauges", "Gauges", Formula("", "", ""), {"why": "Read them."}, exhibits=exhibits)
    return Storyboard("gauges", "en", "Gauges", (step,), Numbers(), notes=("Rounded.",))


def page_of(board: Storyboard) -> str:
    context = PageContext(board, Palette(THEMES["dark"], None), 80)
    return "\n".join(line.plain for page in pages(context) for line in page)


def film_of(board: Storyboard) -> Film:
    quality = replace(QUALITIES["low"], width=160, height=90, fps=5)
    return Film(GaugeScene, board, Style(), quality)


@pytest.fixture(scope="module", autouse=True)
def _registered() -> None:
    """`Gauge` in every view."""

    def moves(body: VGroup, seconds: float) -> Iterator[exhibit_types.Move]:
        yield [FadeIn(body)], seconds

    terminal.register(
        Gauge,
        lambda item, exhibit, context, count: terminal.ExhibitLines(
            [styled(item.text, context.palette.dim)]
        ),
    )
    figure_model.register(
        Gauge,
        lambda item, exhibit, board: TextTable("", ("gauge",), ((item.text,),), (False,)),
    )
    lesson_json.register(
        Gauge, lesson_json.ExhibitJson("gauge", lambda item, numbers: {"reads": item.text})
    )
    story.register_texts(Gauge, lambda item: [item.name])
    exhibit_types.register(
        Gauge,
        ExhibitType(
            lambda item, numbers, style, box, title: Demand(3.0, 1.0, fixed=True),
            lambda item, numbers, style, place: VGroup(label(item.text, style.theme.ink)),
            moves,
        ),
    )


@pytest.mark.parametrize("item", [Gauge("temperature", 0.7), RoundGauge("temperature", 0.7)])
class TestARegisteredType:
    def test_stands_on_the_page_of_a_terminal(self, item):
        assert READING in page_of(board_of(item))

    @pytest.mark.parametrize("format", format_names())
    def test_stands_in_a_document(self, item, format):
        assert READING in markup(board_of(item), format)

    def test_has_a_kind_of_its_own_in_json(self, item):
        (step,) = json.loads(lesson_json.storyboard_json(board_of(item)))["steps"]

        assert step["exhibits"][0]["kind"] == "gauge"
        assert step["exhibits"][0]["item"] == {"reads": READING}

    def test_is_planned_and_takes_time_in_a_film(self, item):
        one, three = (plan(film_of(board_of(*[item] * count))) for count in (1, 3))

        assert [beat.name for beat in one.beats] == ["gauges.why"]
        assert one.seconds > 0
        assert one.segments != three.segments

    def test_names_its_texts_so_that_fonts_are_checked(self, item):
        assert texts_of(Exhibit("why", item)) == ["temperature"]


@pytest.mark.parametrize(("format", "module"), [("markdown", markdown), ("latex", latex)])
def test_a_figure_of_a_new_type_is_written_by_the_formats_that_register_it(format, module):
    figure_model.register(Unknown, lambda item, exhibit, board: Dial("on a dial"))
    try:
        with pytest.raises(UnknownExhibitError, match=rf"type Dial: .*writers\.{format}\.register"):
            markup(board_of(Unknown()), format)
        module.register(
            Dial, lambda item, figure: iter([item.text]) if module is markdown else item.text
        )
        assert "on a dial" in markup(board_of(Unknown()), format)
    finally:
        figure_model._FIGURES._handlers.pop(Unknown)
        module._WRITE._handlers.pop(Dial, None)


@pytest.mark.parametrize(
    ("show_it", "register"),
    [
        (page_of, "attnviz.views.terminal.exhibits.register"),
        (lambda board: markup(board, "markdown"), "attnviz.views.document.figure_model.register"),
        (lambda board: markup(board, "latex"), "attnviz.views.document.figure_model.register"),
        (lesson_json.storyboard_json, "attnviz.views.document.lesson_json.register"),
        (lambda board: plan(film_of(board)), "attnviz.story.exhibits.register_texts"),
        (
            lambda board: exhibit_types.heading(board.steps[0].exhibits[0], Style()),
            "attnviz.views.film.components.exhibit_types.register",
        ),
    ],
    ids=["terminal", "markdown", "latex", "json", "film texts", "film"],
)
def test_a_type_that_is_not_registered_is_one_error_that_says_where_to(show_it, register):
    with pytest.raises(UnknownExhibitError) as caught:
        show_it(board_of(Unknown()))

    assert str(caught.value) == f"no handler for exhibits of type Unknown: add one with {register}"


def test_a_second_product_of_a_step_is_shown_matrix_by_matrix():
    one, other = (
        Product((Matrix(a, np.eye(2), Role.VALUE),), (Matrix(b, np.eye(2), Role.VALUE),))
        for a, b in ("PQ", "RT")
    )
    board = board_of(one, other)

    page, document = page_of(board), markup(board, "markdown")
    shown = lesson_json.storyboard_json(board)

    assert [symbol for symbol in "PQRT" if f"{symbol}  2×2" in page] == list("PQRT")
    assert [symbol for symbol in "PQRT" if f"{symbol}** (" in document] == list("PQRT")
    assert [symbol for symbol in "PQRT" if f'"symbol": "{symbol}"' in shown] == list("PQRT")

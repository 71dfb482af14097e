"""Every screen of every film, taken from its mobjects: what is there can be read, and is in the trace."""

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import combinations, pairwise

import pytest

from attnviz.lessons.self_attention.score_steps import CHANGES
from attnviz.theme import contrast
from attnviz.views.film.style import CANVAS, CAPTION, DIMMED, HEADER, MARGIN, SIDEBAR, Size
from tests.film.films import IN_FULL, ONLY
from tests.film.screens import Screen, Text

from .conftest import grouped

READABLE = 4.5
SMALLEST = 14
TOUCHING = 0.01
"""Units, about half a pixel at 480p: boxes may share that much."""
PADDING = 0.035
"""Units, two pixels at 480p: so far a number stands from the border of its cell."""
NUMBER = re.compile(r"\(?(−?(?:\d+(?:\.\d+)?(?:e[+-]\d+)?|∞))\)?")


def outside(screen) -> Iterator[str]:
    """Texts that are not whole within the header, the stage or the caption strip."""
    over, under = HEADER.bottom - 0.03, CAPTION.top + 0.03
    for kind, rect in screen.extents:
        zones = ((over, CANVAS.top - 0.2), (under, over), (CANVAS.bottom + 0.06, under))
        within = any(low - TOUCHING <= rect.bottom and rect.top <= high for low, high in zones)
        across = max(-rect.left, rect.right) <= CANVAS.right - MARGIN + 0.1
        if not (within and across):
            yield f"{kind} at {rect}"


def crossed(screen) -> Iterator[str]:
    """Text that the border of a cell or an outline, or a line, goes through."""
    for text in screen.texts:
        rect = text.rect.grown(-TOUCHING)
        for border in screen.borders:
            if rect.overlaps(border.grown(TOUCHING / 2)) and not rect.within(border):
                yield f"{text.text!r} on the edge of {border}"


def crowded(screen) -> Iterator[str]:
    """Text on text, and lines of text that touch, one under the other."""
    boxes = [(text, text.rect.grown(TOUCHING)) for text in screen.texts]
    for (one, first), (other, second) in combinations(boxes, 2):
        if one.line != other.line and first.overlaps(second):
            yield f"{one.text!r} touches {other.text!r}"


def spilling(screen) -> Iterator[str]:
    for text in screen.texts:
        if text.cell is not None and not text.rect.grown(PADDING).within(text.cell):
            yield f"{text.text!r} does not fit its cell"


def small(screen) -> Iterator[str]:
    for text in screen.texts:
        if text.em < SMALLEST:
            yield f"{text.text!r} has {text.em:.1f} px"


def faint(screen) -> Iterator[str]:
    """Text that is not told from what is behind it; what is dimmed is dimmed by the same share."""
    for text in screen.texts:
        if text.opacity > 0.99 and contrast(text.colour, text.behind) < READABLE:
            yield f"{text.text!r} is {text.colour} on {text.behind}"
        if text.opacity <= 0.99 and abs(text.opacity - DIMMED) > 0.01:
            yield f"{text.text!r} is half there: {text.opacity:.2f}"


@pytest.mark.parametrize("find", [outside, crowded, crossed, spilling, small, faint])
def test_every_text_can_be_read(any_film, find):
    assert any_film.failures(find) == []


def test_the_formula_is_larger_than_the_least_text(film):
    sizes = [screen.formula_size for screen in film.screens if screen.formula_size]
    assert sizes
    assert min(sizes) >= 24


def rounds_to(value: float, text: str) -> bool:
    """True if the text is the value to within one unit of its last digit: sums are adjusted by up to one each."""
    written = text.replace("−", "-").replace("∞", "inf")
    digits, _, exponent = written.partition("e")
    unit = 10.0 ** (int(exponent or 0) - len(digits.partition(".")[2]))
    return float(written) == value or abs(float(written) - value) <= unit * (1 + 1e-9)


def test_every_number_in_a_cell_is_its_value_rounded_and_in_the_storyboard(any_film):
    values = {role: {value for value, _ in pairs} for role, pairs in any_film.numbers.items()}

    def invented(screen):
        for entry in screen.entries:
            if entry.text and not rounds_to(entry.value, entry.text):
                yield f"{entry.text} for {entry.value}"
            if entry.text and entry.value not in values[entry.role]:
                yield f"{entry.value} as {entry.role}"

    assert any_film.failures(invented) == []
    shown = any(entry.text for screen in any_film.screens for entry in screen.entries)
    assert shown or not any(step.operands or step.results for step in any_film.steps)


def test_every_number_beside_the_cells_is_in_the_storyboard(any_film):
    def invented(screen):
        for text in screen.texts:
            number = NUMBER.fullmatch(text.text.strip())
            if number and text.cell is None and number.group(1) not in any_film.written:
                yield text.text

    assert any_film.failures(invented) == []


def test_the_numbers_of_a_matrix_are_shown_in_its_order(any_film):
    def disordered(screen):
        for grid in screen.grids:
            if grid.texts and grid.standing != grid.texts:
                yield f"{grid.symbol}: {grid.standing}"

    assert any_film.failures(disordered) == []


LARGE = 0.95 * Size.LARGE.em * 60
SCORE_STEPS = (*(each.id for each in CHANGES), "softmax")
WITH_SCORE_STACK = [
    *IN_FULL,
    *(name for name, steps in ONLY.items() if set(steps) & set(SCORE_STEPS)),
]


@pytest.fixture(params=grouped(WITH_SCORE_STACK))
def score_screens(request, screens_of) -> list[Screen]:
    """The screens of a film on which scores become weights, row under row."""
    return [each for each in screens_of(request.param).screens if each.beat.step in SCORE_STEPS]


def test_every_row_of_the_score_stack_has_numbers_of_one_size(score_screens):
    sizes = []
    for screen in score_screens:
        cells = {e.rect for e in screen.entries if e.role in ("score", "weight")}
        sizes.append({round(text.em, 1) for text in screen.texts if text.cell in cells})

    # long numbers may have no room in a row: then it has none, but not in every beat
    assert {len(each) for each in sizes} in ({1}, {0, 1})


def test_nothing_beside_the_sidebar_comes_too_close_to_it(score_screens):
    for screen in score_screens:
        beside = [
            text.rect.left
            for text in screen.texts
            if text.cell is None
            and CAPTION.top < text.rect.bottom < HEADER.bottom
            and text.rect.left > SIDEBAR.right - 0.02
        ]
        assert min(beside) >= SIDEBAR.right + 0.1, screen.beat.name


@pytest.mark.parametrize(
    "name", grouped(["few tokens, long heads", "the cat sat", "sixteen tokens"])
)
class TestAllRowsTogether:
    @pytest.fixture
    def headings(self, screens_of, name) -> list[dict[str, Text]]:
        """Those of S, A and O, as they stand at the end of each beat."""
        screens = [s for s in screens_of(name).screens if s.beat.step == "all-rows"]
        return [
            {
                text.text: text
                for text in screen.texts
                if text.em > LARGE and text.text in ("S/√d_k", "A", "O")
            }
            for screen in screens
        ]

    def test_each_matrix_has_its_heading_from_the_first_beat_on(self, headings):
        assert [sorted(each) for each in headings] == [["A", "O", "S/√d_k"]] * 2

    def test_the_headings_are_at_one_height(self, headings):
        for each in headings:
            assert each["A"].rect.bottom == pytest.approx(each["O"].rect.bottom, abs=0.02)


@pytest.mark.xdist_group("retrieval")
def test_matrices_side_by_side_have_numbers_of_one_size_and_names_that_do_not_touch(screens_of):
    screen = next(s for s in screens_of("retrieval").screens if s.beat.name == "all-rows.matrix")
    roles = {e.rect: e.role for e in screen.entries}
    written = [t for t in screen.texts if roles.get(t.cell) in ("score", "weight", "output")]
    assert {roles[t.cell] for t in written} == {"score", "weight", "output"}
    assert len({round(t.em, 1) for t in written}) == 1
    keys = sorted((t.rect for t in screen.texts if t.text in "k₁k₂k₃k₄k₅"), key=lambda r: r.left)
    assert len(keys) == 10
    assert all(right.left - left.right > 0.1 for left, right in pairwise(keys))


@pytest.mark.parametrize(
    ("name", "named"),
    [*grouped(["few tokens, long heads"], False), *grouped(["sixteen tokens"], True)],
)
def test_strongest_links_are_named_only_where_the_weights_themselves_go_without_numbers(
    screens_of, name, named
):
    screen = screens_of(name).screens[-1]

    assert any(text.text == "strongest links:" for text in screen.texts) == named


def weight_rows(film) -> Iterator[tuple[str, ...]]:
    """Every row of weights that is shown whole, as numbers."""
    for screen in film.screens:
        for grid in screen.grids:
            if (
                grid.symbol == "A"
                and grid.texts
                and grid.columns == film.storyboard.trace.problem.n
            ):
                yield from grid.standing


def test_every_row_of_weights_on_the_screen_sums_to_exactly_1(film):
    rows = list(weight_rows(film))
    if film.storyboard.trace.problem.n <= 6 and film.storyboard.numbers.precision <= 3:
        assert rows
    sums = {sum(map(Decimal, row)) for row in rows}
    assert sums <= ({Decimal(0), Decimal(1)} if film.name == "nothing to see" else {Decimal(1)})


def test_the_weighted_values_on_the_screen_add_up_to_the_output(film):
    (screen,) = [each for each in film.screens if each.beat.name == "output.worked"]
    products = [grid.standing for grid in screen.grids if grid.symbol == "αV"]
    total = sorted((e for e in screen.entries if e.role == "output"), key=lambda e: e.rect.left)
    assert len(products) == 1
    if any("e" in text or not text for row in products[0] for text in row):
        return  # too large for plain decimals, or too many to be shown

    def decimal(text):
        return Decimal(text.replace("−", "-"))

    sums = [sum(map(decimal, column)) for column in zip(*products[0], strict=True)]
    for added, entry in zip(sums, total, strict=True):
        # who adds up what is on the screen gets the output, to half a unit of its last digit
        written = decimal(entry.text)
        least = min(written.as_tuple().exponent, -film.storyboard.numbers.precision)
        assert abs(added - written) <= Decimal(10) ** least / 2


@pytest.mark.xdist_group("illustrated")
class TestTheChecksThemselves:
    """Each finds the fault that it is there for."""

    @pytest.fixture
    def screen(self, screens_of):
        screens = screens_of("illustrated").screens
        return next(each for each in screens if each.beat.name == "scores.why")

    @pytest.mark.parametrize(
        ("find", "fault"),
        [
            (outside, lambda t: {"rect": replace(t.rect, right=CANVAS.right)}),
            (small, lambda t: {"em": 13.9}),
            (faint, lambda t: {"colour": t.behind}),
            (faint, lambda t: {"opacity": 0.7}),
            (spilling, lambda t: {"cell": t.rect.grown(-0.02)}),
        ],
    )
    def test_a_fault_of_one_text_is_found(self, screen, find, fault):
        text = screen.texts[0]
        wrong = replace(text, **fault(text))
        extents = (*screen.extents, ("Glyphs", wrong.rect))
        assert list(find(replace(screen, texts=(wrong,), extents=extents)))

    def test_text_on_text_is_found(self, screen):
        one, other = screen.texts[0], screen.texts[-1]
        moved = replace(other, rect=one.rect)
        assert list(crowded(replace(screen, texts=(one, moved))))

    def test_a_line_through_text_is_found(self, screen):
        text = screen.texts[0]
        _, middle = text.rect.centre
        line = replace(text.rect.grown(1), bottom=middle, top=middle)
        assert list(crossed(replace(screen, borders=(line,))))

"""Arithmetic written out: a sum as a column of terms over a line, or one line."""

from __future__ import annotations

from manim import RIGHT, VGroup

from attnviz.film.components.cells import sum_line
from attnviz.film.components.text import Glyphs, Line
from attnviz.film.fonts import Weight
from attnviz.film.style import ARITHMETIC, Size, Style
from attnviz.lessons.claims import term_relation
from attnviz.lessons.numbers import MINUS, Numbers
from attnviz.lessons.storyboard import Calculation, Number, Piece, Symbol, Term, Vector
from attnviz.lessons.words import Words

_PITCH = 1.55  # of the em, from line to line


def runs_of(pieces: tuple[Piece, ...], style: Style) -> list[tuple[str, str]]:
    """Pieces as text and colour; a negative number after an operator stands in brackets."""
    runs: list[tuple[str, str]] = []
    for i, piece in enumerate(pieces):
        if isinstance(piece, Symbol):
            text = f" {piece.text} " if piece.text in ("·", "/", "−", "+") else piece.text
            colour = style.theme.dim if piece.role is None else style.colour(piece.role)
            runs.append((text, colour))
        elif isinstance(piece, Number):
            before = pieces[i - 1] if i else None
            follows = isinstance(before, Symbol) and before.text in ("·", "/", "−", "+")
            text = f"({piece.text})" if follows and piece.text.startswith(MINUS) else piece.text
            runs.append((text, style.colour(piece.role)))
        elif isinstance(piece, Vector):
            more = " …" if piece.omitted else ""
            runs.append((f"[{'  '.join(piece.texts)}{more}]", style.colour(piece.role)))
    return runs


class WorkedSum(VGroup):
    """left, then a term a line with what it is worth, a line, and the total.

    `heading`, `terms`, `line` and `total` are its parts, to be shown one after the other.
    """

    def __init__(
        self, calculation: Calculation, style: Style, words: Words, numbers: Numbers
    ) -> None:
        super().__init__()
        self.calculation = calculation
        size = Size.LARGE if len(calculation.terms) <= 4 else Size.BODY
        self.heading = Line(runs_of(calculation.left, style), Size.LARGE, Weight.BOLD)
        self.terms = VGroup(
            *[_term(each, size, style, words, numbers) for each in calculation.terms]
        )
        total = calculation.total
        assert isinstance(total, Number)
        self.total = Line([(total.text, style.colour(total.role))], Size.LARGE, Weight.BOLD)
        # what is added lies in one column, its right edge the column's
        for i, term in enumerate(self.terms):
            term.align_to((0, 0, 0), RIGHT).on_baseline(-i * size.em * _PITCH)
        width = max([self.total.width, *(term.width for term in self.terms)], default=1.0)
        foot = (len(self.terms) - 1) * size.em * _PITCH
        self.line = sum_line(max(width, 1.4), style).align_to((0, 0, 0), RIGHT).set_y(-foot - 0.24)
        self.total.align_to((0, 0, 0), RIGHT).on_baseline(-foot - 0.24 - Size.LARGE.em * 1.25)
        self.heading.align_to((0, 0, 0), RIGHT).on_baseline(size.em * _PITCH + 0.12)
        self.add(self.heading, self.terms, self.line, self.total)
        fit(self)


def _term(term: Term, size: Size, style: Style, words: Words, numbers: Numbers) -> Line:
    worth = style.theme.ink
    if term.merged:
        runs = [(words.say("common", "more", count=term.merged), style.theme.dim)]
    else:
        runs = runs_of(term.pieces, style)
    if len(term.pieces) > 1 or term.merged:
        runs += [(f" {term_relation(term, numbers)} ", style.theme.dim), (term.text, worth)]
    return Line(runs, size)


class WorkedLines(VGroup):
    """Calculations of one term, a line each: the term, = or ≈, the result."""

    def __init__(self, calculations: tuple[Calculation, ...], style: Style) -> None:
        super().__init__()
        size = Size.BODY if len(calculations) > 4 else Size.LARGE
        for i, each in enumerate(calculations):
            line = self._line(each, size, style)
            self.add(line.align_to((0, 0, 0), RIGHT).on_baseline(-i * size.em * 1.7))
        fit(self)

    @staticmethod
    def _line(calculation: Calculation, size: Size, style: Style) -> Line:
        left = calculation.terms[0].pieces if calculation.terms else calculation.left
        relation = (f" {calculation.relation} ", style.theme.dim)
        return Line([*runs_of(left, style), relation, *runs_of((calculation.total,), style)], size)


def fit(group: VGroup) -> VGroup:
    """Places arithmetic at the right of its zone; what is too large is scaled, never under the least size."""
    sizes = [part.size for part in group.get_family() if isinstance(part, Glyphs)]
    least = Size.SMALL / min(sizes, default=Size.SMALL)
    wide, high = (
        ARITHMETIC.width / max(group.width, 0.01),
        ARITHMETIC.height / max(group.height, 0.01),
    )
    scale = min(1.0, wide, high)
    if scale < 1:
        group.scale(max(scale, least))
    return group.move_to(ARITHMETIC.middle).align_to((ARITHMETIC.right, 0, 0), RIGHT)

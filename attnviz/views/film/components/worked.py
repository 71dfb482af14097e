"""Arithmetic written out: a sum as a column of terms over a line, or one line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from manim import RIGHT, VGroup

from attnviz.records import record
from attnviz.story.calculation import Calculation, Number, Piece, Symbol, Term, Vector
from attnviz.story.exactness import term_relation
from attnviz.story.i18n import Words
from attnviz.story.numbers import MINUS, Numbers
from attnviz.typeset.fonts import Weight
from attnviz.views.film.components.cells import sum_line
from attnviz.views.film.components.text import Glyphs, Line
from attnviz.views.film.style import ARITHMETIC, Size, Style

# of the em, from line to line
_PITCH, _LINES_PITCH, _BROKEN_PITCH = 1.55, 1.7, 1.25
_MOST_LINES = 11
"""The most lines of terms in small letters that their zone holds beside heading and total."""

_Runs: TypeAlias = list[tuple[str, str]]


def runs_of(pieces: tuple[Piece, ...], style: Style) -> list[tuple[str, str]]:
    """Pieces as text and colour; a negative number after an operator is put in brackets."""
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


@record
class _Row:
    """A term, or a calculation in one line: in full, its value, and a short form."""

    written: _Runs
    worth: _Runs
    short: _Runs


def _column(rows: Sequence[_Row], size: Size, pitch: float) -> VGroup:
    """The rows under each other, the first on the baseline 0, their right edges at 0; a group of lines a row.

    Where they are too wide the value goes on a line of its own; where that does not help, the short form is written,
    and where those lines are too many, the short form of the last.
    """
    if all(_fits([*row.written, *row.worth]) for row in rows):
        texts = [[[*row.written, *row.worth]] for row in rows]
    elif all(_fits(row.written) for row in rows):
        texts = [[row.written, row.worth] if row.worth else [row.written] for row in rows]
        size = Size.SMALL
        for i in reversed(range(len(rows))):
            if sum(map(len, texts)) <= _MOST_LINES:
                break
            texts[i] = [rows[i].short]
    else:
        texts = [[row.short] for row in rows]
    column, y = VGroup(), 0.0
    for lines in texts:
        group = VGroup()
        for i, runs in enumerate(lines):
            y -= size.em * (_BROKEN_PITCH if i else pitch if len(column) else 0)
            group.add(Line(runs, size).align_to((0, 0, 0), RIGHT).on_baseline(y))
        column.add(group)
    return column


def _fits(runs: _Runs) -> bool:
    """Tests if the runs fit their zone in the smallest letters."""
    return Line(runs, Size.SMALL).width <= ARITHMETIC.width


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
        rows = [_term(each, style, words, numbers) for each in calculation.terms]
        self.terms = _column(rows, size, _PITCH)
        total = calculation.total
        assert isinstance(total, Number)
        self.total = Line([(total.text, style.colour(total.role))], Size.LARGE, Weight.BOLD)
        width = max([self.total.width, *(term.width for term in self.terms)], default=1.0)
        foot = self.terms[-1][-1].baseline if len(self.terms) else size.em * _PITCH
        self.line = sum_line(max(width, 1.4), style).align_to((0, 0, 0), RIGHT).set_y(foot - 0.24)
        self.total.align_to((0, 0, 0), RIGHT).on_baseline(foot - 0.24 - Size.LARGE.em * 1.25)
        self.heading.align_to((0, 0, 0), RIGHT).on_baseline(size.em * _PITCH + 0.12)
        self.add(self.heading, self.terms, self.line, self.total)
        fit(self)


def _term(term: Term, style: Style, words: Words, numbers: Numbers) -> _Row:
    worth = [(term.text, style.theme.ink)]
    if term.merged:
        written: list[tuple[str, str]] = [
            (words.phrase("common", "more", count=term.merged), style.theme.dim)
        ]
    else:
        written = runs_of(term.pieces, style)
        if len(term.pieces) == 1:
            return _Row(written, [], written)
    relation = (f" {term_relation(term, numbers)} ", style.theme.dim)
    return _Row(written, [relation, *worth], worth)


class WorkedLines(VGroup):
    """Calculations, a line each: the term, = or ≈, the result. Of several terms only what they make."""

    def __init__(self, calculations: tuple[Calculation, ...], style: Style) -> None:
        super().__init__()
        size = Size.BODY if len(calculations) > 4 else Size.LARGE
        rows = [_calculation(each, style) for each in calculations]
        self.add(*_column(rows, size, _LINES_PITCH))
        fit(self)


def _calculation(calculation: Calculation, style: Style) -> _Row:
    left = runs_of(calculation.left, style)
    one = len(calculation.terms) == 1
    written = runs_of(calculation.terms[0].pieces, style) if one else left
    relation = (f" {calculation.relation} ", style.theme.dim)
    result = [relation, *runs_of((calculation.total,), style)]
    return _Row(written, result, [*left, *result])


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

"""A formula of a lesson, set by Typst, its parts to be lit one by one."""

from __future__ import annotations

from manim import MathTypst, VGroup

from attnviz.story.formula import Formula
from attnviz.theme import Role
from attnviz.views.film.style import Size, Style

_ROLES = {
    "query": Role.QUERY,
    "key": Role.KEY,
    "value": Role.VALUE,
    "softmax": Role.WEIGHT,
    "heads": Role.OUTPUT,
    "project": Role.OUTPUT,
}
"""The roles of parts of formulas by their names; others are in ink."""


def formula_with_parts(formula: Formula, style: Style) -> MathTypst:
    """The formula in ink, its parts in the colours of their roles; `part` finds them by the formula's names."""
    drawn = MathTypst(
        formula.marked or formula.typst, font_size=Size.DISPLAY.value, color=style.theme.ink
    )
    drawn.parts_named = frozenset(formula.parts)
    drawn.set_fill(style.theme.ink, 1)
    for name, role in _ROLES.items():
        if name in drawn.parts_named:
            drawn.select(name).set_color(style.colour(role))
    return drawn


def part(drawn: MathTypst, name: str) -> VGroup:
    """A part of the formula; empty where the formula has no such part (a scale)."""
    return drawn.select(name) if name in drawn.parts_named else VGroup()

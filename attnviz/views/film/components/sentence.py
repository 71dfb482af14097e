"""The tokens of a text in reading order: each on a tile of its own, in a few lines."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from manim import VGroup

from attnviz.theme import Role, readable_on, shade
from attnviz.views.film.components.cells import BORDER, Tile
from attnviz.views.film.components.text import Line, label, width_of
from attnviz.views.film.style import Size, Style

MOST_LINES = 4
_GAP, _PAD = 0.05, 0.06
"""Between two tiles, and between a token and the sides of its tile."""
_HIGH, _PITCH, _FOOT = 1.5, 1.72, 0.36
"""Heights of a tile and of a line, and from the middle of a tile down to the baseline, in em."""
_MORE = "…"


class Sentence(VGroup):
    """`parts`, the tiles in order, flush left in at most `MOST_LINES` lines, in the largest type in which all fit.

    Where they do not fit, the last part is a … for all that follow.
    """

    def __init__(self, tokens: Sequence[str], style: Style, width: float) -> None:
        super().__init__()
        self.style = style
        self.size = next(
            (s for s in (Size.BODY, Size.SMALL) if len(_lines(tokens, s, width)) <= MOST_LINES),
            Size.SMALL,
        )
        lines = _lines(tokens, self.size, width)
        if len(lines) > MOST_LINES:
            lines = _cut(lines[:MOST_LINES], self.size, width)
        for i, line in enumerate(lines):
            x, y = 0.0, -i * _PITCH * self.size.em
            for token in line:
                self.add(self._token(token, x, y))
                x += _wide(token, self.size) + _GAP
        if sum(map(len, lines)) < len(tokens):
            self.add(self._text(_MORE, style.theme.dim, x + _wide(_MORE, self.size) / 2, y))

    @property
    def parts(self) -> list[VGroup]:
        return list(self.submobjects)

    def _token(self, token: str, left: float, y: float) -> VGroup:
        wide, theme = _wide(token, self.size), self.style.theme
        fill = shade(0.0, Role.INPUT, theme)
        tile = Tile(wide, _HIGH * self.size.em, 1.0, self.style.colour(Role.INPUT))
        tile.set_stroke(opacity=BORDER).set_fill(fill, 1)
        middle = left + wide / 2
        tile.move_to(np.array([middle, y, 0.0]))
        return VGroup(tile, self._text(token, readable_on(fill, theme), middle, y))

    def _text(self, text: str, colour: str, x: float, y: float) -> Line:
        return label(text, colour, self.size).set_x(x).on_baseline(y - _FOOT * self.size.em)


def _wide(token: str, size: Size) -> float:
    """Width of the tile of a token."""
    return width_of(token, size) + 2 * _PAD


def _lines(tokens: Sequence[str], size: Size, width: float) -> list[list[str]]:
    """The tokens in lines, as many in each as fit."""
    lines: list[list[str]] = [[]]
    taken = 0.0
    for token in tokens:
        wide = _wide(token, size)
        if lines[-1] and taken + wide > width:
            lines.append([])
            taken = 0.0
        lines[-1].append(token)
        taken += wide + _GAP
    return lines


def _cut(lines: list[list[str]], size: Size, width: float) -> list[list[str]]:
    """The lines with so much less in the last that a … fits after it."""
    *whole, last = lines
    while len(last) > 1 and sum(_wide(each, size) + _GAP for each in (*last, _MORE)) > width:
        last = last[:-1]
    return [*whole, last]

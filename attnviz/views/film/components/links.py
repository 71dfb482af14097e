"""Tokens in a row, and arcs over them: weights from queries to keys."""

from __future__ import annotations

import numpy as np
from manim import UP, Circle, CubicBezier, VGroup, VMobject

from attnviz.story.exhibits import Link, Links
from attnviz.theme import Role
from attnviz.typeset.fonts import Points, Weight
from attnviz.views.film.components.text import Line, cut_to_width, label, width_of
from attnviz.views.film.style import Box, Size, Style

_THINNEST, _THICKEST = 0.8, 9.0
"""Strokes of the weights 0 and 1."""
_FAINTEST = 0.25
_NAME, _NUMBER = 0.5, 0.92
"""Baselines of the tokens and of the weights, under the feet of the arcs."""
_PARTS = 7
_LOOP = 0.2
_SIZE = Size.SMALL
_LEAST_GAP, _LEAST_BLANK, _WIDEST_GAP = 0.08, 0.16, 0.7
"""Between two names: at the least that between two words, and twice that where names are of several words."""
_DOTS = "…"
_SLACK = 0.02


class LinksView(VGroup):
    """`names`, one a token, `numbers` under them, and arcs by `arc`; in the middle of a box.

    Where tokens are left out, `names` have a … in their place.
    """

    def __init__(self, links: Links, style: Style, box: Box) -> None:
        super().__init__()
        self.links, self.style = links, style
        self._places, dots = _places(links, box)
        self._height = box.height - _NUMBER - 0.45
        self._foot = box.bottom + _NUMBER + 0.15
        names = [self._name(i, each) for i, each in enumerate(links.tokens)]
        names += [self._dots(x) for x in dots]
        self.names = VGroup(*sorted(names, key=lambda each: float(each.get_x())))
        self.numbers = VGroup(*[self._number(i, each) for i, each in enumerate(links.texts)])
        self.add(self.names, self.numbers)

    def arc(self, link: Link, *, spoken_of: bool = True) -> VMobject:
        """From the query to the key, the higher the farther; a loop for what a token gives to itself."""
        start, end = self._at(link.query), self._at(link.key)
        if link.query == link.key:
            arc: VMobject = Circle(radius=_LOOP).move_to(start + (_LOOP + 0.02) * UP)
        else:
            whole = self._places[-1][0] - self._places[0][0]
            share = abs(float(start[0] - end[0])) / whole
            # a cubic rises to three quarters of its handles
            up = (0.25 + 0.75 * share) * self._height / 0.75 * UP
            arc = CubicBezier(start, start + up, end + up, end)
            arc.insert_n_curves(_PARTS)  # so that its handles lie where it does
        width = _THINNEST + (_THICKEST - _THINNEST) * link.weight
        colour = self.style.colour(Role.WEIGHT if spoken_of else Role.SCORE)
        opacity = _FAINTEST + (1 - _FAINTEST) * link.weight
        return arc.set_fill(opacity=0).set_stroke(colour, width, opacity=opacity)

    def _at(self, i: int) -> Points:
        return np.array([self._places[i][0], self._foot, 0.0])

    def _name(self, i: int, token: str) -> Line:
        is_query = i == self.links.query
        colour = self.style.colour(Role.QUERY if is_query else Role.KEY)
        text = cut_to_width(token, self._places[i][1], _SIZE)
        name = label(text, colour, _SIZE, _weight(self.links, i))
        return name.set_x(float(self._at(i)[0])).on_baseline(self._baseline(_NAME))

    def _dots(self, x: float) -> Line:
        return label(_DOTS, self.style.theme.dim, _SIZE).set_x(x).on_baseline(self._baseline(_NAME))

    def _baseline(self, under: float) -> float:
        return self._foot - under + 0.12

    def _number(self, i: int, text: str) -> Line:
        number = label(text, self.style.colour(Role.WEIGHT), Size.SMALL)
        return number.set_x(float(self._at(i)[0])).on_baseline(self._baseline(_NUMBER))


def _weight(links: Links, i: int) -> Weight:
    return Weight.BOLD if i == links.query else Weight.MEDIUM


def _places(links: Links, box: Box) -> tuple[list[tuple[float, float]], list[float]]:
    """The x of each token with the width of its name, all whole if they fit, else the longest cut.

    Then the x of each ….
    """
    numbers = [width_of(each, _SIZE) for each in links.texts]
    names = [
        width_of(each, _SIZE, _weight(links, i)) + _SLACK for i, each in enumerate(links.tokens)
    ]
    dots = width_of(_DOTS, _SIZE)
    count = len(names) + len(links.gaps)
    least = _LEAST_BLANK if any(" " in each for each in links.tokens) else _LEAST_GAP
    room = box.width - least * (count - 1) - dots * len(links.gaps)
    most = max(names)
    while sum(map(max, numbers, [min(each, most) for each in names])) > room and most > _SLACK:
        most -= _SLACK
    wide = [max(number, min(name, most)) for number, name in zip(numbers, names, strict=True)]
    taken = sum(wide) + dots * len(links.gaps)
    gap = min((box.width - taken) / max(count - 1, 1), _WIDEST_GAP)
    x = box.middle[0] - (taken + gap * (count - 1)) / 2
    places, between = [], []
    for i, each in enumerate([*wide, 0.0]):
        if i in links.gaps:
            between.append(x + dots / 2)
            x += dots + gap
        if i < len(wide):
            places.append((x + each / 2, each))
            x += each + gap
    return places, between

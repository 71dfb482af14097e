"""One head as a picture: its weights as a map with tokens beside and above it, and as arcs from queries to keys."""

from __future__ import annotations

from collections.abc import Iterator

from attnviz.story.i18n import words
from attnviz.survey.head_detail import HeadDetail, Row
from attnviz.survey.head_detail_text import (
    arcs_text,
    measures_text,
    notes,
    pair_text,
    reading,
    row_arcs_text,
    row_link_texts,
    row_text,
    title_of,
    written,
)
from attnviz.theme import Role, Theme, readable_on
from attnviz.views.picture.arcs import ASIDE, FOLLOWED, Arc, arcs
from attnviz.views.picture.drawing import (
    Box,
    Drawing,
    Shading,
    Shape,
    Words,
    centred,
    shaded,
)
from attnviz.views.picture.head_layout import PAD, Plan
from attnviz.views.picture.maps import LINE, MARGIN, TITLE, noted, scale, titled

BLOCKS = 160
"""Rows and columns of the map, at most."""
NUMBERED = 16
"""As many tokens have their weights written in the cells."""
_NUMBER = 12
_FRAME = 1.5


def head_drawing(close: HeadDetail, theme: Theme, language: str) -> Drawing:
    """The picture of one head: the map, the arcs beside it, and what must be said of them below."""
    plan, title = Plan(close, _headings(language)), title_of(close, language)
    above = titled(title, plan.width, theme)
    top = MARGIN + len(above) * (TITLE + 4) + LINE + plan.above
    foot = top + plan.side + LINE
    below = noted(_notes(close, language), foot + 2 * LINE, plan.width, theme)
    shapes = (
        *above,
        *_map(plan, top, theme),
        *_arcs(plan, top, theme),
        *scale(plan.map_left, foot, written(close.largest), theme, language),
        *below,
    )
    height = foot + (2 + len(below)) * LINE + MARGIN
    return Drawing(plan.width, round(height), theme.background, title, shapes)


def _map(plan: Plan, top: float, theme: Theme) -> Iterator[Shape]:
    """The weights, shaded up to the largest, with their names; the row of the query that is followed is framed."""
    close, left, size = plan.close, plan.map_left, plan.label
    largest = close.largest or 1.0
    shading = shaded(
        *(close.head.map.peaks / largest, left, top, plan.side, plan.side, theme, close.head.name)
    )
    yield shading
    if close.n <= NUMBERED:
        yield from _numbers(plan, shading, theme)
    for each in plan.marks:
        y = centred(top + each.at, size)
        yield Words(left - PAD, y, each.text, theme.ink, size, "end")
        if plan.is_upright:
            x = centred(left + each.at, size)
            yield Words(x, top - PAD, each.text, theme.ink, size, upright=True)
        else:
            yield Words(left + each.at, top - PAD, each.text, theme.ink, size, "middle")
    (queries, keys), heading = plan.headings, top - plan.above + LINE / 2
    yield Words(left - PAD, heading, queries, theme.roles[Role.QUERY], anchor="end")
    yield Words(left, heading, keys, theme.roles[Role.KEY])
    if close.row is not None:
        row = plan.side / close.n
        y = top + close.row.queries[0] * row
        yield Box(left, y, plan.side, close.row.pieces * row, theme.roles[Role.QUERY], _FRAME)


def _numbers(plan: Plan, shading: Shading, theme: Theme) -> Iterator[Words]:
    """Every weight in its cell."""
    cell = plan.pitch
    for (row, column), level in zip(_places(plan.close.n), shading.levels.flat, strict=True):
        colour = readable_on(shading.colours[level], theme)
        x, y = shading.x + (column + 0.5) * cell, shading.y + (row + 0.5) * cell
        weight = plan.close.head.map.peaks[row, column]
        yield Words(x, centred(y, _NUMBER), written(weight), colour, _NUMBER, "middle")


def _places(n: int) -> Iterator[tuple[int, int]]:
    return ((row, column) for row in range(n) for column in range(n))


def _arcs(plan: Plan, top: float, theme: Theme) -> Iterator[Shape]:
    """Arcs, the strongest above the others; names beside them, and weights where a query is followed."""
    field, size, row = plan.field, plan.label, plan.close.row
    colour = theme.roles[Role.WEIGHT]
    if row is None:
        yield from arcs(_all(plan, top), field, colour)
    else:
        yield from arcs(_all(plan, top), field, colour, ASIDE)
        yield from arcs(_followed(plan, top), field, theme.roles[Role.QUERY], FOLLOWED)
    if row is not None and row.pieces > 1:
        yield _bracket(plan, row, top, theme)
    for each in plan.query_marks:
        strong = row is not None and each.at == plan.middle(row.queries)
        shade = theme.roles[Role.QUERY] if strong else theme.ink
        y = centred(top + each.at, size)
        yield Words(field.left - PAD, y, each.text, shade, size, "end")
    for each in plan.key_marks:
        y = centred(top + each.at, size)
        shade = theme.roles[Role.KEY] if each.number else theme.ink
        yield Words(field.right + PAD, y, each.text, shade, size)
        if each.number:
            yield Words(plan.numbers, y, each.number, theme.roles[Role.WEIGHT], size)
    (queries, keys), heading = plan.headings, top - 2 * PAD
    yield Words(field.left - PAD, heading, queries, theme.roles[Role.QUERY], anchor="end")
    yield Words(field.right + PAD, heading, keys, theme.roles[Role.KEY])


def _bracket(plan: Plan, row: Row, top: float, theme: Theme) -> Box:
    """What joins the pieces of the word that is followed."""
    begin, end = row.queries
    above, height = plan.height(begin), plan.height(end - 1) - plan.height(begin)
    return Box(plan.field.left - PAD / 2, top + above, _FRAME, height, theme.roles[Role.QUERY])


def _all(plan: Plan, top: float) -> Iterator[Arc]:
    """The arcs of the map; those of the query that is followed are drawn by themselves."""
    parts, row = plan.close.head.map, plan.close.row
    for each in plan.close.arcs:
        queries, keys = parts.rows[each.query], parts.columns[each.key]
        if row is not None and row.queries[0] <= queries[0] and queries[1] <= row.queries[1]:
            continue
        ends = [plan.name(block) for block in (queries, keys)]
        title = f"{ends[0]} → {ends[1]} {written(each.weight)}"
        yield Arc(top + plan.middle(queries), top + plan.middle(keys), each.weight, title)


def _followed(plan: Plan, top: float) -> Iterator[Arc]:
    """The arcs of the query that is followed."""
    row = plan.close.row
    if row is None:
        return
    links = tuple(reversed(row.links))
    for link, told in zip(links, row_link_texts(row, links, plan.close), strict=True):
        heights = (top + plan.middle(row.queries), top + plan.height(link.key))
        yield Arc(*heights, link.weight, f"{told.ends} {told.weight}")


def _headings(language: str) -> tuple[str, str]:
    said = words(language)
    return said.say("matrix", "query"), said.say("matrix", "key")


def _notes(close: HeadDetail, language: str) -> Iterator[str]:
    """What the map is, what the arcs leave out, the query that is followed, what is measured, and of which weights."""
    yield reading(close, language, close.n <= NUMBERED)
    yield arcs_text(close, language)
    if pair := pair_text(close):
        yield f"{pair.ends}: {pair.weight}"
    if close.row is not None:
        yield row_text(close.row, close, language)
        yield row_arcs_text(language)
    if told := measures_text(close, language):
        yield told
    yield from notes(close, language)

"""One head as a picture: its weights as a map with tokens beside and above it, and as arcs from queries to keys."""

from __future__ import annotations

from collections.abc import Iterator

from attnviz.story.i18n import words
from attnviz.survey.head_detail import HeadDetail, QueryWeights
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
    Drawing,
    Rectangle,
    Shading,
    Shape,
    TextLine,
    centred,
    shaded,
)
from attnviz.views.picture.head_layout import PAD, HeadLayout
from attnviz.views.picture.maps import LINE, MARGIN, TITLE, noted, scale, titled

BLOCKS = 160
"""Rows and columns of the map, at most."""
NUMBERED = 16
"""The most tokens whose weights are written in the cells."""
_NUMBER = 12
_FRAME = 1.5


def head_drawing(close: HeadDetail, theme: Theme, language: str) -> Drawing:
    """The picture of one head: the map, the arcs beside it, and the notes below."""
    layout, title = HeadLayout(close, _headings(language)), title_of(close, language)
    above = titled(title, layout.width, theme)
    top = MARGIN + len(above) * (TITLE + 4) + LINE + layout.above
    foot = top + layout.side + LINE
    below = noted(_notes(close, language), foot + 2 * LINE, layout.width, theme)
    shapes = (
        *above,
        *_map(layout, top, theme),
        *_arcs(layout, top, theme),
        *scale(layout.map_left, foot, written(close.largest), theme, language),
        *below,
    )
    height = foot + (2 + len(below)) * LINE + MARGIN
    return Drawing(layout.width, round(height), theme.background, title, shapes)


def _map(layout: HeadLayout, top: float, theme: Theme) -> Iterator[Shape]:
    """The weights, shaded up to the largest, with their names; the row of the query that is followed is framed."""
    close, left, size = layout.close, layout.map_left, layout.label
    largest = close.largest or 1.0
    shading = shaded(
        *(
            close.head.map.peaks / largest,
            left,
            top,
            layout.side,
            layout.side,
            theme,
            close.head.name,
        )
    )
    yield shading
    if close.n <= NUMBERED:
        yield from _numbers(layout, shading, theme)
    for each in layout.marks:
        y = centred(top + each.at, size)
        yield TextLine(left - PAD, y, each.text, theme.ink, size, "end")
        if layout.is_upright:
            x = centred(left + each.at, size)
            yield TextLine(x, top - PAD, each.text, theme.ink, size, upright=True)
        else:
            yield TextLine(left + each.at, top - PAD, each.text, theme.ink, size, "middle")
    (queries, keys), heading = layout.headings, top - layout.above + LINE / 2
    yield TextLine(left - PAD, heading, queries, theme.roles[Role.QUERY], anchor="end")
    yield TextLine(left, heading, keys, theme.roles[Role.KEY])
    if close.row is not None:
        row = layout.side / close.n
        y = top + close.row.queries[0] * row
        yield Rectangle(
            left, y, layout.side, close.row.pieces * row, theme.roles[Role.QUERY], _FRAME
        )


def _numbers(layout: HeadLayout, shading: Shading, theme: Theme) -> Iterator[TextLine]:
    """Every weight in its cell."""
    cell = layout.pitch
    for (row, column), level in zip(_places(layout.close.n), shading.levels.flat, strict=True):
        colour = readable_on(shading.colours[level], theme)
        x, y = shading.x + (column + 0.5) * cell, shading.y + (row + 0.5) * cell
        weight = layout.close.head.map.peaks[row, column]
        yield TextLine(x, centred(y, _NUMBER), written(weight), colour, _NUMBER, "middle")


def _places(n: int) -> Iterator[tuple[int, int]]:
    return ((row, column) for row in range(n) for column in range(n))


def _arcs(layout: HeadLayout, top: float, theme: Theme) -> Iterator[Shape]:
    """Arcs, the strongest above the others; names beside them, and weights where a query is followed."""
    field, size, row = layout.field, layout.label, layout.close.row
    colour = theme.roles[Role.WEIGHT]
    if row is None:
        yield from arcs(_all(layout, top), field, colour)
    else:
        yield from arcs(_all(layout, top), field, colour, ASIDE)
        yield from arcs(_followed(layout, top), field, theme.roles[Role.QUERY], FOLLOWED)
    if row is not None and row.pieces > 1:
        yield _bracket(layout, row, top, theme)
    for each in layout.query_marks:
        strong = row is not None and each.at == layout.middle(row.queries)
        shade = theme.roles[Role.QUERY] if strong else theme.ink
        y = centred(top + each.at, size)
        yield TextLine(field.left - PAD, y, each.text, shade, size, "end")
    for each in layout.key_marks:
        y = centred(top + each.at, size)
        shade = theme.roles[Role.KEY] if each.number else theme.ink
        yield TextLine(field.right + PAD, y, each.text, shade, size)
        if each.number:
            yield TextLine(layout.numbers, y, each.number, theme.roles[Role.WEIGHT], size)
    (queries, keys), heading = layout.headings, top - 2 * PAD
    yield TextLine(field.left - PAD, heading, queries, theme.roles[Role.QUERY], anchor="end")
    yield TextLine(field.right + PAD, heading, keys, theme.roles[Role.KEY])


def _bracket(layout: HeadLayout, row: QueryWeights, top: float, theme: Theme) -> Rectangle:
    """The line that joins the pieces of the word that is followed."""
    begin, end = row.queries
    above, height = layout.height(begin), layout.height(end - 1) - layout.height(begin)
    return Rectangle(
        layout.field.left - PAD / 2, top + above, _FRAME, height, theme.roles[Role.QUERY]
    )


def _all(layout: HeadLayout, top: float) -> Iterator[Arc]:
    """The arcs of the map; those of the query that is followed are drawn by themselves."""
    parts, row = layout.close.head.map, layout.close.row
    for each in layout.close.arcs:
        queries, keys = parts.rows[each.query], parts.columns[each.key]
        if row is not None and row.queries[0] <= queries[0] and queries[1] <= row.queries[1]:
            continue
        ends = [layout.name(block) for block in (queries, keys)]
        title = f"{ends[0]} → {ends[1]} {written(each.weight)}"
        yield Arc(top + layout.middle(queries), top + layout.middle(keys), each.weight, title)


def _followed(layout: HeadLayout, top: float) -> Iterator[Arc]:
    """The arcs of the query that is followed."""
    row = layout.close.row
    if row is None:
        return
    links = tuple(reversed(row.links))
    for link, texts in zip(links, row_link_texts(row, links, layout.close), strict=True):
        heights = (top + layout.middle(row.queries), top + layout.height(link.key))
        yield Arc(*heights, link.weight, f"{texts.ends} {texts.weight}")


def _headings(language: str) -> tuple[str, str]:
    said = words(language)
    return said.phrase("matrix", "query"), said.phrase("matrix", "key")


def _notes(close: HeadDetail, language: str) -> Iterator[str]:
    """The notes: how to read the map, the arcs left out, the query that is followed, measures and their weights."""
    yield reading(close, language, close.n <= NUMBERED)
    yield arcs_text(close, language)
    if pair := pair_text(close):
        yield f"{pair.ends}: {pair.weight}"
    if close.row is not None:
        yield row_text(close.row, close, language)
        yield row_arcs_text(language)
    if measures := measures_text(close, language):
        yield measures
    yield from notes(close, language)

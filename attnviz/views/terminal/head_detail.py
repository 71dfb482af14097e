"""One head of a model as lines: its weights with tokens beside them, as large as the page allows, and its links."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from attnviz.story.i18n import words
from attnviz.story.labels import shown_token
from attnviz.survey.head_detail import HeadDetail
from attnviz.survey.head_detail_text import (
    LinkText,
    link_text,
    measures_text,
    notes,
    pair_text,
    query_text,
    reading,
    rest_text,
    row_link_texts,
    title_of,
    written,
)
from attnviz.theme import Role
from attnviz.typeset.text_width import columns_of, cut_to_columns
from attnviz.views.terminal.colour import Palette
from attnviz.views.terminal.layout import in_columns
from attnviz.views.terminal.lines import filled, styled
from attnviz.views.terminal.page_context import MARGIN
from attnviz.views.terminal.picture import ShadedPicture
from attnviz.views.terminal.wrapping import wrapped_prose

_CELL = 5
"""Columns of a weight as a number, with the blank before it."""
_MOST_ZOOM, _MOST_NAMED = 4, 32
"""Columns of a weight as a shade, and rows that are named each, at most."""
_MOST_ROWS = 40
"""Blocks of a map a side where each row takes a line of its own."""
_NAMES = 12 + 1 + 4 + 1
"""Columns of the longest token and a position before it, with their blanks."""
_TO, _WEIGHT = " → ", 6
"""The arrow between the ends of a link, and columns of a weight with the blanks before it."""
_MOST_PROSE = 92


def blocks_in(width: int, palette: Palette) -> int:
    """The number of blocks a side of a map that fits a page of `width` columns."""
    room = width - 2 * MARGIN - _NAMES
    return room if palette.shades else min(room, _MOST_ROWS)


def close_up_lines(close: HeadDetail, palette: Palette, width: int, language: str) -> list[Text]:
    """The head on a page of `width` columns; its map has at most `blocks_in` the page."""
    inner = width - 2 * MARGIN
    lines = wrapped_prose(styled(title_of(close, language), palette.text(None, bold=True)), inner)
    lines += [Text(), *_map(close, palette, inner), Text()]
    lines += _prose(reading(close, language, _is_numbered(close, inner)), palette, inner)
    lines += [Text(), *_links(close, palette, inner, language)]
    said = (measures_text(close, language), *notes(close, language))
    for each in filter(None, said):
        lines += _prose(each, palette, inner)
    return [Text(" " * MARGIN) + line if line.plain else line for line in lines]


def _map(close: HeadDetail, palette: Palette, inner: int) -> list[Text]:
    """Numbers where they fit, else a line each row where these are few, else two rows a line with the ends named."""
    if _is_numbered(close, inner):
        return _named(close, palette, _numbers(close, palette), _CELL)
    picture = ShadedPicture(Role.WEIGHT, close.head.map.peaks, palette)
    legend = [Text(), _legend(close, picture, palette)]
    zoom = min((inner - _NAMES) // close.blocks, _MOST_ZOOM)
    if close.is_pooled or close.n > _MOST_NAMED or zoom < 1:
        return [*_between_ends(close, picture, palette), *legend]
    rows = ShadedPicture(Role.WEIGHT, close.head.map.peaks, palette, zoom).rows()
    return [*_named(close, palette, rows, zoom), *legend]


def _named(close: HeadDetail, palette: Palette, rows: Sequence[Text], column: int) -> list[Text]:
    """Rows with their positions and tokens before them, and the positions of columns of that width above."""
    names, last = _names(close, palette), str(close.n)
    margin = max(columns_of(name.plain) for name in names) + 1
    if column > len(last):
        above = "".join(f"{i + 1:>{column}}" for i in range(close.n))
    else:
        above = _ends(close.n, close.n * column)
    lines = [Text(" " * margin) + styled(above, palette.text(Role.KEY))]
    for name, row in zip(names, rows, strict=True):
        lines.append(name + Text(" " * (margin - columns_of(name.plain))) + row)
    return lines


def _ends(n: int, width: int) -> str:
    """The first position and the last, at the edges of a picture of that width."""
    return "1" if n == 1 else f"1{n:>{max(width - 1, len(str(n)) + 1)}}"


def _is_numbered(close: HeadDetail, inner: int) -> bool:
    return not close.is_pooled and close.n * _CELL <= inner - _NAMES


def _numbers(close: HeadDetail, palette: Palette) -> list[Text]:
    """Each row of weights, every number on its shade."""
    largest = close.largest or 1.0
    lines = []
    for row in close.head.map.peaks.tolist():
        line = Text()
        for weight in row:
            text = f"{written(weight):>{_CELL}}"
            line.append(text, palette.cell(Role.WEIGHT, weight / largest))
        lines.append(line)
    return lines


def _names(close: HeadDetail, palette: Palette) -> list[Text]:
    """The position and the token of each row, in bold for the query that is followed."""
    digits = len(str(close.n))
    followed = () if close.row is None else range(*close.row.queries)
    return [
        Text.assemble(
            (f"{i + 1:>{digits}} ", palette.text(Role.QUERY)),
            (shown_token(token), palette.text(Role.QUERY, bold=True))
            if i in followed
            else shown_token(token),
        )
        for i, token in enumerate(close.survey.tokens)
    ]


def _between_ends(close: HeadDetail, picture: ShadedPicture, palette: Palette) -> list[Text]:
    """The picture with its first and last position at its edges."""
    drawn, last = picture.lines(), str(close.n)
    margin = len(last) + 1
    style = palette.text(Role.QUERY)
    ends = {0: "1", len(drawn) - 1: last}
    lines = [styled(filled(ends.get(i, ""), margin), style) + line for i, line in enumerate(drawn)]
    above = styled(_ends(close.n, picture.width), palette.text(Role.KEY))
    return [Text(" " * margin) + above, *lines]


def _legend(close: HeadDetail, picture: ShadedPicture, palette: Palette) -> Text:
    bar = styled(f"{written(picture.low)} ", palette.dim).append_text(picture.scale())
    return bar.append(f" {written(close.largest)}", palette.dim)


def _links(close: HeadDetail, palette: Palette, inner: int, language: str) -> list[Text]:
    """The chosen pair, the links of the query that is followed, and the strongest links of all."""
    phrase = words(language).phrase
    lines: list[Text] = []
    if pair := pair_text(close):
        lines += [*_listed([pair], palette, inner), Text()]
    if close.row is not None:
        query = query_text(close.row, close)
        lines += _prose(phrase("heads", "from", query=query), palette, inner)
        lines += _listed(row_link_texts(close.row, close.row.named, close), palette, inner)
        lines += [*_prose(rest_text(close.row, language), palette, inner), Text()]
    if close.strongest:
        lines += _prose(phrase("heads", "strongest"), palette, inner)
        lines += [
            *_listed([link_text(each, close) for each in close.strongest], palette, inner),
            Text(),
        ]
    return lines


def _listed(links: Sequence[LinkText], palette: Palette, inner: int) -> list[Text]:
    """A link a line, weights below each other; in columns where there is room."""
    room = (inner - _WEIGHT - len(_TO)) // 2
    ends = [
        f"{cut_to_columns(each.query, room)}{_TO}{cut_to_columns(each.key, room)}" for each in links
    ]
    wide = max(map(columns_of, ends), default=0)
    lines = [
        Text.assemble(filled(pair, wide), "  ", (each.weight, palette.text(Role.WEIGHT)))
        for pair, each in zip(ends, links, strict=True)
    ]
    return in_columns(lines, inner)


def _prose(text: str, palette: Palette, width: int) -> list[Text]:
    return wrapped_prose(styled(text, palette.dim), min(width, _MOST_PROSE)) if text else []

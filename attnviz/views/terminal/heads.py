"""All heads of a model as lines: a small map each, then the foremost by each measure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.text import Text

from attnviz.story.i18n import words
from attnviz.story.labels import shown_token
from attnviz.survey.heads import BLOCKS, MEASURES, MeasuredHead, Survey
from attnviz.theme import Role
from attnviz.typeset.text_width import columns_of
from attnviz.views.terminal.colour import Palette
from attnviz.views.terminal.layout import GAP, beside, width_of
from attnviz.views.terminal.lines import filled, styled
from attnviz.views.terminal.page_context import MARGIN
from attnviz.views.terminal.picture import ShadedPicture
from attnviz.views.terminal.wrapping import wrapped_prose

_MOST_BLOCKS = 24
"""Blocks along a side of a map: more would push the measures out of sight."""
_WHAT = 22
"""Columns of what is measured."""
_MOST_PROSE = 92


def blocks_in(width: int, heads: int) -> int:
    """The number of blocks along a side of a map on a page of `width` columns: as many as leave no more rows of maps
    than the smallest maps need.

    >>> [blocks_in(width, 12) for width in (40, 80, 120)]
    [10, 10, 16]
    """
    inner = width - 2 * MARGIN
    columns = _columns(heads, BLOCKS, inner)
    return min(max((inner + GAP) // columns - GAP, BLOCKS), _MOST_BLOCKS)


def survey_lines(
    survey: Survey, palette: Palette, width: int, language: str, top: int
) -> list[Text]:
    """The survey on a page of `width` columns, with the `top` foremost heads of each measure."""
    phrase, inner = words(language).phrase, width - 2 * MARGIN
    title = styled(survey.title(language), palette.text(None, bold=True))
    lines = [*wrapped_prose(title, inner), Text()]
    for layer in survey.layers:
        maps = [_map(each, palette) for each in layer]
        for row in _evenly(maps, inner):
            lines += [*beside(row), Text()]
    sentences = (phrase("heads", "maps"), phrase("heads", "own_shades"))
    lines += _prose(phrase("terminal", "between_sentences").join(sentences), palette, inner)
    lines.append(Text())
    for measured in _measured(survey, language, top):
        lines += _ranked(*measured, palette, inner, phrase("heads", "nowhere"))
    lines.append(Text())
    for note in survey.note_texts(language):
        lines += _prose(note, palette, inner)
    return [Text(" " * MARGIN) + line if line.plain else line for line in lines]


def _evenly(maps: Sequence[list[Text]], width: int) -> Iterator[Sequence[list[Text]]]:
    """The maps in rows of nearly equal length, as few rows as fit."""
    each = _columns(len(maps), max(map(width_of, maps)), width)
    for first in range(0, len(maps), each):
        yield maps[first : first + each]


def _columns(maps: int, side: int, width: int) -> int:
    """The number of maps in a row, of `maps` maps with that side."""
    fit = max((width + GAP) // (side + GAP), 1)
    rows = -(-maps // fit)
    return -(-maps // rows)


def _map(head: MeasuredHead, palette: Palette) -> list[Text]:
    picture = ShadedPicture(Role.WEIGHT, head.map.peaks, palette)
    name = styled(filled(head.name, picture.width), palette.dim)
    return [name, *picture.lines()]


def _measured(
    survey: Survey, language: str, top: int
) -> Iterator[tuple[str, Sequence[tuple[MeasuredHead, float]]]]:
    """Each measure with its foremost heads; the weight of the chosen pair comes first."""
    phrase = words(language).phrase
    if survey.pair is not None:
        query, key = map(shown_token, survey.pair.names)
        found = survey.foremost("between", top)
        yield phrase("heads", "pair", query=query, key=key), found if found[0][1] else ()
    for measure in (*MEASURES, "induction"):
        found = survey.foremost(measure, top)
        if found and found[0][1]:  # else a mask hides it from all
            yield phrase("heads", measure), found
    if focused := survey.focused(top):
        yield phrase("heads", "entropy"), focused


def _ranked(
    what: str,
    found: Sequence[tuple[MeasuredHead, float]],
    palette: Palette,
    width: int,
    nowhere: str,
) -> list[Text]:
    """A line, or several where the heads do not fit beside what is measured, or that is too long for its column."""
    ranked = [
        Text.assemble(each.name, " ", (f"{value:.2f}", palette.text(Role.WEIGHT)))
        for each, value in found
    ]
    if not ranked:
        return wrapped_prose(Text(f"{filled(what, _WHAT)}  {nowhere}"), width)
    lines: list[Text] = []
    line = styled(filled(what, _WHAT), palette.dim)
    if columns_of(line.plain) > _WHAT:
        lines = wrapped_prose(line, width)
        line = Text(" " * _WHAT)
    for each in ranked:
        if columns_of(line.plain) + columns_of(each.plain) + 2 > width:
            lines.append(line)
            line = Text(" " * _WHAT)
        line = line + Text("  ") + each
    return [*lines, line]


def _prose(text: str, palette: Palette, width: int) -> list[Text]:
    return wrapped_prose(styled(text, palette.dim), min(width, _MOST_PROSE))

"""All heads of a model as lines: a small map each, then the foremost by each measure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.text import Text

from attnviz.story.i18n import words
from attnviz.story.labels import shown_token
from attnviz.survey.heads import BLOCKS, MEASURES, MeasuredHead, Survey
from attnviz.theme import Role
from attnviz.views.terminal.colour import Palette
from attnviz.views.terminal.layout import GAP, beside, width_of
from attnviz.views.terminal.lines import filled, styled
from attnviz.views.terminal.page_context import MARGIN
from attnviz.views.terminal.picture import ShadedPicture
from attnviz.views.terminal.wrapping import wrapped_prose

_MOST_BLOCKS = 24
"""Of a map a side: more would push the measures out of sight."""
_WHAT = 22
"""Columns of what is measured."""
_MOST_PROSE = 92


def blocks_in(width: int, heads: int) -> int:
    """As many blocks a side of a map as a page of `width` columns has room for, in no more rows of maps than the
    smallest need.

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
    say, inner = words(language).say, width - 2 * MARGIN
    title = styled(survey.title(language), palette.text(None, bold=True))
    lines = [*wrapped_prose(title, inner), Text()]
    for layer in survey.layers:
        maps = [_map(each, palette) for each in layer]
        for row in _evenly(maps, inner):
            lines += [*beside(row), Text()]
    told = (say("heads", "maps"), say("heads", "own_shades"))
    lines += _prose(say("terminal", "between_sentences").join(told), palette, inner)
    lines.append(Text())
    for measured in _measured(survey, language, top):
        lines += _ranked(*measured, palette, inner, say("heads", "nowhere"))
    lines.append(Text())
    for note in survey.notes():
        lines += _prose(say("heads", note, **survey.facts), palette, inner)
    return [Text(" " * MARGIN) + line if line.plain else line for line in lines]


def _evenly(maps: Sequence[list[Text]], width: int) -> Iterator[Sequence[list[Text]]]:
    """As many in each row as fit, but no row with one or two that are left over."""
    each = _columns(len(maps), max(map(width_of, maps)), width)
    for first in range(0, len(maps), each):
        yield maps[first : first + each]


def _columns(maps: int, side: int, width: int) -> int:
    """How many of so many maps stand in a row."""
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
    """What is measured, and the foremost heads; the pair that is asked for comes first."""
    say = words(language).say
    if survey.pair is not None:
        query, key = map(shown_token, survey.pair.names)
        found = survey.foremost("between", top)
        yield say("heads", "pair", query=query, key=key), found if found[0][1] else ()
    for measure in (*MEASURES, "induction"):
        found = survey.foremost(measure, top)
        if found and found[0][1]:  # else a mask hides it from all
            yield say("heads", measure), found
    if focused := survey.focused(top):
        yield say("heads", "entropy"), focused


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
    if line.cell_len > _WHAT:
        lines = wrapped_prose(line, width)
        line = Text(" " * _WHAT)
    for each in ranked:
        if line.cell_len + each.cell_len + 2 > width:
            lines.append(line)
            line = Text(" " * _WHAT)
        line = line + Text("  ") + each
    return [*lines, line]


def _prose(text: str, palette: Palette, width: int) -> list[Text]:
    return wrapped_prose(styled(text, palette.dim), min(width, _MOST_PROSE))

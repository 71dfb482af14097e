"""All heads of a model as one picture in SVG: a map each, layers from top to bottom, heads from left to right."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from textwrap import wrap
from xml.sax.saxutils import escape

import numpy as np

from attnviz.core.arrays import FloatArray
from attnviz.lessons.heads import MeasuredHead, Survey
from attnviz.lessons.labels import shown_token
from attnviz.lessons.words import words
from attnviz.theme import Role, Theme, blend, fill_share

_MAP, _GAP, _MARGIN, _NAMES = 84, 12, 24, 40
"""Sides of a map, and what is between them, around them and left of them for the names of the layers."""
_NARROWEST = 480
_TITLE, _LINE, _SMALL = 20, 18, 11
_LEVELS = 24
"""Shades of a map: each is one path, so that the file stays small."""
_LETTERS = 6.2
"""Width of a letter of small text, about."""
_CHINESE = "\u2e80"
"""Characters from here on are twice as wide."""
_FONT = "Inter, 'Noto Sans', 'Noto Sans SC', system-ui, sans-serif"


def maps_svg(survey: Survey, theme: Theme, language: str) -> str:
    """The picture as a text of SVG 1.1 that needs nothing else: no font, no script, no address.

    Tokens and names of models are escaped, whatever they hold; characters that XML does not have are left out.
    """
    layers, heads = len(survey.layers), max(len(each) for each in survey.layers)
    width = max(2 * _MARGIN + _NAMES + heads * (_MAP + _GAP) - _GAP, _NARROWEST)
    facts = {"layers": layers, "heads": heads, "n": len(survey.tokens)}
    title = words(language).say("heads", "title", model=survey.model, **facts)
    titles = _lines(title, int((width - 2 * _MARGIN) / (_LETTERS * _TITLE / _SMALL)))
    notes = [
        line
        for note in _notes(survey, language)
        for line in _lines(note, int((width - 2 * _MARGIN) / _LETTERS))
    ]
    top = _MARGIN + len(titles) * (_TITLE + 4) + 2 * _LINE
    foot = top + layers * (_MAP + _GAP) + _LINE
    height = foot + len(notes) * _LINE + _MARGIN
    parts = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" font-family="{_FONT}" font-size="{_SMALL}">',
        f"<title>{_clean(title)}</title>",
        f'<rect width="{width}" height="{height}" fill="{theme.background}"/>',
        *(
            _text(_MARGIN, _MARGIN + _TITLE + i * (_TITLE + 4), line, theme.ink, _TITLE)
            for i, line in enumerate(titles)
        ),
        *_grid(survey, heads, top, theme),
        *(_text(_MARGIN, foot + i * _LINE, line, theme.dim) for i, line in enumerate(notes)),
        "</svg>",
    )
    return "\n".join((*parts, ""))


def _notes(survey: Survey, language: str) -> Iterator[str]:
    """What stands below: the pair that is asked for, what a map is, what is measured and of which weights."""
    say = words(language).say
    if survey.pair is not None:
        query, key = map(shown_token, survey.pair.names)
        ranked = (f"{each.name} {value:.2f}" for each, value in survey.foremost("between", 4))
        yield f"{say('heads', 'pair', query=query, key=key)}:  {'  '.join(ranked)}"
    yield say("heads", "maps")
    yield from (say("heads", note, revision=survey.revision[:12]) for note in survey.notes)


def _grid(survey: Survey, heads: int, top: float, theme: Theme) -> Iterator[str]:
    """The maps, and the names of heads above them and of layers beside them."""
    for head in range(heads):
        yield _text(_left(head), top - 6, f"H{head}", theme.dim)
    for number, layer in enumerate(survey.layers):
        y = top + number * (_MAP + _GAP)
        yield _text(_MARGIN, y + _MAP / 2, f"L{number}", theme.dim)
        yield from (_map(each, _left(each.head), y, theme) for each in layer)


def _left(head: int) -> int:
    return _MARGIN + _NAMES + head * (_MAP + _GAP)


def _map(head: MeasuredHead, x: float, y: float, theme: Theme) -> str:
    """A group with a path for each shade; its title is seen where the pointer rests on it."""
    peaks = head.map.peaks
    rows, columns = peaks.shape
    paths = "".join(
        f'<path fill="{colour}" d="{squares}"/>' for colour, squares in _paths(peaks, theme)
    )
    scale = f"translate({x} {y}) scale({_MAP / columns:.4f} {_MAP / rows:.4f})"
    return f'<g transform="{scale}" shape-rendering="crispEdges"><title>{_clean(_measured(head))}</title>{paths}</g>'


def _paths(values: FloatArray, theme: Theme) -> Iterator[tuple[str, str]]:
    """Each colour, and the squares that have it."""
    levels: dict[int, list[str]] = defaultdict(list)
    shades = np.round(np.clip(values, 0, 1) * _LEVELS).astype(int)
    for (row, column), level in np.ndenumerate(shades):
        levels[int(level)].append(f"M{column} {row}h1v1h-1z")
    for level in sorted(levels):
        share = fill_share(level / _LEVELS)
        yield blend(theme.background, theme.roles[Role.WEIGHT], share), "".join(levels[level])


def _measured(head: MeasuredHead) -> str:
    measures = {**vars(head.measures), "induction": head.induction}
    known = (f"{name} {value:.2f}" for name, value in measures.items() if value is not None)
    return f"{head.name}: {', '.join(known)}"


def _text(x: float, y: float, text: str, colour: str, size: int | None = None) -> str:
    sized = f' font-size="{size}"' if size else ""
    return f'<text x="{x:g}" y="{y:g}" fill="{colour}"{sized}>{_clean(text)}</text>'


def _clean(text: str) -> str:
    """Text for XML, in one line."""
    return escape("".join(each for each in text.replace("\n", " ") if each.isprintable()))


def _lines(text: str, columns: int) -> list[str]:
    """The text in lines of about so many columns; Chinese, of which each character takes two, breaks anywhere."""
    if any(character >= _CHINESE for character in text):
        half = max(columns // 2, 1)
        return [text[i : i + half] for i in range(0, len(text), half)]
    return wrap(text, max(columns, 1))

"""All heads of a model as one picture: a map each, layers from top to bottom, heads from left to right."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from attnviz.story.i18n import words
from attnviz.story.labels import shown_token
from attnviz.survey.head_detail_text import head_measures_text
from attnviz.survey.heads import MeasuredHead, Survey
from attnviz.theme import Theme
from attnviz.typeset.line_breaks import break_lines, roomy_width
from attnviz.views.picture.drawing import LEVELS, SMALL, Drawing, Shape, TextLine, centred, shaded

MARGIN, TITLE, LINE = 24, 20, 18
"""The margin, the height of the title, and from a line of small text to the next."""
_LEAST, _MOST, _ROW = 84, 240, 480
"""Sides of a map, at least and at most, and of a row of few together."""
_GAP, _NAMES = 12, 40
"""The gap between maps, and the room left of them for the names of the layers."""
_SCALE, _SCALE_HEIGHT, _PAD = 120, 10, 8
"""Width and height of the scale of shades, and the gap beside it."""
_NARROWEST = 480
_MOST_PROSE = 800
"""Lines of words that are wider are hard to read."""


def maps_drawing(survey: Survey, theme: Theme, language: str) -> Drawing:
    """The picture of all heads, with the title above and the notes below."""
    layers, heads = len(survey.layers), max(len(each) for each in survey.layers)
    side = min(max(_ROW / heads, _LEAST), _MOST)
    width = max(2 * MARGIN + _NAMES + heads * (side + _GAP) - _GAP, _NARROWEST)
    title = survey.title(language)
    above = titled(title, width, theme)
    top = MARGIN + len(above) * (TITLE + 4) + 2 * LINE
    foot = top + layers * (side + _GAP)
    below = noted(_notes(survey, language), foot + 2 * LINE, width, theme)
    height = foot + (1 + len(below)) * LINE + MARGIN
    shapes = (
        *above,
        *_grid(survey, side, top, theme, language),
        *scale(MARGIN + _NAMES, foot, "1", theme, language),
        *below,
    )
    return Drawing(width, height, theme.background, title, shapes)


def titled(title: str, width: float, theme: Theme) -> list[TextLine]:
    """The lines of the title."""
    lines = break_lines(title, width - 2 * MARGIN, TITLE)
    return [
        TextLine(MARGIN, MARGIN + TITLE + i * (TITLE + 4), line, theme.ink, TITLE)
        for i, line in enumerate(lines)
    ]


def noted(notes: Iterator[str], top: float, width: float, theme: Theme) -> list[TextLine]:
    """Notes as lines of text, one note below the other."""
    room = min(width - 2 * MARGIN, _MOST_PROSE)
    lines = [line for note in notes for line in break_lines(note, room, SMALL)]
    return [TextLine(MARGIN, top + i * LINE, line, theme.dim) for i, line in enumerate(lines)]


def scale(left: float, y: float, largest: str, theme: Theme, language: str) -> Iterator[Shape]:
    """The scale of shades, with the weights of the first and the last."""
    what, base = words(language).phrase("matrix", "weight"), y + _SCALE_HEIGHT - 1
    least = f"{what}  0"
    start = left + roomy_width(least, SMALL) + _PAD
    ramp = np.linspace(0, 1, LEVELS + 1)[None]
    yield TextLine(left, base, least, theme.dim)
    yield shaded(ramp, start, y, _SCALE, _SCALE_HEIGHT, theme, what)
    yield TextLine(start + _SCALE + _PAD, base, largest, theme.dim)


def _notes(survey: Survey, language: str) -> Iterator[str]:
    """The notes below: the chosen pair, the meaning of a map, the measures and the weights that they are of."""
    phrase = words(language).phrase
    if survey.pair is not None:
        query, key = map(shown_token, survey.pair.names)
        found = survey.foremost("between", 4)
        ranked = [f"{each.name} {value:.2f}" for each, value in found if value]
        listed = ", ".join(ranked) or phrase("heads", "nowhere")
        yield f"{phrase('heads', 'pair', query=query, key=key)}: {listed}"
    yield phrase("heads", "maps")
    yield from survey.note_texts(language, measured=False)


def _grid(survey: Survey, side: float, top: float, theme: Theme, language: str) -> Iterator[Shape]:
    """The maps, and the names of heads above them and of layers beside them."""
    left = MARGIN + _NAMES
    for column, each in enumerate(survey.layers[0]):
        yield TextLine(left + column * (side + _GAP), top - 6, f"H{each.head}", theme.dim)
    for number, layer in enumerate(survey.layers):
        y = top + number * (side + _GAP)
        yield TextLine(MARGIN, centred(y + side / 2, SMALL), f"L{layer[0].layer}", theme.dim)
        for column, each in enumerate(layer):
            x = left + column * (side + _GAP)
            yield shaded(each.map.peaks, x, y, side, side, theme, _measured(each, language))


def _measured(head: MeasuredHead, language: str) -> str:
    return f"{head.name}: {head_measures_text(head, language)}"

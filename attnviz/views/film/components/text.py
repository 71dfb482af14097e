"""Text on a baseline: one mobject a run of one colour, made of the outlines of its glyphs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from manim import VGroup, VMobject

from attnviz.safe_text import safe_text
from attnviz.typeset.fonts import Points, Weight, named_typeface, shape, typeface
from attnviz.typeset.text_width import graphemes
from attnviz.typeset.typefaces import Typeface
from attnviz.views.film.style import Size

_LOWERED = re.compile(r"(?:(?<=(?<![A-Za-z])[A-Za-z])|(?<=\blog))_([A-Za-z]+)")
_LOWERED_SCALE, _LOWERED_BY = 0.72, 0.16  # of the em
_TOUCHING, _APART = 0.06, 0.12
"""Between texts of a row: as little as a text that is cut leaves, and what one that reaches over its place leaves."""


class Glyphs(VMobject):
    """One run of text in one colour. `text` is what it says, `size` its font size."""

    def __init__(self, text: str, points: Points, size: Size, colour: str) -> None:
        super().__init__(stroke_width=0)
        self.text, self.size = text, size.value
        self.points = points * size.em
        self.set_fill(colour, 1)


class Line(VGroup):
    """One line of text: runs of text and colour on one baseline, which starts at y = 0.

    What follows a single letter and "_" is lowered: W_Q, d_model; a name such as in_channels stays as it is. What a
    screen would obey is a � there, as in every view.
    """

    def __init__(
        self,
        runs: Sequence[tuple[str, str]],
        size: Size = Size.BODY,
        weight: Weight = Weight.MEDIUM,
    ) -> None:
        runs = [(safe_text(text), colour) for text, colour in runs]
        outlines = _outlines(tuple(text for text, _ in runs), weight, named_typeface())
        glyphs = [
            Glyphs(text, points, size, colour)
            for (text, colour), points in zip(runs, outlines, strict=True)
            if len(points)
        ]
        super().__init__(*glyphs)
        self.text = "".join(text for text, _ in runs)
        bottom = min((g.get_bottom()[1] for g in glyphs), default=0.0)
        self._drop = -bottom / self.height if glyphs and self.height else 0.0

    @property
    def baseline(self) -> float:
        """The height of the baseline now, wherever the line has been moved or scaled to."""
        return float(self.get_bottom()[1] + self._drop * self.height)

    def on_baseline(self, y: float) -> Line:
        """Moves the line so that its baseline is at that height."""
        self.shift(np.array([0.0, y - self.baseline, 0.0]))
        return self


def label(text: str, colour: str, size: Size = Size.BODY, weight: Weight = Weight.MEDIUM) -> Line:
    """A line of one colour."""
    return Line([(text, colour)], size, weight)


def width_of(text: str, size: Size, weight: Weight = Weight.MEDIUM) -> float:
    """The width of the text, without making it."""
    (points,) = _outlines((safe_text(text),), weight, named_typeface())
    return float(np.ptp(points[:, 0])) * size.em if len(points) else 0.0


def widest(texts: Sequence[str], size: Size) -> float:
    """The width of the widest of the texts."""
    return max((width_of(text, size) for text in set(texts)), default=0.0)


def cut_to_width(text: str, width: float, size: Size) -> str:
    """The text, or as much of it as fits `width` units and ends in …"""
    if width_of(text, size) <= width:
        return text
    parts = graphemes(text)
    for end in range(len(parts) - 1, 0, -1):
        cut = "".join(parts[:end]) + "…"
        if width_of(cut, size) <= width:
            return cut
    return "…"


def cut_to_pitch(texts: Sequence[str], pitch: float, size: Size, overhang: float) -> list[str]:
    """The texts cut for a row, one every `pitch` units: a long one takes the room that its neighbours leave.

    The first and the last may reach by `overhang` over the ends of the row.
    """
    natural = [width_of(text, size) for text in texts]
    own = pitch - _TOUCHING
    rooms = [min(each, own) for each in natural]
    for i, each in enumerate(natural):
        beside = [*rooms[max(i - 1, 0) : i], *rooms[i + 1 : i + 2]]
        left = [2 * (pitch - _APART) - room for room in beside]
        if len(beside) < 2:
            left.append(pitch + 2 * overhang)
        rooms[i] = min(each, max(own, min(left)))
    return [cut_to_width(text, room, size) for text, room in zip(texts, rooms, strict=True)]


@lru_cache(maxsize=4096)  # a film has some thousand texts, and those of an earlier one are not kept
def _outlines(runs: tuple[str, ...], weight: Weight, named: Typeface | None) -> tuple[Points, ...]:
    """The outlines of each run in em, the line starting at x = 0 with its baseline at y = 0.

    `named` is the typeface in force: a part of the key under which the outlines are cached.
    """
    placed: list[list[Points]] = [[] for _ in runs]
    pen = 0.0
    for text, owners, lowered in _stretches(runs):
        with typeface(named):
            shaped = shape(text, weight)
        scale = _LOWERED_SCALE if lowered else 1.0
        offset = np.array([pen, -_LOWERED_BY if lowered else 0.0, 0.0])
        for outline, character in zip(shaped.outlines, shaped.characters, strict=True):
            placed[owners[character]].append(outline * scale + offset)
        pen += shaped.width * scale
    return tuple(np.concatenate(parts) if parts else np.zeros((0, 3)) for parts in placed)


def _stretches(runs: tuple[str, ...]) -> list[tuple[str, list[int], bool]]:
    """The line in stretches of one height: the text, the run that each character belongs to, whether it is lowered."""
    whole = "".join(runs)
    owners = [i for i, run in enumerate(runs) for _ in run]
    stretches, end = [], 0
    for match in _LOWERED.finditer(whole):
        stretches.append((whole[end : match.start()], owners[end : match.start()], False))
        stretches.append((match.group(1), owners[match.start(1) : match.end()], True))
        end = match.end()
    stretches.append((whole[end:], owners[end:], False))
    return [each for each in stretches if each[0]]

"""Text as joined outlines: one mobject a run of one colour, set on a baseline, cached by string."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from xml.sax.saxutils import escape

import numpy as np
import numpy.typing as npt
from manim import MEDIUM, MarkupText, VGroup, VMobject

from attnviz.film.fonts import FAMILY, font_file
from attnviz.film.style import Size

_REFERENCE = 48.0
_MARK = "H"  # set before every line: its foot is the baseline, and it is taken away again
_FEATURES = "tnum=1,liga=0,calt=0"
_LOWERED = re.compile(r"(?<=[A-Za-z])_([A-Za-z])")

Points = npt.NDArray[np.float64]


class Glyphs(VMobject):
    """One run of text in one colour. `text` is what it says."""

    def __init__(self, text: str, points: Points, size: float, colour: str) -> None:
        super().__init__(stroke_width=0)
        self.text = text
        self.size = size
        self.points = points * (size / _REFERENCE)
        self.set_fill(colour, 1)


class Line(VGroup):
    """One line of text: runs of text and colour on one baseline, which starts at y = 0."""

    def __init__(
        self, runs: Sequence[tuple[str, str]], size: Size = Size.BODY, weight: str = MEDIUM
    ) -> None:
        outlines = _outlines(tuple(text for text, _ in runs), weight)
        glyphs = [
            Glyphs(text, points, size.value, colour)
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
        return self.shift(np.array([0.0, y - self.baseline, 0.0]))


def label(text: str, colour: str, size: Size = Size.BODY, weight: str = MEDIUM) -> Line:
    """A line of one colour."""
    return Line([(text, colour)], size, weight)


def cut_to_width(text: str, width: float, size: Size) -> str:
    """The text, or as much of it as fits `width` units and ends in …"""
    if label(text, "#FFFFFF", size).width <= width:
        return text
    for end in range(len(text) - 1, 0, -1):
        cut = text[:end] + "…"
        if label(cut, "#FFFFFF", size).width <= width:
            return cut
    return "…"


@lru_cache(maxsize=4096)
def _outlines(runs: tuple[str, ...], weight: str) -> tuple[Points, ...]:
    """The outlines of each run at the reference size, the line starting at x = 0 with its baseline at y = 0."""
    font_file()
    markup = "".join(_LOWERED.sub(r"<sub>\1</sub>", escape(run)) for run in runs)
    drawn = MarkupText(
        f'<span font_features="{_FEATURES}">{_MARK}{markup}</span>',
        font=FAMILY,
        weight=weight,
        font_size=_REFERENCE,
    )
    mark, *glyphs = [glyph for glyph in drawn.submobjects if len(glyph.points)]
    baseline = mark.get_bottom()[1]
    counts = [_glyph_count(run) for run in runs]
    if sum(counts) != len(glyphs):  # a character that is drawn as several glyphs, or as none
        counts = [len(glyphs), *([0] * (len(runs) - 1))]
    left = min((glyph.get_left()[0] for glyph in glyphs), default=0.0)
    origin = np.array([left, baseline, 0.0])
    joined, start = [], 0
    for count in counts:
        parts = [glyph.points - origin for glyph in glyphs[start : start + count]]
        joined.append(np.concatenate(parts) if parts else np.zeros((0, 3)))
        start += count
    return tuple(joined)


def _glyph_count(run: str) -> int:
    return sum(not character.isspace() for character in _LOWERED.sub(r"\1", run))

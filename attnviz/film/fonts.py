"""The one typeface of the films, the same on every machine: Inter, from the package fontpkg-inter.

Text is shaped by HarfBuzz and drawn from the glyphs' own outlines: no font of the machine takes part, so a layout that
was looked at once looks the same everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from pathlib import Path

import fontpkg
import numpy as np
import numpy.typing as npt
import uharfbuzz

from attnviz.errors import InputError

FAMILY = "Inter"
_NUMBER = re.compile(r"[\d.−]*\d")
_OPTICAL_SIZE = 20

Points = npt.NDArray[np.float64]


class Weight(IntEnum):
    """Of the strokes."""

    MEDIUM = 500
    SEMIBOLD = 600
    BOLD = 700


@dataclass(frozen=True, eq=False)
class Shaped:
    """A string as glyphs. Lengths are in em, the baseline is y = 0."""

    outlines: tuple[Points, ...]
    """Of each glyph: (4·curves, 3) control points of cubic curves, where it stands in the line."""
    characters: tuple[int, ...]
    width: float


@cache
def shape(text: str, weight: Weight) -> Shaped:
    """The glyphs of `text` in one line, with kerning and figures of equal width.

    >>> shape("11", Weight.MEDIUM).width == shape("00", Weight.MEDIUM).width
    True
    """
    font, unit = _font(weight)
    buffer = uharfbuzz.Buffer()
    buffer.add_str(text)
    buffer.guess_segment_properties()
    uharfbuzz.shape(font, buffer, _features(text))
    outlines, characters, pen = [], [], 0.0
    for info, position in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
        glyph = _outline(info.codepoint, weight)
        if len(glyph):
            offset = np.array([pen + position.x_offset * unit, position.y_offset * unit, 0.0])
            outlines.append(glyph + offset)
            characters.append(info.cluster)
        pen += position.x_advance * unit
    return Shaped(tuple(outlines), tuple(characters), pen)


def _features(text: str) -> dict[str, bool | list[tuple[int, int, bool]]]:
    """Figures of equal width in numbers, where they must align; not elsewhere, for they widen a hyphen too."""
    numbers = [(match.start(), match.end(), True) for match in _NUMBER.finditer(text)]
    features: dict[str, bool | list[tuple[int, int, bool]]] = {"liga": False, "calt": False}
    return features | ({"tnum": numbers} if numbers else {})


def missing_characters(text: str) -> str:
    """The characters of `text` that the typeface cannot draw, each once.

    >>> missing_characters("q₁ · k₂ ≈ −∞")
    ''
    """
    font, _ = _font(Weight.MEDIUM)
    return "".join(
        dict.fromkeys(c for c in text if not c.isspace() and font.get_nominal_glyph(ord(c)) is None)
    )


def check_characters(texts: Iterable[str]) -> None:
    """Raises InputError if the typeface lacks a character of a text: a box would stand there, and nothing be said."""
    for text in texts:
        if missing := missing_characters(text):
            raise InputError(
                f"a film cannot show {missing[0]!r} (in {text!r}): its typeface, {FAMILY}, lacks it; give labels "
                "in Latin, Greek or Cyrillic letters with --tokens, or use attnviz explain, which shows any"
            )


@cache
def _face() -> uharfbuzz.Face:
    path = Path(str(fontpkg.path(FAMILY)))
    return uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(path)))


@cache
def _font(weight: Weight) -> tuple[uharfbuzz.Font, float]:
    """The typeface in that weight, and the length of its unit in em."""
    font = uharfbuzz.Font(_face())
    font.set_variations({"wght": float(weight), "opsz": _OPTICAL_SIZE})
    return font, 1 / _face().upem


@cache
def _outline(glyph: int, weight: Weight) -> Points:
    font, unit = _font(weight)
    pen = _Pen()
    font.draw_glyph_with_pen(glyph, pen)
    points = np.array(pen.points, dtype=float).reshape(-1, 2) * unit
    return np.column_stack([points, np.zeros(len(points))])


class _Pen:
    """Collects an outline as cubic curves, four points each; straight and quadratic pieces are raised to cubic."""

    def __init__(self) -> None:
        self.points: list[tuple[float, float]] = []
        self._start = self._last = (0.0, 0.0)

    def moveTo(self, point: tuple[float, float]) -> None:  # noqa: N802  the pen protocol's names
        self._start = self._last = point

    def lineTo(self, point: tuple[float, float]) -> None:  # noqa: N802
        if point != self._last:
            self.curveTo(
                _between(self._last, point, 1 / 3), _between(self._last, point, 2 / 3), point
            )

    def qCurveTo(self, control: tuple[float, float], point: tuple[float, float]) -> None:  # noqa: N802
        self.curveTo(_between(self._last, control, 2 / 3), _between(point, control, 2 / 3), point)

    def curveTo(self, *points: tuple[float, float]) -> None:  # noqa: N802
        self.points += [self._last, *points]
        self._last = points[-1]

    def closePath(self) -> None:  # noqa: N802
        self.lineTo(self._start)


def _between(
    one: tuple[float, float], other: tuple[float, float], share: float
) -> tuple[float, float]:
    return (one[0] + (other[0] - one[0]) * share, one[1] + (other[1] - one[1]) * share)

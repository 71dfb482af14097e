"""Text as outlines, shaped by HarfBuzz from the typefaces' own glyphs.

No font of the machine takes part but where Inter lacks a character, so a layout that was looked at once looks the same
everywhere.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import IntEnum
from functools import cache, lru_cache
from itertools import groupby

import numpy as np
import numpy.typing as npt
import uharfbuzz

from attnviz.errors import InputError
from attnviz.typeset.directions import right_to_left
from attnviz.typeset.text_width import graphemes
from attnviz.typeset.typefaces import CURE, Typeface, chinese, latin, other_typefaces, package_of

_NUMBER = re.compile(r"[\d.−]*\d")
_DIGITS = re.compile("[0-9][0-9.,]*|[^0-9]+")
"""Numbers in a text from right to left read from left to right."""
_OPTICAL_SIZE = 20

Points = npt.NDArray[np.float64]

_named: ContextVar[Typeface | None] = ContextVar("named", default=None)
"""The typeface that the user names for what Inter lacks."""


def named_typeface() -> Typeface | None:
    """The typeface that the user names, now."""
    return _named.get()


@contextmanager
def typeface(named: Typeface | None) -> Iterator[None]:
    """Inside, characters that Inter lacks are drawn from `named`; None is the one that is found on the machine."""
    token = _named.set(named)
    try:
        yield
    finally:
        _named.reset(token)


class Weight(IntEnum):
    """Of the strokes."""

    MEDIUM = 500
    SEMIBOLD = 600
    BOLD = 700


@dataclass(frozen=True, eq=False)
class ShapedText:
    """A string as glyphs. Lengths are in em, the baseline is y = 0."""

    outlines: tuple[Points, ...]
    """Of each glyph: (4·curves, 3) control points of cubic curves, where it stands in the line."""
    characters: tuple[int, ...]
    width: float


def shape(text: str, weight: Weight) -> ShapedText:
    """The glyphs of `text` in one line, with kerning and figures of equal width.

    >>> shape("11", Weight.MEDIUM).width == shape("00", Weight.MEDIUM).width
    True
    """
    return _shaped(text, weight, _named.get())


@lru_cache(maxsize=1024)  # a number is drawn many times in a film, and seldom in the next
def _shaped(text: str, weight: Weight, named: Typeface | None) -> ShapedText:
    outlines: list[Points] = []
    characters: list[int] = []
    pen = 0.0
    for face, start, stretch in _from_left_to_right(text, named):
        part = _shaped_stretch(stretch, weight, face)
        outlines += [outline + np.array([pen, 0.0, 0.0]) for outline in part.outlines]
        characters += [start + character for character in part.characters]
        pen += part.width
    return ShapedText(tuple(outlines), tuple(characters), pen)


def _shaped_stretch(text: str, weight: Weight, face: Typeface) -> ShapedText:
    font, unit = _font(face, weight)
    buffer = uharfbuzz.Buffer()
    buffer.add_str(text)
    buffer.guess_segment_properties()
    uharfbuzz.shape(font, buffer, _features(text))
    outlines, characters, pen = [], [], 0.0
    for info, position in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
        glyph = _outline(info.codepoint, weight, face)
        if len(glyph):
            offset = np.array([pen + position.x_offset * unit, position.y_offset * unit, 0.0])
            outlines.append(glyph + offset)
            characters.append(info.cluster)
        pen += position.x_advance * unit
    return ShapedText(tuple(outlines), tuple(characters), pen)


def _from_left_to_right(text: str, named: Typeface | None) -> Iterator[tuple[Typeface, int, str]]:
    """Yields the stretches of one typeface as they stand in the line, each with its place in the text."""
    end = 0
    for begin, close in right_to_left(text):
        yield from _stretches(text[end:begin], end, named)
        parts = _DIGITS.finditer(text[begin:close])
        found = [(begin + part.start(), part.group()) for part in parts]
        every = [each for at, part in found for each in _stretches(part, at, named)]
        yield from reversed(every)
        end = close
    yield from _stretches(text[end:], end, named)


def _stretches(text: str, start: int, named: Typeface | None) -> list[tuple[Typeface, int, str]]:
    """The text in stretches of one typeface, with their places: Inter wherever it has a whole grapheme."""
    faces = [pair for each in graphemes(text) for pair in _faces(each, named)]
    stretches = []
    for face, pairs in groupby(faces, key=lambda pair: pair[0]):
        stretch = "".join(part for _, part in pairs)
        stretches.append((face, start, stretch))
        start += len(stretch)
    return stretches


@cache
def _faces(grapheme: str, named: Typeface | None) -> tuple[tuple[Typeface, str], ...]:
    """A typeface for the grapheme; where none has all of it, one for each of its characters."""
    needed = [each for each in grapheme if not _is_invisible(each)]
    if len(needed) < 2:
        return ((_face_for(needed[0], named) if needed else latin(), grapheme),)
    whole = (face for face in _candidates(named) if all(_has(face, each) for each in needed))
    if (face := next(whole, None)) is not None:
        return ((face, grapheme),)
    return tuple((_face_for(each, named), each) for each in grapheme)


@cache
def _face_for(character: str, named: Typeface | None) -> Typeface:
    if _is_invisible(character):
        return latin()
    return next((face for face in _candidates(named) if _has(face, character)), latin())


def _candidates(named: Typeface | None) -> Iterator[Typeface]:
    """Yields Inter, then the typefaces that the user names; where none is named, those of the machine."""
    yield latin()
    if named is not None:
        yield named
        yield from named.others
        return
    if (found := chinese()) is not None:
        yield found
    yield from other_typefaces()


def _is_invisible(character: str) -> bool:
    """Tests for what needs no glyph: blanks, joiners, isolates, variation selectors."""
    return (
        character.isspace()
        or unicodedata.category(character) == "Cf"
        or "\ufe00" <= character <= "\ufe0f"
        or "\U000e0100" <= character <= "\U000e01ef"
    )


@cache
def _has(face: Typeface, character: str) -> bool:
    """Tests for a glyph that is drawn in outlines: fonts of coloured pictures have none."""
    font, _ = _font(face, Weight.MEDIUM)
    glyph = font.get_nominal_glyph(ord(character))
    return glyph is not None and (face == latin() or len(_outline(glyph, Weight.MEDIUM, face)) > 0)


def _features(text: str) -> dict[str, bool | list[tuple[int, int, bool]]]:
    """Figures of equal width in numbers, where they must align; not elsewhere, for they widen a hyphen too."""
    numbers = [(match.start(), match.end(), True) for match in _NUMBER.finditer(text)]
    features: dict[str, bool | list[tuple[int, int, bool]]] = {}
    if not any(_joins(each) for each in text):
        features = {"liga": False, "calt": False}
    return features | ({"tnum": numbers} if numbers else {})


def _joins(character: str) -> bool:
    """Tests for scripts whose letters change beside each other: without ligatures they would be wrong."""
    return unicodedata.category(character)[0] == "M" or unicodedata.bidirectional(character) == "AL"


def typefaces_needed(texts: Iterable[str]) -> dict[Typeface, str]:
    """The typefaces that draw what Inter lacks of these texts, each with its characters.

    >>> list(typefaces_needed(["注意力 means attention"]).values())
    ['注意力']
    """
    named, needed = _named.get(), dict[Typeface, dict[str, None]]()
    for each in dict.fromkeys(each for text in texts for each in graphemes(text)):
        for face, part in _faces(each, named):
            if face != latin() and _has(face, part[0]):
                needed.setdefault(face, {}).update(dict.fromkeys(part))
    return {face: "".join(characters) for face, characters in needed.items()}


def missing_characters(text: str) -> str:
    """The characters of `text` that no typeface at hand can draw, each once.

    >>> missing_characters("q₁ · k₂ ≈ −∞")
    ''
    """
    named = _named.get()
    return "".join(
        dict.fromkeys(c for c in text if not _is_invisible(c) and not _has(_face_for(c, named), c))
    )


def check_characters(
    texts: Iterable[str], elsewhere: str = "attnviz explain shows any character"
) -> None:
    """Raises InputError if there is no glyph for a character: a box would stand there, and nothing be said.

    `elsewhere` is what can be had without it.
    """
    for text in texts:
        if missing := missing_characters(text):
            shown = text.replace("\n", " ")
            raise InputError(
                f"no typeface here has the character {missing[0]!r} (in {shown!r}): "
                f"{_cure(missing[0])}; {elsewhere}"
            )


def _cure(character: str) -> str:
    """Says how to get that character drawn: no Chinese typeface has an emoji, and one that is here already lacks it."""
    is_letter = unicodedata.category(character)[0] in "LMN"
    if _has(_face_for(character, None), character):
        return "leave --font out"
    if is_letter and unicodedata.east_asian_width(character) in "WF" and chinese() is None:
        return CURE
    if is_letter and (package := package_of(character)):
        return f"pip install {package}, or --font FILE with a font that has it"
    return "leave it out, or --font FILE with a font that has it"


@cache
def _face(face: Typeface) -> uharfbuzz.Face:
    return uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(face.path)), face.index)


@cache
def _font(face: Typeface, weight: Weight) -> tuple[uharfbuzz.Font, float]:
    """The typeface in that weight, if it has several, and the length of its unit in em."""
    font = uharfbuzz.Font(_face(face))
    if _face(face).has_var_data:
        font.set_variations({"wght": float(weight), "opsz": _OPTICAL_SIZE})
    return font, 1 / _face(face).upem


@cache
def _outline(glyph: int, weight: Weight, face: Typeface) -> Points:
    font, unit = _font(face, weight)
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

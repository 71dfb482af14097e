"""Line breaks of text in a picture, by an upper bound of its width, since the font that will show it is unknown.

`attnviz.typeset.text_width` measures one known typeface instead.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import accumulate

from attnviz.typeset.text_width import columns_of, graphemes

_NARROW = frozenset("ijltfrI!'’,.:;`·|()[]/\\\" -")
_WIDE = frozenset("mMwW@%…—–→⏎⇥سشصض")
_NARROW_EM, _USUAL_EM, _WIDE_EM = 0.36, 0.63, 1.0
_INDIC = frozenset(map(chr, range(0x0900, 0x0E00)))
"""Devanagari, Bengali, Tamil and their kin: wider letters than those of Europe."""
_CHINESE = "\u2e80-\U0010ffff"
_PIECE = re.compile(
    rf"[“（《]*[{_CHINESE}][，。：；、！？）》”…]*\s*|[^\s“{_CHINESE}]+\s*|.\s*", re.DOTALL
)
"""A Chinese character with its punctuation, or a word."""


def roomy_width(text: str, size: float) -> float:
    """The width of `text` at a font size: hardly ever less than in Inter, and not much more.

    >>> roomy_width("ill", 10) < roomy_width("mom", 10) < roomy_width("猫猫猫", 10)
    True
    """
    return size * sum(map(_em, graphemes(text)))


def break_lines(text: str, width: float, size: float) -> list[str]:
    """The text in lines of about that width, broken at blanks and between Chinese characters, else where it must.

    >>> break_lines("one two three", 50, 10), break_lines("注意力，注意", 45, 10)
    (['one two', 'three'], ['注意力，', '注意'])
    """
    lines = [""]
    for piece in _pieces(text, width, size):
        if lines[-1] and roomy_width((lines[-1] + piece).rstrip(), size) > width:
            lines.append("")
        lines[-1] += piece
    return [line.rstrip() for line in lines]


def _pieces(text: str, width: float, size: float) -> Iterator[str]:
    """The pieces between possible breaks; one that is wider than a line comes by single graphemes."""
    piece, places = "", set(accumulate(map(len, graphemes(text))))
    for match in _PIECE.finditer(text):
        piece += match.group()
        if match.end() not in places:
            continue  # an emoji of several goes on
        if roomy_width(piece.rstrip(), size) > width:
            yield from graphemes(piece)
        else:
            yield piece
        piece = ""


def _em(grapheme: str) -> float:
    if grapheme in _NARROW:
        return _NARROW_EM
    if grapheme in _WIDE:
        return _WIDE_EM
    if grapheme.isascii():
        return _USUAL_EM
    columns = columns_of(grapheme)
    if grapheme[0] in _INDIC:
        return 0.4 + 0.4 * columns
    return 0.7 * columns if columns < 2 else 1.05

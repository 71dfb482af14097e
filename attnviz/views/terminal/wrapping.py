"""Lines that fit: prose in any language, and arithmetic that is never broken inside a number."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate, pairwise
from typing import TypeAlias

from rich.text import Text

from attnviz.typeset.text_width import columns_of, graphemes

_NEVER_FIRST = frozenset("，。；：！？、）》】」』”’…—·,.;:!?)]}")
_NEVER_LAST = frozenset("（《【「『“‘([{")
_BESIDE_SIGN = re.compile(r"(?<=\S) (?=[×·∗*+−=≈≠<>≤≥/] )|(?<= [×·∗*+−=≈≠<>≤≥/]) ")
"""The blanks on both sides of a sign in a formula."""

Breaks: TypeAlias = Callable[[str], list[int]]
"""Finds the offsets at which a new line may begin, in order."""


def wrapped_prose(text: Text, width: int) -> list[Text]:
    """Words of any language in lines of `width` columns: at blanks, and between Chinese characters; a formula among
    them, n = 4, is broken only where it is too long for a line.

    >>> [line.plain for line in wrapped_prose(Text("查询说的是：这个位置在找什么。"), 14)]
    ['查询说的是：这', '个位置在找什', '么。']
    """
    return _broken(text, width, (_around_formulas, _prose_breaks, _every_grapheme))


def widest_word(text: str) -> int:
    """Columns of the longest stretch that `wrapped_prose` breaks only where a line cannot hold it.

    >>> widest_word("1,024 units"), widest_word("一千个"), widest_word("of 3 × 3")
    (5, 2, 5)
    """
    edges = [0, *_around_formulas(text), len(text)]
    return max(columns_of(text[start:stop].rstrip()) for start, stop in pairwise(edges))


def wrapped_arithmetic(text: Text, width: int) -> list[Text]:
    """A sum in lines of `width` columns: before a plus or a minus, else at a blank, else before a dot.

    >>> [line.plain for line in wrapped_arithmetic(Text("= 0.06·1 + 0.47·2 + 0.47·2"), 18)]
    ['= 0.06·1 + 0.47·2', '+ 0.47·2']
    """
    return _broken(text, width, (_before_sign, _at_blank, _before_dot))


def wrapped_formula(text: Text, width: int) -> list[Text]:
    """A formula in lines of `width` columns: after one of several, else before "=" or "/", else as arithmetic.

    >>> [line.plain for line in wrapped_formula(Text("o = exp(s − max s) / Σ exp(s)"), 20)]
    ['o = exp(s − max s)', '/ Σ exp(s)']
    """
    levels = (_between_formulas, _before_relation, _before_sign, _at_blank, _before_dot)
    return _broken(text, width, levels)


def _broken(text: Text, width: int, levels: Sequence[Breaks]) -> list[Text]:
    """Lines as full as they can be; a stretch that is too long for a line is broken at the next level."""
    plain = text.plain
    starts, begin, end = [], 0, 0
    for stop in _stops(plain, 0, width, levels):
        if end > begin and columns_of(plain[begin:stop].rstrip()) > width:
            starts.append(end)
            begin = end
        end = stop
    lines = list(text.divide(starts))
    for line in lines:
        line.rstrip()
    return lines


def _stops(plain: str, offset: int, width: int, levels: Sequence[Breaks]) -> Iterator[int]:
    """Yields the ends of stretches, in order: those of the first level that makes them short enough."""
    edges = [0, *(levels[0](plain) if levels else []), len(plain)]
    for start, stop in pairwise(edges):
        if levels and columns_of(plain[start:stop].rstrip()) > width:
            yield from _stops(plain[start:stop], offset + start, width, levels[1:])
        else:
            yield offset + stop


def _between_formulas(text: str) -> list[int]:
    return [match.end() for match in re.finditer(",  ", text)]


def _before_relation(text: str) -> list[int]:
    return [match.end() for match in re.finditer(r"(?<!,) (?=[=/] )", text)]


def _before_sign(text: str) -> list[int]:
    return [match.end() for match in re.finditer(r" (?=[+−] )", text)]


def _at_blank(text: str) -> list[int]:
    return [match.end() for match in re.finditer(r"(?<![=≈+−/]) ", text)]


def _before_dot(text: str) -> list[int]:
    return [match.start() for match in re.finditer("·", text) if match.start()]


def _around_formulas(text: str) -> list[int]:
    inside = {match.end() for match in _BESIDE_SIGN.finditer(text)}
    return [i for i in _prose_breaks(text) if i not in inside]


def _prose_breaks(text: str) -> list[int]:
    parts = graphemes(text)
    places = accumulate(map(len, parts))
    return [
        at for at, (one, two) in zip(places, pairwise(parts), strict=False) if _may_part(one, two)
    ]


def _may_part(before: str, after: str) -> bool:
    """Tells whether a line may end between two graphemes."""
    if after == " " or after in _NEVER_FIRST or before in _NEVER_LAST:
        return False
    return before == " " or _is_wide(before) or _is_wide(after)


def _is_wide(grapheme: str) -> bool:
    """Tells whether a grapheme is as those of Chinese: two columns, and no letter of a word that has more."""
    return columns_of(grapheme[:1]) == 2


def _every_grapheme(text: str) -> list[int]:
    return list(accumulate(map(len, graphemes(text))))[:-1]

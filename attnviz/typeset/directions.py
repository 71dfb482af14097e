"""Finds text that is written from right to left, Arabic, Hebrew and their kin, and keeps it in its place."""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise

ISOLATE, END = "\u2068", "\u2069"
"""Around text that is turned round, so that what stands beside it stays where it is. They have no width."""
_LETTER = "\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff"
"""The blocks whose letters, marks and digits Unicode gives a direction from right to left."""
_WORD = rf"[0-9]*[{_LETTER}](?:[{_LETTER}\u0300-\u036f\u200c\u200d]|[0-9]|[.,'’\"”-](?=[{_LETTER}0-9]))*…?"


@cache
def _right_to_left() -> re.Pattern[str]:
    """Words with one blank between them: in columns there are two. It takes milliseconds to compile."""
    return re.compile(f"{_WORD}(?: {_WORD})*")


def right_to_left(text: str) -> list[tuple[int, int]]:
    """The stretches of `text` that read from right to left, in order: where each begins and ends.

    Digits and marks inside a word belong to it, and so does the … by which it is cut.

    >>> right_to_left("k₁ חתול שמן  0.5"), right_to_left("cat 1")
    ([(3, 11)], [])
    """
    if not any("\u0590" <= each <= "\u08ff" or each >= "\ufb1d" for each in text):
        return []
    return [match.span() for match in _right_to_left().finditer(text)]


def isolated(text: str) -> str:
    """The text with its words of Arabic, Hebrew and their kin in isolates: U+2068 before, U+2069 after.

    A program that turns such text round (Unicode, UAX #9) would take the numbers after a name along with it. An isolate
    keeps to its place what is inside, and what is outside to its own. A text without such words comes back as it is.

    >>> isolated("k₁ חתול 0.5") == "k₁ \u2068חתול\u2069 0.5"
    True
    """
    edges = [0, *(edge for stretch in right_to_left(text) for edge in stretch), len(text)]
    parts = [text[begin:end] for begin, end in pairwise(edges)]
    return "".join(f"{ISOLATE}{part}{END}" if i % 2 else part for i, part in enumerate(parts))

"""The symbols in formulas and words (q₁, W_Q, Kᵀ) in the colours of their roles."""

from __future__ import annotations

import re

from rich.text import Text

from attnviz.theme import Role
from attnviz.views.terminal.colour import Palette

_ROLES = {
    "x": Role.INPUT,
    "q": Role.QUERY,
    "k": Role.KEY,
    "v": Role.VALUE,
    "s": Role.SCORE,
    "α": Role.WEIGHT,
    "a": Role.WEIGHT,
    "o": Role.OUTPUT,
    "y": Role.OUTPUT,
}
# A letter before a bracket is a function, O(n²), and one that ends a rounding, / s⌋, is a stride.
_AS_WORD = r"(?<![A-Za-z_“])(?:%s)(?![A-Za-z”(⌋])"
_NAMED = r"[Wb]_(?P<of>[QKVO])|(?P<indexed>[xqkvsαoy])(?:[ᵢⱼ₊]+|[₀-₉]+(?:,[₀-₉]+)*)"
_IN_WORDS = re.compile(_AS_WORD % _NAMED)
# A lone A is an article in English: only in a formula is it the weights.
_IN_FORMULA = re.compile(_AS_WORD % rf"{_NAMED}|(?P<matrix>[XQKVSAOYso])[₀-₉ₕᵢ]?")


def coloured_formula(formula: str, palette: Palette) -> Text:
    """A formula in plain Unicode, its matrices and entries coloured."""
    return _coloured(formula, _IN_FORMULA, palette)


def coloured_words(said: str, palette: Palette) -> Text:
    """Words, the symbols among them coloured."""
    return _coloured(said, _IN_WORDS, palette)


def _coloured(said: str, pattern: re.Pattern[str], palette: Palette) -> Text:
    text = Text(said)
    for match in pattern.finditer(said):
        letter = next(group for group in match.groups() if group)
        text.stylize(palette.text(_ROLES[letter.lower()]), *match.span())
    return text

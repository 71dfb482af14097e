"""Symbols and names: q₁, s₂,₁₂, and tokens that are safe and short enough to be shown."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from functools import lru_cache

from attnviz.story.caption_tokens import ROLES_BY_LETTER
from attnviz.story.captions import Caption, symbol
from attnviz.story.matrix import Label
from attnviz.theme import Role
from attnviz.typeset.text_width import JOINERS, columns_of, cut_to_columns, graphemes

_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_VISIBLE = {"\n": "⏎", "\t": "⇥", "\r": "␍", "\u2028": "⏎", "\u2029": "⏎"}
_FLAG, _TAGS = "\U0001f3f4", range(0xE0020, 0xE0080)
LONGEST = 12
"""Columns that a token may take in a label; a longer one is cut and ends in …"""


def subscript(index: int) -> str:
    """The position `index`, counted from 0, as it is written: counted from 1, lowered.

    >>> subscript(0), subscript(11)
    ('₁', '₁₂')
    """
    return str(index + 1).translate(_SUBSCRIPTS)


def indexed(letter: str, *indices: int) -> str:
    """A letter with its positions, counted from 0. A comma parts them as soon as one has two digits.

    >>> indexed("s", 0, 1), indexed("s", 0, 11)
    ('s₁₂', 's₁,₁₂')
    """
    comma = "," if len(indices) > 1 and max(indices) > 8 else ""
    return letter + comma.join(subscript(index) for index in indices)


def symbol_of(letter: str, *indices: int) -> Caption:
    """The same for a caption to be filled with, which keeps its role.

    >>> symbol_of("s", 0, 1).tokens[0].role
    <Role.SCORE: 'score'>
    """
    return symbol(indexed(letter, *indices), ROLES_BY_LETTER.get(letter.lower()))


@lru_cache(maxsize=16384)  # a long text's tokens name the rows or the columns of every matrix
def shown_token(token: str, longest: int = LONGEST) -> str:
    """A token as a label: white space and control characters made visible, cut to `longest` columns.

    >>> shown_token("a\\x1b[31m"), shown_token(" "), shown_token("internationalisation")
    ('a�[31m', '␣', 'internation…')
    """
    blank = token.strip() == ""
    safe = "".join(_shown_grapheme(each, blank) for each in graphemes(token)) or "∅"
    if unicodedata.category(safe[0])[0] == "M" or not columns_of(safe):
        safe = f"◌{safe}"
    return cut_to_columns(safe, longest)


def _shown_grapheme(grapheme: str, blank: bool) -> str:
    """The flags of England, Scotland and Wales are written in tags, which are no text elsewhere."""
    if grapheme[0] == _FLAG and all(ord(each) in _TAGS for each in grapheme[1:]):
        return grapheme
    return "".join(_shown_character(each, blank) for each in grapheme)


def _shown_character(character: str, blank: bool) -> str:
    if character in JOINERS:
        return character
    if character in _VISIBLE:
        return _VISIBLE[character]
    category = unicodedata.category(character)
    if blank and category == "Zs":
        return "␣"
    return "\ufffd" if category[0] == "C" else character


def labels(
    letter: str, count: int, tokens: tuple[str, ...] | None, role: Role | None
) -> tuple[Label, ...]:
    """One label a position: its symbol and, where there is one, its token."""
    names = [None] * count if tokens is None else [shown_token(token) for token in tokens]
    return tuple(Label(letter + subscript(i), name, role, i) for i, name in enumerate(names))


def bare(named: tuple[Label, ...]) -> tuple[Label, ...]:
    """Labels without their tokens, for a matrix beside one that has them."""
    return tuple(replace(each, token=None) for each in named)

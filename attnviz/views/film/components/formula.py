"""Attention(Q, K, V) as the lesson writes it, set by Typst, its parts to be lit one by one."""

from __future__ import annotations

import re

from manim import MathTypst, VGroup

from attnviz.story.storyboard import Formula
from attnviz.theme import Role
from attnviz.views.film.style import Size, Style

_PARTS = (
    (re.compile(r"Q K\^top"), "{{Q : query}} {{K^top : key}}"),
    (re.compile(r"sqrt\(d_k\)"), "{{sqrt(d_k) : scale}}"),
    (re.compile(r"\((\S+) dot "), r"({{\1 : scale}} dot "),
    (
        re.compile(r'"softmax"(_b)?\((.*)\) V$'),
        r'{{upright("softmax")\1 : softmax}} lr(( \2 )) {{V : value}}',
    ),
    (re.compile(r" ?\+ ([BM])"), r" + {{\1 : added\1}}"),
)
"""Parts that can be lit, with the Typst that names them."""
_NAMED = re.compile(r": (\w+)\}\}")
_ROLES = {"query": Role.QUERY, "key": Role.KEY, "value": Role.VALUE, "softmax": Role.WEIGHT}


def attention_formula(formula: Formula, style: Style) -> MathTypst:
    """The formula of the storyboard; `part` finds "query", "key", "value", "scale" and "softmax" in it."""
    source = formula.typst
    for pattern, named in _PARTS:
        source = pattern.sub(named, source)
    drawn = MathTypst(source, font_size=Size.DISPLAY.value, color=style.theme.ink)
    drawn.parts_named = frozenset(_NAMED.findall(source))
    drawn.set_fill(style.theme.ink, 1)
    for name, role in _ROLES.items():
        drawn.select(name).set_color(style.colour(role))
    return drawn


def part(drawn: MathTypst, name: str) -> VGroup:
    """A part of the formula; empty where the formula has no such part (a scale)."""
    return drawn.select(name) if name in drawn.parts_named else VGroup()

"""Attention(Q, K, V) set by Typst, its parts to be lit one by one."""

from __future__ import annotations

from manim import MathTypst, VGroup

from attnviz.film.style import Size, Style
from attnviz.theme import Role

_QUERY, _KEY, _VALUE = "{{Q : query}}", "{{K^top : key}}", "{{V : value}}"


def attention_formula(style: Style, factor: str | None, *, by_root: bool) -> MathTypst:
    """The formula; `select` finds "query", "key", "value", "scale" and "softmax".

    `by_root`: divided by √d_k; else `factor` stands before the product, None for none.
    """
    product = f"{_QUERY} {_KEY}"
    if by_root:
        inner = f"({product}) / {{{{sqrt(d_k) : scale}}}}"
    elif factor is not None:
        inner = f"{{{{{factor} : scale}}}} {product}"
    else:
        inner = product
    source = f'upright("Attention")(Q, K, V) = {{{{upright("softmax") : softmax}}}} lr(( {inner} )) {_VALUE}'
    formula = MathTypst(source, font_size=Size.DISPLAY.value, color=style.theme.ink)
    formula.set_fill(style.theme.ink, 1)
    for name, role in (
        ("query", Role.QUERY),
        ("key", Role.KEY),
        ("value", Role.VALUE),
        ("softmax", Role.WEIGHT),
    ):
        part(formula, name).set_color(style.colour(role))
    return formula


def part(formula: MathTypst, name: str) -> VGroup:
    """A part of the formula; empty where the formula does not have it."""
    try:
        return formula.select(name)
    except (KeyError, ValueError):
        return VGroup()

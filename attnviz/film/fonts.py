"""The one typeface of the films, the same on every machine: Inter, from the package fontpkg-inter."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path

import fontpkg
import manimpango

from attnviz.errors import InputError

FAMILY = "Inter"


@cache
def font_file() -> Path:
    """Registers the typeface with Pango, once a process, and says where it lies."""
    path = Path(str(fontpkg.path(FAMILY)))
    manimpango.register_font(str(path))
    return path


@cache
def _characters() -> frozenset[str]:
    from fontTools.ttLib import TTFont

    with TTFont(font_file(), lazy=True) as font:
        return frozenset(map(chr, font.getBestCmap()))


def missing_characters(text: str) -> str:
    """The characters of `text` that the typeface cannot draw, each once.

    >>> missing_characters("q₁ · k₂ ≈ −∞")
    ''
    """
    return "".join(dict.fromkeys(c for c in text if c not in _characters() and not c.isspace()))


def check_characters(texts: Iterable[str]) -> None:
    """Raises InputError if the typeface lacks a character of a text: Pango would draw a box and say nothing."""
    for text in texts:
        if missing := missing_characters(text):
            raise InputError(
                f"a film cannot show {missing[0]!r} (in {text!r}): its typeface, {FAMILY}, lacks it; give labels "
                "in Latin, Greek or Cyrillic letters with --tokens, or use attnviz explain, which shows any"
            )

"""Width of a text: in columns of a terminal, and about how wide in em where no typeface is at hand."""

from __future__ import annotations

import unicodedata

JOINERS = "\u200d\ufe0f\ufe0e"
"""Characters without a width that change the one before them: zero-width joiner, variation selectors."""

_WIDTHS = {
    character: width
    for characters, width in (
        ("ijlI'.,:;!| ", 0.3),
        ("frt()[]/\\`-", 0.4),
        ("aceksvxyz?_", 0.58),
        ("bdghnopquEFJL", 0.62),
        ("0123456789BPRSTXZ", 0.65),
        ("ACDGHKNOQUVY&", 0.75),
        ("mwMW@%", 0.95),
    )
    for character in characters
}
"""Of letters and signs of Inter, bold, in em."""
_OTHER, _WIDE = 0.7, 1.0
_AROUND = 0.14
"""The share of these that lies before the first letter and after the last."""


def columns_of(text: str) -> int:
    """Number of terminal columns of `text`: two for a Chinese character, none for an accent laid over another."""
    return sum(
        0
        if unicodedata.category(c) in ("Mn", "Me") or c in JOINERS
        else 1 + (unicodedata.east_asian_width(c) in "WF")
        for c in text
    )


def width_of(text: str) -> float:
    """The width in em.

    >>> round(width_of("it"), 2), round(width_of("mm"), 2), round(width_of("注意"), 2)
    (0.56, 1.76, 1.86)
    """
    wide = sum(_WIDTHS.get(each, _WIDE if columns_of(each) == 2 else _OTHER) for each in text)
    return max(wide - _AROUND, 0.0)

"""How wide a text is about, for who chooses what is shown and has no typeface at hand."""

from __future__ import annotations

from attnviz.lessons.labels import columns_of

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
"""What of these lies before the first letter and after the last."""


def width_of(text: str) -> float:
    """The width in em.

    >>> round(width_of("it"), 2), round(width_of("mm"), 2), round(width_of("注意"), 2)
    (0.56, 1.76, 1.86)
    """
    wide = sum(_WIDTHS.get(each, _WIDE if columns_of(each) == 2 else _OTHER) for each in text)
    return max(wide - _AROUND, 0.0)

"""Small things that lines are made of. Widths are columns of the terminal: two for a Chinese character or an emoji."""

from __future__ import annotations

from rich.cells import cell_len
from rich.style import Style
from rich.text import Text

_JOINER, _VARIANTS = "\u200d", "\ufe0e\ufe0f"


def styled(text: str, style: Style) -> Text:
    """`text` in a style that ends where it ends: what is appended later has its own."""
    return Text().append(text, style)


def filled(text: str, width: int) -> str:
    """`text` with blanks after it, up to `width` columns."""
    return text + " " * (width - cell_len(text))


def cut(text: str, width: int) -> str:
    """`text` in at most `width` columns; what does not fit is cut and ends in ….

    >>> cut("猫咪咪", 5), cut("cat", 5)
    ('猫咪…', 'cat')
    """
    if cell_len(text) <= width:
        return text
    kept = text
    while kept and cell_len(kept) >= width:
        kept = kept.rstrip(_VARIANTS)[:-1].rstrip(_JOINER)
    return kept + "…"

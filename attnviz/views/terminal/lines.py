"""Parts of lines. Widths are columns of the terminal: two for a Chinese character or an emoji."""

from __future__ import annotations

from collections.abc import Sequence

from rich.style import Style
from rich.text import Text

from attnviz.typeset.text_width import columns_of


def styled(text: str, style: Style) -> Text:
    """`text` in a style that does not extend to text appended later."""
    return Text().append(text, style)


def filled(text: str, width: int) -> str:
    """`text` with blanks after it, up to `width` columns."""
    return text + " " * (width - columns_of(text))


def by_point(texts: Sequence[str]) -> list[str]:
    """Numbers, all of the same width, with their decimal points at the same place.

    >>> by_point(["12", "0.25"])
    ['12   ', ' 0.25']
    """
    places = [len(text.partition(".")[0]) for text in texts]
    wholes = max(places, default=0)
    tails = max((len(text) - place for text, place in zip(texts, places, strict=True)), default=0)
    return [
        (" " * (wholes - place) + text).ljust(wholes + tails)
        for text, place in zip(texts, places, strict=True)
    ]

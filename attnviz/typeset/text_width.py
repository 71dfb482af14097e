"""Width of a text: in columns of a terminal, and about how wide in em where no typeface is at hand.

What the eye sees as one character is a grapheme cluster (Unicode, UAX #29): a letter with its accents, a consonant
of Devanagari with its vowel, a family of emoji. It is measured as a whole and never cut. The library wcwidth knows
which they are and how wide terminals draw them; it is imported for the first text that needs it.
"""

from __future__ import annotations

import re
from functools import lru_cache

JOINERS = "\u200c\u200d\ufe0f\ufe0e"
"""Characters without a width that change those beside them: zero-width (non-)joiner, variation selectors."""

_TWO_COLUMNS = (
    "\u3001-\u3003\u3008-\u3011\u3041-\u3096\u30a1-\u30fa\u4e00-\u9fff\uac00-\ud7a3\uff01-\uff60"
)
"""Chinese, kana, syllables of Hangul, and the signs that go with them."""
_ONE_COLUMN = (
    " -~\u00a1-\u00ac\u00ae-\u02ff\u0370-\u0373\u0376\u0377\u037a-\u037f\u0384-\u038a\u038e-\u03a1\u03a3-\u0482"
    "\u048a-\u052f\u1d2c-\u1d6a\u1e00-\u1eff\u2010-\u2027\u2030-\u203b\u2070\u2071\u2074-\u208e\u2090-\u209c"
    "\u2190-\u2193\u2200-\u22ff\u2400-\u2424\u2500-\u25a1\u25b8\u25cb\u25cf\u2713\u2717\u27e8\u27e9\u2800-\u28ff\u2c7c\ufffd"
)
"""Letters and signs of Latin, Greek, Cyrillic and formulas."""
_SIMPLE = re.compile(f"[{_ONE_COLUMN}{_TWO_COLUMNS}]*")
"""A text each of whose characters is a grapheme of its own: it needs no library."""
_WIDE_ONES = re.compile(f"[{_TWO_COLUMNS}]")

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


@lru_cache(maxsize=16384)  # the labels of a long text are measured for every matrix
def columns_of(text: str) -> int:
    """Number of terminal columns of `text`: two for a Chinese character, none for an accent laid over another.

    >>> columns_of("cat"), columns_of("猫"), columns_of("e\u0301"), columns_of("हिन्दी"), columns_of("👨‍👩‍👧")
    (3, 2, 1, 4, 2)
    """
    if text.isascii() and text.isprintable():
        return len(text)
    if _SIMPLE.fullmatch(text):
        return len(text) + len(_WIDE_ONES.findall(text))
    from wcwidth import wcswidth  # takes 20 ms

    whole = wcswidth(text)
    # It measures no text with a control character in it.
    return whole if whole >= 0 else sum(max(wcswidth(each), 0) for each in graphemes(text))


def graphemes(text: str) -> list[str]:
    """The grapheme clusters of `text`, what the eye sees as one character each, in order.

    >>> graphemes("hi"), graphemes("👍🏽🇩🇪"), graphemes("हिन्दी")
    (['h', 'i'], ['👍🏽', '🇩🇪'], ['हि', 'न्दी'])
    """
    if _SIMPLE.fullmatch(text):
        return list(text)
    from wcwidth import iter_graphemes

    return list(iter_graphemes(text))


def cut_to_columns(text: str, width: int) -> str:
    """`text` in at most `width` columns, at least 1; what does not fit is cut after a whole grapheme and ends in ….

    >>> cut_to_columns("猫咪咪", 5), cut_to_columns("cat", 5), cut_to_columns("👨‍👩‍👧👨‍👩‍👧", 3)
    ('猫咪…', 'cat', '👨‍👩‍👧…')
    """
    if columns_of(text) <= width:
        return text
    kept, used = "", 1
    for each in graphemes(text):
        used += columns_of(each)
        if used > width:
            break
        kept += each
    return f"{kept}…"


def width_of(text: str) -> float:
    """The width in em.

    >>> round(width_of("it"), 2), round(width_of("mm"), 2), round(width_of("注意"), 2)
    (0.56, 1.76, 1.86)
    """
    wide = sum(map(_em, graphemes(text)))
    return max(wide - _AROUND, 0.0)


def _em(grapheme: str) -> float:
    if (known := _WIDTHS.get(grapheme)) is not None:
        return known
    return {0: 0.0, 1: _OTHER, 2: _WIDE}.get(columns_of(grapheme), _WIDE)

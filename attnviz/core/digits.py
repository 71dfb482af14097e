"""Numbers as people type them, in ASCII: full-width digits, the digits of other scripts, dashes for a minus."""

from __future__ import annotations

import unicodedata

_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_DASHES = dict.fromkeys(
    map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u301c\ufe58\ufe63\uff5e"), "-"
)
_BLANKS = dict.fromkeys(map(ord, "\u00a0\u2007\u2009\u202f\u3000"), " ")
_PLAIN = _FULL_WIDTH | _DASHES | _BLANKS | {0x060C: ",", 0x3001: ",", 0x066B: ".", 0x066C: ","}


def plain_digits(text: str) -> str:
    """A number, or a range or a list of numbers, with each digit, dash, point, comma and colon in ASCII.

    >>> plain_digits("３－５"), plain_digits("2–4"), plain_digits("−０．５"), plain_digits("٣،४")
    ('3-5', '2-4', '-0.5', '3,4')
    """
    if text.isascii():
        return text
    plain = text.translate(_PLAIN)
    return "".join(
        str(unicodedata.decimal(each)) if unicodedata.category(each) == "Nd" else each
        for each in plain
    )

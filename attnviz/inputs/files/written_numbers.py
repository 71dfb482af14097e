"""Numbers as spreadsheets and word processors write them → as a program does.

Decimal commas (1,5), commas or points or no-break spaces between thousands (1,234.5 · 1.234,5), the minus sign − and
dashes for it, full-width digits, marks without width. What a comma is, is one decision for a whole table: `style_of`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from attnviz.records import record

_SPACES = "\u00a0\u202f\u2007\u2009"
"""No-break and thin spaces, which part thousands, or a sign from its number."""
_MINUSES = "\u2212\u2010\u2011\u2012\u2013\u2014\ufe63\uff0d"
_UNSEEN = "\u200b\u200e\u200f\u2060\u2066\u2067\u2068\u2069\ufeff"
"""Marks without width, which come along where a number is copied from a web page."""
_TRANSLATED = {
    **dict.fromkeys(map(ord, _MINUSES), "-"),
    **dict.fromkeys(map(ord, _UNSEEN), None),
    **{0xFF10 + digit: str(digit) for digit in range(10)},
    **{ord(wide): plain for wide, plain in zip("＋．，ｅＥ", "+.,eE", strict=True)},
}
_SPACED = re.compile(rf"(?<=\d)[{_SPACES}](?=\d{{3}}(?!\d))")
_SIGNED = re.compile(rf"(?<=[-+])[{_SPACES}](?=[\d.,])")
_EXPONENT = r"(?:[eE][-+]?\d+)?"
_THOUSANDS = re.compile(rf"[-+]?[1-9]\d{{0,2}}(?:,\d{{3}})+(?:\.\d*)?{_EXPONENT}")
_DECIMAL = re.compile(rf"(?=.*\d)[-+]?(?:\d+|[1-9]\d{{0,2}}(?:\.\d{{3}})+)?,\d*{_EXPONENT}")
_POINTED = re.compile(rf"(?=.*\d)[-+]?\d*\.\d*{_EXPONENT}")


@record
class Commas:
    """What a comma within a number is, in a whole table."""

    is_decimal: bool = False
    """True if it is a decimal comma; else it may part thousands, and a point is the decimal point."""
    example: str = ""
    """A number with commas between its thousands, if there is one."""


PLAIN = Commas()


def style_of(cells: Iterable[str], delimiter: str, *, has_points: bool = True) -> Commas:
    """What a comma is in a table with these cells, which `delimiter` parts.

    A comma is decimal where ";" or a tab parts cells and some number can have no other (1,5), or where ";" parts cells
    and no number has a decimal point; `has_points` is False where no cell has a point. Between thousands
    it stands in 1,234.5 and where a comma parts cells.

    >>> style_of(["1,5", "2"], ";"), style_of(["1,234.5"], ",")
    (Commas(is_decimal=True, example=''), Commas(is_decimal=False, example='1,234.5'))
    """
    example = ""
    only_decimal = pointed = False
    for cell in cells:
        if "," not in cell and "." not in cell and cell.isascii():
            continue
        text = _cleaned(cell)
        if "," not in text:
            pointed = pointed or ("." in text and _POINTED.fullmatch(text) is not None)
        elif _THOUSANDS.fullmatch(text):
            example = example or text
            pointed = pointed or "." in text
        elif _DECIMAL.fullmatch(text):
            only_decimal = True
            if not has_points and delimiter != ",":
                break
    if delimiter == ",":
        return Commas(example=example) if example else PLAIN
    if pointed or not (only_decimal or example):
        # 1,5 beside 2.5 is refused where it stands
        return Commas(example=example) if example and pointed else PLAIN
    if only_decimal or delimiter == ";":
        return Commas(is_decimal=True)
    return PLAIN


def plain_number(cell: str, commas: Commas = PLAIN) -> str:
    """The cell as a program writes the number that it holds; what is none comes back as it was, without blanks around.

    Raises ValueError, saying what is wrong, for a number whose comma or point may be either.

    >>> plain_number("−1,5", Commas(is_decimal=True)), plain_number("1,234.5", Commas(example="1,234.5"))
    ('-1.5', '1234.5')
    """
    text = _cleaned(cell)
    if "," in text:
        if commas.is_decimal and _DECIMAL.fullmatch(text):
            return text.replace(".", "").replace(",", ".")
        if commas.example and _THOUSANDS.fullmatch(text):
            return text.replace(",", "")
    elif commas.is_decimal and "." in text and _POINTED.fullmatch(text):
        whole = text.replace(".", "")
        raise ValueError(
            f"has a point where other numbers have decimal commas: write {text.replace('.', ',')} or {whole}"
        )
    return text


def unusual_characters(cell: str) -> tuple[str, ...]:
    """The characters of a cell that were read as others, by code and name.

    >>> unusual_characters("−1")
    ('U+2212 (minus sign)',)
    """
    return tuple(
        f"U+{ord(each):04X} ({unicodedata.name(each, '?').lower()})"
        for each in dict.fromkeys(cell)
        if each in _SPACES or ord(each) in _TRANSLATED
    )


def _cleaned(cell: str) -> str:
    text = cell.strip()  # which takes no-break spaces too
    if text.isascii():
        return text
    return _SPACED.sub("", _SIGNED.sub("", text.translate(_TRANSLATED))).strip()

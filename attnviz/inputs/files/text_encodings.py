"""The encoding of a table: UTF-8, UTF-16, GB18030 (GBK), Windows-1252."""

from __future__ import annotations

import codecs

from attnviz.errors import InputError

UTF16 = "UTF-16"
_SHARE = 0.9
"""The share of zeros among the upper halves that makes bytes UTF-16 without a mark."""
_LOOKED_AT = 4096


def decoded(data: bytes, where: str) -> tuple[str, str | None]:
    """The text, and its encoding where that is not UTF-8. Raises InputError for bytes that are no text in any of them.

    >>> decoded("é,1".encode("cp1252"), "x.csv"), decoded("狗,1".encode("gbk"), "x.csv")
    (('é,1', 'Windows-1252'), ('狗,1', 'GB18030'))
    """
    codec = utf16_codec(data)
    if codec is not None:
        return _checked(_decode(data, codec, UTF16, where), where), UTF16
    try:
        return _checked(data.decode("utf-8-sig"), where), None
    except UnicodeDecodeError as error:
        place = error.start
    if _is_chinese(data):
        return _checked(data.decode("gb18030"), where), "GB18030"
    try:
        return _checked(data.decode("cp1252"), where), "Windows-1252"
    except UnicodeDecodeError:
        line = data.count(b"\n", 0, place) + 1
        raise InputError(
            f"{where}, line {line}: byte 0x{data[place]:02x} is not UTF-8, nor is the file UTF-16, GB18030 or "
            "Windows-1252; save the file as UTF-8"
        ) from None


def utf16_codec(data: bytes) -> str | None:
    """The codec of UTF-16 with its mark, or of text without one whose upper halves are nearly all 0; else None.

    >>> utf16_codec("1,2".encode("utf-16-be")), utf16_codec(b"1,2")
    ('utf-16-be', None)
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    part = data[:_LOOKED_AT]
    if len(data) % 2 or b"\0" not in part:
        return None
    for codec, upper, lower in (
        ("utf-16-le", part[1::2], part[::2]),
        ("utf-16-be", part[::2], part[1::2]),
    ):
        is_ascii = all(each in b"\t\r\n" or each >= 32 for each in lower)
        if is_ascii and upper.count(0) >= _SHARE * len(upper):
            return codec
    return None


def _is_chinese(data: bytes) -> bool:
    """Tells whether bytes above ASCII come in pairs, as in Chinese text; in Western text most stand alone.

    GB18030 would take most Western text too: é with the letter after it is one of its characters.
    """
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError:
        return False
    han = [each for each in text if each > "\x7f"]
    pairs = sum(each.encode("gb18030")[-1] >= 0xA1 for each in han)
    return 2 * pairs > len(han)


def _decode(data: bytes, codec: str, name: str, where: str) -> str:
    try:
        return data.decode(codec)
    except UnicodeDecodeError as error:
        raise InputError(
            f"{where} begins as {name} and is not ({error.reason} at byte {error.start}): save it as UTF-8"
        ) from error


def _checked(text: str, where: str) -> str:
    if not text.strip():
        raise InputError(f"{where} is empty: it needs at least one row")
    return text

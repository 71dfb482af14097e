"""The encoding of a table: UTF-8, UTF-16, UTF-32, GB18030 (GBK), Windows-1252."""

from __future__ import annotations

import codecs
import re
import unicodedata

from attnviz.errors import InputError

_SHARE = 0.5
"""The share of zeros among the upper halves that makes bytes UTF-16 without a mark."""
_LOOKED_AT = 4096
_SPACES = "\u00a0\u2007\u2009\u202f\u3000\u200e\u200f\ufeff"
_RUN = re.compile("([^\\x00-\\x7f]+)")
_LONGEST_WORD = 30
_WORD_BEFORE, _WORD_AFTER = re.compile("[A-Za-z]+\\Z"), re.compile("[A-Za-z]+")
_LETTERS = re.compile("[A-Za-zÀ-ÖØ-öø-ÿŒœŠšŽžŸ·]+")
_MANY_ACCENTS = re.compile("[^\\x00-\\x7f]{3}")
_PUNCTUATED = re.compile("[«»“”„‘’‚–—…¿¡][A-Za-z]")
_UNITS = re.compile("°[CF]|µ[A-Za-z]")


def decoded(data: bytes, where: str) -> tuple[str, str | None]:
    """The text, and its encoding where that is not UTF-8. Raises InputError for bytes that are no text in any of them.

    >>> decoded("é,1".encode("cp1252"), "x.csv"), decoded("狗,1".encode("gbk"), "x.csv")
    (('é,1', 'Windows-1252'), ('狗,1', 'GB18030'))
    """
    codec = wide_codec(data)
    if codec is not None:
        name = codec[: len("utf-16")].upper()
        return _checked(_decode(data, codec, name, where), where), name
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


def wide_codec(data: bytes) -> str | None:
    """The codec of UTF-16 or UTF-32 with its mark, or of UTF-16 without one; None for other bytes.

    Without a mark the upper halves of most characters are 0, as of digits and commas, and no lower half is.

    >>> wide_codec("1,2".encode("utf-16-be")), wide_codec("\ufeff1,2".encode("utf-32-le")), wide_codec(b"1,2")
    ('utf-16-be', 'utf-32', None)
    """
    if data.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return "utf-32"
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    part = data[:_LOOKED_AT]
    if len(data) % 2 or b"\0" not in part:
        return None
    for codec, upper, lower in (
        ("utf-16-le", part[1::2], part[::2]),
        ("utf-16-be", part[::2], part[1::2]),
    ):
        if 0 not in lower and upper.count(0) >= _SHARE * len(upper):
            # the last character may be half of a pair
            text = part.decode(codec, errors="ignore")
            if all(each in "\t\r\n" or each.isprintable() or each in _SPACES for each in text):
                return codec
    return None


def _is_chinese(data: bytes) -> bool:
    """Tells whether bytes that are no UTF-8 are Chinese in GB18030 rather than Western text in Windows-1252.

    GB18030 takes much Western text too: é with the letter after it is one of its characters, and so are two accented
    letters. So each run of characters above ASCII counts as Western where Windows-1252 reads it as part of a word,
    else as Chinese.
    """
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError:
        return False
    western = chinese = 0
    for match in _RUN.finditer(text):
        run = match[1]
        # private use and unassigned code points are no text
        if any(unicodedata.category(each) in ("Co", "Cn", "Cc") for each in run):
            return False
        before = _WORD_BEFORE.search(text, max(0, match.start() - _LONGEST_WORD), match.start())
        after = _WORD_AFTER.match(text, match.end())
        if _is_western(run, before[0] if before else "", after[0] if after else ""):
            western += 1
        else:
            chinese += len(run)
    return chinese > western


def _is_western(run: str, before: str, after: str) -> bool:
    """Tells whether a run of GB18030's characters, between these letters of ASCII, is a Western word in Windows-1252.

    >>> _is_western("玢", "cora", "o"), _is_western("猫", "", ""), _is_western("镕", "", "")  # coração, Ã¨, éF
    (True, False, False)
    """
    try:
        there = run.encode("gb18030").decode("cp1252")
    except UnicodeDecodeError:
        return False
    word = before + there + after
    if _UNITS.fullmatch(there):
        return True
    if (before or after) and len(run) == 1 and not _is_common(run):
        return True
    if _PUNCTUATED.fullmatch(there):  # l’eau, “cat, –a
        return bool(before) or (len(there) > 1 and bool(after))
    if not _LETTERS.fullmatch(there) or _MANY_ACCENTS.search(there):
        return False
    if not any(each.isascii() for each in word):
        return word.islower() and len(set(word)) == 1  # öö, but not ÎÒ, which is 我
    is_title = word[:1].isupper() and word[1:].islower()
    return is_title or word.islower() or (word.isupper() and len(word) > 2)


def _is_common(character: str) -> bool:
    """Tells whether GB2312 has it, whose 6,763 characters nearly all Chinese text is written in."""
    try:
        character.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


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

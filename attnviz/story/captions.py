"""Captions in lines: how long one may be, and where a longer one is parted."""

from __future__ import annotations

import re

LINES = 2
LINE_LENGTH = {"en": 60, "zh": 28}
"""Characters that are read at one glance."""
_PAUSES = ",.:;?!，。：；？！、"
_CLOSING = _PAUSES + "）”》"
_HAN = "\u3400-\u9fff"
_BETWEEN_SCRIPTS = re.compile(rf"(?<=[{_HAN}])\n(?=[^\W{_HAN}])|(?<=[^\W{_HAN}])\n(?=[{_HAN}])")

_TOGETHER = re.compile(r"\n(?:\(“|[=≈√])|[=≈] \n")
"""A break between a symbol and its token, q₁ (“it”), or within an equation."""


def in_one_line(text: str, between: str) -> str:
    """A caption as prose: `between` where it broke, and a blank where Chinese meets Latin letters or digits there.

    >>> in_one_line("最关注\\nk₁：\\n各 0.5。", "")
    '最关注 k₁：各 0.5。'
    """
    return _BETWEEN_SCRIPTS.sub(" ", text).replace("\n", between)


def caption_lines(text: str, language: str) -> list[str]:
    """At most two lines: those of the text; one that is too long is parted near its middle, best after a comma.

    >>> caption_lines("Which keys fit the query q₁₁ (“it”)? Compare it with each of them.", "en")
    ['Which keys fit the query q₁₁ (“it”)?', 'Compare it with each of them.']
    >>> caption_lines("你看到的这一句话比屏幕上的一行字还要长一些，所以要在逗号后面分开。", "zh")
    ['你看到的这一句话比屏幕上的一行字还要长一些，', '所以要在逗号后面分开。']
    """
    lines = text.split("\n")
    if len(lines) > 1 or len(text) <= LINE_LENGTH[language]:
        return lines
    places = _places_to_part(text, language)
    if not places:
        return lines
    middle = min(places, key=lambda i: abs(i - len(text) / 2) - 15 * (text[i - 1] in _PAUSES))
    return [text[:middle].rstrip(), text[middle:].lstrip()]


def _places_to_part(text: str, language: str) -> list[int]:
    """Where a second line may begin: after a blank, or, in Chinese, after a mark, but never before one."""
    inside = range(1, len(text))
    parting = [i for i in inside if text[i - 1] == " "]
    blanks = [i for i in parting if not _TOGETHER.search(text[:i] + "\n" + text[i:])] or parting
    if language != "zh":
        return blanks
    marks = [i for i in inside if text[i - 1] in _PAUSES and text[i] not in _CLOSING]
    return marks or blanks

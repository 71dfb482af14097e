"""A caption as a speaker would say it: symbols in words, and numbers so that a speaking program says all of them."""

from __future__ import annotations

import re
from collections.abc import Callable

from attnviz.story.i18n import Words, words
from attnviz.story.numbers import MINUS

_QUOTED = re.compile("(“[^”]*”)")
_NUMBER = r"\d+(?:\.\d+)?"
_ROOT = rf"√(?P<what>[A-Za-z_]+|{_NUMBER}|\([^()]*\))"
_SUBSCRIPTS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
_RAISED = "(?<=\\d)(?!²(?![⁰¹²³⁴-⁹]))[⁻⁰¹²³⁴-⁹]+"
"""The power of a number, but for a square."""
_SUPERSCRIPTS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", f"{MINUS}0123456789")
_SYMBOLS = {
    "=": "equals",
    "≠": "unequal",
    "≈": "about",
    "<": "less",
    ">": "greater",
    "≤": "at_most",
    "≥": "at_least",
    "+": "plus",
    "·": "times",
    "×": "times",
    "/": "over",
    "→": "to",
    "–": "to",
    "²": "squared",
    "ᵀ": "transposed",
}
"""Symbols that are a word of their own wherever they stand."""
_NOUNS = {"∞": "infinity", "α": "alpha", "π": "pi", "σ": "sigma"}
_CHINESE_UNITS = ((10**8, "亿"), (10**4, "万"), (1000, "千"), (100, "百"), (10, "十"))
_CHINESE_DIGITS = "零一二三四五六七八九"
_MEASURES = "个层步行列倍次条种张块项"
"""Words before which 2 is 两, unless it is the second of them or a part of a size."""


def sayable(text: str, language: str) -> str:
    """`text` as it is said in `language`, "en" or "zh". What stands in quotation marks, a token, stays as it is.

    >>> sayable("divide each by √d_k = √3 ≈ 1.73.", "en")
    'divide each by the square root of d k, which is the square root of 3, about 1.73.'
    >>> sayable("k₁（“the”）只有 −0.50。", "zh")
    'k 一（“the”）只有 负零点五零。'
    """
    spoken = words(language)
    # a split on a group in brackets keeps what it split at, as every second part
    parts = _QUOTED.split(" ".join(text.split()))
    parts[::2] = [_in_words(part, spoken) for part in parts[::2]]
    return _tidied("".join(parts))


def _in_words(text: str, spoken: Words) -> str:
    for said in (_grouped, _composed, _signed, _plain):
        text = said(text, spoken)
    return _in_chinese_numerals(text) if spoken.language == "zh" else text


def _grouped(text: str, spoken: Words) -> str:
    """Digits in groups of three become one number, and lowered ones a number of their own."""
    text = re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", text)
    return re.sub("[₀-₉]+", lambda found: f" {found[0].translate(_SUBSCRIPTS)}", text)


def _composed(text: str, spoken: Words) -> str:
    """What is said in another order than it is written, or stands around what it is about."""

    def say(key: str) -> Callable[[re.Match[str]], str]:
        return lambda found: spoken.say("speech", key, **found.groupdict())

    text = re.sub(rf"(?<=\d)e(?:\+|({MINUS}))0*(\d+)", r" · 10^\1\2", text)
    text = re.sub(_RAISED, lambda found: f"^{found[0].translate(_SUPERSCRIPTS)}", text)
    text = re.sub(rf"(?P<what>\d+)\^(?P<exponent>{MINUS}?\d+)", say("power"), text)
    which = spoken.say("speech", "which")
    text = re.sub(rf"({_ROOT})\s*=\s*", rf"\1{which} ", text)
    text = re.sub(_ROOT, say("root"), text)
    text = re.sub(r"\bexp\((?P<what>[^()]*)\)", say("exponential"), text)
    text = re.sub(rf"(?P<what>{_NUMBER})%", say("percent"), text)
    # a size, such as 8×8 or n × n, is no product
    size = r"(?<![\w.])(\d+|[a-z])\s*×\s*(?=(?:\d+|[a-z])(?!\.?\d|[A-Za-z]))"
    by = spoken.say("speech", "by")
    return re.sub(size, rf"\1 {by} ", text)


def _signed(text: str, spoken: Words) -> str:
    """A minus between two things takes away, one before a thing is its sign."""
    between = rf"(?<=\S)\s+{MINUS}\s+(?=\S)|(?<=[A-Za-z0-9)]){MINUS}"
    minus = spoken.say("speech", "minus")
    text = re.sub(between, f" {minus} ", text)
    return text.replace(MINUS, spoken.say("speech", "negative"))


def _plain(text: str, spoken: Words) -> str:
    text = re.sub("(?<=[A-Za-z]{2})/(?=[A-Za-z]{2})", " ", text)  # and/or is no quotient
    for symbol, key in _SYMBOLS.items():
        text = text.replace(symbol, f" {spoken.say('speech', key)} ")
    for symbol, key in _NOUNS.items():
        text = text.replace(symbol, spoken.say("speech", key))
    return text.replace("_", " ")


def _in_chinese_numerals(text: str) -> str:
    """Numbers written out: espeak-ng leaves out the point of 1.73, and the zero of 105, which then is 150."""
    text = re.sub(rf"(?<![\d.第乘])(?<![第乘] )2(?= ?[{_MEASURES}])(?! ?次方)", "两", text)
    text = re.sub(r"(?<=[（(])(?:19|20)\d\d(?=[)）])", lambda year: _one_by_one(year[0]), text)
    return re.sub(_NUMBER, lambda found: _chinese(found[0]), text)


def _chinese(number: str) -> str:
    """A decimal number in Chinese numerals.

    >>> _chinese("105"), _chinese("12.05"), _chinese("110000")
    ('一百零五', '十二点零五', '十一万')
    """
    whole, _, decimals = number.partition(".")
    said = _counted(int(whole))
    if said.startswith("一十"):
        said = said.removeprefix("一")
    return f"{said}点{_one_by_one(decimals)}" if decimals else said


def _one_by_one(digits: str) -> str:
    return "".join(_CHINESE_DIGITS[int(digit)] for digit in digits)


def _counted(count: int) -> str:
    for size, unit in _CHINESE_UNITS:
        if count >= size:
            head, rest = divmod(count, size)
            gap = "零" if 0 < rest < size // 10 else ""
            return _counted(head) + unit + gap + (_counted(rest) if rest else "")
    return _CHINESE_DIGITS[count]


def _tidied(text: str) -> str:
    text = re.sub(r"\s+", " ", text).strip()
    return re.sub(r" +(?=[,.:;?!，。：；？！、）])", "", text)

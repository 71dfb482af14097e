"""A caption as a speaker would say it: symbols in words, and numbers so that a speaking program says all of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from attnviz.story.caption_tokens import (
    CallToken,
    CaptionToken,
    Lowered,
    NumberToken,
    Raised,
    RootToken,
    Sign,
    SymbolToken,
    Word,
)
from attnviz.story.captions import caption
from attnviz.story.i18n import Words, language, words
from attnviz.story.numbers import MINUS

_INDICES = str.maketrans({",": ", ", "ᵢ": " i", "ⱼ": " j", "ₕ": " h", "₊": " + "}) | str.maketrans(
    "₀₁₂₃₄₅₆₇₈₉", "0123456789"
)
_EXPONENT = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", f"{MINUS}0123456789")
_SIGNS = {
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


def spoken_text(text: str, language: str) -> str:
    """`text` as it is said in `language`, a code such as "en". What stands in quotation marks, a token, stays as it is.

    >>> spoken_text("divide each by √d_k = √3 ≈ 1.73.", "en")
    'divide each by the square root of d k, which is the square root of 3, about 1.73.'
    >>> spoken_text("k₁（“the”）只有 −0.50。", "zh")
    'k 一（“the”）只有 负零点五零。'
    """
    return _tidied(_spoken(caption(text).tokens, words(language)))


def _spoken(tokens: Sequence[CaptionToken], vocabulary: Words) -> str:
    """The tokens in words, one after the other; each sees its neighbours."""
    so_far, i = "", 0
    while i < len(tokens):
        piece, count = _spoken_token(tokens, i, so_far, vocabulary)
        so_far += piece
        i += count
    return so_far


def _spoken_token(
    tokens: Sequence[CaptionToken], i: int, so_far: str, vocabulary: Words
) -> tuple[str, int]:
    """The words for the token at `i`, after those of `so_far`, and the number of tokens that they cover."""

    def phrase(key: str, **facts: str) -> str:
        return vocabulary.phrase("speech", key, **facts)

    match tokens[i]:
        case NumberToken() as number:
            return _number(number, tokens, i, so_far, vocabulary)
        case SymbolToken(letter=letter, name=name, indices=indices):
            lowered = _spoken_digits(indices.translate(_INDICES), vocabulary)
            parts = (_nouns(letter, vocabulary), name, lowered.strip())
            return " ".join(filter(None, parts)), 1
        case Lowered(text=text):
            return f" {_spoken_digits(text.translate(_INDICES), vocabulary)}", 1
        case RootToken(inside=inside):
            root = phrase("root", what=_spoken(inside, vocabulary))
            blanks = _blanks(tokens, i + 1)
            if _text(tokens, i + 1 + blanks) == "=":
                return root + phrase("which") + " ", 2 + blanks
            return root, 1
        case CallToken(inside=inside):
            return phrase("exponential", what=_spoken(inside, vocabulary)), 1
        case Sign(text=text):
            return _sign(text, tokens, i, vocabulary), 1
        case Raised(text="²"):
            return _as_word(phrase("squared")), 1
        case Word(text=text):
            return _nouns(text, vocabulary), 1
        case token:
            return token.text, 1


def _number(
    number: NumberToken, tokens: Sequence[CaptionToken], i: int, so_far: str, vocabulary: Words
) -> tuple[str, int]:
    """A number with what belongs to it: its power, or a percent sign."""
    after = tokens[i + 1] if i + 1 < len(tokens) else None
    digits = _spoken_digits(number.digits, vocabulary)
    if number.exponent is not None:
        power = _power("10", str(number.exponent).replace("-", MINUS), vocabulary)
        return digits + _as_word(vocabulary.phrase("speech", "times")) + power, 1
    if isinstance(after, Raised) and after.text != "²":
        exponent = after.text.removeprefix("^").translate(_EXPONENT)
        return _power(number.digits, exponent, vocabulary), 2
    if after == Sign("%"):
        return vocabulary.phrase("speech", "percent", what=digits), 2
    in_context = _IN_CONTEXT.get(language(vocabulary.language).numerals)
    found = in_context(number.text, tokens, i, so_far) if in_context else None
    return found or digits, 1


def _power(base: str, exponent: str, vocabulary: Words) -> str:
    sign = vocabulary.phrase("speech", "negative") if exponent.startswith(MINUS) else ""
    raised = sign + _spoken_digits(exponent.removeprefix(MINUS), vocabulary)
    return vocabulary.phrase(
        "speech", "power", what=_spoken_digits(base, vocabulary), exponent=raised
    )


def _sign(text: str, tokens: Sequence[CaptionToken], i: int, vocabulary: Words) -> str:
    """A minus between two things takes away, one before a thing is its sign; a size, 8×8 or n × n, is no product."""

    def phrase(key: str) -> str:
        return vocabulary.phrase("speech", key)

    if text == MINUS:
        return _as_word(phrase("minus")) if _is_between(tokens, i) else phrase("negative")
    if text == "_" or (text == "/" and _long_word(tokens, i - 1) and _long_word(tokens, i + 1)):
        return " "  # and/or is no quotient
    key = "by" if text == "×" and _is_size(tokens, i) else _SIGNS.get(text)
    return _nouns(text, vocabulary) if key is None else _as_word(phrase(key))


def _as_word(word: str) -> str:
    """The word with blanks around it."""
    return f" {word} "


def _is_between(tokens: Sequence[CaptionToken], i: int) -> bool:
    """True if the sign at `i` has blanks on both sides and text beyond them, or directly follows a term."""
    before, after = _blanks(tokens, i - 1, -1), _blanks(tokens, i + 1)
    if not before:
        return re.search("[A-Za-z0-9)₀-₉⁰¹²³⁴-⁹]$", _text(tokens, i - 1)) is not None
    return bool(after and _text(tokens, i - 1 - before) and _text(tokens, i + 1 + after))


def _is_size(tokens: Sequence[CaptionToken], i: int) -> bool:
    left = i - 1 - _blanks(tokens, i - 1, -1)
    right = i + 1 + _blanks(tokens, i + 1)
    return (
        _is_length(tokens, left)
        and _is_length(tokens, right)
        and not re.search(r"[\w.]$", _text(tokens, left - 1))
        and not re.match("[A-Za-z]", _text(tokens, right + 1))
    )


def _is_length(tokens: Sequence[CaptionToken], i: int) -> bool:
    """True for a whole number or a single small letter."""
    return re.fullmatch("[0-9]+|[0-9]{1,3}(,[0-9]{3})+|[a-z]", _text(tokens, i)) is not None


def _long_word(tokens: Sequence[CaptionToken], i: int) -> bool:
    return 0 <= i < len(tokens) and isinstance(tokens[i], Word) and len(tokens[i].text) > 1


def _blanks(tokens: Sequence[CaptionToken], i: int, step: int = 1) -> int:
    """The number of blanks from `i` on."""
    count = 0
    while _text(tokens, i + step * count).isspace():
        count += 1
    return count


def _text(tokens: Sequence[CaptionToken], i: int) -> str:
    return tokens[i].text if 0 <= i < len(tokens) else ""


def _nouns(text: str, vocabulary: Words) -> str:
    for symbol, key in _NOUNS.items():
        if symbol in text:
            text = text.replace(symbol, vocabulary.phrase("speech", key))
    return text


def _spoken_digits(text: str, vocabulary: Words) -> str:
    """The numbers in `text` as the voice of the language is given them."""
    numeral = _NUMERALS[language(vocabulary.language).numerals]
    return re.sub(r"\d+(?:\.\d+)?", lambda found: numeral(found[0]), text)


def _chinese_in_context(
    number: str, tokens: Sequence[CaptionToken], i: int, so_far: str
) -> str | None:
    """A 2 that counts is 两, and a year in brackets is said digit by digit; None for any other number."""
    if number == "2":
        after = "".join(token.text for token in tokens[i + 1 : i + 4]).removeprefix(" ")
        counts = after[:1] and after[0] in _MEASURES and not after.startswith("次方")
        return "两" if counts and so_far.rstrip()[-1:] not in ("第", "乘") else None
    in_brackets = _text(tokens, i - 1) in ("（", "(") and _text(tokens, i + 1) in ("）", ")")
    is_year = in_brackets and re.fullmatch(r"(?:19|20)\d\d", number)
    return _digit_by_digit(number) if is_year else None


def _chinese(number: str) -> str:
    """A decimal number in Chinese numerals.

    >>> _chinese("105"), _chinese("12.05"), _chinese("110000")
    ('一百零五', '十二点零五', '十一万')
    """
    whole, _, decimals = number.partition(".")
    so_far = _chinese_integer(int(whole))
    if so_far.startswith("一十"):
        so_far = so_far.removeprefix("一")
    return f"{so_far}点{_digit_by_digit(decimals)}" if decimals else so_far


def _digit_by_digit(digits: str) -> str:
    return "".join(_CHINESE_DIGITS[int(digit)] for digit in digits)


def _chinese_integer(count: int) -> str:
    for size, unit in _CHINESE_UNITS:
        if count >= size:
            head, rest = divmod(count, size)
            gap = "零" if 0 < rest < size // 10 else ""
            return _chinese_integer(head) + unit + gap + (_chinese_integer(rest) if rest else "")
    return _CHINESE_DIGITS[count]


def _tidied(text: str) -> str:
    text = re.sub(r"\s+", " ", text).strip()
    return re.sub(r" +(?=[,.:;?!，。：；？！、）])", "", text)


_NUMERALS: dict[str, Callable[[str], str]] = {"digits": str, "chinese": _chinese}
"""The function that spells a number for a voice, by the `numerals` of the language."""
_IN_CONTEXT = {"chinese": _chinese_in_context}
"""The function that spells a number by its neighbours, by the `numerals` of the language."""

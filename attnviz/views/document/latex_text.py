"""Plain text as LaTeX: nothing in it is a command, every engine can set it, and symbols become mathematics.

A character that the fonts of LaTeX do not have is written as its code point, U+1F600: nothing vanishes silently. Beside
the code points of a word of `latex_scripts` stands the word, for the engines that can set it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

from attnviz.story.caption_tokens import (
    CallToken,
    CaptionToken,
    Lowered,
    NumberToken,
    Quoted,
    Raised,
    RootToken,
    Sign,
    SymbolToken,
    Word,
    read_mathematics,
    read_tokens,
)
from attnviz.story.captions import caption
from attnviz.typeset.text_width import columns_of
from attnviz.views.document.latex_scripts import COMMAND, WORDS

_CHINESE = re.compile(r"[\u3001-\u303f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uff01-\uff5e]")
_CODE_POINT = re.compile(r"U\+[0-9A-F]{4,6}(?=\})")
_INDICES = str.maketrans("₀₁₂₃₄₅₆₇₈₉ᵢⱼₕ₊", "0123456789ijh+")
_RAISED_DIGITS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻−", "0123456789--")

_COMMANDS = {
    "\\": "\\textbackslash{}",
    "{": "\\{",
    "}": "\\}",
    "$": "\\$",
    "&": "\\&",
    "#": "\\#",
    "_": "\\_",
    "%": "\\%",
    "^": "\\textasciicircum{}",
    "~": "\\textasciitilde{}",
    "<": "\\textless{}",
    ">": "\\textgreater{}",
    "|": "\\textbar{}",
    "`": "\\textasciigrave{}",
    '"': "\\char34{}",
    "-": "-{}",  # -- would become a dash
    "'": "'{}",
    "[": "{[}",  # after \\ it would open an argument
    "]": "{]}",
    "“": "``",
    "”": "''",
    "‘": "`{}",
    "’": "'{}",
    "…": "\\ldots{}",
    "–": "--",
    "—": "---",
    "␣": "\\textvisiblespace{}",
    "\u00a0": "~",
    "ß": "\\ss{}",
    "æ": "\\ae{}",
    "Æ": "\\AE{}",
    "œ": "\\oe{}",
    "Œ": "\\OE{}",
    "ø": "\\o{}",
    "Ø": "\\O{}",
    "ł": "\\l{}",
    "Ł": "\\L{}",
    "ı": "\\i{}",
}

_SYMBOLS = {
    "·": "\\cdot ",
    "×": "\\times ",
    "−": "-",
    "≈": "\\approx ",
    "∞": "\\infty ",
    "√": "\\surd ",
    "Σ": "\\Sigma ",
    "α": "\\alpha ",
    "ᵀ": "^{\\top}",
    "∅": "\\emptyset ",
    "⏎": "\\hookleftarrow ",
    "⇥": "\\mapsto ",
    "…": "\\ldots ",
    "✓": "\\checkmark ",
    "✗": "\\times ",
    "●": "\\bullet ",
    "○": "\\circ ",
    "⋯": "\\cdots ",
    "∗": "\\ast ",
    "→": "\\rightarrow ",
    "←": "\\leftarrow ",
    "↑": "\\uparrow ",
    "↓": "\\downarrow ",
    "≠": "\\ne ",
    "≤": "\\le ",
    "≥": "\\ge ",
}

_ACCENTS = {
    "\u0300": "`",
    "\u0301": "'",
    "\u0302": "^",
    "\u0303": "~",
    "\u0304": "=",
    "\u0306": "u",
    "\u0307": ".",
    "\u0308": '"',
    "\u030a": "r",
    "\u030b": "H",
    "\u030c": "v",
    "\u0327": "c",
}

_FUNCTIONS = {"exp": "\\exp ", "max": "\\max "}


def has_chinese(text: str) -> bool:
    """Tests for Chinese or Japanese characters, which need other fonts than LaTeX's own."""
    return _CHINESE.search(text) is not None


def width_of(text: str) -> int:
    """Columns that `text` takes on the page, where a digit takes one.

    >>> width_of("cat"), width_of("\U0001f600")
    (3, 9)
    """
    return columns_of(text) + sum(map(len, _CODE_POINT.findall(prose(text))))


def prose(text: str) -> str:
    """Words, with the symbols in them set as mathematics.

    >>> print(prose("q₁ costs 5 % of √d_k"))
    $q_{1}$ costs 5 \\% of $\\sqrt{d_{k}}$
    """
    parts, plain = [], ""
    for token in _among_words(caption(text).tokens):
        if isinstance(token, RootToken | SymbolToken | Raised | Lowered):
            parts += [_plain(plain), f"${_formula(token)}$"]
            plain = ""
        else:
            plain += token.text
    return "".join([*parts, _plain(plain)])


def _among_words(tokens: Iterable[CaptionToken]) -> Iterator[CaptionToken]:
    """The tokens, what is quoted and what functions are of read too: there is a symbol where there is its character."""
    for token in tokens:
        if isinstance(token, CallToken):
            yield Word(f"{token.function}(")
            yield from _among_words(token.inside)
            yield Sign(")")
        elif isinstance(token, Quoted) and token.text[:1] == "“":
            yield Sign("“")
            yield from _among_words(read_tokens(token.text[1:-1]))
            yield Sign("”")
        else:
            yield token


def math(text: str) -> str:
    """Arithmetic as the lessons write it, for use between dollar signs.

    >>> print(math("q₁·k₁₂ ≈ −0.5"))
    q_{1}\\cdot k_{12} \\approx -0.5
    """
    return "".join(map(_formula, read_mathematics(text))).replace("  ", " ")


def _formula(token: CaptionToken) -> str:
    match token:
        case RootToken():
            return f"\\sqrt{{{''.join(map(_formula, token.inside))}}}"
        case SymbolToken():
            return _letter(token)
        case Raised():
            return f"^{{{token.text.removeprefix('^').translate(_RAISED_DIGITS)}}}"
        case Lowered():
            return f"_{{{token.text.translate(_INDICES)}}}"
        case NumberToken(exponent=int(exponent)):
            return f"{token.text.partition('e')[0]} \\cdot 10^{{{exponent}}}"
        case NumberToken():
            return token.text
        case Word():
            return _FUNCTIONS.get(token.text, f"\\mathrm{{{token.text}}}")
        case _:
            return "".join(map(_symbol, token.text))


def _letter(symbol: SymbolToken) -> str:
    indices = symbol.indices.translate(_INDICES)
    if symbol.name:
        name = symbol.name if len(symbol.name) == 1 else f"\\mathrm{{{symbol.name}}}"
        return f"{symbol.letter}_{{{name}{indices}}}"
    if not indices:
        return _symbol(symbol.letter)
    return f"{_symbol(symbol.letter).rstrip()}_{{{indices}}}"


def _symbol(character: str) -> str:
    if character in _SYMBOLS:
        return _SYMBOLS[character]
    if character in "()[],.=+/* " or (character.isascii() and character.isalnum()):
        return character
    return f"\\text{{{_plain(character)}}}"


def _plain(text: str) -> str:
    whole = unicodedata.normalize("NFC", text)
    parts: list[str] = []
    end = 0
    for word in WORDS.finditer(whole):
        codes = "".join(map(_character, word[0]))
        parts += map(_character, whole[end : word.start()])
        parts.append(f"{COMMAND}{{{word.lastgroup}}}{{{word[0]}}}{{{codes}}}")
        end = word.end()
    return "".join([*parts, *map(_character, whole[end:])])


def _character(character: str) -> str:
    if character in _COMMANDS:
        return _COMMANDS[character]
    if character in _SYMBOLS:
        return f"${_SYMBOLS[character].strip()}$"
    if character.isspace():
        return " "
    if (character.isascii() and character.isprintable()) or _CHINESE.match(character):
        return character
    return _accented(character) or f"\\texttt{{U+{ord(character):04X}}}"


def _accented(character: str) -> str | None:
    decomposed = unicodedata.normalize("NFD", character)
    letter, mark = decomposed[0], decomposed[1:]
    if mark not in _ACCENTS or not (letter.isascii() and letter.isalpha()):
        return None
    bare = f"\\{letter}" if letter in "ij" else letter
    return f"\\{_ACCENTS[mark]}{{{bare}}}"

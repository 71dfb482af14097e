"""Plain text as LaTeX: nothing in it is a command, every engine can set it, and symbols become mathematics.

A character that the fonts of LaTeX do not have is written as its code point, U+1F600: nothing vanishes silently.
"""

from __future__ import annotations

import re
import unicodedata

from attnviz.typeset.text_width import columns_of

_CHINESE = re.compile(r"[\u3001-\u303f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uff01-\uff5e]")
_CODE_POINT = re.compile(r"U\+[0-9A-F]{4,6}(?=\})")
_DIGITS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
_RAISED_DIGITS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")

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

_ROOT = r"√(?P<root>d_k|\d+(?:\.\d+)?)"
_INDEXED = r"(?P<letter>[A-Za-zα])(?P<indices>[₀-₉]+(?:,[₀-₉]+)*)"
_RAISED = r"(?P<raised>[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+)"
_IN_PROSE = re.compile(rf"{_ROOT}|{_INDEXED}|{_RAISED}|\b(?:d_k|d_model|[Wb]_[QKVO])\b")
_IN_MATH = re.compile(
    rf"{_ROOT}|{_INDEXED}|{_RAISED}"
    r"|(?P<base>[A-Za-z])_(?P<index>[A-Za-z]+)(?P<further>[₀-₉]*)"
    r"|(?P<mantissa>[\d.]+)e(?P<exponent>[+−]\d+)"
    r"|(?P<word>[A-Za-z]{2,})"
    r"|(?P<other>.)",
    re.DOTALL,
)


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
    parts, end = [], 0
    for match in _IN_PROSE.finditer(text):
        parts += [_plain(text[end : match.start()]), f"${math(match[0])}$"]
        end = match.end()
    return "".join([*parts, _plain(text[end:])])


def math(text: str) -> str:
    """Arithmetic as the lessons write it, for use between dollar signs.

    >>> print(math("q₁·k₁₂ ≈ −0.5"))
    q_{1}\\cdot k_{12} \\approx -0.5
    """
    return "".join(map(_formula, _IN_MATH.finditer(text))).replace("  ", " ")


def _formula(match: re.Match[str]) -> str:
    part = match.groupdict()
    if part["root"]:
        return f"\\sqrt{{{math(part['root'])}}}"
    if part["letter"]:
        letter = "\\alpha" if part["letter"] == "α" else part["letter"]
        return f"{letter}_{{{part['indices'].translate(_DIGITS)}}}"
    if part["raised"]:
        return f"^{{{part['raised'].translate(_RAISED_DIGITS)}}}"
    if part["base"]:
        index = part["index"] if len(part["index"]) == 1 else f"\\mathrm{{{part['index']}}}"
        return f"{part['base']}_{{{index}{(part['further'] or '').translate(_DIGITS)}}}"
    if part["mantissa"]:
        exponent = int(part["exponent"].replace("−", "-"))
        return f"{part['mantissa']} \\cdot 10^{{{exponent}}}"
    if word := part["word"]:
        return _FUNCTIONS.get(word, f"\\mathrm{{{word}}}")
    return _symbol(part["other"] or "")


def _symbol(character: str) -> str:
    if character in _SYMBOLS:
        return _SYMBOLS[character]
    if character in "()[],.=+/* " or (character.isascii() and character.isalnum()):
        return character
    return f"\\text{{{_plain(character)}}}"


def _plain(text: str) -> str:
    return "".join(map(_character, unicodedata.normalize("NFC", text)))


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

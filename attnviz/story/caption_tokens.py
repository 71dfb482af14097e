"""The tokens of a caption: symbols, numbers, roots and words, read once, for every view.

`read_tokens` reads words with symbols among them, `read_mathematics` a formula or arithmetic, where every letter is a
symbol. Joined, the texts of the tokens are the text that was read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from typing import TypeAlias

from attnviz.records import record
from attnviz.theme import Role

MINUS = "−"
"""The sign; a hyphen is another character."""
ROLES_BY_LETTER = {
    "x": Role.INPUT,
    "q": Role.QUERY,
    "k": Role.KEY,
    "v": Role.VALUE,
    "s": Role.SCORE,
    "α": Role.WEIGHT,
    "a": Role.WEIGHT,
    "o": Role.OUTPUT,
    "y": Role.OUTPUT,
}
"""The role of a symbol by its letter: that of x₁ and of X, that of q₁ and, by what it makes, of W_Q and b_Q."""
_ALONE = "XQKVSAOYso"
"""The letters that have a role in a formula even without an index. Among words a lone A is an article."""


@record
class Word:
    """A run of letters."""

    text: str


@record
class Sign:
    """One character that is no letter and no digit: an operator, a punctuation mark, a blank."""

    text: str


@record
class NumberToken:
    """A number without its sign: 0.5, 1,024 or 1.2e+06."""

    text: str

    @property
    def digits(self) -> str:
        """The digits before the power of ten, without grouping commas."""
        return self.text.partition("e")[0].replace(",", "")

    @property
    def exponent(self) -> int | None:
        """The power of ten, if it is written: 6 in 1.2e+06."""
        _, e, exponent = self.text.partition("e")
        return int(exponent.replace(MINUS, "-")) if e else None


@record
class SymbolToken:
    """A letter with its indices, q₁, αᵢⱼ or s₁,₁₂, or with a name as its index: W_Q, d_model, w_B₁."""

    text: str
    letter: str
    name: str = ""
    """The text after an underscore: Q in W_Q."""
    indices: str = ""
    """Lowered digits and letters, as they are written: ₁ in q₁."""
    role: Role | None = None


@record
class Raised:
    """An exponent of digits: ² in n², ⁻¹⁶ or ^5."""

    text: str


@record
class Lowered:
    """Lowered digits that belong to no letter."""

    text: str


@record
class RootToken:
    """A square root: √d_k, √3 or √(d_k + 1)."""

    text: str
    inside: tuple[CaptionToken, ...]


@record
class CallToken:
    """A function of something without further brackets: exp(−∞)."""

    text: str
    function: str
    inside: tuple[CaptionToken, ...]


@record
class Quoted:
    """A quoted token of the text, with its quotation marks: no symbol of the lesson."""

    text: str


@record
class Run:
    """A stretch of text of one role."""

    text: str
    role: Role | None = None


CaptionToken: TypeAlias = (
    Word | Sign | NumberToken | SymbolToken | Raised | Lowered | RootToken | CallToken | Quoted
)

HIDDEN = "\ue000"
"""A private character that stands for the letters of a token's name, where the lesson says that it is one."""
_NUMBER = rf"\d+(?:,\d{{3}}(?!\d))*(?:\.\d+)?(?:e[+{MINUS}]\d+)?"
_LETTERS = r"[^\W\d_₀-₉⁰¹²³⁴-⁹ᵢⱼₕᵀ]"
_INDICES = r"(?:[ᵢⱼₕ₊]+|[₀-₉]+(?:,[₀-₉]+)*)"
_SHARED = (
    rf"√(?P<root>[A-Za-z_]+|{_NUMBER}|\([^()]*\))",
    rf"(?P<letter>[A-Za-zα])(?P<indices>{_INDICES})",
    rf"(?P<raised>[⁻⁰¹²³⁴-⁹]+|(?<=\d)\^{MINUS}?\d+)",
    r"(?P<lowered>[₀-₉]+)",
    rf"(?P<number>{_NUMBER})",
)


@cache
def _among_words() -> re.Pattern[str]:
    """The grammar of words. Compiled when it is first used: an explanation without colours needs none."""
    return re.compile(
        "|".join(
            (
                rf"(?P<quoted>“[^”]*”|{HIDDEN}+)",
                r"(?<![A-Za-z0-9_])(?P<function>exp)\((?P<argument>[^()]*)\)",
                r"(?<![A-Za-z0-9_])(?P<base>[Wb]|d(?=_(?:k|model)))_(?P<name>[QKVO]|k|model)(?P<further>)"
                r"(?![A-Za-z0-9_])",
                *_SHARED,
                # a word ends before a letter with an index
                rf"(?P<word>(?:(?![A-Za-zα]{_INDICES}){_LETTERS})+)",
                r"(?P<sign>.)",
            )
        ),
        re.DOTALL,
    )


@cache
def _in_mathematics() -> re.Pattern[str]:
    """The grammar of formulas and arithmetic."""
    return re.compile(
        "|".join(
            (
                r"(?P<base>[A-Za-z])_(?P<name>[A-Za-z]+)(?P<further>[₀-₉]*)",
                *_SHARED,
                r"(?P<word>[A-Za-z]{2,})",
                r"(?P<alone>[A-Za-zα])",
                r"(?P<sign>.)",
            )
        ),
        re.DOTALL,
    )


# a film asks for the tokens of a caption's lines, and for those of the caption
@lru_cache(maxsize=4096)
def read_tokens(text: str) -> tuple[CaptionToken, ...]:
    """The tokens of words with symbols among them.

    >>> [token.text for token in read_tokens("divide by √d_k, q₁ (“a_b”)")]
    ['divide', ' ', 'by', ' ', '√d_k', ',', ' ', 'q₁', ' ', '(', '“a_b”', ')']
    """
    return tuple(_tokens(text, _among_words()))


@lru_cache(maxsize=4096)
def read_mathematics(text: str) -> tuple[CaptionToken, ...]:
    """The tokens of a formula in plain Unicode, or of arithmetic.

    >>> [token.role for token in read_mathematics("S = Q") if isinstance(token, SymbolToken)]
    [<Role.SCORE: 'score'>, <Role.QUERY: 'query'>]
    """
    return tuple(_tokens(text, _in_mathematics()))


def flattened(tokens: Iterable[CaptionToken]) -> Iterator[CaptionToken]:
    """The tokens with those of roots and calls in their places, in reading order."""
    for token in tokens:
        if isinstance(token, RootToken):
            yield Sign("√")
            yield from flattened(token.inside)
        elif isinstance(token, CallToken):
            yield Word(token.function)
            yield Sign("(")
            yield from flattened(token.inside)
            yield Sign(")")
        else:
            yield token


def runs_of(tokens: Iterable[CaptionToken]) -> tuple[Run, ...]:
    """The tokens as text: symbols that have a role each by itself, all between them together.

    >>> [run.text for run in runs_of(read_tokens("the key k₁ fits"))]
    ['the key ', 'k₁', ' fits']
    """
    runs: list[Run] = []
    plain = ""
    for token in flattened(tokens):
        role = token.role if isinstance(token, SymbolToken) else None
        if role is None:
            plain += token.text
            continue
        runs += [*([Run(plain)] if plain else []), Run(token.text, role)]
        plain = ""
    return (*runs, Run(plain)) if plain else tuple(runs)


def _tokens(text: str, pattern: re.Pattern[str]) -> Iterator[CaptionToken]:
    in_formula = (
        "alone" in pattern.groupindex
    )  # a single letter is a symbol there, among words a word
    for match in pattern.finditer(text):
        part, written = match.groupdict(), match[0]
        if part["root"]:
            yield RootToken(written, tuple(_tokens(part["root"], pattern)))
        elif part.get("function"):
            yield CallToken(written, part["function"], tuple(_tokens(part["argument"], pattern)))
        elif part["base"] or part["letter"] or part.get("alone"):
            yield _symbol(match, in_formula)
        elif part["raised"]:
            yield Raised(written)
        elif part["lowered"]:
            yield Lowered(written)
        elif part["number"]:
            yield NumberToken(written)
        elif part.get("quoted"):
            yield Quoted(written)
        else:
            yield Word(written) if part["word"] else Sign(written)


def _symbol(match: re.Match[str], in_formula: bool) -> SymbolToken:
    part, written = match.groupdict(), match[0]
    if part["base"]:
        base, name = part["base"], part["name"]
        makes = base in "Wb" and name in ("Q", "K", "V", "O") and not part["further"]
        role = ROLES_BY_LETTER[name.lower()] if makes and _stands_alone(match) else None
        return SymbolToken(written, base, name, part["further"], role)
    letter, indices = part["letter"] or part["alone"], part["indices"] or ""
    is_entry = bool(indices) and letter.islower() and letter != "a"
    has_role = (is_entry or (in_formula and letter in _ALONE)) and _stands_alone(match)
    role = ROLES_BY_LETTER.get(letter.lower()) if has_role else None
    return SymbolToken(written, letter, "", indices, role)


def _stands_alone(match: re.Match[str]) -> bool:
    """True if the letter is no part of a word, no function, O(n²), and no end of a rounding, / s⌋: a stride."""
    start, end = match.span()
    before, after = match.string[max(start - 1, 0) : start], match.string[end : end + 1]
    return not re.match("[A-Za-z_]", before) and not re.match("[A-Za-z(⌋]", after)

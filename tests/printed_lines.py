"""A reader of printed lines: knows nothing of attnviz but its text, and works out each line from the digits it shows.

A line such as `q₁·k₂ = 1·4 + 0·4 = 4` is a chain of expressions, joined by "=" and "≈". What has no value in digits, a
name or "(12 more)", is passed over; all else must agree with what follows it: an "=" exactly, an "≈" to half a unit of
the last digit that is printed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction
from itertools import zip_longest

_NUMBER = re.compile(r"\d+(?:\.\d+)?(?:e[+-]?\d+)?")
_TOKEN = re.compile(rf"\s*({_NUMBER.pattern}|exp\(|tanh\(|max\(|[−+·/()\[\],√∞]|…|\S)")
_RELATION = re.compile(r" ([=≈]) ")
_SIDE_BY_SIDE = re.compile(r"\s{2,}(?=[eαs][₀₁₂₃₄₅₆₇₈₉])")
_HALF = Fraction(1, 2)
_LARGEST_EXPONENT = 4000


class NoValueError(Exception):
    """The expression has no value in digits."""


@dataclass(frozen=True)
class Fault:
    """A printed line that its own digits contradict."""

    kind: str
    line: str
    detail: str


@dataclass(frozen=True)
class Printed:
    """An expression as printed: its value, the values of its terms, and the unit of its last digit if it is a number.

    A vector has one of these an entry.
    """

    text: str
    value: Fraction
    terms: tuple[Printed, ...]
    unit: Fraction | None


def faults(text: str) -> list[Fault]:
    """All printed lines of a terminal page, or of Markdown, that their digits contradict."""
    found: list[Fault] = []
    results: dict[str, Printed] = {}
    for line in calculations(text):
        stages, relations = _stages(line)
        found += _faults(line, stages, relations)
        result = stages[-1]
        for stage in stages[:-1]:
            # what is worked out of the same digits has the same result
            if stage is not None and isinstance(stage, Printed) and stage.unit is None:
                key = " ".join(stage.text.split())
                if isinstance(result, Printed):
                    first = results.setdefault(key, result)
                    if first.unit == result.unit and not _alike(stage, first, result):
                        found.append(Fault("unequal", line, f"{key} is {first.text} elsewhere"))
    return found


def _alike(stage: Printed, first: Printed, second: Printed) -> bool:
    """True if both are the same, or the value is just between them."""
    between = (first.value + second.value) / 2
    return first.value == second.value or stage.value == between


def checked(text: str) -> int:
    """The number of lines of which at least one expression was worked out and compared."""
    count = 0
    for line in calculations(text):
        stages, _ = _stages(line)
        count += sum(stage is not None for stage in stages) > 1
    return count


def calculations(text: str) -> Iterator[str]:
    """The lines with "=" or "≈", those joined that the width has broken, and the parts of sentences that are such."""
    lines = text.split("\n")
    i = 0
    while i < len(lines):
        line = lines[i]
        i += 1
        if not _RELATION.search(line + " "):
            # a long left or sum may be broken before its relation
            following = lines[i].strip() if i < len(lines) else ""
            if not following.startswith(("= ", "≈ ")) or "─" in line:
                continue
        indent = len(line) - len(line.lstrip())
        parts = [line.strip()]
        while i < len(lines) and _continues(lines[i], indent):
            parts.append(lines[i].strip())
            i += 1
        for column in zip_longest(*map(_SIDE_BY_SIDE.split, parts), fillvalue=""):
            whole = " ".join(" ".join(column).split())
            if not any(sign in whole for sign in "$─|"):
                yield from _of_prose(whole)


def _continues(line: str, indent: int) -> bool:
    return bool(line.strip()) and len(line) - len(line.lstrip()) > indent


def _of_prose(line: str) -> Iterator[str]:
    """The line itself where it is a calculation; of a sentence the part from a sign of arithmetic to a number."""
    if re.search(r"[A-Za-z]{3,} [a-z]{2,}|[，。：]|: ", line) and not line.startswith("max"):
        yield from re.findall(rf"√{_NUMBER.pattern} [=≈] {_NUMBER.pattern}", line)
    else:
        yield line


_Stage = Printed | tuple[Printed, ...] | None


def _stages(line: str) -> tuple[list[_Stage], list[str]]:
    pieces = _RELATION.split(f" {line} ".replace("  ", " "))
    return [_printed(piece.strip()) for piece in pieces[::2]], pieces[1::2]


def _faults(line: str, stages: Sequence[_Stage], relations: Sequence[str]) -> Iterator[Fault]:
    for i, earlier in enumerate(stages):
        for j in range(i + 1, len(stages)):
            later = stages[j]
            if earlier is None or later is None:
                continue
            exact = set(relations[i:j]) == {"="}
            if isinstance(earlier, tuple) or isinstance(later, tuple):
                if not (isinstance(earlier, tuple) and isinstance(later, tuple)):
                    continue
                pairs = list(zip(earlier, later, strict=True))
            else:
                pairs = [(earlier, later)]
                if later.unit is None and len(earlier.terms) == len(later.terms):
                    pairs += zip(earlier.terms, later.terms, strict=True)
            for one, other in pairs:
                if exact and one.value != other.value:
                    yield Fault("false =", line, f"{one.text} is not {other.text}")
                elif other.unit is not None and abs(one.value - other.value) > _HALF * other.unit:
                    yield Fault(
                        "off", line, f"{one.text} is {float(one.value):.9g}, not {other.text}"
                    )


# ── expressions ──


def _printed(text: str) -> _Stage:
    try:
        return _Reader(text).whole()
    except NoValueError:
        return None


@dataclass(frozen=True)
class _Value:
    value: Fraction
    text: str
    unit: Fraction | None = None


class _Reader:
    """Sums of products of numbers, brackets, exp, tanh, max, and a number times a vector."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = [match.group(1) for match in _TOKEN.finditer(text)]
        self.at = 0

    @property
    def next(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self, *expected: str) -> str:
        token = self.next
        if not token or (expected and token not in expected):
            raise NoValueError(self.text)
        self.at += 1
        return token

    def whole(self) -> Printed | tuple[Printed, ...]:
        if self.tokens and self.tokens[-1] == "]":
            return self.vector()
        terms = self.sum_()
        if self.next:
            raise NoValueError(self.text)
        # each term may be a number itself, with a last digit
        printed = tuple(Printed(each.text, each.value, (), each.unit) for each in terms)
        unit = terms[0].unit if len(terms) == 1 else None
        return Printed(self.text, sum((each.value for each in terms), Fraction(0)), printed, unit)

    def vector(self) -> tuple[Printed, ...]:
        factor = None
        if self.next != "[":
            factor = self.factor()
            self.take("·")
        self.take("[")
        entries = []
        while self.next not in ("]", "…"):
            entry = self.signed()
            value = entry.value if factor is None else factor.value * entry.value
            text = entry.text if factor is None else f"{factor.text}·{entry.text}"
            entries.append(Printed(text, value, (), entry.unit if factor is None else None))
        return tuple(entries)

    def sum_(self) -> list[_Value]:
        terms = [self.product()]
        while self.next in ("+", "−"):
            negative = self.take() == "−"
            term = self.product()
            terms.append(_negated(term) if negative else term)
        return terms

    def product(self) -> _Value:
        result = self.signed()
        while self.next in ("·", "/"):
            divides = self.take() == "/"
            other = self.signed()
            if divides and not other.value:
                raise NoValueError(self.text)
            value = result.value / other.value if divides else result.value * other.value
            result = _Value(value, f"{result.text}{'/' if divides else '·'}{other.text}")
        return result

    def signed(self) -> _Value:
        if self.next == "−":
            self.take()
            return _negated(self.factor())
        return self.factor()

    def factor(self) -> _Value:
        token = self.take()
        if _NUMBER.fullmatch(token):
            return _Value(Fraction(token), token, _unit(token))
        if token == "√":
            number = self.take()
            if not _NUMBER.fullmatch(number):
                raise NoValueError(self.text)
            with localcontext() as context:
                context.prec = 60
                return _Value(Fraction(Decimal(number).sqrt()), f"√{number}")
        if token == "(":
            inside = self.inside(")")
            bare = len(inside) == 1
            return _Value(
                sum((each.value for each in inside), Fraction(0)),
                f"({' + '.join(each.text for each in inside)})",
                inside[0].unit if bare else None,
            )
        if token == "max(":
            values = [*self.sum_()]
            while self.next == ",":
                self.take()
                values += self.sum_()
            self.take(")")
            return _Value(max(each.value for each in values), "max")
        if token in ("exp(", "tanh("):
            if self.hidden():
                return _Value(Fraction(0 if token == "exp(" else -1), f"{token}−∞)")
            inside = self.inside(")")
            total = sum((each.value for each in inside), Fraction(0))
            written = " + ".join(each.text for each in inside)
            return _Value(_function(token, total), f"{token}{written})")
        raise NoValueError(self.text)

    def inside(self, end: str) -> list[_Value]:
        terms = self.sum_()
        self.take(end)
        return terms

    def hidden(self) -> bool:
        """Passes over the rest of exp(−∞ − …), which is 0, or of tanh(−∞ …), which is −1."""
        if self.tokens[self.at : self.at + 2] != ["−", "∞"]:
            return False
        depth = 1
        while depth:
            token = self.take()
            depth += token.endswith("(") - (token == ")")
        return True


def _negated(value: _Value) -> _Value:
    return _Value(-value.value, f"−{value.text}", value.unit)


def _unit(number: str) -> Fraction:
    """The worth of one in the last digit."""
    digits, _, exponent = number.partition("e")
    decimals = len(digits.partition(".")[2])
    return Fraction(10) ** (int(exponent or 0) - decimals)


def _function(name: str, value: Fraction) -> Fraction:
    with localcontext() as context:
        context.prec = 60
        exponent = Decimal(value.numerator) / Decimal(value.denominator)
        if name == "tanh(":
            exponent *= 2
        if exponent > _LARGEST_EXPONENT and name == "exp(":
            raise NoValueError(name)
        power = min(max(exponent, Decimal(-_LARGEST_EXPONENT)), Decimal(_LARGEST_EXPONENT)).exp()
        return Fraction((power - 1) / (power + 1) if name == "tanh(" else power)

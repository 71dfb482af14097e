"""The formulas of the lesson on order, as trees."""

from __future__ import annotations

from attnviz.story.expressions import (
    Atom,
    Brackets,
    Call,
    CommaList,
    Expression,
    Infix,
    Multiplication,
    Name,
    Statements,
    function,
    letter,
    letters,
    written,
)

_SHUFFLED = Multiplication(*letters("P X"))
_ANGLE = Atom(
    "pos / 10000^(2i/d_model)",
    'p \\/ 10000^(2 i \\/ d_"model")',
    "p / 10000^{2i / d_{\\mathrm{model}}}",
)
"""The angle; in plain text the position is a word, and the exponent is on the line."""

PERMUTED = written(_SHUFFLED)
EQUIVARIANT = written(
    Infix(
        "=",
        Call(Name("Attention"), _SHUFFLED),
        Multiplication(letter("P"), Call(Name("Attention"), letter("X"))),
    )
)
CONVOLVED = written(
    Infix(
        "≠",
        Infix("*", Brackets(_SHUFFLED), letter("w")),
        Multiplication(letter("P"), Brackets(Infix("*", *letters("X w")))),
    )
)
ADDED = written(Infix("+", letter("X"), Name("PE")))


def _encoded(entry: Atom, wave: str) -> Expression:
    place = Call(Name("PE"), CommaList(Atom("pos", "p", "p"), entry))
    return Infix("=", place, Call(function(wave), _ANGLE))


ENCODING = written(
    Statements(
        _encoded(Atom("2i", "2 i", "2i"), "sin"),
        _encoded(Atom("2i+1", "2 i + 1", "2i+1"), "cos"),
    )
)

"""The formulas of the lesson on context, as trees."""

from __future__ import annotations

from attnviz.story.expressions import (
    Atom,
    Brackets,
    Call,
    Fraction,
    Indexed,
    Infix,
    Multiplication,
    Sigma,
    Statements,
    function,
    letter,
    letters,
    lowered,
    written,
)

_REACHED = Multiplication(letter("L"), Brackets(Infix("−", *letters("k 1"))))
"""The width that L convolutions of width k reach, from one end to the other."""

RECEPTIVE_FIELD = written(Infix("=", letter("r"), Infix("+", letter("1"), _REACHED)))
LAYERS = written(
    Infix(
        "=",
        letter("L"),
        Brackets(Infix("/", letter("D"), Brackets(Infix("−", *letters("k 1")))), "⌈"),
    )
)
_EXPONENTIAL = Call(function("exp"), letter("s"))
PLANTED = written(
    Infix(
        "=",
        letter("α"),
        Fraction(_EXPONENTIAL, Infix("−", Infix("+", _EXPONENTIAL, letter("n")), letter("1"))),
    )
)
FARTHEST = written(Infix("≤", letter("d"), Infix("/", _REACHED, letter("2"))))
BOTH_LAYERS = written(
    Statements(
        Infix(
            "=",
            lowered("y", "i"),
            Sigma(
                "j",
                Multiplication(
                    lowered("w", "j"),
                    Indexed(letter("x"), Atom("i+j", "i + j", "i+j"), is_lowered=True),
                ),
                is_shown=True,
            ),
        ),
        Infix(
            "=",
            lowered("o", "i"),
            Sigma("j", Multiplication(lowered("α", "i", "j"), lowered("v", "j")), is_shown=True),
        ),
        latex_between=", \\quad ",
    )
)
"""A convolution and attention."""

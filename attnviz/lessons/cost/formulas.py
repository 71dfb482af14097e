"""The formulas of the lesson on cost, as trees."""

from __future__ import annotations

from attnviz.story.expressions import (
    Atom,
    Brackets,
    Call,
    Indexed,
    Infix,
    Multiplication,
    Power,
    Statements,
    function,
    letter,
    letters,
    lowered,
    written,
)

_N, _D = letters("n d")
_ND = Multiplication(_N, _D)
_APART = ", \\quad "

EQUAL_OPERATIONS = written(
    Infix(
        "⇔",
        Infix(
            "=",
            Multiplication(letter("2"), Power(_N, 2), _D),
            Multiplication(letter("2"), _N, Power(_D, 2)),
        ),
        Infix("=", _N, _D),
    )
)
RECURRENCE = written(
    Infix(
        "=",
        lowered("h", "t"),
        Call(
            function("tanh"),
            Infix(
                "+",
                Multiplication(
                    letter("W"),
                    Indexed(letter("h"), Atom("t−1", "t - 1", "t-1"), is_lowered=True),
                ),
                Multiplication(letter("U"), lowered("x", "t")),
            ),
        ),
    )
)
PATH_LENGTHS = written(
    Statements(
        letter("1"),
        Brackets(Multiplication(Indexed(function("log"), letter("k")), _N), "⌈"),
        Brackets(
            Infix("/", *(Brackets(Infix("−", letter(each), letter("1"))) for each in "nk")), "⌈"
        ),
        _N,
        latex_between=_APART,
    )
)
MEMORY = written(Statements(Infix("+", Power(_N, 2), _ND), _ND, _ND, latex_between=_APART))
ORDER_OF_ATTENTION = written(Call(letter("O"), Infix("·", Power(_N, 2), _D)))

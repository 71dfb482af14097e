"""The formulas of the lesson on scaling, as trees."""

from __future__ import annotations

from attnviz.story import formulas
from attnviz.story.expressions import (
    Brackets,
    Call,
    Differential,
    Fraction,
    Infix,
    Multiplication,
    Name,
    Negative,
    Root,
    Sigma,
    Statements,
    function,
    letter,
    letters,
    lowered,
    named,
    written,
)

_D_K = named("d", "k")
_WEIGHT = lowered("α", "j")

SCORE = written(Infix("=", letter("s"), formulas.DOT_PRODUCT))
VARIANCE = written(Infix("=", Call(Name("Var"), Infix("·", *letters("q k"))), _D_K))
WEIGHTS = written(
    Statements(
        Call(Name("softmax"), letter("s")),
        Call(Name("softmax"), Infix("/", letter("s"), Root(_D_K), is_tight=True)),
    )
)
ENTROPY = written(
    Infix("=", letter("H"), Negative(Sigma("j", Multiplication(_WEIGHT, function("ln"), _WEIGHT))))
)
GRADIENT = written(
    Infix(
        "=",
        Fraction(Differential(_WEIGHT), Differential(lowered("s", "j")), is_tight=True),
        Multiplication(_WEIGHT, Brackets(Infix("−", letter("1"), _WEIGHT))),
    )
)

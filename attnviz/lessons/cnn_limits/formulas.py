"""The formulas of the lesson on the limits of convolutions, as trees."""

from __future__ import annotations

from attnviz.story.expressions import (
    Atom,
    Brackets,
    Call,
    CommaList,
    Expression,
    Indexed,
    Infix,
    Multiplication,
    Name,
    Power,
    Sigma,
    Statements,
    letter,
    letters,
    named,
    written,
)

_Y = letter("y")
_CONVOLVED = Infix("*", named("x", "c"), named("w", "c"))


def _size() -> Expression:
    padded = Brackets(Infix("−", Infix("+", *letters("n 2p")), letter("k")))
    return Brackets(Infix("/", padded, letter("s")), "⌊")


CONVOLUTION = written(
    Infix(
        "=",
        Atom("y[r, c]", "y_(r c)", "y_{r c}"),
        Sigma(
            "i, j",
            Infix(
                "·",
                Atom("w[i, j]", "w_(i j)", "w_{i j}"),
                Atom("x[r + i, c + j]", "x_(r + i, c + j)", "x_{r + i, c + j}"),
            ),
        ),
    )
)
COUNTS = written(
    Infix(
        "≪",
        Power(letter("k"), 2),
        Multiplication(
            Power(letter("n"), 2),
            Power(Brackets(Infix("+", Infix("−", *letters("n k")), letter("1"))), 2),
        ),
    )
)
CHANNELS = written(
    Infix("=", _Y, Infix("+", *(Infix("*", named("x", c), named("w", c)) for c in "RGB")))
)
FEATURES = written(
    Infix(
        "=",
        named("y", "f"),
        Sigma("c", Infix("*", named("x", "c"), Indexed(letter("w"), Atom("fc", "f c", "f c")))),
    )
)
SLICES = written(
    Statements(
        Infix("=", _Y, Sigma("c", _CONVOLVED)),
        Infix("=", letter("c"), CommaList(*letters("1 2 3"))),
    )
)
POINTWISE = written(
    Infix(
        "=",
        Indexed(Atom("x′", "x'", "x'"), letter("c")),
        Sigma("b", Multiplication(Indexed(letter("m"), Atom("cb", "c b", "c b")), named("x", "b"))),
    )
)
FLATTENED = written(
    Infix("=", _Y, Infix("·", Call(Name("flatten"), Infix("*", *letters("x w"))), letter("W")))
)
OUTPUT_SIZE = written(Infix("+", _size(), letter("1")))
PROJECTION = written(
    Statements(
        Infix("=", letter("Q"), Multiplication(letter("X"), named("W", "Q"))),
        Atom(
            "(n × d_model)(d_model × d_k)",
            '(n times d_"model") (d_"model" times d_k)',
            "(n \\times d_\\mathrm{model})(d_\\mathrm{model} \\times d_k)",
        ),
    )
)

"""The formulas that several lessons share, each as one tree of which all its spellings are made.

No words in them: a formula reads the same in every language.
"""

from __future__ import annotations

from typing import Literal

from attnviz.story.expressions import (
    Atom,
    Brackets,
    Call,
    CommaList,
    Expression,
    Fraction,
    Indexed,
    Infix,
    Juxtaposed,
    Multiplication,
    Name,
    Negative,
    Part,
    Root,
    Sigma,
    Statements,
    Times,
    Transposed,
    function,
    letter,
    letters,
    lowered,
    named,
    within,
    written,
)
from attnviz.story.formula import Formula

Scaling = Literal["root", "factor"]
"""The factor of the scores: 1/√d_k, or another factor c."""

_SCORES = letter("S")
_OUTPUT = letter("O")
_QUERIES_KEYS = Multiplication(letter("Q"), Transposed(letter("K")))
_ROOT = Root(named("d", "k"))
_QKV = CommaList(*letters("Q K V"))
_MASK_VALUES = Brackets(CommaList(letter("0"), Negative(letter("∞"))), "{")


def _exponential(score: Expression, least: Expression) -> Expression:
    return Call(function("exp"), Infix("−", score, least))


def _softmax() -> Expression:
    largest = Multiplication(function("max"), letter("s"))
    summed = Sigma("i", _summand(largest))
    return Infix("=", lowered("α", "j"), Fraction(_exponential(lowered("s", "j"), largest), summed))


def _summand(least: Expression) -> Expression:
    """One of the exponentials that are summed: plain text, which has no index below the Σ, has none here."""
    return _exponential(Atom("s", "s_i", "s_i"), least)


def _softmax_beside_sink() -> Expression:
    least = letter("m")
    summed = Infix("+", _exponential(letter("b"), least), Sigma("i", _summand(least)))
    weight = Fraction(_exponential(lowered("s", "j"), least), summed)
    return Statements(
        Infix("=", lowered("α", "j"), weight),
        Infix("=", least, Call(function("max"), CommaList(*letters("s b")))),
    )


INPUTS = written(letter("X"))
WEIGHTS = written(CommaList(*(named("W", each) for each in "QKV")))
SCORES = written(Infix("=", _SCORES, _QUERIES_KEYS))
SOFTMAX = written(_softmax())
WEIGHTED_VALUES = written(Multiplication(lowered("α", "j"), lowered("v", "j")))
DOT_PRODUCT = Infix(
    "=",
    Infix("·", *letters("q k")),
    Sigma("i", Multiplication(lowered("q", "i"), lowered("k", "i"))),
)
"""The product of a query and a key, as a tree."""
SCORE = written(DOT_PRODUCT)
WEIGHTS_OF_ROWS = written(letter("A"))
GIVEN = written(_QKV)
CAP = written(
    Infix(
        "=",
        Call(Name("cap"), letter("s")),
        Infix("·", letter("c"), Call(function("tanh"), Infix("/", *letters("s c")))),
    )
)
SOFTMAX_BESIDE_SINK = written(_softmax_beside_sink())
OUTPUT = written(
    Infix("=", letter("o"), Sigma("j", Multiplication(lowered("α", "j"), lowered("v", "j"))))
)
SQUARE_ROOT = written(_ROOT)


def projection(letter_: str, biased: bool) -> Formula:
    """Q = X W_Q, and + b_Q where there is a bias; likewise K and V.

    >>> projection("K", biased=True).plain
    'K = X W_K + b_K'
    """
    product = Multiplication(letter("X"), named("W", letter_))
    added = [named("b", letter_)] if biased else []
    return written(Infix("=", letter(letter_), _sum(product, *added)))


def current_scores(
    scaled: Scaling | None, *, biased: bool, masked: bool, capped: bool = False
) -> Formula:
    """The scores as they are by now: S, scaled by 1/√d_k or by a factor c, capped, with a bias B and a mask M added.

    >>> current_scores("root", biased=False, masked=True).plain
    'S/√d_k + M'
    >>> current_scores("factor", biased=True, masked=False).plain
    'c·S + B'
    >>> current_scores("root", biased=False, masked=True, capped=True).plain
    'cap(S/√d_k) + M'
    """
    return written(_scores(scaled, biased=biased, masked=masked, capped=capped))


def mask(masked: Formula) -> Formula:
    """The scores with the mask M added, and what M holds.

    >>> mask(current_scores(None, biased=False, masked=True)).plain
    'S + M,  M ∈ {0, −∞}'
    """
    return written(Statements(within(masked), Infix("∈", letter("M"), _MASK_VALUES)))


def softmax_name(*, sunk: bool) -> Formula:
    """The name of softmax; with a sink b beside the keys it is another function.

    >>> softmax_name(sunk=True).plain
    'softmax_b'
    """
    return written(_softmax_name(sunk))


def all_rows(scores: Formula, *, sunk: bool = False) -> Formula:
    """A and O of all queries at once, from what the scores are before softmax, with a sink or without.

    >>> all_rows(current_scores("root", biased=False, masked=False)).plain
    'A = softmax(S/√d_k),  O = A V'
    """
    weights = Call(_softmax_name(sunk), within(scores), is_tall=True)
    return written(
        Statements(
            Infix("=", letter("A"), weights), Infix("=", _OUTPUT, Multiplication(*letters("A V")))
        )
    )


def heads(several: bool, projected: bool, biased: bool) -> Formula:
    """The outputs of the heads: side by side, times W_O, and + b_O, as far as there are.

    A film lights "concat", "heads" and "project" in it.

    >>> heads(several=True, projected=True, biased=False).plain
    'MultiHead(X) = Concat(O₁, …, Oₕ) W_O'
    >>> heads(several=False, projected=True, biased=True).plain
    'Y = O W_O + b_O'
    """
    outputs = CommaList(lowered("O", "1"), letter("…"), lowered("O", "h"))
    joined: Expression = _OUTPUT
    if several:
        joined = Juxtaposed(Part("concat", Name("Concat")), Part("heads", Brackets(outputs)))
    made = joined
    if projected:
        made = Multiplication(made, Part("project", named("W", "O"), is_apart=True))
    if biased:
        made = Infix("+", made, named("b", "O"))
    if made is joined:
        return written(joined)
    is_multi_head = several and projected
    result = Call(Name("MultiHead"), letter("X")) if is_multi_head else letter("Y")
    return written(Infix("=", result, made))


def attention(
    divided_by_root: bool,
    factor: str | None = None,
    *,
    biased: bool = False,
    masked: bool = False,
    capped: bool = False,
    sunk: bool = False,
) -> Formula:
    """Attention(Q, K, V), with √d_k, another factor, or neither; with a cap, a bias B and a mask M, or without.

    A film lights "query", "key", "scale", "softmax", "value", "addedB" and "addedM" in it.

    >>> attention(True).plain
    'Attention(Q, K, V) = softmax(Q Kᵀ / √d_k) V'
    >>> attention(False, "0.5", masked=True).plain
    'Attention(Q, K, V) = softmax(0.5 Q Kᵀ + M) V'
    """
    scores: Expression = Multiplication(
        Part("query", letter("Q")), Part("key", Transposed(letter("K")))
    )
    if divided_by_root:
        scores = Fraction(scores, Part("scale", _ROOT))
    elif factor is not None:
        number = Atom(factor, factor, factor.replace("−", "-"))
        scores = Times(Part("scale", number), scores)
    if capped:
        scores = Call(Name("cap"), scores, is_tall=True)
    added = ["B"] * biased + ["M"] * masked
    scores = _sum(scores, *(Part(f"added{each}", letter(each)) for each in added))
    weights = Call(Part("softmax", _softmax_name(sunk)), scores, is_tall=True)
    values = Part("value", letter("V"))
    return written(Infix("=", Call(Name("Attention"), _QKV), Multiplication(weights, values)))


def _scores(scaled: Scaling | None, *, biased: bool, masked: bool, capped: bool) -> Expression:
    scores: Expression = _SCORES
    if scaled == "root":
        scores = Fraction(scores, _ROOT, is_tight=True)
    elif scaled == "factor":
        scores = Infix("·", letter("c"), scores, is_tight=True)
    if capped:
        scores = Call(Name("cap"), scores, is_tall=True)
    return _sum(scores, *letters("B" * biased + " " + "M" * masked))


def _sum(first: Expression, *others: Expression) -> Expression:
    return Infix("+", first, *others) if others else first


def _softmax_name(sunk: bool) -> Expression:
    return Indexed(Name("softmax"), letter("b")) if sunk else Name("softmax")

"""The step between projections and scores that trained models have: queries and keys normalised, and turned by where
they stand.
"""

from __future__ import annotations

from attnviz.core.arrays import FloatArray
from attnviz.core.positions import rotated_back
from attnviz.lessons.lesson_context import LessonContext
from attnviz.story import formulas
from attnviz.story.exhibits import Exhibit, Row, Turn, Turns
from attnviz.story.expressions import (
    Brackets,
    Call,
    Expression,
    Fraction,
    Infix,
    Multiplication,
    Name,
    letter,
    named,
    written,
)
from attnviz.story.formula import Formula
from attnviz.story.matrix import Matrix, MatrixKind
from attnviz.story.storyboard import Step
from attnviz.theme import Role

STEP = "places"
_PAIRS = 4
"""Pairs of entries whose turn is shown."""

_QUERY = named("q", "p")
_NORMED = Infix("·", Fraction(_QUERY, Call(Name("RMS"), _QUERY)), letter("g"))
_TURN = named("R", "p")


def places(context: LessonContext) -> Step | None:
    """q and k as they are compared; None where they are compared as they were projected.

    Source: Su et al., "RoFormer" (2021), section 3.4.2; for the norm Henry et al., "Query-Key Normalization for
    Transformers" (2020), as Qwen3 (2025) has it.
    """
    head, problem = context.head, context.problem
    if head.projected_q is None and head.projected_k is None:
        return None
    before_q = head.q if head.projected_q is None else head.projected_q
    before_k = head.k if head.projected_k is None else head.projected_k
    normed = problem.q_norm is not None or problem.k_norm is not None
    turned = problem.rotation is not None and problem.rotation.size > 0
    narration = {}
    if normed:
        narration["norm"] = context.phrase(STEP, "norm")
    if turned:
        narration["turned"] = context.phrase(STEP, "turned")
        narration["distance"] = context.phrase(STEP, "distance")
    if not narration:  # turned by no angle at all
        return None
    first = next(iter(narration))
    key = _strongest_other(context) if context.key is None else context.key
    queries = formulas.projection("Q", biased=problem.b_q is not None).plain.removeprefix("Q = ")
    keys = formulas.projection("K", biased=problem.b_k is not None).plain.removeprefix("K = ")
    return Step(
        STEP,
        context.phrase(STEP, "both" if normed and turned else "title" if turned else "normed"),
        _formula(normed, turned),
        narration,
        exhibits=(
            Exhibit(first, _rows(context, queries, before_q, "q", Role.QUERY, MatrixKind.OTHER)),
            Exhibit(first, _rows(context, "Q", head.q, "q", Role.QUERY), joint="→"),
            Exhibit(first, _rows(context, keys, before_k, "k", Role.KEY, MatrixKind.OTHER), line=1),
            Exhibit(first, _rows(context, "K", head.k, "k", Role.KEY), joint="→", line=1),
            *_turned(context, "turned", "q", context.query, head.q, Role.QUERY, 2),
            *_turned(context, "distance", "k", key, head.k, Role.KEY, 3),
        ),
    )


def _rows(
    context: LessonContext,
    symbol: str,
    values: FloatArray,
    letter: str,
    role: Role,
    kind: MatrixKind = MatrixKind.WHOLE,
) -> Matrix:
    head = context.head_number(0)
    return Matrix(symbol, values, role, context.axis(letter, role), head=head, kind=kind)


def _strongest_other(context: LessonContext) -> int:
    """The key at another place to which the worked query gives most; its own where there is no other."""
    weights = context.weights.copy()
    weights[context.query] = -1
    return int(weights.argmax())


def _turned(
    context: LessonContext,
    part: str,
    letter: str,
    row: int,
    placed: FloatArray,
    role: Role,
    line: int,
) -> tuple[Exhibit, ...]:
    """The table of some rotated pairs of entries of a query or a key; nothing without a rotation."""
    rotation = context.problem.rotation
    if rotation is None or not rotation.shape[1]:
        return ()
    count = rotation.shape[1]
    turns = tuple(
        _turn(placed[row, [i, i + count]], (i, i + count), float(rotation[row, i]))
        for i in _spread(count)
    )
    text = context.numbers.text
    rows = tuple(
        Row(
            (
                f"{each.entries[0] + 1}, {each.entries[1] + 1}",
                context.numbers.four_digits(each.angle),
                "({}, {})".format(*map(text, each.before)),
                "({}, {})".format(*map(text, each.after)),
            )
        )
        for each in turns
    )
    header = tuple(context.phrase(STEP, name) for name in ("entries", "angle", "before", "after"))
    named = context.named(letter, row)
    table = Turns(header, rows, (None, None, None, role), named, role, turns)
    return (Exhibit(part, table, named, line=line),)


def _turn(after: FloatArray, entries: tuple[int, int], angle: float) -> Turn:
    """The pair before and after its rotation. It is rotated back, as norms may have changed it since the projection."""
    first, second = map(float, after)
    return Turn(entries, angle, rotated_back((first, second), angle), (first, second))


def _spread(count: int) -> list[int]:
    """Up to `_PAIRS` of so many, from the one that turns fastest to the slowest.

    >>> _spread(2), _spread(16)
    ([0, 1], [0, 5, 10, 15])
    """
    return sorted({round(i * (count - 1) / (_PAIRS - 1)) for i in range(_PAIRS)} if count else ())


def _formula(normed: bool, turned: bool) -> Formula:
    """q_p ← R_p (q_p / RMS(q_p) · g), or what of it there is.

    >>> _formula(False, True).plain
    'q_p ← R_p q_p'
    """
    right: Expression = _NORMED if normed else _QUERY
    if turned:
        right = Multiplication(_TURN, Brackets(right) if normed else right)
    return written(Infix("←", _QUERY, right))

"""The step between projections and scores that trained models have: queries and keys normalised, and turned by where
they stand.
"""

from __future__ import annotations

import numpy as np

from attnviz.lessons.calculations import dot_product
from attnviz.lessons.exhibits import Exhibit
from attnviz.lessons.labels import indexed
from attnviz.lessons.storyboard import Calculation, Formula, Matrix, Step, Symbol
from attnviz.lessons.telling import Telling
from attnviz.theme import Role

STEP = "places"

_TURNED = ("R_p q_p", "R_p q_p", "R_p q_p")
_NORMED = (
    "q_p / RMS(q_p) · g",
    'q_p / ("RMS"(q_p)) dot g',
    "\\frac{q_p}{\\mathrm{RMS}(q_p)} \\cdot g",
)
_ARROWS = ("←", "arrow.l", "\\leftarrow")


def places(telling: Telling) -> Step | None:
    """q and k as they are compared; None where they are compared as they were projected.

    Source: Su et al., "RoFormer" (2021), section 3.4.2; for the norm Henry et al., "Query-Key Normalization for
    Transformers" (2020), as Qwen3 (2025) has it.
    """
    head, problem = telling.head, telling.problem
    if head.projected_q is None and head.projected_k is None:
        return None
    before_q = head.q if head.projected_q is None else head.projected_q
    before_k = head.k if head.projected_k is None else head.projected_k
    normed = problem.q_norm is not None or problem.k_norm is not None
    turned = problem.rotation is not None
    narration = {}
    if normed:
        narration["norm"] = telling.say(STEP, "norm")
    if turned:
        narration["turned"] = telling.say(STEP, "turned")
        narration["distance"] = telling.say(STEP, "distance")
    first = next(iter(narration))
    return Step(
        STEP,
        telling.say(STEP, "both" if normed and turned else "title" if turned else "normed"),
        _formula(normed, turned),
        narration,
        worked=(_first_pair(telling),) if turned and not normed else (),
        omitted=telling.say(STEP, "pair") if turned and not normed else None,
        exhibits=(
            Exhibit(first, _rows(telling, "X W_Q", before_q, "q", Role.QUERY)),
            Exhibit(first, _rows(telling, "Q", head.q, "q", Role.QUERY), joint="→"),
            Exhibit(first, _rows(telling, "X W_K", before_k, "k", Role.KEY), line=1),
            Exhibit(first, _rows(telling, "K", head.k, "k", Role.KEY), joint="→", line=1),
        ),
    )


def _rows(telling: Telling, symbol: str, values: np.ndarray, letter: str, role: Role) -> Matrix:
    return Matrix(symbol, values, role, telling.axis(letter, role))


def _first_pair(telling: Telling) -> Calculation:
    """The first entry of the worked query: it is turned together with the entry half a turn away."""
    head, rotation, row = telling.head, telling.problem.rotation, telling.query
    assert rotation is not None and head.projected_q is not None
    before, angle = head.projected_q[row], float(rotation[row, 0])
    r = rotation.shape[1]
    return dot_product(
        "turned",
        (Symbol(f"{indexed('q', row)}[1]", Role.QUERY),),
        (before[[0, r]], np.array([np.cos(angle), -np.sin(angle)])),
        (Role.QUERY, None),
        telling.number(head.q[row, 0], Role.QUERY),
        telling.numbers,
        0,
    )


def _formula(normed: bool, turned: bool) -> Formula:
    """q_p ← R_p (q_p / RMS(q_p) · g), or what of it there is.

    >>> _formula(False, True).plain
    'q_p ← R_p q_p'
    """
    spelled = []
    for turn, norm, arrow in zip(_TURNED, _NORMED, _ARROWS, strict=True):
        right = turn if not normed else norm if not turned else f"R_p ({norm})"
        spelled.append(f"q_p {arrow} {right}")
    return Formula(*spelled)

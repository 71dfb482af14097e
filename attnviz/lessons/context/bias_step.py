"""The inductive biases of both layers: where looking near is a good start, and what either layer knows of
place.
"""

from __future__ import annotations

import numpy as np

from attnviz.core.arrays import FloatArray
from attnviz.core.attention import attend
from attnviz.core.convolution.convolution import convolve
from attnviz.core.measures.needle import ANSWER
from attnviz.lessons.context import formulas
from attnviz.lessons.context.needle import MOST_DISTANT, NeedleMeasurements
from attnviz.story.exhibits import Exhibit, Row, Table
from attnviz.story.matrix import Label, Matrix, MatrixKind
from attnviz.story.numbers import MINUS
from attnviz.story.storyboard import Step
from attnviz.theme import Role

_MADE_FOR = 3
"""The distance that the kernel is made for."""
_BOTH_SIDES = range(1, _MADE_FOR + 3)


def inductive_bias(measured: NeedleMeasurements) -> Step:
    """The step on inductive bias: where looking near is a good start, and what either layer knows of positions."""
    kernel, weights = _made_kernel(measured), _weights_of_two(measured)
    facts = {
        "made_for": _MADE_FOR,
        "far": MOST_DISTANT,
        "weight": measured.numbers.text(float(weights[_MADE_FOR])),
    }
    return Step(
        "inductive-bias",
        measured.phrase("inductive-bias", "title"),
        formulas.BOTH_LAYERS,
        {
            part: measured.phrase("inductive-bias", part, **facts)
            for part in ("picture", "sequence", "place", "order")
        },
        exhibits=(
            Exhibit("picture", _suited(measured)),
            Exhibit(
                "place",
                _kernel_by_offset(kernel),
                measured.phrase("inductive-bias", "made_name", **facts),
                line=1,
            ),
            Exhibit("place", _found(measured, kernel), line=1),
            Exhibit("order", _two_answers(measured, weights), line=1),
        ),
    )


def _suited(measured: NeedleMeasurements) -> Table:
    """Pictures, whose neighbours belong together, and long sequences, where far ones do."""
    return Table(
        (
            measured.phrase("inductive-bias", "nearby"),
            measured.phrase("inductive-bias", "together"),
        ),
        tuple(
            Row(
                (
                    measured.phrase("inductive-bias", f"{kind}_what"),
                    measured.phrase("inductive-bias", f"{kind}_where"),
                ),
                good,
            )
            for kind, good in (("picture", True), ("sequence", False))
        ),
    )


def _kernel_by_offset(kernel: FloatArray) -> Matrix:
    """The kernel's weights on the answer's component, by offset."""
    offsets = range(-_MADE_FOR, _MADE_FOR + 1)
    return Matrix(
        "w",
        kernel[:, ANSWER],
        Role.KERNEL,
        kind=MatrixKind.OTHER,
        columns=tuple(Label(f"{each:+d}".replace("-", MINUS) if each else "0") for each in offsets),
    )


def _found(measured: NeedleMeasurements, kernel: FloatArray) -> Table:
    """The response of that kernel, and of attention, about the distance it is made for."""
    text = measured.numbers.text
    return Table(
        ("d", measured.phrase("inductive-bias", "made"), measured.phrase("sweep", "one")),
        tuple(
            Row((str(d), text(_response(measured, kernel, d)), text(measured.attention[d - 1])))
            for d in _BOTH_SIDES
        ),
        (None, Role.KERNEL, Role.WEIGHT),
    )


def _two_answers(measured: NeedleMeasurements, weights: FloatArray) -> Table:
    """The weights of two equal answers, one near and one at the end."""
    return Table(
        (measured.phrase("inductive-bias", "two"), measured.phrase("planted", "weight")),
        tuple(
            Row((f"d = {d}", measured.numbers.text(float(weights[d]))))
            for d in (_MADE_FOR, MOST_DISTANT)
        ),
        (None, Role.WEIGHT),
    )


def _made_kernel(measured: NeedleMeasurements) -> FloatArray:
    """One kernel that reads the mark of an answer `_MADE_FOR` positions ahead: (1, d_model, size)."""
    kernel = np.zeros((1, measured.needles[0].vectors.shape[1], 2 * _MADE_FOR + 1))
    kernel[0, ANSWER, -1] = 1
    return kernel


def _response(measured: NeedleMeasurements, kernel: FloatArray, distance: int) -> float:
    """The response of one layer with that kernel at the position of the question."""
    vectors = measured.needles[distance - 1].vectors
    return float(convolve(vectors.T, kernel, padding=_MADE_FOR).output[0, 0])


def _weights_of_two(measured: NeedleMeasurements) -> FloatArray:
    """The weights of the question where two answers stand, one near and one at the end: (n,)."""
    near, far = measured.needles[_MADE_FOR - 1], measured.needles[-1]
    vectors = near.vectors.copy()
    vectors[MOST_DISTANT, ANSWER] = 1
    stages = attend(vectors @ far.w_q, vectors @ far.w_k, vectors @ far.w_v)
    weights: FloatArray = stages.weights[0]
    return weights

"""The steps of the lesson scaling, and what they are built from."""

from __future__ import annotations

import math

from attnviz.core.arrays import FloatArray
from attnviz.core.measures.saturation import softmax_jacobian
from attnviz.lessons.lesson import Opening
from attnviz.lessons.lesson_checks import check_precision, refuse_article
from attnviz.lessons.request import LessonRequest
from attnviz.lessons.scaling import formulas as scaling_formulas
from attnviz.lessons.scaling import parts
from attnviz.lessons.scaling.measurements import D_KS, KEYS, LESSON, QUERIES, ScalingMeasurements
from attnviz.story import formulas
from attnviz.story.calculation import Number, Symbol
from attnviz.story.calculations import dot_product, settled
from attnviz.story.exhibits import Exhibit, Region, Row, Table
from attnviz.story.labels import indexed, labels
from attnviz.story.matrix import Label, Matrix, MatrixKind
from attnviz.story.numbers import Numbers
from attnviz.story.step import StepDefinition
from attnviz.story.storyboard import Step
from attnviz.theme import Role

_WRITTEN_OUT = 4
"""The d_k of the score that is worked out."""


def open_lesson(request: LessonRequest) -> Opening[ScalingMeasurements]:
    """The lesson with the numbers that `request.seed` draws.

    Raises InputError for a precision that float64 does not hold, and for the article's rounding, which is about weights
    that are carried on.

    >>> import attnviz
    >>> attnviz.lesson("scaling").step("weights").exhibits[0].item.shape
    (5, 8)
    """
    check_precision(request.precision)
    refuse_article(request, LESSON)
    scaling = ScalingMeasurements.of(request)
    notes = ("drawn", "drawn_brief")
    drawn, brief = (
        scaling.words.phrase(LESSON, "notes", each, seed=request.seed) for each in notes
    )
    precision = scaling.numbers.precision
    rounded = "rounded" if scaling.numbers.sums else "rounded_plain"
    return Opening(
        scaling,
        scaling.words.phrase(LESSON, "title"),
        scaling.numbers,
        notes=(drawn, scaling.words.phrase("common", rounded, precision=precision)),
        brief_notes=(brief, scaling.words.phrase("common", "rounded_brief", precision=precision)),
    )


def _score(scaling: ScalingMeasurements) -> Step:
    d_k, numbers = _WRITTEN_OUT, scaling.numbers
    q, k = scaling.query[:d_k], scaling.keys[0, :d_k]
    total = Number(float(q @ k), numbers.text(float(q @ k)), Role.SCORE)
    left = (Symbol(indexed("q", 0), Role.QUERY), Symbol("·"), Symbol(indexed("k", 0), Role.KEY))
    line = dot_product(
        "worked", left, (q, k), (Role.QUERY, Role.KEY), total, numbers, 0, most=scaling.most
    )
    return Step(
        "score",
        scaling.phrase("score", "title"),
        scaling_formulas.SCORE,
        {
            "why": scaling.phrase("score", "why"),
            "worked": scaling.phrase("score", "worked", d_k=d_k),
            "more": scaling.phrase("score", "more"),
        },
        worked=settled([line], numbers),
        exhibits=(
            Exhibit("why", Matrix(indexed("q", 0), q[None, :], Role.QUERY, kind=MatrixKind.OTHER)),
            Exhibit(
                "why", Matrix(indexed("k", 0), k[None, :], Role.KEY, kind=MatrixKind.OTHER), line=1
            ),
        ),
    )


def _variance(scaling: ScalingMeasurements) -> Step:
    variance = scaling.sweep.unscaled.variance
    plot = scaling.plot("variance", lambda each: each.variance, Role.SCORE, log=True)
    return Step(
        "variance",
        scaling.phrase("variance", "title"),
        scaling_formulas.VARIANCE,
        {
            "without": scaling.phrase(
                "variance",
                "without",
                d_k=D_KS[-1],
                spread=Numbers(precision=0).text(math.sqrt(float(variance[-1]))),
            ),
            "with": scaling.phrase("variance", "with"),
            "table": scaling.phrase("variance", "table", count=KEYS * QUERIES),
        },
        exhibits=(Exhibit("without", plot), Exhibit("table", scaling.table(plot))),
    )


def _weights(scaling: ScalingMeasurements) -> Step:
    rows = tuple(Label(f"d_k = {d_k}") for d_k in D_KS)
    columns = labels("k", KEYS, None, Role.KEY)
    without, divided = (
        scaling.numbers.row(weights[-1].tolist())[int(weights[-1].argmax())]
        for weights in scaling.examples
    )
    last = (Region.row(len(D_KS) - 1, KEYS),)
    exhibits = tuple(
        Exhibit(
            part,
            Matrix("A", weights, Role.WEIGHT, named, columns, None, "rows"),
            scaling.phrase("measures", name),
            marks=last,
        )
        for part, name, named, weights in zip(
            ("why", "with"), ("without", "with"), (rows, ()), scaling.examples, strict=True
        )
    )
    return Step(
        "weights",
        scaling.phrase("weights", "title"),
        scaling_formulas.WEIGHTS,
        {
            "why": scaling.phrase("weights", "why", keys=KEYS),
            "without": scaling.phrase("weights", "without", d_k=D_KS[-1], weight=without),
            "with": scaling.phrase("weights", "with", weight=divided),
        },
        exhibits=exhibits,
    )


def _saturation(scaling: ScalingMeasurements) -> Step:
    unscaled, numbers = scaling.sweep.unscaled, scaling.numbers
    shared = numbers.text(math.exp(float(unscaled.entropy[-1])))
    return Step(
        "saturation",
        scaling.phrase("saturation", "title"),
        scaling_formulas.ENTROPY,
        {
            "largest": scaling.phrase(
                "saturation", "largest", queries=QUERIES, **scaling.ends(unscaled.largest_weight)
            ),
            "entropy": scaling.phrase(
                "saturation", "entropy", shared=shared, **scaling.ends(unscaled.entropy)
            ),
            "with": scaling.phrase("saturation", "with"),
        },
        exhibits=(
            Exhibit(
                "largest",
                scaling.plot("largest_weight", lambda each: each.largest_weight, Role.WEIGHT),
            ),
            Exhibit("entropy", scaling.plot("entropy", lambda each: each.entropy, Role.WEIGHT)),
        ),
    )


def _gradient(scaling: ScalingMeasurements) -> Step:
    plot = scaling.plot("gradient", lambda each: each.gradient, Role.WEIGHT)
    unscaled, divided = scaling.sweep.unscaled.gradient, scaling.sweep.scaled.gradient
    largest = [float(weights[-1].max()) for weights in scaling.examples]
    slopes = [_slope(weights[-1]) for weights in scaling.examples]
    text = scaling.numbers.text
    return Step(
        "gradient",
        scaling.phrase("gradient", "title"),
        scaling_formulas.GRADIENT,
        {
            "why": scaling.phrase(
                "gradient",
                "why",
                weight=text(largest[0]),
                slope=text(slopes[0]),
                divided_weight=text(largest[1]),
                divided_slope=text(slopes[1]),
            ),
            "without": scaling.phrase("gradient", "without", **scaling.ends(unscaled)),
            "with": scaling.phrase("gradient", "with", last=scaling.ends(divided)["last"]),
        },
        exhibits=(Exhibit("why", _slopes(scaling)), Exhibit("without", plot)),
    )


def _slopes(scaling: ScalingMeasurements) -> Table:
    """The slope at the largest weight of the example, without and with 1/√d_k."""
    rows = []
    for name, weights in zip(("without", "with"), scaling.examples, strict=True):
        largest = float(weights[-1].max())
        cells = map(scaling.numbers.text, (largest, 1 - largest, _slope(weights[-1])))
        rows.append(Row((scaling.phrase("measures", name), *cells)))
    header = ("", "α", "1 − α", "α (1 − α)")
    return Table(header, tuple(rows), (None, Role.WEIGHT, Role.WEIGHT, Role.WEIGHT))


def _slope(weights: FloatArray) -> float:
    """The derivative of a row's largest weight by its own score."""
    largest = int(weights.argmax())
    return float(softmax_jacobian(weights)[largest, largest])


def _formula(scaling: ScalingMeasurements) -> Step:
    return Step(
        "formula",
        scaling.phrase("formula", "title"),
        formulas.attention(True),
        {"why": scaling.phrase("formula", "why"), "scale": scaling.phrase("formula", "scale")},
    )


STEPS: tuple[StepDefinition[ScalingMeasurements], ...] = (
    StepDefinition("score", parts.Score, _score),
    StepDefinition("variance", parts.Variance, _variance),
    StepDefinition("weights", parts.Weights, _weights),
    StepDefinition("saturation", parts.Saturation, _saturation),
    StepDefinition("gradient", parts.Gradient, _gradient),
    StepDefinition("formula", parts.Formula, _formula),
)

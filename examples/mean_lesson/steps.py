"""The steps of the lesson, and what they are built from."""

import numpy as np

from attnviz.lessons.lesson import Opening
from attnviz.lessons.lesson_checks import checked_context, notes
from attnviz.lessons.lesson_context import LessonContext
from attnviz.lessons.request import LessonRequest
from attnviz.story import formulas
from attnviz.story.exhibits import Exhibit, Product
from attnviz.story.matrix import Matrix
from attnviz.story.step import StepDefinition
from attnviz.story.storyboard import Step
from attnviz.theme import Role

from . import parts

NAME = "mean"


def open_lesson(request: LessonRequest) -> Opening[LessonContext]:
    """The lesson on the trace that was asked for."""
    context = checked_context(request, NAME)
    return Opening(
        context,
        context.words.phrase(NAME, "title"),
        context.numbers,
        trace=context.trace,
        query=request.query,
        untrained=context.untrained,
        notes=notes(context),
        brief_notes=notes(context, "_brief"),
    )


def _weights(context: LessonContext) -> Step:
    """The weights of attention beside equal ones."""
    learned = context.weights
    equal = np.full_like(learned, 1 / len(learned))
    return Step(
        "weights",
        context.phrase("weights", "title"),
        formulas.WEIGHTS_OF_ROWS,
        {
            "why": context.phrase("weights", "why", query=context.named("q", context.query)),
            "equal": context.phrase("weights", "equal", count=len(learned)),
        },
        exhibits=(
            Exhibit(parts.Weights.WHY, context.row("A", learned, Role.WEIGHT)),
            Exhibit(parts.Weights.EQUAL, context.row("1/n", equal, Role.WEIGHT), line=1),
        ),
    )


def _mean(context: LessonContext) -> Step:
    """The mean of the values: what equal weights make of them."""
    values = context.head.v
    mean = Matrix("Σv/n", values.mean(axis=0, keepdims=True), Role.OUTPUT)
    return Step(
        "mean",
        context.phrase("mean", "title"),
        formulas.OUTPUT,
        {"why": context.phrase("mean", "why")},
        exhibits=(
            Exhibit(parts.Mean.WHY, Product(context.first("V", values, Role.VALUE), (mean,))),
        ),
    )


STEPS = (
    StepDefinition("weights", parts.Weights, _weights),
    StepDefinition("mean", parts.Mean, _mean),
)

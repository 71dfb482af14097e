"""The steps of the lesson context, and what they are built from."""

from __future__ import annotations

from attnviz.errors import InputError
from attnviz.lessons.context import bias_step, needle, parts, reach_steps
from attnviz.lessons.context.lesson import POSITIONS
from attnviz.lessons.context.needle import MOST_DISTANT, NeedleMeasurements
from attnviz.lessons.lesson import Opening
from attnviz.lessons.lesson_checks import check_precision, refuse_article
from attnviz.lessons.request import LessonRequest
from attnviz.story.i18n import words
from attnviz.story.step import StepDefinition
from attnviz.story.storyboard import Step

LESSON = "context"
DISTANCE = 20
"""The default distance of the match: far outside of the field."""


def open_lesson(request: LessonRequest) -> Opening[NeedleMeasurements]:
    """The lesson, with a match planted `request.distance` away, and noise and kernels drawn with `request.seed`.

    Raises InputError for a distance outside of the sequence, for a precision that float64 does not hold, and for the
    article's rounding.

    >>> import attnviz
    >>> attnviz.lesson("context", distance=5).step("planted").exhibits[1].item.rows[-1].cells
    ('4', '0')
    """
    check_precision(request.precision)
    refuse_article(request, LESSON)
    distance = DISTANCE if request.distance is None else request.distance
    if not 1 <= distance <= MOST_DISTANT:
        raise InputError(
            f"distance is {distance}, expected 1 to {MOST_DISTANT}: the sequence of the lesson {LESSON} "
            f"has {POSITIONS} positions, choose another --distance"
        )
    said = words(request.language)
    measured = NeedleMeasurements(said, LESSON, request.seed, distance, request.precision)
    made = said.phrase(LESSON, "made", seed=request.seed)
    precision = measured.numbers.precision
    return Opening(
        measured,
        said.phrase(LESSON, "title"),
        measured.numbers,
        untrained=made,
        notes=(
            said.phrase("common", "untrained", how=made),
            said.phrase("common", "rounded_plain", precision=precision),
        ),
        brief_notes=(
            said.phrase("common", "untrained_brief", how=made),
            said.phrase("common", "rounded_plain_brief", precision=precision),
        ),
    )


def _receptive_field(measured: NeedleMeasurements) -> Step:
    return reach_steps.receptive_field(measured.words, LESSON)


def _layers(measured: NeedleMeasurements) -> Step:
    return reach_steps.layers(measured.words, LESSON)


STEPS: tuple[StepDefinition[NeedleMeasurements], ...] = (
    StepDefinition("receptive-field", parts.ReceptiveField, _receptive_field),
    StepDefinition("layers", parts.Layers, _layers),
    StepDefinition("planted", parts.Planted, needle.planted),
    StepDefinition("sweep", parts.Sweep, needle.sweep),
    StepDefinition("inductive-bias", parts.InductiveBias, bias_step.inductive_bias),
)

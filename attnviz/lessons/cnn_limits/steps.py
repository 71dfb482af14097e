"""The steps of the lesson cnn-limits, and what they are built from."""

from __future__ import annotations

from attnviz.lessons.cnn_limits import parts, picture_steps, shape_steps
from attnviz.lessons.cnn_limits.context import LESSON, LimitsContext
from attnviz.lessons.cnn_limits.measurements import CnnMeasurements
from attnviz.lessons.lesson import Opening
from attnviz.lessons.lesson_checks import check_precision, refuse_article
from attnviz.lessons.request import LessonRequest
from attnviz.story.i18n import words
from attnviz.story.numbers import Numbers
from attnviz.story.step import StepDefinition

_DECIMALS = 2


def open_lesson(request: LessonRequest) -> Opening[LimitsContext]:
    """The lesson on its own pictures; `seed` draws the weights that are not chosen by hand.

    Raises InputError for a precision that float64 does not hold, for the article's rounding, or a seed below 0.

    >>> import attnviz
    >>> attnviz.lesson("cnn-limits").step("convolution").worked[0].total.text
    '32'
    """
    check_precision(request.precision)
    refuse_article(request, LESSON)
    precision = _DECIMALS if request.precision is None else request.precision
    numbers = Numbers(precision, sums=request.rounding != "plain")
    context = LimitsContext(CnnMeasurements(request.seed), numbers, words(request.language))
    return Opening(
        context,
        context.words.phrase(LESSON, "title"),
        numbers,
        untrained=context.words.phrase("common", "seed", name=request.seed),
        notes=_notes(context),
        brief_notes=_notes(context, "_brief"),
    )


def _notes(context: LimitsContext, length: str = "") -> tuple[str, ...]:
    """The notes on the pictures' authors, chosen and random weights, and rounding."""
    facts = {"seed": context.measured.seed, "precision": context.numbers.precision}
    parts = ("digit", "flower", "weights", "rounded")
    return tuple(context.phrase("notes", part + length, **facts) for part in parts)


STEPS: tuple[StepDefinition[LimitsContext], ...] = (
    StepDefinition("convolution", parts.Convolution, picture_steps.convolution),
    StepDefinition("sharing", parts.Sharing, picture_steps.sharing),
    StepDefinition("channels", parts.Channels, picture_steps.channels),
    StepDefinition("features", parts.Features, picture_steps.features),
    StepDefinition("wrong-channels", parts.WrongChannels, shape_steps.wrong_channels),
    StepDefinition("remedies", parts.Remedies, shape_steps.remedies),
    StepDefinition("fixed-size", parts.FixedSize, shape_steps.fixed_size),
    StepDefinition("any-size", parts.AnySize, shape_steps.any_size),
    StepDefinition("attention", parts.Attention, shape_steps.attention),
)

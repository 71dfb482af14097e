"""The steps of the lesson cnn-limits, and what they are built from."""

from __future__ import annotations

from attnviz.lessons.cnn_limits import parts, picture_steps, shape_steps
from attnviz.lessons.cnn_limits.context import LESSON, LimitsTelling
from attnviz.lessons.cnn_limits.measurements import Measured
from attnviz.lessons.lesson import Opening
from attnviz.lessons.lesson_checks import check_precision, refuse_article
from attnviz.lessons.request import LessonRequest
from attnviz.story.i18n import words
from attnviz.story.numbers import Numbers
from attnviz.story.step import StepDefinition

_DECIMALS = 2


def open_lesson(asked: LessonRequest) -> Opening[LimitsTelling]:
    """The lesson on its own pictures; `seed` draws the weights that are not chosen by hand.

    Raises InputError for a precision that float64 does not hold, for the article's rounding, or a seed below 0.

    >>> import attnviz
    >>> attnviz.lesson("cnn-limits").step("convolution").worked[0].total.text
    '32'
    """
    check_precision(asked.precision)
    refuse_article(asked, LESSON)
    precision = _DECIMALS if asked.precision is None else asked.precision
    numbers = Numbers(precision, sums=asked.rounding != "plain")
    telling = LimitsTelling(Measured(asked.seed), numbers, words(asked.language))
    return Opening(
        telling,
        telling.words.say(LESSON, "title"),
        numbers,
        untrained=telling.words.say("common", "seed", name=asked.seed),
        notes=_notes(telling),
        brief_notes=_notes(telling, "_brief"),
    )


def _notes(telling: LimitsTelling, length: str = "") -> tuple[str, ...]:
    """Whose the pictures are, which weights are chosen and which drawn, and what is rounded."""
    facts = {"seed": telling.measured.seed, "precision": telling.numbers.precision}
    parts = ("digit", "flower", "weights", "rounded")
    return tuple(telling.say("notes", part + length, **facts) for part in parts)


STEPS: tuple[StepDefinition[LimitsTelling], ...] = (
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

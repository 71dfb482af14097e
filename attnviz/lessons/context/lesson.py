"""How far a layer looks: the receptive field of convolutions beside one step of attention.

Of the lecture: local connection (`receptive-field`, `layers`), and that local structure is a good bias for images and a
bad one for long sequences (`planted`, `sweep`, `inductive-bias`), with what each of the two can and cannot know.

Sources: Vaswani et al., "Attention Is All You Need" (2017), section 4; Araujo, Norris & Sim, "Computing Receptive
Fields of Convolutional Neural Networks" (Distill, 2019); Battaglia et al., "Relational inductive biases, deep learning,
and graph networks" (2018).
"""

from __future__ import annotations

from attnviz.errors import InputError
from attnviz.lessons.context import bias_step, needle, reach_steps
from attnviz.lessons.context.needle import MOST_DISTANT, POSITIONS, Measured
from attnviz.lessons.lesson_checks import check_precision, refuse_article
from attnviz.lessons.request import LessonRequest
from attnviz.story.i18n import words
from attnviz.story.storyboard import Storyboard

LESSON = "context"
DISTANCE = 20
"""Where the match stands if nobody says otherwise: far outside of the field."""


def storyboard(asked: LessonRequest) -> Storyboard:
    """The lesson, with a match planted `asked.distance` away, and noise and kernels drawn with `asked.seed`.

    Raises InputError for a distance outside of the sequence, for a precision that float64 does not hold, and for the
    article's rounding.

    >>> board = storyboard(LessonRequest(distance=5))
    >>> board.step("planted").exhibits[1].item.rows[-1].cells
    ('4', '0')
    """
    check_precision(asked.precision)
    refuse_article(asked, LESSON)
    distance = DISTANCE if asked.distance is None else asked.distance
    if not 1 <= distance <= MOST_DISTANT:
        raise InputError(
            f"distance is {distance}, expected 1 to {MOST_DISTANT}: the sequence of the lesson {LESSON} "
            f"has {POSITIONS} positions, choose another --distance"
        )
    said = words(asked.language)
    measured = Measured(said, LESSON, asked.seed, distance, asked.precision)
    made = said.say(LESSON, "made", seed=asked.seed)
    precision = measured.numbers.precision
    return Storyboard(
        lesson=LESSON,
        language=asked.language,
        title=said.say(LESSON, "title"),
        steps=(
            reach_steps.receptive_field(said, LESSON),
            reach_steps.layers(said, LESSON),
            needle.planted(measured),
            needle.sweep(measured),
            bias_step.inductive_bias(measured),
        ),
        numbers=measured.numbers,
        untrained=made,
        notes=(
            said.say("common", "untrained", how=made),
            said.say("common", "rounded_plain", precision=precision),
        ),
        brief_notes=(
            said.say("common", "untrained_brief", how=made),
            said.say("common", "rounded_plain_brief", precision=precision),
        ),
    )

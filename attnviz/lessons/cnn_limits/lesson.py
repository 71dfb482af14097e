"""The limits of convolution: from one product to what a network made for one size cannot take.

Points of the lecture, by step: local connection (`convolution`), weight sharing (`sharing`), independent weights for
each channel that combine features (`channels`, `features`), a network trained on 3 channels and fed 1 or 6
(`wrong-channels`, `remedies`), fixed input and output (`fixed-size`), the fully convolutional exception (`any-size`),
and attention beside it, free in n and not in d_model (`attention`).

Sources: LeCun et al., "Gradient-Based Learning Applied to Document Recognition" (1998); Dumoulin & Visin, "A guide to
convolution arithmetic for deep learning" (2016); Long, Shelhamer & Darrell, "Fully Convolutional Networks for Semantic
Segmentation" (2015); Lin, Chen & Yan, "Network In Network" (2014), for the 1×1 convolution; Vaswani et al.,
"Attention Is All You Need" (2017). The pictures say in their files whose they are.
"""

from __future__ import annotations

from attnviz.lessons.cnn_limits import picture_steps, shape_steps
from attnviz.lessons.cnn_limits.context import LESSON, LimitsTelling
from attnviz.lessons.cnn_limits.measurements import Measured
from attnviz.lessons.lesson_checks import check_precision, refuse_article
from attnviz.lessons.request import LessonRequest
from attnviz.story.i18n import words
from attnviz.story.numbers import Numbers
from attnviz.story.storyboard import Storyboard

_DECIMALS = 2


def storyboard(asked: LessonRequest) -> Storyboard:
    """The lesson on its own pictures; `seed` draws the weights that are not chosen by hand.

    Raises InputError for a precision that float64 does not hold, for the article's rounding, or a seed below 0.

    >>> storyboard(LessonRequest()).step("convolution").worked[0].total.text
    '32'
    """
    check_precision(asked.precision)
    refuse_article(asked, LESSON)
    precision = _DECIMALS if asked.precision is None else asked.precision
    numbers = Numbers(precision, sums=asked.rounding != "plain")
    telling = LimitsTelling(Measured(asked.seed), numbers, words(asked.language))
    pictures, shapes = picture_steps, shape_steps
    return Storyboard(
        lesson=LESSON,
        language=asked.language,
        title=telling.words.say(LESSON, "title"),
        steps=(
            pictures.convolution(telling),
            pictures.sharing(telling),
            pictures.channels(telling),
            pictures.features(telling),
            shapes.wrong_channels(telling),
            shapes.remedies(telling),
            shapes.fixed_size(telling),
            shapes.any_size(telling),
            shapes.attention(telling),
        ),
        numbers=numbers,
        untrained=telling.words.say("common", "seed", name=asked.seed),
        notes=_notes(telling),
        brief_notes=_notes(telling, "_brief"),
    )


def _notes(telling: LimitsTelling, length: str = "") -> tuple[str, ...]:
    """Whose the pictures are, which weights are chosen and which drawn, and what is rounded."""
    facts = {"seed": telling.measured.seed, "precision": telling.numbers.precision}
    parts = ("digit", "flower", "weights", "rounded")
    return tuple(telling.say("notes", part + length, **facts) for part in parts)

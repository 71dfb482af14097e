"""Does order matter? Two inputs trade places: for attention, for a convolution, and once positions are added.

Of the lecture: position information is hard to extract. Attention alone knows no order (`permute`, `attention`); a
convolution knows relative place inside its kernel (`convolution`); positional encoding brings order in (`positions`,
`with-positions`), and so does a causal mask (`compare`).

Sources: Vaswani et al., "Attention Is All You Need" (2017), section 3.5; Lee et al., "Set Transformer" (2019), property
1: outputs are permuted as inputs are; Islam, Jia & Bruce, "How Much Position Information Do Convolutional Neural
Networks Encode?" (2020): what zeros beyond the ends betray; Haviv et al., "Transformer Language Models without
Positional Encodings Still Learn Positional Information" (2022): what a causal mask does.
"""

from __future__ import annotations

from attnviz.lessons import lesson_checks
from attnviz.lessons.order import steps
from attnviz.lessons.order.context import OrderTelling
from attnviz.lessons.order.reordering import Reordering, partner
from attnviz.lessons.request import LessonRequest
from attnviz.lessons.sequence import check_row, hides, rearranged
from attnviz.story.storyboard import Step, Storyboard

LESSON = "order"
SHOWN = 6
"""How many vectors it is told on: as many as can be followed one by one."""


def storyboard(asked: LessonRequest) -> Storyboard:
    """The lesson told on the first vectors of the sequence; the worked row and the one furthest from it trade places.

    A mask or a bias of the sequence is left out, and the notes say so: both belong to places. Where all vectors are
    alike, or there is only one, nothing can trade places: only `permute`, which says so, and `positions` are told.

    Raises InputError as `lesson_checks.begun` does, and for a row that is not shown.

    >>> from attnviz import self_attention
    >>> trace = self_attention([[1.0], [2.0]], [[2.0]], [[3.0]], [[4.0]])
    >>> storyboard(LessonRequest(trace)).step("permute").narration["swap"]
    'x₁ and x₂ trade places.\\nNothing else changes.'
    """
    given = lesson_checks.begun(asked, LESSON)
    n = given.problem.n
    check_row(asked, LESSON, min(n, SHOWN))
    problem = rearranged(given.problem, range(min(n, SHOWN)))
    reordering = Reordering(problem, asked.query, partner(problem.x, asked.query), asked.seed)
    told = OrderTelling(lesson_checks.telling_of(reordering.before, asked, LESSON), reordering)
    return Storyboard(
        lesson=LESSON,
        language=asked.language,
        title=given.words.say(LESSON, "title"),
        steps=_steps(told),
        numbers=told.telling.numbers,
        untrained=given.untrained,
        notes=_notes(told, asked, ""),
        brief_notes=_notes(told, asked, "_brief"),
    )


def _steps(told: OrderTelling) -> tuple[Step, ...]:
    if told.reordering.second is None:
        return steps.permute(told), steps.positions(told)
    return (
        steps.permute(told),
        steps.attention(told),
        steps.convolution(told),
        steps.positions(told),
        steps.with_positions(told),
        steps.compare(told),
    )


def _notes(told: OrderTelling, asked: LessonRequest, length: str) -> tuple[str, ...]:
    notes = lesson_checks.notes(told.telling, length)
    given = asked.sequence.problem
    if given.n > SHOWN:
        notes = (*notes, told.say("notes", f"shown{length}", shown=SHOWN, count=given.n))
    if hides(given):
        notes = (*notes, told.say("notes", f"hidden{length}"))
    if rounding := told.reordering.rounding:
        difference = told.difference(rounding)
        notes = (*notes, told.say("notes", f"rounding{length}", difference=difference))
    return notes

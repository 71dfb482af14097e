"""The steps of the lesson order, and what they are built from."""

from __future__ import annotations

from collections.abc import Callable

from attnviz.lessons import lesson_checks
from attnviz.lessons.lesson import Opening
from attnviz.lessons.order import order_steps, parts
from attnviz.lessons.order.context import OrderContext
from attnviz.lessons.order.reordering import Reordering, swap_partner
from attnviz.lessons.request import LessonRequest
from attnviz.lessons.sequence import check_row, has_mask_or_bias, rearranged
from attnviz.story.step import StepDefinition
from attnviz.story.storyboard import Step

LESSON = "order"
SHOWN = 6
"""The most vectors that are shown: as many as can be followed one by one."""


def open_lesson(request: LessonRequest) -> Opening[OrderContext]:
    """The lesson told on the first vectors of the sequence; the worked row and the one furthest from it trade places.

    A mask or a bias of the sequence is left out, and the notes say so: both belong to places. Where all vectors are
    alike, or there is only one, nothing can trade places: only `permute`, which says so, and `positions` are told.

    Raises InputError as `lesson_checks.checked_context` does, and for a row that is not shown.

    >>> import attnviz
    >>> trace = attnviz.self_attention([[1.0], [2.0]], [[2.0]], [[3.0]], [[4.0]])
    >>> attnviz.lesson("order", trace).step("permute").narration["swap"]
    'x₁ and x₂ trade places.\\nNothing else changes.'
    """
    given = lesson_checks.checked_context(request, LESSON)
    n = given.problem.n
    check_row(request, LESSON, min(n, SHOWN))
    problem = rearranged(given.problem, range(min(n, SHOWN)))
    reordering = Reordering(
        problem, request.query, swap_partner(problem.x, request.query), request.seed
    )
    order_context = OrderContext(
        lesson_checks.context_of(reordering.before, request, LESSON), reordering
    )
    return Opening(
        order_context,
        given.words.phrase(LESSON, "title"),
        order_context.context.numbers,
        untrained=given.untrained,
        notes=_notes(order_context, request, ""),
        brief_notes=_notes(order_context, request, "_brief"),
    )


def _notes(order_context: OrderContext, request: LessonRequest, length: str) -> tuple[str, ...]:
    notes = lesson_checks.notes(order_context.context, length)
    given = request.sequence.problem
    if given.n > SHOWN:
        notes = (
            *notes,
            order_context.phrase("notes", f"shown{length}", shown=SHOWN, count=given.n),
        )
    if has_mask_or_bias(given):
        notes = (*notes, order_context.phrase("notes", f"hidden{length}"))
    if order_context.reordering.second is not None:
        notes = (*notes, order_context.phrase("notes", f"rounding{length}"))
    return notes


def _if_swapped(build: Callable[[OrderContext], Step]) -> Callable[[OrderContext], Step | None]:
    """The step where two vectors trade places; None where nothing can."""
    return lambda order_context: (
        None if order_context.reordering.second is None else build(order_context)
    )


STEPS: tuple[StepDefinition[OrderContext], ...] = (
    StepDefinition("permute", parts.Permute, order_steps.permute),
    StepDefinition("attention", parts.Attention, _if_swapped(order_steps.attention)),
    StepDefinition("convolution", parts.Convolution, _if_swapped(order_steps.convolution)),
    StepDefinition("positions", parts.Positions, order_steps.positions),
    StepDefinition("with-positions", parts.WithPositions, _if_swapped(order_steps.with_positions)),
    StepDefinition("compare", parts.Compare, _if_swapped(order_steps.compare)),
)

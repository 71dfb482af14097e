"""The step with which a lesson begins whose queries, keys and values were made elsewhere."""

from __future__ import annotations

from attnviz.lessons.lesson_context import LessonContext
from attnviz.story import formulas
from attnviz.story.exhibits import Exhibit
from attnviz.story.storyboard import Step
from attnviz.theme import Role

STEP = "given"


def given(context: LessonContext) -> Step | None:
    """Q, K and V of the head that is worked, as they came; None where they are made of the inputs."""
    if context.problem.projects:
        return None
    head, count = context.head, len(context.trace.heads)
    matrices = (
        *context.first("Q", head.q, Role.QUERY),
        *context.first("K", head.k, Role.KEY),
        *context.first("V", head.v, Role.VALUE),
    )
    source = context.source("q") or "?"
    if context.listed_heads:
        source = context.common("head_of", source=source, heads=context.listed_heads)
    narration = {"why": context.phrase(STEP, "why", source=source)}
    if context.problem.is_cross_attention:
        narration["cross"] = context.phrase(STEP, "cross", **context.counts)
    narration["meaning"] = context.phrase(STEP, "meaning")
    return Step(
        STEP,
        context.phrase(STEP, "title"),
        formulas.GIVEN,
        narration,
        omitted=context.common("omitted_heads", shown=1, count=count) if count > 1 else None,
        exhibits=tuple(Exhibit("why", each) for each in matrices),
    )

"""The step with which a lesson begins whose queries, keys and values were made elsewhere."""

from __future__ import annotations

from attnviz.lessons.lesson_context import Telling
from attnviz.story import formulas
from attnviz.story.exhibits import Exhibit
from attnviz.story.storyboard import Step
from attnviz.theme import Role

STEP = "given"


def given(telling: Telling) -> Step | None:
    """Q, K and V of the head that is worked, as they came; None where they are made of the inputs."""
    if telling.problem.projects:
        return None
    head, count = telling.head, len(telling.trace.heads)
    matrices = (
        *telling.first("Q", head.q, Role.QUERY),
        *telling.first("K", head.k, Role.KEY),
        *telling.first("V", head.v, Role.VALUE),
    )
    source = telling.source("q") or "?"
    if telling.listed_heads:
        source = telling.common("head_of", source=source, heads=telling.listed_heads)
    narration = {
        "why": telling.say(STEP, "why", source=source),
        "meaning": telling.say(STEP, "meaning"),
    }
    return Step(
        STEP,
        telling.say(STEP, "title"),
        formulas.GIVEN,
        narration,
        omitted=telling.common("omitted_heads", shown=1, count=count) if count > 1 else None,
        exhibits=tuple(Exhibit("why", each) for each in matrices),
    )

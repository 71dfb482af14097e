"""The steps of the lesson any-length, and what they are built from."""

from __future__ import annotations

from attnviz.core.trace import Trace
from attnviz.lessons import lesson_checks
from attnviz.lessons.any_length import growth_steps, parts
from attnviz.lessons.any_length.context import GrowthContext
from attnviz.lessons.any_length.growth import Growth
from attnviz.lessons.lesson import Opening
from attnviz.lessons.request import LessonRequest
from attnviz.lessons.sequence import check_row, hides
from attnviz.story import formulas
from attnviz.story.exhibits import Exhibit, Row, Table
from attnviz.story.matrix import Matrix, MatrixKind
from attnviz.story.step import StepDefinition
from attnviz.story.storyboard import Step
from attnviz.theme import Role

LESSON = "any-length"


def open_lesson(request: LessonRequest) -> Opening[GrowthContext]:
    """The lesson told on the first vectors of the sequence, and on all of it.

    A mask or a bias of the sequence is left out, and the notes say so: both are made for one length. A single vector is
    appended a second time.

    Raises InputError as `lesson_checks.begin` does, and for a row that is not there before the vector is appended.

    >>> import attnviz
    >>> trace = attnviz.self_attention([[1.0], [2.0]], [[2.0]], [[3.0]], [[4.0]])
    >>> attnviz.lesson("any-length", trace).step("append").exhibits[1].item.shape
    (2, 2)
    """
    given = lesson_checks.begin(request, LESSON)
    growth = Growth(given.trace)
    check_row(request, LESSON, growth.old)
    told = GrowthContext(lesson_checks.context_of(growth.after, request, LESSON), growth)
    return Opening(
        told,
        given.words.say(LESSON, "title"),
        told.context.numbers,
        trace=given.trace,
        query=request.query,
        untrained=given.untrained,
        notes=_notes(told, ""),
        brief_notes=_notes(told, "_brief"),
    )


def _same_weights(told: GrowthContext) -> Step:
    """The three matrices, and the shapes of what they make at each length."""
    problem = told.context.problem
    matrices = (
        Matrix("W_Q", problem.w_q, Role.QUERY, kind=MatrixKind.MAKES),
        Matrix("W_K", problem.w_k, Role.KEY, kind=MatrixKind.MAKES),
        Matrix("W_V", problem.w_v, Role.VALUE, kind=MatrixKind.MAKES),
    )
    lengths = told.context.common("comma").join(map(str, told.growth.lengths))
    return Step(
        "same-weights",
        told.title("same-weights"),
        formulas.WEIGHTS,
        {
            "why": told.say("same-weights", "why"),
            "rows": told.say("same-weights", "rows", d_model=problem.d_model),
            "shapes": told.say("same-weights", "shapes", lengths=lengths),
        },
        exhibits=(
            *(Exhibit("why", matrix) for matrix in matrices),
            Exhibit("shapes", _shapes(told.growth.tried), line=1),
        ),
    )


def _shapes(tried: tuple[Trace, ...]) -> Table:
    """The shape of every stage at each length: of one head, the output of all."""

    def cells(trace: Trace) -> tuple[str, ...]:
        head = trace.heads[0]
        parts = (trace.problem.x, head.q, head.k, head.v, head.stages.weights, trace.output)
        return (f"n = {trace.problem.n}", *("{}×{}".format(*part.shape) for part in parts))

    output = "O" if tried[0].problem.w_o is None else "Y"
    roles = (Role.INPUT, Role.QUERY, Role.KEY, Role.VALUE, Role.WEIGHT, Role.OUTPUT)
    return Table(
        ("", "X", "Q", "K", "V", "A", output),
        tuple(Row(cells(trace), good=True) for trace in tried),
        (None, *roles),
    )


def _map(told: GrowthContext) -> Step:
    """The weights at each length, side by side."""
    lengths = told.growth.lengths
    few, many = lengths[0], lengths[-1]
    narration = {"why": told.say("map", "why", n=few)}
    if few < many:
        narration["more"] = told.say("map", "more")
        narration["pairs"] = told.say(
            "map", "pairs", few=few, few_pairs=few**2, many=many, many_pairs=many**2
        )
    return Step(
        "map",
        told.title("map"),
        told.formula(),
        narration,
        omitted=told.first_head,
        exhibits=tuple(
            Exhibit(
                "more" if i else "why", told.weights(trace, tokens=False), f"n = {trace.problem.n}"
            )
            for i, trace in enumerate(told.growth.tried)
        ),
    )


def _notes(told: GrowthContext, length: str) -> tuple[str, ...]:
    notes = lesson_checks.notes(told.context, length)
    if hides(told.growth.given.problem):
        notes = (*notes, told.say("notes", f"hidden{length}"))
    return (*notes, told.say("notes", f"rounding{length}"))


STEPS: tuple[StepDefinition[GrowthContext], ...] = (
    StepDefinition("same-weights", parts.SameWeights, _same_weights),
    StepDefinition("map", parts.Map, _map),
    StepDefinition("append", parts.Append, growth_steps.append),
    StepDefinition("share", parts.Share, growth_steps.share),
    StepDefinition("causal", parts.Causal, growth_steps.causal),
    StepDefinition("generation", parts.Generation, growth_steps.generation),
)

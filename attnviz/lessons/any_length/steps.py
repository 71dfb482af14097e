"""The steps of the lesson any-length, and what they are built from."""

from __future__ import annotations

from attnviz.core.trace import Trace
from attnviz.lessons import lesson_checks
from attnviz.lessons.any_length import growth_steps, parts
from attnviz.lessons.any_length.context import GrowthContext
from attnviz.lessons.any_length.growth import Growth
from attnviz.lessons.lesson import Opening
from attnviz.lessons.request import LessonRequest
from attnviz.lessons.sequence import check_row, has_mask_or_bias
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

    Raises InputError as `lesson_checks.checked_context` does, and for a row that the shorter sequence lacks.

    >>> import attnviz
    >>> trace = attnviz.self_attention([[1.0], [2.0]], [[2.0]], [[3.0]], [[4.0]])
    >>> attnviz.lesson("any-length", trace).step("append").exhibits[1].item.shape
    (2, 2)
    """
    given = lesson_checks.checked_context(request, LESSON)
    growth = Growth(given.trace)
    check_row(request, LESSON, growth.old)
    growth_context = GrowthContext(lesson_checks.context_of(growth.after, request, LESSON), growth)
    return Opening(
        growth_context,
        given.words.phrase(LESSON, "title"),
        growth_context.context.numbers,
        trace=given.trace,
        query=request.query,
        untrained=given.untrained,
        notes=_notes(growth_context, ""),
        brief_notes=_notes(growth_context, "_brief"),
    )


def _same_weights(growth_context: GrowthContext) -> Step:
    """The three matrices, and the shapes of what they make at each length."""
    problem = growth_context.context.problem
    matrices = (
        Matrix("W_Q", problem.w_q, Role.QUERY, kind=MatrixKind.MAKES),
        Matrix("W_K", problem.w_k, Role.KEY, kind=MatrixKind.MAKES),
        Matrix("W_V", problem.w_v, Role.VALUE, kind=MatrixKind.MAKES),
    )
    lengths = growth_context.context.common("comma").join(map(str, growth_context.growth.lengths))
    return Step(
        "same-weights",
        growth_context.title("same-weights"),
        formulas.WEIGHTS,
        {
            "why": growth_context.phrase("same-weights", "why"),
            "rows": growth_context.phrase("same-weights", "rows", d_model=problem.d_model),
            "shapes": growth_context.phrase("same-weights", "shapes", lengths=lengths),
        },
        exhibits=(
            *(Exhibit("why", matrix) for matrix in matrices),
            Exhibit("shapes", _shapes(growth_context.growth.prefix_traces), line=1),
        ),
    )


def _shapes(prefix_traces: tuple[Trace, ...]) -> Table:
    """The shape of every stage at each length: of one head, the output of all."""

    def cells(trace: Trace) -> tuple[str, ...]:
        head = trace.heads[0]
        parts = (trace.problem.x, head.q, head.k, head.v, head.stages.weights, trace.output)
        return (f"n = {trace.problem.n}", *("{}×{}".format(*part.shape) for part in parts))

    output = "O" if prefix_traces[0].problem.w_o is None else "Y"
    roles = (Role.INPUT, Role.QUERY, Role.KEY, Role.VALUE, Role.WEIGHT, Role.OUTPUT)
    return Table(
        ("", "X", "Q", "K", "V", "A", output),
        tuple(Row(cells(trace), good=True) for trace in prefix_traces),
        (None, *roles),
    )


def _map(growth_context: GrowthContext) -> Step:
    """The weights at each length, side by side."""
    lengths = growth_context.growth.lengths
    few, many = lengths[0], lengths[-1]
    narration = {"why": growth_context.phrase("map", "why", n=few)}
    if few < many:
        narration["more"] = growth_context.phrase("map", "more")
        narration["pairs"] = growth_context.phrase(
            "map", "pairs", few=few, few_pairs=few**2, many=many, many_pairs=many**2
        )
    return Step(
        "map",
        growth_context.title("map"),
        growth_context.formula(),
        narration,
        omitted=growth_context.first_head,
        exhibits=tuple(
            Exhibit(
                "more" if i else "why",
                growth_context.weights(trace, tokens=False),
                f"n = {trace.problem.n}",
            )
            for i, trace in enumerate(growth_context.growth.prefix_traces)
        ),
    )


def _notes(growth_context: GrowthContext, length: str) -> tuple[str, ...]:
    notes = lesson_checks.notes(growth_context.context, length)
    if has_mask_or_bias(growth_context.growth.given.problem):
        notes = (*notes, growth_context.phrase("notes", f"hidden{length}"))
    return (*notes, growth_context.phrase("notes", f"rounding{length}"))


STEPS: tuple[StepDefinition[GrowthContext], ...] = (
    StepDefinition("same-weights", parts.SameWeights, _same_weights),
    StepDefinition("map", parts.Map, _map),
    StepDefinition("append", parts.Append, growth_steps.append),
    StepDefinition("share", parts.Share, growth_steps.share),
    StepDefinition("causal", parts.Causal, growth_steps.causal),
    StepDefinition("generation", parts.Generation, growth_steps.generation),
)

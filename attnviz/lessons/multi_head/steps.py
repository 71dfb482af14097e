"""The steps of the lesson multi-head, and what they are built from."""

from __future__ import annotations

from attnviz.errors import InputError
from attnviz.lessons.lesson import Opening
from attnviz.lessons.lesson_checks import checked_context, notes
from attnviz.lessons.multi_head import parts
from attnviz.lessons.multi_head.context import MultiHeadContext
from attnviz.lessons.request import LessonRequest
from attnviz.story import formulas
from attnviz.story.calculation import Calculation, Symbol
from attnviz.story.calculations import dot_product, settled
from attnviz.story.exhibits import Exhibit, Region
from attnviz.story.expressions import Call, CommaList, Infix, Name, lowered, written
from attnviz.story.labels import indexed, subscript
from attnviz.story.matrix import Matrix, MatrixKind
from attnviz.story.step import StepDefinition
from attnviz.story.storyboard import Step
from attnviz.theme import Role

LESSON = "multi-head"


def open_lesson(request: LessonRequest) -> Opening[MultiHeadContext]:
    """The lesson on the sequence that was asked for, told on the two heads whose weights differ most.

    The row that the words name is the one asked for, or the one in which the two differ most, where they find the same
    for that one.

    Raises InputError for a single head, for masks or biases of each head, and as `lesson_checks.checked_context` does.

    >>> import attnviz
    >>> import numpy as np
    >>> trace = attnviz.self_attention(np.eye(2), np.eye(2), np.eye(2), np.eye(2), heads=2)
    >>> [step.id for step in attnviz.lesson("multi-head", trace).steps]
    ['one-head', 'cut', 'heads', 'concat', 'formula']
    """
    context = checked_context(request, LESSON)
    if len(context.trace.heads) == 1:
        raise InputError(
            "the lesson multi-head compares heads, and this input has only one: "
            "add --heads 2, or take --example two-heads"
        )
    options = context.problem.options
    if options.differs_by_head("mask") or options.differs_by_head("bias"):
        raise InputError(
            "the lesson multi-head compares its heads with one head of the same matrices, and a mask or a bias of each "
            "head's own fits no single one: take the lesson self-attention"
        )
    heads = MultiHeadContext(context)
    return Opening(
        heads,
        context.words.phrase(LESSON, "title"),
        context.numbers,
        trace=context.trace,
        query=heads.row,
        untrained=context.untrained,
        notes=notes(context),
        brief_notes=notes(context, "_brief"),
    )


def _one_head(heads: MultiHeadContext) -> Step | None:
    """The same matrices as one head; None for a single token, of which every head makes the same."""
    context = heads.context
    if context.problem.n == 1:
        return None
    weights = heads.single_head.stages.weights
    n = context.problem.n
    return Step(
        "one-head",
        context.phrase("one-head", "title"),
        formulas.all_rows(heads.scores_formula),
        {
            "why": context.phrase("one-head", "why"),
            "mixed": heads.strongest_text("mixed", weights),
        },
        exhibits=(
            Exhibit("why", heads.scores(None)),
            Exhibit(
                "mixed",
                heads.map(weights, None, named=False),
                joint="→",
                marks=(Region.row(heads.row, n),),
            ),
        ),
    )


def _cut(heads: MultiHeadContext) -> Step:
    """The columns of the matrices that each head has; then the scores of the two heads that are shown."""
    context, problem = heads.context, heads.context.problem
    matrices = (
        ("W_Q", problem.w_q, Role.QUERY, problem.d_k),
        ("W_K", problem.w_k, Role.KEY, problem.d_k),
        ("W_V", problem.w_v, Role.VALUE, problem.d_v),
    )
    cut = tuple(
        Exhibit(
            "why",
            Matrix(symbol, values, role, kind=MatrixKind.MAKES),
            marks=tuple(
                Region((0, problem.d_model), (head * width, (head + 1) * width))
                for head in range(problem.heads)
            ),
        )
        for symbol, values, role, width in matrices
    )
    scores = tuple(
        Exhibit(
            "own", heads.scores(each), context.common("head", head=each + 1), line=1, head=each + 1
        )
        for each in heads.shown
    )
    return Step(
        "cut",
        context.phrase("cut", "title"),
        formulas.WEIGHTS,
        {
            "why": context.phrase("cut", "why", count=problem.heads),
            "own": context.phrase("cut", "own"),
        },
        omitted=heads.omitted,
        exhibits=cut + scores,
    )


def _each_head(heads: MultiHeadContext) -> Step:
    context, n = heads.context, heads.context.problem.n
    first, second = heads.shown
    bests = [heads.best(heads.weights(each), heads.row) for each in heads.shown]
    narration = {}
    if n == 1:
        narration["first"] = context.phrase("heads", "single")
        parts = ("first", "first")
    else:
        again = "again" if bests[0] == bests[1] else "second"
        narration["first"] = heads.strongest_text("first", heads.weights(first), head=first + 1)
        narration["second"] = heads.strongest_text(again, heads.weights(second), head=second + 1)
        parts = ("first", "second")
    exhibits = tuple(
        Exhibit(
            part,
            heads.map(heads.weights(each), each + 1, named=i == 0),
            context.common("head", head=each + 1),
            marks=(Region.row(heads.row, n),) if n > 1 else (),
            head=each + 1,
        )
        for i, (part, each) in enumerate(zip(parts, heads.shown, strict=True))
    )
    title = context.phrase("heads", "title")
    return Step("heads", title, _HEAD, narration, omitted=heads.omitted, exhibits=exhibits)


_HEAD = written(
    Infix(
        "=",
        lowered("O", "i"),
        Call(Name("Attention"), CommaList(*(lowered(each, "i") for each in "QKV"))),
    )
)


def _concat(heads: MultiHeadContext) -> Step:
    context, trace = heads.context, heads.context.trace
    d_v, n = context.problem.d_v, context.problem.n
    separate = tuple(
        Exhibit(
            "why",
            heads.outputs(f"O{subscript(each)}", trace.heads[each].stages.output, named=i == 0),
        )
        for i, each in enumerate(heads.shown)
    )
    blocks = tuple(Region((0, n), (each * d_v, (each + 1) * d_v)) for each in heads.shown)
    narration = {
        "why": context.phrase("concat", "why"),
        "concat": context.phrase("concat", "concat"),
    }
    if context.problem.w_o is None:
        narration["plain"] = context.phrase("concat", "plain")
    return Step(
        "concat",
        context.phrase("concat", "title"),
        formulas.heads(several=True, projected=False, biased=False),
        narration,
        omitted=heads.omitted,
        exhibits=(
            *separate,
            Exhibit(
                "concat",
                heads.outputs("Concat", trace.concat, named=False),
                joint="→",
                marks=blocks,
            ),
        ),
    )


def _project(heads: MultiHeadContext) -> Step | None:
    """Concat · W_O, one entry worked out; None where there is no W_O."""
    context, trace, problem = heads.context, heads.context.trace, heads.context.problem
    if problem.w_o is None:
        return None
    narration = {
        "why": context.phrase("project", "why"),
        "worked": context.phrase("project", "worked"),
    }
    bias: tuple[Exhibit, ...] = ()
    if problem.b_o is not None:
        narration["worked"] = context.phrase("project", "biased")
        bias = (
            Exhibit(
                "worked",
                Matrix("b_O", problem.b_o[None, :], Role.OUTPUT, kind=MatrixKind.ADDED),
                joint="+",
            ),
        )
    concat = heads.outputs("Concat", trace.concat, named=True)
    output = heads.outputs("Y", trace.output, named=True, letter="y", kind=MatrixKind.WHOLE)
    row = heads.row
    return Step(
        "project",
        context.phrase("project", "title"),
        formulas.heads(several=True, projected=True, biased=bool(bias)),
        narration,
        worked=settled([_worked(heads)], context.numbers),
        exhibits=(
            Exhibit("why", concat, marks=(Region.row(row, concat.shape[1]),)),
            Exhibit(
                "why",
                Matrix("W_O", problem.w_o, Role.OUTPUT, kind=MatrixKind.MAKES),
                joint="·",
                marks=(Region.column(0, problem.w_o.shape[0]),),
            ),
            *bias,
            Exhibit(
                "worked",
                output,
                "= Concat · W_O" + (" + b_O" if bias else ""),
                line=1,
                marks=(Region((row, row + 1), (0, 1)),),
            ),
        ),
    )


def _worked(heads: MultiHeadContext) -> Calculation:
    """The first entry of the named row of the output."""
    context, trace, problem = heads.context, heads.context.trace, heads.context.problem
    assert problem.w_o is not None
    added = None if problem.b_o is None else context.number(float(problem.b_o[0]), Role.OUTPUT)
    return dot_product(
        "worked",
        (Symbol(f"{indexed('y', heads.row)}[1]", Role.OUTPUT),),
        (trace.concat[heads.row], problem.w_o[:, 0]),
        (Role.OUTPUT, Role.OUTPUT),
        context.number(float(trace.output[heads.row, 0]), Role.OUTPUT),
        context.numbers,
        0,
        added=added,
        most=context.most,
    )


def _formula(heads: MultiHeadContext) -> Step:
    context, problem = heads.context, heads.context.problem
    projected, biased = problem.w_o is not None, problem.b_o is not None
    narration = {part: context.phrase("formula", part) for part in ("why", "heads", "concat")}
    if projected:
        narration["project"] = context.phrase("formula", "project")
    return Step(
        "formula",
        context.phrase("formula", "title"),
        formulas.heads(several=True, projected=projected, biased=biased),
        narration,
    )


STEPS: tuple[StepDefinition[MultiHeadContext], ...] = (
    StepDefinition("one-head", parts.OneHead, _one_head),
    StepDefinition("cut", parts.Cut, _cut),
    StepDefinition("heads", parts.Heads, _each_head),
    StepDefinition("concat", parts.Concat, _concat),
    StepDefinition("project", parts.Project, _project),
    StepDefinition("formula", parts.Formula, _formula),
)

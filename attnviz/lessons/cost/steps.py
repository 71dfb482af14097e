"""The steps of the lesson cost, and what they are built from."""

from __future__ import annotations

from attnviz.core.measures.cost import LayerCost, attention_cost, recurrence_cost
from attnviz.lessons.cost import parts
from attnviz.lessons.cost.counting import KERNEL, TABLE, WIDTH, CostContext, count
from attnviz.lessons.cost.formulas import (
    EQUAL_OPERATIONS,
    MEMORY,
    ORDER_OF_ATTENTION,
    PATH_LENGTHS,
    RECURRENCE,
)
from attnviz.lessons.lesson import Opening
from attnviz.lessons.lesson_checks import check_precision, refuse_article
from attnviz.lessons.request import LessonRequest
from attnviz.story.exhibits import Exhibit, Row, Table
from attnviz.story.i18n import words
from attnviz.story.numbers import Numbers
from attnviz.story.step import StepDefinition
from attnviz.story.storyboard import Step

LESSON = "cost"
LONGEST = TABLE[-1]


def open_lesson(request: LessonRequest) -> Opening[CostContext]:
    """The lesson. It obeys the language only: what it shows is counted, and no count is rounded.

    Raises InputError for a precision that float64 does not hold, and for the article's rounding.

    >>> import attnviz
    >>> attnviz.lesson("cost").step("sequential-steps").exhibits[0].item.rows[-1].cells
    ('4,096', '1', '1', '4,096')
    """
    check_precision(request.precision)
    refuse_article(request, LESSON)
    counting = CostContext(words(request.language), LESSON)
    facts = {"d": WIDTH, "k": KERNEL}
    return Opening(
        counting,
        counting.words.phrase(LESSON, "title"),
        Numbers(),
        notes=(counting.words.phrase(LESSON, "counted", **facts),),
        brief_notes=(counting.words.phrase(LESSON, "counted_brief", **facts),),
    )


def _operations(counting: CostContext) -> Step:
    """Multiply-adds: the formulas, how they grow, and where attention overtakes recurrence."""
    at_d = attention_cost(WIDTH, WIDTH)
    projected = attention_cost(WIDTH, WIDTH, projections=True)
    facts = {
        "d": WIDTH,
        "both": count(at_d.operations),
        "projections": count(projected.operations - at_d.operations),
    }
    formulas = ("2 · n² · d", f"{KERNEL} · n · d²", "2 · n · d²")
    plot = counting.plot(counting.phrase("operations", "unit"), _operations_of, counting.three)
    return Step(
        "operations",
        counting.phrase("operations", "title"),
        EQUAL_OPERATIONS,
        _said(counting, "operations", ("layer", "growth", "crossing", "omitted"), **facts),
        exhibits=(
            Exhibit("layer", counting.table(_operations_of, counting.three, formulas)),
            Exhibit("growth", plot),
        ),
    )


def _operations_of(cost: LayerCost) -> int:
    return cost.operations


def _sequential_steps(counting: CostContext) -> Step:
    """Steps that wait for one another."""
    steps = count(recurrence_cost(LONGEST, WIDTH).sequential)
    table = counting.table(lambda cost: cost.sequential, counting.three)
    return Step(
        "sequential-steps",
        counting.phrase("sequential-steps", "title"),
        RECURRENCE,
        _said(
            *(counting, "sequential-steps", ("wait", "at_once", "work")),
            n=count(LONGEST),
            steps=steps,
        ),
        exhibits=(Exhibit("wait", table, counting.phrase("sequential-steps", "unit")),),
    )


def _path_length(counting: CostContext) -> Step:
    """The step on the path from the first input to the last output."""
    methods = (counting.attention, counting.dilated, counting.convolution, counting.recurrence)

    def path(cost: LayerCost) -> int:
        return cost.path

    plot = counting.plot(counting.phrase("path-length", "unit"), path, methods)
    facts = {
        "n": count(LONGEST),
        "recurrence": count(path(counting.recurrence.at(LONGEST))),
        "convolution": count(path(counting.convolution.at(LONGEST))),
        "dilated": count(path(counting.dilated.at(LONGEST))),
        "attention": count(path(counting.attention.at(LONGEST))),
    }
    return Step(
        "path-length",
        counting.phrase("path-length", "title"),
        PATH_LENGTHS,
        _said(counting, "path-length", ("why", "grow", "attention"), **facts),
        exhibits=(Exhibit("why", plot), Exhibit("grow", counting.table(path, methods))),
    )


def _memory(counting: CostContext) -> Step:
    """The step on the memory for the backward pass."""

    def kept(cost: LayerCost) -> int:
        return cost.memory

    cost = attention_cost(LONGEST, WIDTH)
    facts = {
        "n": count(LONGEST),
        "attention": count(cost.memory),
        "outputs": count(kept(counting.recurrence.at(LONGEST))),
    }
    plot = counting.plot(counting.phrase("memory", "unit"), kept, counting.three)
    formulas = ("n² + n · d", "n · d", "n · d")
    return Step(
        "memory",
        counting.phrase("memory", "title"),
        MEMORY,
        _said(counting, "memory", ("outputs", "weights", "again"), **facts),
        exhibits=(
            Exhibit("outputs", counting.table(kept, counting.three, formulas)),
            Exhibit("weights", plot),
        ),
    )


def _comparison(counting: CostContext) -> Step:
    """All four quantities of all methods: as they grow, and in numbers for the longest sequence."""
    methods = (counting.attention, counting.convolution, counting.dilated, counting.recurrence)
    quantities = ("operations", "sequential", "path", "memory")
    names = [counting.phrase("comparison", quantity) for quantity in quantities]

    def table(corner: str, cells: list[list[str]]) -> Table:
        return Table(
            (corner, *(method.name for method in methods)),
            tuple(Row((name, *row)) for name, row in zip(names, cells, strict=True)),
            (None, *(method.role for method in methods)),
        )

    grown = [[f"O({getattr(each.order, quantity)})" for each in methods] for quantity in quantities]
    counted = [
        [count(getattr(each.at(LONGEST), quantity)) for each in methods] for quantity in quantities
    ]
    return Step(
        "comparison",
        counting.phrase("comparison", "title"),
        ORDER_OF_ATTENTION,
        _said(counting, "comparison", ("orders", "counts", "time"), n=count(LONGEST), d=WIDTH),
        exhibits=(
            Exhibit("orders", table("", grown)),
            Exhibit("counts", table(f"n = {count(LONGEST)}", counted), line=1),
        ),
    )


def _said(
    counting: CostContext, step: str, parts: tuple[str, ...], **facts: object
) -> dict[str, str]:
    return {part: counting.phrase(step, part, **facts) for part in parts}


STEPS: tuple[StepDefinition[CostContext], ...] = (
    StepDefinition("operations", parts.Operations, _operations),
    StepDefinition("sequential-steps", parts.SequentialSteps, _sequential_steps),
    StepDefinition("path-length", parts.PathLength, _path_length),
    StepDefinition("memory", parts.Memory, _memory),
    StepDefinition("comparison", parts.Comparison, _comparison),
)

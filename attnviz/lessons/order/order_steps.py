"""The steps of the lesson on order."""

from __future__ import annotations

from attnviz.core.positions import sinusoidal
from attnviz.lessons.order import formulas
from attnviz.lessons.order.context import OrderContext
from attnviz.lessons.order.reordering import OrderComparison
from attnviz.story.exhibits import Exhibit, Plot, Row, Series, Table
from attnviz.story.matrix import Label, Matrix, MatrixKind
from attnviz.story.storyboard import Step
from attnviz.theme import Role

WAVES = 16
"""Positions of the curves."""


def permute(order_context: OrderContext) -> Step:
    """The inputs in both orders; where there is no other order, that is said."""
    reordering, context = order_context.reordering, order_context.context
    x = reordering.problem.x
    before = order_context.rows("X", x, Role.INPUT, "x", reordered=False)
    if reordering.second is None:
        why = "one" if reordering.problem.n == 1 else "alike"
        narration = {"why": order_context.phrase("permute", why)}
        exhibits: tuple[Exhibit, ...] = (Exhibit("why", before),)
    else:
        narration = {
            "why": order_context.phrase("permute", "why"),
            "swap": order_context.phrase(
                "permute",
                "swap",
                first=context.named("x", reordering.first),
                second=context.named("x", reordering.second),
            ),
        }
        after = order_context.rows(
            "P X", reordering.after.problem.x, Role.INPUT, "x", kind=MatrixKind.OTHER
        )
        marks = order_context.swapped(x.shape[1])
        exhibits = (
            Exhibit("why", before, order_context.old_order),
            Exhibit("swap", after, order_context.new_order, "→", marks=marks),
        )
    return Step(
        "permute",
        order_context.phrase("permute", "title"),
        formulas.PERMUTED,
        narration,
        exhibits=exhibits,
    )


def attention(order_context: OrderContext) -> Step:
    """Weights and outputs of both orders: the same numbers in other places."""
    reordering = order_context.reordering
    weights, outputs = reordering.weights, reordering.attention
    old, head = reordering.before, reordering.before.heads[0]
    heads = len(old.heads)
    return Step(
        "attention",
        order_context.phrase("attention", "title"),
        formulas.EQUIVARIANT,
        {
            "why": order_context.phrase("attention", "why"),
            "weights": order_context.say_difference("attention", "weights", weights),
            "outputs": order_context.say_difference("attention", "outputs", outputs),
            "meaning": order_context.phrase("attention", "meaning"),
        },
        omitted=order_context.context.common("omitted_heads", shown=1, count=heads)
        if heads > 1
        else None,
        exhibits=(
            Exhibit(
                "why",
                order_context.map(head.stages.weights, reordered=False),
                order_context.old_order,
            ),
            Exhibit(
                "weights",
                order_context.map(weights.recomputed, reordered=True),
                order_context.new_order,
                "→",
            ),
            Exhibit(
                "outputs",
                order_context.rows(
                    order_context.output, old.output, Role.OUTPUT, "o", reordered=False
                ),
                order_context.old_order,
                line=1,
            ),
            Exhibit(
                "outputs",
                order_context.rows(order_context.output, outputs.recomputed, Role.OUTPUT, "o"),
                order_context.new_order,
                "→",
                line=1,
                marks=order_context.swapped(outputs.recomputed.shape[1]),
            ),
        ),
    )


def convolution(order_context: OrderContext) -> Step:
    """The kernel, and outputs that are not those of before in other places."""
    reordering = order_context.reordering
    places = tuple(Label(name, None, Role.KERNEL) for name in ("i − 1", "i", "i + 1"))
    kernel = Matrix("w", reordering.kernel, Role.KERNEL, places, kind=MatrixKind.OTHER)
    compared = reordering.convolution
    return Step(
        "convolution",
        order_context.phrase("convolution", "title"),
        formulas.CONVOLVED,
        {
            "why": order_context.phrase("convolution", "why"),
            "outputs": order_context.say_difference("convolution", "outputs", compared),
            "window": order_context.phrase("convolution", "window"),
        },
        omitted=order_context.phrase("convolution", "drawn", seed=reordering.seed),
        exhibits=(
            Exhibit("why", kernel),
            *_side_by_side(
                order_context, ("P (X * w)", "(P X) * w"), compared, kind=MatrixKind.OTHER
            ),
        ),
    )


def positions(order_context: OrderContext) -> Step:
    """The encoding as a matrix, and two of its columns as curves."""
    encoding = order_context.reordering.positions
    waves = "waves" if encoding.shape[1] > 2 else "wave"
    return Step(
        "positions",
        order_context.phrase("positions", "title"),
        formulas.ENCODING,
        {
            "why": order_context.phrase("positions", "why"),
            "waves": order_context.phrase("positions", waves),
        },
        exhibits=(
            Exhibit("why", _encoding(order_context)),
            Exhibit("waves", _curves(order_context)),
        ),
    )


def _encoding(order_context: OrderContext) -> Matrix:
    encoding = order_context.reordering.positions
    rows = tuple(Label(f"pos {i}", None, Role.PLAIN) for i in range(len(encoding)))
    return Matrix("PE", encoding, Role.PLAIN, rows, kind=MatrixKind.UNNAMED)


def _curves(order_context: OrderContext) -> Plot:
    """The first column, and the first of a slower pair or whatever comes second."""
    d_model, numbers = order_context.reordering.problem.d_model, order_context.context.numbers
    encoding = sinusoidal(WAVES, d_model)
    places = tuple(range(WAVES))
    columns = [0] if d_model == 1 else [0, 1] if d_model == 2 else [0, 2]
    series = tuple(
        Series(
            order_context.phrase("positions", "column", column=column + 1),
            Role.PLAIN,
            tuple(map(float, places)),
            tuple(encoding[:, column].tolist()),
            tuple(map(numbers.text, encoding[:, column].tolist())),
            dashed=column != 0,
        )
        for column in columns
    )
    return Plot("pos", "PE", series, tuple(map(str, places)))


def with_positions(order_context: OrderContext) -> Step:
    """The vectors in the new order and the positions, which stay; outputs that are not those of before."""
    reordering = order_context.reordering
    compared, x = reordering.with_positions, reordering.after.problem.x
    outputs = "outputs" if compared.differs else "same"
    names = (order_context.phrase("compare", "moved"), order_context.new_order)
    width = x.shape[1]
    return Step(
        "with-positions",
        order_context.phrase("with-positions", "title"),
        formulas.ADDED,
        {
            "why": order_context.phrase("with-positions", "why"),
            "outputs": order_context.say_difference("with-positions", outputs, compared),
        },
        exhibits=(
            Exhibit(
                "why",
                order_context.rows("P X", x, Role.INPUT, "x", kind=MatrixKind.OTHER),
                order_context.new_order,
                marks=order_context.swapped(width),
            ),
            Exhibit("why", _encoding(order_context), joint="+"),
            *_side_by_side(
                order_context, (order_context.output, order_context.output), compared, names, line=1
            ),
        ),
    )


def _side_by_side(
    order_context: OrderContext,
    symbols: tuple[str, str],
    compared: OrderComparison,
    names: tuple[str | None, str | None] = (None, None),
    line: int = 0,
    kind: MatrixKind = MatrixKind.WHOLE,
) -> tuple[Exhibit, Exhibit]:
    """The old outputs put into the new order, beside those computed in it."""
    reordered, recomputed = (
        order_context.rows(symbol, values, Role.OUTPUT, "o", kind=kind)
        for symbol, values in zip(symbols, (compared.reordered, compared.recomputed), strict=True)
    )
    joint = "≠" if compared.differs else "="
    return (
        Exhibit("outputs", reordered, names[0], line=line),
        Exhibit("outputs", recomputed, names[1], joint, line=line),
    )


def compare(order_context: OrderContext) -> Step:
    """All of them in one table: by how much the outputs differ from the old ones put into the new order."""
    reordering = order_context.reordering
    compared = {
        "attention": reordering.attention,
        "convolution": reordering.convolution,
        "positions": reordering.with_positions,
        "causal": reordering.with_causal_mask,
    }
    rows = tuple(
        Row(
            (
                order_context.phrase("compare", f"by_{name}"),
                order_context.difference(each.difference),
                order_context.phrase("compare", "yes" if each.differs else "no"),
            )
        )
        for name, each in compared.items()
    )
    header = (
        "",
        order_context.phrase("compare", "difference"),
        order_context.phrase("compare", "notices"),
    )
    narration = {"why": order_context.phrase("compare", "why")}
    if compared["causal"].differs:
        narration["causal"] = order_context.phrase("compare", "causal")
    narration["careful"] = order_context.phrase("compare", "careful")
    return Step(
        "compare",
        order_context.phrase("compare", "title"),
        formulas.EQUIVARIANT,
        narration,
        exhibits=(Exhibit("why", Table(header, rows)),),
    )

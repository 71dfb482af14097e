"""The steps of the lesson on order."""

from __future__ import annotations

from attnviz.core.positions import sinusoidal
from attnviz.lessons.order import formulas
from attnviz.lessons.order.context import OrderContext
from attnviz.lessons.order.reordering import Compared
from attnviz.story.exhibits import Exhibit, Plot, Row, Series, Table
from attnviz.story.matrix import Label, Matrix, MatrixKind
from attnviz.story.storyboard import Step
from attnviz.theme import Role

WAVES = 16
"""Positions of the curves."""


def permute(told: OrderContext) -> Step:
    """The inputs in both orders; where there is no other order, that is said."""
    reordering, context = told.reordering, told.context
    x = reordering.problem.x
    before = told.rows("X", x, Role.INPUT, "x", moved=False)
    if reordering.second is None:
        why = "one" if reordering.problem.n == 1 else "alike"
        narration = {"why": told.say("permute", why)}
        exhibits: tuple[Exhibit, ...] = (Exhibit("why", before),)
    else:
        narration = {
            "why": told.say("permute", "why"),
            "swap": told.say(
                "permute",
                "swap",
                first=context.named("x", reordering.first),
                second=context.named("x", reordering.second),
            ),
        }
        after = told.rows("P X", reordering.after.problem.x, Role.INPUT, "x", kind=MatrixKind.OTHER)
        marks = told.swapped(x.shape[1])
        exhibits = (
            Exhibit("why", before, told.old_order),
            Exhibit("swap", after, told.new_order, "→", marks=marks),
        )
    return Step(
        "permute", told.say("permute", "title"), formulas.PERMUTED, narration, exhibits=exhibits
    )


def attention(told: OrderContext) -> Step:
    """Weights and outputs of both orders: the same numbers in other places."""
    reordering = told.reordering
    weights, outputs = reordering.weights, reordering.attention
    old, head = reordering.before, reordering.before.heads[0]
    heads = len(old.heads)
    return Step(
        "attention",
        told.say("attention", "title"),
        formulas.EQUIVARIANT,
        {
            "why": told.say("attention", "why"),
            "weights": told.say_difference("attention", "weights", weights),
            "outputs": told.say_difference("attention", "outputs", outputs),
            "meaning": told.say("attention", "meaning"),
        },
        omitted=told.context.common("omitted_heads", shown=1, count=heads) if heads > 1 else None,
        exhibits=(
            Exhibit("why", told.map(head.stages.weights, moved=False), told.old_order),
            Exhibit("weights", told.map(weights.anew, moved=True), told.new_order, "→"),
            Exhibit(
                "outputs",
                told.rows(told.output, old.output, Role.OUTPUT, "o", moved=False),
                told.old_order,
                line=1,
            ),
            Exhibit(
                "outputs",
                told.rows(told.output, outputs.anew, Role.OUTPUT, "o"),
                told.new_order,
                "→",
                line=1,
                marks=told.swapped(outputs.anew.shape[1]),
            ),
        ),
    )


def convolution(told: OrderContext) -> Step:
    """The kernel, and outputs that are not those of before in other places."""
    reordering = told.reordering
    places = tuple(Label(name, None, Role.KERNEL) for name in ("i − 1", "i", "i + 1"))
    kernel = Matrix("w", reordering.kernel, Role.KERNEL, places, kind=MatrixKind.OTHER)
    compared = reordering.convolution
    return Step(
        "convolution",
        told.say("convolution", "title"),
        formulas.CONVOLVED,
        {
            "why": told.say("convolution", "why"),
            "outputs": told.say_difference("convolution", "outputs", compared),
            "window": told.say("convolution", "window"),
        },
        omitted=told.say("convolution", "drawn", seed=reordering.seed),
        exhibits=(
            Exhibit("why", kernel),
            *_side_by_side(told, ("P (X * w)", "(P X) * w"), compared, kind=MatrixKind.OTHER),
        ),
    )


def positions(told: OrderContext) -> Step:
    """The encoding as a matrix, and two of its columns as curves."""
    encoding = told.reordering.positions
    waves = "waves" if encoding.shape[1] > 2 else "wave"
    return Step(
        "positions",
        told.say("positions", "title"),
        formulas.ENCODING,
        {"why": told.say("positions", "why"), "waves": told.say("positions", waves)},
        exhibits=(Exhibit("why", _encoding(told)), Exhibit("waves", _curves(told))),
    )


def _encoding(told: OrderContext) -> Matrix:
    encoding = told.reordering.positions
    rows = tuple(Label(f"pos {i}", None, Role.PLAIN) for i in range(len(encoding)))
    return Matrix("PE", encoding, Role.PLAIN, rows, kind=MatrixKind.UNNAMED)


def _curves(told: OrderContext) -> Plot:
    """The first column, and the first of a slower pair or whatever comes second."""
    d_model, numbers = told.reordering.problem.d_model, told.context.numbers
    encoding = sinusoidal(WAVES, d_model)
    places = tuple(range(WAVES))
    columns = [0] if d_model == 1 else [0, 1] if d_model == 2 else [0, 2]
    series = tuple(
        Series(
            told.say("positions", "column", column=column + 1),
            Role.PLAIN,
            tuple(map(float, places)),
            tuple(encoding[:, column].tolist()),
            tuple(map(numbers.text, encoding[:, column].tolist())),
            dashed=column != 0,
        )
        for column in columns
    )
    return Plot("pos", "PE", series, tuple(map(str, places)))


def with_positions(told: OrderContext) -> Step:
    """The vectors in the new order and the positions, which stay; outputs that are not those of before."""
    reordering = told.reordering
    compared, x = reordering.with_positions, reordering.after.problem.x
    outputs = "outputs" if compared.notices else "same"
    names = (told.say("compare", "moved"), told.new_order)
    width = x.shape[1]
    return Step(
        "with-positions",
        told.say("with-positions", "title"),
        formulas.ADDED,
        {
            "why": told.say("with-positions", "why"),
            "outputs": told.say_difference("with-positions", outputs, compared),
        },
        exhibits=(
            Exhibit(
                "why",
                told.rows("P X", x, Role.INPUT, "x", kind=MatrixKind.OTHER),
                told.new_order,
                marks=told.swapped(width),
            ),
            Exhibit("why", _encoding(told), joint="+"),
            *_side_by_side(told, (told.output, told.output), compared, names, line=1),
        ),
    )


def _side_by_side(
    told: OrderContext,
    symbols: tuple[str, str],
    compared: Compared,
    names: tuple[str | None, str | None] = (None, None),
    line: int = 0,
    kind: MatrixKind = MatrixKind.WHOLE,
) -> tuple[Exhibit, Exhibit]:
    """The old outputs put into the new order, beside those computed in it."""
    moved, anew = (
        told.rows(symbol, values, Role.OUTPUT, "o", kind=kind)
        for symbol, values in zip(symbols, (compared.moved, compared.anew), strict=True)
    )
    joint = "≠" if compared.notices else "="
    return (
        Exhibit("outputs", moved, names[0], line=line),
        Exhibit("outputs", anew, names[1], joint, line=line),
    )


def compare(told: OrderContext) -> Step:
    """All of them in one table: by how much the outputs differ from the old ones put into the new order."""
    reordering = told.reordering
    compared = {
        "attention": reordering.attention,
        "convolution": reordering.convolution,
        "positions": reordering.with_positions,
        "causal": reordering.with_causal_mask,
    }
    rows = tuple(
        Row(
            (
                told.say("compare", f"by_{name}"),
                told.difference(each.difference),
                told.say("compare", "yes" if each.notices else "no"),
            )
        )
        for name, each in compared.items()
    )
    header = ("", told.say("compare", "difference"), told.say("compare", "notices"))
    narration = {"why": told.say("compare", "why")}
    if compared["causal"].notices:
        narration["causal"] = told.say("compare", "causal")
    narration["careful"] = told.say("compare", "careful")
    return Step(
        "compare",
        told.say("compare", "title"),
        formulas.EQUIVARIANT,
        narration,
        exhibits=(Exhibit("why", Table(header, rows)),),
    )

"""Layers that mix positions, and plots and tables of what they cost over the length of the sequence."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from attnviz.core.measures.cost import (
    ATTENTION_ORDER,
    CONVOLUTION_ORDER,
    DILATED_CONVOLUTION_ORDER,
    RECURRENCE_ORDER,
    LayerCost,
    LayerOrder,
    attention_cost,
    convolution_cost,
    recurrence_cost,
)
from attnviz.records import record
from attnviz.story.exhibits import Plot, Row, Series, Table
from attnviz.story.i18n import Words
from attnviz.theme import Role

WIDTH, KERNEL = 64, 3
"""d, and the size of the kernel."""
CURVE = tuple(4**i for i in range(1, 7))
"""The lengths n of the curves. One of them is d, where attention overtakes recurrence."""
TABLE = (16, WIDTH, 4096)
"""The lengths of the tables: below d, d, and far above it."""

Quantity = Callable[[LayerCost], int]


@record
class Method:
    """A layer that mixes positions, and what it costs at each length."""

    name: str
    role: Role
    order: LayerOrder
    at: Callable[[int], LayerCost]
    dashed: bool = False


def count(number: int) -> str:
    """All digits, in threes."""
    return f"{number:,}"


@record
class CostContext:
    """The methods, and how plots and tables are made of what they cost."""

    words: Words
    lesson: str

    def phrase(self, step: str, part: str, **facts: object) -> str:
        return self.words.phrase(self.lesson, step, part, **facts)

    @cached_property
    def attention(self) -> Method:
        return Method(
            self.words.phrase(self.lesson, "attention"),
            Role.WEIGHT,
            ATTENTION_ORDER,
            lambda n: attention_cost(n, WIDTH),
        )

    @cached_property
    def convolution(self) -> Method:
        return Method(
            self.words.phrase(self.lesson, "convolution"),
            Role.KERNEL,
            CONVOLUTION_ORDER,
            lambda n: convolution_cost(n, WIDTH, KERNEL),
        )

    @cached_property
    def dilated(self) -> Method:
        return Method(
            self.words.phrase(self.lesson, "dilated"),
            Role.KERNEL,
            DILATED_CONVOLUTION_ORDER,
            lambda n: convolution_cost(n, WIDTH, KERNEL, dilated=True),
            dashed=True,
        )

    @cached_property
    def recurrence(self) -> Method:
        return Method(
            self.words.phrase(self.lesson, "recurrence"),
            Role.PLAIN,
            RECURRENCE_ORDER,
            lambda n: recurrence_cost(n, WIDTH),
        )

    @property
    def three(self) -> tuple[Method, ...]:
        return self.attention, self.convolution, self.recurrence

    def plot(self, y_name: str, quantity: Quantity, methods: tuple[Method, ...]) -> Plot:
        """Over n, both axes logarithmic; where n is d the axis says so."""
        return Plot(
            "n",
            y_name,
            tuple(_series(method, quantity) for method in methods),
            tuple(f"{n} = d" if n == WIDTH else count(n) for n in CURVE),
            x_log=True,
            y_log=True,
        )

    def table(
        self, quantity: Quantity, methods: tuple[Method, ...], formulas: tuple[str, ...] = ()
    ) -> Table:
        """A row for each n, a column for each method; the formulas of the counts lead, where they are given."""
        counts = [(count(n), *(count(quantity(method.at(n))) for method in methods)) for n in TABLE]
        leading = [("n", *formulas)] if formulas else []
        return Table(
            ("" if formulas else "n", *(method.name for method in methods)),
            tuple(map(Row, [*leading, *counts])),
            (None, *(method.role for method in methods)),
        )


def _series(method: Method, quantity: Quantity) -> Series:
    y = [quantity(method.at(n)) for n in CURVE]
    return Series(
        method.name,
        method.role,
        tuple(map(float, CURVE)),
        tuple(map(float, y)),
        tuple(map(count, y)),
        method.dashed,
    )

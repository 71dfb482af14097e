"""The context of the lesson order: words, and matrices whose rows keep their names in either order."""

from __future__ import annotations

from functools import cached_property
from typing import Literal

from attnviz.core.arrays import FloatArray
from attnviz.lessons.lesson_context import LessonContext
from attnviz.lessons.order.reordering import OrderComparison, Reordering
from attnviz.lessons.sequence import difference_text
from attnviz.records import record
from attnviz.story.exhibits import Region
from attnviz.story.labels import labels
from attnviz.story.matrix import Label, Matrix, MatrixKind
from attnviz.theme import Role


@record(eq=False)
class OrderContext:
    """The words on the vectors as they stood, and what was computed in both orders."""

    context: LessonContext
    reordering: Reordering

    def phrase(self, step: str, part: str, **facts: object) -> str:
        return self.context.phrase(step, part, **facts)

    def difference(self, value: float) -> str:
        return difference_text(value, self.context.numbers)

    def say_difference(self, step: str, part: str, compared: OrderComparison) -> str:
        return self.phrase(step, part, difference=self.difference(compared.difference))

    @property
    def old_order(self) -> str:
        return self.phrase("permute", "old")

    @property
    def new_order(self) -> str:
        return self.phrase("permute", "new")

    def names(self, letter: str, role: Role, *, reordered: bool = False) -> tuple[Label, ...]:
        """The names of the rows; with `reordered` in the new order, each with its number in the old one."""
        problem = self.reordering.problem
        there = labels(letter, problem.n, problem.tokens, role)
        return tuple(there[i] for i in self.reordering.order) if reordered else there

    def rows(
        self,
        symbol: str,
        values: FloatArray,
        role: Role,
        letter: str,
        *,
        reordered: bool = True,
        kind: MatrixKind = MatrixKind.WHOLE,
    ) -> Matrix:
        """One row a vector, in the new order or the old."""
        return Matrix(
            symbol, values, role, self.names(letter, role, reordered=reordered), kind=kind
        )

    def map(self, values: FloatArray, *, reordered: bool) -> Matrix:
        """The weights of the first head, queries by keys."""
        rows = self.names("q", Role.QUERY, reordered=reordered)
        columns = self.names("k", Role.KEY, reordered=reordered)
        head = self.context.head_number(0)
        return Matrix("A", values, Role.WEIGHT, rows, columns, head, self._sums)

    @cached_property
    def _sums(self) -> Literal["rows"] | None:
        """Rows of weights are rounded to add up, unless digits would change with the places: of weights that tie, the
        one that gets the last unit is the one that stands first.
        """
        reordering = self.reordering
        old, new = (
            self.context.numbers.cells(
                Matrix("A", each.heads[0].stages.weights, Role.WEIGHT, sums="rows")
            )
            for each in (reordering.before, reordering.after)
        )
        reordered = tuple(tuple(old[i][j] for j in reordering.order) for i in reordering.order)
        return "rows" if reordered == new else None

    @property
    def output(self) -> str:
        """The symbol of the outputs."""
        return "O" if self.reordering.problem.w_o is None else "Y"

    def swapped(self, width: int) -> tuple[Region, ...]:
        """The rows of the two that trade places, in a matrix with so many columns."""
        places = (self.reordering.first, self.reordering.second)
        return tuple(Region.row(i, width) for i in places if i is not None)

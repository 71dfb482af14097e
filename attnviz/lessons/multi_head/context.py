"""The two heads that the lesson multi-head shows, and the keys with their largest weights."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from itertools import combinations

import numpy as np

from attnviz.core.arrays import FloatArray
from attnviz.core.head_trace import HeadTrace
from attnviz.core.self_attention import trace_of
from attnviz.lessons.lesson_context import LessonContext, positions_equal_to
from attnviz.records import record
from attnviz.story import formulas
from attnviz.story.formula import Formula
from attnviz.story.labels import bare, indexed
from attnviz.story.matrix import Matrix, MatrixKind
from attnviz.theme import Role

_NAMED = 3


@record(eq=False)
class MultiHeadContext:
    """Two heads that find different things, as far as there are such."""

    context: LessonContext

    @cached_property
    def shown(self) -> tuple[int, int]:
        """The two heads whose weights differ most, counted from 0."""
        pairs = combinations(range(len(self.context.trace.heads)), 2)
        return max(pairs, key=lambda pair: float(self._apart(*pair).sum()))

    @cached_property
    def row(self) -> int:
        """The row that the words name."""
        first, second = (self.best(self.weights(head), self.context.query) for head in self.shown)
        if first != second:
            return self.context.query
        return int(self._apart(*self.shown).argmax())

    def weights(self, head: int) -> FloatArray:
        return self.context.trace.heads[head].stages.weights

    @staticmethod
    def best(weights: FloatArray, row: int) -> list[int]:
        """The keys with the largest weight of a row; none where it sees nothing."""
        largest = float(weights[row].max())
        return positions_equal_to(weights[row], largest) if largest else []

    @cached_property
    def single_head(self) -> HeadTrace:
        """One head with the same matrices."""
        return trace_of(replace(self.context.problem, heads=1)).heads[0]

    @property
    def omitted(self) -> str | None:
        count = len(self.context.trace.heads)
        if count == 2:
            return None
        return self.context.phrase(
            "heads", "omitted", first=self.shown[0] + 1, second=self.shown[1] + 1, count=count
        )

    @property
    def scores_formula(self) -> Formula:
        """The formula of the scores before softmax."""
        context = self.context
        return formulas.current_scores(
            context.scaling, biased=context.biased, masked=context.masked
        )

    def scores(self, head: int | None) -> Matrix:
        """(n, n) scores before softmax of that head, or of the one head with the same matrices."""
        trace = self.single_head if head is None else self.context.trace.heads[head]
        queries, keys = self.context.axis("q", Role.QUERY), self.context.axis("k", Role.KEY)
        number = None if head is None else head + 1
        return Matrix(
            self.scores_formula.plain, trace.stages.masked_scores, Role.SCORE, queries, keys, number
        )

    def map(self, weights: FloatArray, head: int | None, *, named: bool) -> Matrix:
        """(n, n) weights, with the tokens beside its rows only where `named`."""
        queries, keys = self.context.axis("q", Role.QUERY), self.context.axis("k", Role.KEY)
        rows = queries if named else bare(queries)
        return Matrix("A", weights, Role.WEIGHT, rows, keys, head, "rows")

    def outputs(
        self,
        symbol: str,
        values: FloatArray,
        *,
        named: bool,
        letter: str = "o",
        kind: MatrixKind = MatrixKind.OTHER,
    ) -> Matrix:
        rows = self.context.axis(letter, Role.OUTPUT)
        return Matrix(symbol, values, Role.OUTPUT, rows if named else bare(rows), kind=kind)

    def strongest_text(self, part: str, weights: FloatArray, **facts: object) -> str:
        """The sentence on the keys to which the named query gives most weight."""
        best = self.best(weights, self.row)
        query = self.context.named("q", self.row)
        if not best:
            return self.context.phrase("heads", "blind", query=query)
        return self.context.phrase(
            "one-head" if part == "mixed" else "heads",
            part,
            query=query,
            strongest=self._keys(best),
            weight=self._weight(float(weights[self.row, best[0]]), len(best)),
            **facts,
        )

    def _keys(self, positions: list[int]) -> str:
        if len(positions) == 1:
            return self.context.named("k", positions[0])
        more = " …" if len(positions) > _NAMED else ""
        comma = self.context.common("comma")
        return comma.join(indexed("k", each) for each in positions[:_NAMED]) + more

    def _weight(self, weight: float, keys: int) -> str:
        numbers = self.context.numbers
        if keys == 1:
            return numbers.text(weight)
        # the same weight may be shown with two last digits, so that its row adds up
        each = "each" if numbers.exact(weight) else "about_each"
        return self.context.phrase("heads", each, weight=numbers.text(weight))

    def _apart(self, first: int, second: int) -> FloatArray:
        """Half the sum of absolute differences of the weights of two heads, for each row: (n,)."""
        apart: FloatArray = np.abs(self.weights(first) - self.weights(second)).sum(axis=1) / 2
        return apart

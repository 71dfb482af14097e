"""The context of the lesson any-length: words, names and matrices of a growing sequence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Literal

from attnviz.core.arrays import FloatArray
from attnviz.core.head_trace import HeadTrace
from attnviz.core.trace import Trace
from attnviz.lessons.any_length.growth import Growth
from attnviz.lessons.lesson_context import LessonContext
from attnviz.lessons.sequence import difference_text
from attnviz.records import record
from attnviz.story import formulas
from attnviz.story.formula import Formula
from attnviz.story.labels import labels
from attnviz.story.matrix import Matrix
from attnviz.theme import Role


@record(eq=False)
class GrowthContext:
    """The context of every step: the words on the sequence after one more vector, and the measurements."""

    context: LessonContext
    growth: Growth

    def phrase(self, step: str, part: str, **facts: object) -> str:
        return self.context.phrase(step, part, **facts)

    def title(self, step: str) -> str:
        return self.phrase(step, "title")

    def named(self, letter: str) -> str:
        """The name of the new vector in a sentence."""
        return self.context.named(letter, self.growth.old)

    def difference(self, value: float) -> str:
        return difference_text(value, self.context.numbers)

    def square(
        self,
        symbol: str,
        trace: Trace,
        part: Callable[[HeadTrace], FloatArray],
        role: Role,
        sums: Literal["rows"] | None = None,
        *,
        tokens: bool = True,
    ) -> Matrix:
        """Queries by keys, of the first head of `trace`."""
        names = trace.problem.tokens if tokens else None
        rows, columns = (
            labels(letter, trace.problem.n, names, of)
            for letter, of in (("q", Role.QUERY), ("k", Role.KEY))
        )
        head = self.context.head_number(0)
        return Matrix(symbol, part(trace.heads[0]), role, rows, columns, head, sums)

    def weights(self, trace: Trace, *, tokens: bool = True) -> Matrix:
        """`tokens` is False where several maps share the room."""
        return self.square(
            "A", trace, lambda head: head.stages.weights, Role.WEIGHT, "rows", tokens=tokens
        )

    def weights_of(self, trace: Trace, row: int) -> Matrix:
        """One row of the weights: (1, n)."""
        whole = self.weights(trace)
        return replace(whole, values=whole.values[row : row + 1], rows=whole.rows[row : row + 1])

    def formula(self, *, masked: bool = False) -> Formula:
        """The formula from scores to outputs, with the scaling of the sequence."""
        scores = formulas.current_scores(self.context.scaling, biased=False, masked=masked)
        return formulas.all_rows(scores)

    @property
    def first_head(self) -> str | None:
        """The note that only the first head is shown; None where there is one."""
        count = len(self.context.trace.heads)
        if count == 1:
            return None
        return self.context.common("omitted_heads", shown=1, count=count)

"""What every step of the lesson on length needs: the words, the names and the matrices of a growing sequence."""

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
    """What every step needs: the words on the sequence after one more vector came, and what was measured."""

    context: LessonContext
    growth: Growth

    def say(self, step: str, part: str, **facts: object) -> str:
        return self.context.say(step, part, **facts)

    def title(self, step: str) -> str:
        return self.say(step, "title")

    def named(self, letter: str) -> str:
        """The vector that comes, as words name it."""
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
        """From scores to outputs, scaled as the sequence asks for."""
        scores = formulas.current_scores(self.context.scaling, biased=False, masked=masked)
        return formulas.all_rows(scores)

    @property
    def first_head(self) -> str | None:
        """Which head the matrices are of, where there are several."""
        count = len(self.context.trace.heads)
        if count == 1:
            return None
        return self.context.common("omitted_heads", shown=1, count=count)

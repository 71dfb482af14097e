"""The steps of the lesson masking, and what they are built from."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from attnviz.core.arrays import BoolArray, FloatArray
from attnviz.core.attention import AttentionStages, attend
from attnviz.core.scores.composition import combined_mask
from attnviz.lessons.lesson import Opening
from attnviz.lessons.lesson_checks import checked_context, notes
from attnviz.lessons.lesson_context import LessonContext
from attnviz.lessons.masking import parts
from attnviz.lessons.masking.padding import padding, padding_hidden, written_share
from attnviz.lessons.request import LessonRequest
from attnviz.records import record
from attnviz.story import formulas
from attnviz.story.exhibits import Exhibit, Region
from attnviz.story.expressions import (
    Brackets,
    CommaList,
    Infix,
    Multiplication,
    Statements,
    letter,
    letters,
    lowered,
    written,
)
from attnviz.story.formula import Formula
from attnviz.story.labels import bare, indexed
from attnviz.story.matrix import Matrix, MatrixKind
from attnviz.story.numbers import percent
from attnviz.story.step import StepDefinition
from attnviz.story.storyboard import Step
from attnviz.theme import Role

LESSON = "masking"
_KEPT = written(
    Statements(
        Multiplication(lowered("α", "i", "j"), lowered("m", "i", "j")),
        Infix("∈", letter("m"), Brackets(CommaList(*letters("0 1")), "{")),
    )
)
_NAMED = 3


def open_lesson(request: LessonRequest) -> Opening[_Masking]:
    """The lesson on the sequence that was asked for; its first head is shown.

    The row that the words name is the one asked for, or the one that loses most where the mask takes nothing from that.

    Raises InputError as `lesson_checks.checked_context` does.

    >>> import attnviz
    >>> board = attnviz.lesson("masking", attnviz.self_attention([[1.0], [2.0]], [[1.0]], [[1.0]], [[1.0]]))
    >>> board.step("before-softmax").exhibits[0].item.values
    array([[  1., -inf],
           [  2.,   4.]])
    """
    context = checked_context(request, LESSON)
    masking = _Masking.of(context)
    return Opening(
        masking,
        context.words.phrase(LESSON, "title"),
        context.numbers,
        trace=context.trace,
        query=masking.row,
        untrained=context.untrained,
        notes=notes(context),
        brief_notes=notes(context, "_brief"),
    )


@record(eq=False)
class _Masking:
    """The first head with and without the mask."""

    context: LessonContext
    causal: bool
    """True if the mask is the causal one and nothing else."""
    visible: BoolArray
    """(n, n), True where a query may see a key."""
    without: AttentionStages
    masked: AttentionStages

    @staticmethod
    def of(context: LessonContext) -> _Masking:
        problem, options, head = context.problem, context.problem.options, context.head
        bias = options.bias_of(0)
        own = options.causal or options.mask is not None
        visible = combined_mask(
            problem.n,
            problem.n,
            mask=options.mask_of(0),
            causal=options.causal or not own,
            offset=options.offset if own else 0,
        )
        assert visible is not None  # one of the two masks is there
        visible = np.broadcast_to(visible, (problem.n, problem.n))
        given = (head.q, head.k, head.v)
        without = attend(*given, scale=problem.scale, bias=bias)
        masked = attend(*given, scale=problem.scale, bias=bias, mask=visible)
        return _Masking(
            context, context.causal_alignment is not None or not own, visible, without, masked
        )

    @cached_property
    def zeroed_weights(self) -> FloatArray:
        """The weights without a mask, those of hidden keys then set to 0: (n, n).

        As they are written, where a reader can compare and add up: rounded anew they could differ from those they were.
        """
        weights = self.without.weights
        if len(weights) <= self.context.most:
            rows = (self.context.numbers.weights.row(row) for row in weights.tolist())
            weights = np.array([[float(text) for text in row] for row in rows])
        return np.where(self.visible, weights, 0.0)

    @cached_property
    def hidden_weight(self) -> FloatArray:
        """The weight that each query gives to hidden keys: (n,)."""
        hidden_weight: FloatArray = np.where(self.visible, 0.0, self.without.weights).sum(axis=1)
        return hidden_weight

    @property
    def share(self) -> float:
        """The weight that the named row gives to hidden keys."""
        return written_share(self.context, self.without.weights[self.row], ~self.visible[self.row])

    @property
    def hides_keys(self) -> bool:
        return not bool(self.visible.all())

    @cached_property
    def row(self) -> int:
        """The row that the words name."""
        request = self.context.query
        return request if self.hidden_weight[request] > 0 else int(self.hidden_weight.argmax())

    @property
    def blind(self) -> list[int]:
        """The queries that see nothing."""
        return np.flatnonzero(~self.visible.any(axis=1)).tolist()

    def part(self, name: str) -> str:
        """The key of the words for this kind of mask."""
        return name if self.causal else f"{name}_mask"

    def scores(self, values: FloatArray, *, masked: bool, named: bool) -> Matrix:
        symbol = self.formula(masked).plain
        return self._square(symbol, values, Role.SCORE, named)

    def weights(self, values: FloatArray, *, named: bool) -> Matrix:
        return self._square("A", values, Role.WEIGHT, named)

    def sums(self, weights: FloatArray) -> Matrix:
        """The sum of each row of weights: (n, 1)."""
        rows = bare(self.context.axis("q", Role.QUERY))
        head = self.context.head_number(0)
        sums = weights.sum(axis=1, keepdims=True)
        # 1 is written without decimals only where nothing is lost, and rounding is no loss.
        whole = np.round(sums)
        rounding = 2 * weights.shape[1] * np.finfo(weights.dtype).eps
        exact = np.where(np.abs(sums - whole) <= rounding, whole, sums)
        # with the decimals of what is added up
        return Matrix("Σ", exact, Role.WEIGHT, rows, (), head, "rows", kind=MatrixKind.UNNAMED)

    def formula(self, masked: bool) -> Formula:
        context = self.context
        return formulas.current_scores(context.scaling, biased=context.biased, masked=masked)

    @property
    def whole_row(self) -> tuple[Region, ...]:
        return (Region.row(self.row, self.context.problem.n),)

    @property
    def hidden_part(self) -> tuple[Region, ...]:
        """The named row's hidden keys, where they lie together at its end; else all of the row."""
        seen = np.flatnonzero(self.visible[self.row])
        first, n = int(seen[-1]) + 1 if len(seen) else 0, self.context.problem.n
        if first < n and len(seen) == first:
            return (Region((self.row, self.row + 1), (first, n)),)
        return self.whole_row

    def _square(self, symbol: str, values: FloatArray, role: Role, named: bool) -> Matrix:
        queries, keys = self.context.axis("q", Role.QUERY), self.context.axis("k", Role.KEY)
        rows = queries if named else bare(queries)
        head = self.context.head_number(0)
        return Matrix(
            symbol, values, role, rows, keys, head, "rows" if role is Role.WEIGHT else None
        )


def _unmasked(masking: _Masking) -> Step:
    context = masking.context
    own = "_own" if context.problem.options.differs_by_head("mask") else ""
    kind = "causal" if masking.causal else f"mask{own}"
    narration = {"why": context.phrase("unmasked", kind, head=context.head_number(0))}
    if not masking.hides_keys:
        narration["leak"] = context.phrase(
            "unmasked", "one" if context.problem.n == 1 else "nothing"
        )
    else:
        narration["leak"] = context.phrase(
            "unmasked",
            masking.part("leak"),
            query=context.named("q", masking.row),
            share=percent(masking.share),
        )
    scores = masking.scores(masking.without.masked_scores, masked=False, named=True)
    weights = masking.weights(masking.without.weights, named=False)
    marks = masking.hidden_part if masking.hides_keys else ()
    return Step(
        "unmasked",
        context.phrase("unmasked", "title"),
        masking.formula(masked=False),
        narration,
        omitted=_one_head(context),
        exhibits=(
            Exhibit("why", scores),
            Exhibit("leak", weights, joint="→", marks=marks),
        ),
    )


def _before_softmax(masking: _Masking) -> Step | None:
    """The mask before softmax; None where it hides nothing."""
    if not masking.hides_keys:
        return None
    context, masked = masking.context, masking.masked
    narration = {
        "hide": context.phrase("before-softmax", masking.part("hide")),
        "zeros": context.phrase("before-softmax", "zeros"),
        "sum": context.phrase("before-softmax", "sum"),
    }
    if masking.blind:
        blind = _symbols(context, masking.blind)
        narration["sum"] = context.phrase("before-softmax", "sum_blind", blind=blind)
    return Step(
        "before-softmax",
        context.phrase("before-softmax", "title"),
        formulas.mask(masking.formula(masked=True)),
        narration,
        omitted=_one_head(context),
        exhibits=(
            Exhibit("hide", masking.scores(masked.masked_scores, masked=True, named=True)),
            Exhibit("zeros", masking.weights(masked.weights, named=False), joint="→"),
            Exhibit("sum", masking.sums(masked.weights)),
        ),
    )


def _after_softmax(masking: _Masking) -> Step | None:
    """The mask after softmax; None where it hides nothing."""
    if not masking.hides_keys:
        return None
    context, row = masking.context, masking.row
    (left,) = context.numbers.weights.row([float(masking.zeroed_weights[row].sum())])
    return Step(
        "after-softmax",
        context.phrase("after-softmax", "title"),
        _KEPT,
        {
            "why": context.phrase("after-softmax", "why"),
            "sum": context.phrase("after-softmax", "sum", query=context.named("q", row), sum=left),
            "shows": context.phrase("after-softmax", "shows"),
        },
        omitted=_one_head(context),
        exhibits=(
            Exhibit("why", masking.weights(masking.without.weights, named=True)),
            Exhibit(
                "why",
                masking.weights(masking.zeroed_weights, named=False),
                joint="→",
                marks=masking.whole_row,
            ),
            Exhibit("sum", masking.sums(masking.zeroed_weights), marks=(Region.row(row, 1),)),
        ),
    )


def _symbols(context: LessonContext, positions: list[int]) -> str:
    shown = context.common("comma").join(indexed("q", each) for each in positions[:_NAMED])
    return shown + (" …" if len(positions) > _NAMED else "")


def _one_head(context: LessonContext) -> str | None:
    count = len(context.trace.heads)
    return None if count == 1 else context.common("omitted_heads", shown=1, count=count)


def _padding(masking: _Masking) -> Step:
    return padding(masking.context)


def _padding_hidden(masking: _Masking) -> Step:
    return padding_hidden(masking.context)


STEPS: tuple[StepDefinition[_Masking], ...] = (
    StepDefinition("unmasked", parts.Unmasked, _unmasked),
    StepDefinition("before-softmax", parts.BeforeSoftmax, _before_softmax),
    StepDefinition("after-softmax", parts.AfterSoftmax, _after_softmax),
    StepDefinition("padding", parts.Padding, _padding),
    StepDefinition("padding-hidden", parts.PaddingHidden, _padding_hidden),
)

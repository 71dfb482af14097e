"""The second half of the lesson on masks: two sequences of different length in one batch."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import numpy as np

from attnviz.core.arrays import BoolArray, FloatArray
from attnviz.core.attention import AttentionStages, attend
from attnviz.core.head_trace import HeadTrace
from attnviz.core.options import AttentionOptions
from attnviz.core.problem import Problem
from attnviz.core.self_attention import trace_of
from attnviz.lessons.lesson_context import LessonContext
from attnviz.records import record
from attnviz.story import formulas
from attnviz.story.exhibits import Exhibit, Region, Row, Table
from attnviz.story.formula import Formula
from attnviz.story.labels import indexed, labels
from attnviz.story.matrix import Label, Matrix
from attnviz.story.numbers import percent
from attnviz.story.storyboard import Step
from attnviz.theme import Role

PAD = "PAD"
_LONGEST = 5
"""Positions of the batch, where the sequence has so many."""
_ONE_PADDED = 3
"""To how many positions a sequence of one is filled up."""


def padding(context: LessonContext) -> Step:
    """The batch, and what the padding would take if it were seen."""
    batch = _Batch.of(context)
    weights, pads = batch.seen.weights[-1, : batch.short], np.arange(batch.length) >= batch.short
    row = int(weights[:, pads].sum(axis=1).argmax())
    narration = {
        "why": context.phrase("padding", "why" if len(batch.lengths) > 1 else "why_one"),
        "leak": context.phrase(
            "padding",
            "leak",
            query=context.named("q", row),
            share=percent(written_share(context, weights[row], pads)),
        ),
    }
    return Step(
        "padding",
        context.phrase("padding", "title"),
        _formula(context, masked=False),
        narration,
        omitted=_said_aside(context, batch),
        exhibits=(
            Exhibit("why", batch.table(), line=0),
            Exhibit(
                "leak",
                batch.matrix("A", batch.seen.weights, Role.WEIGHT),
                line=1,
                marks=(Region((row, row + 1), (batch.short, batch.length)),),
            ),
        ),
    )


def padding_hidden(context: LessonContext) -> Step:
    """The padding hidden as keys, and the output that is that of the sequence alone."""
    batch = _Batch.of(context)
    names = [context.phrase("padding-hidden", name) for name in ("in_batch", "alone")]
    masked = _formula(context, masked=True)
    return Step(
        "padding-hidden",
        context.phrase("padding-hidden", "title"),
        formulas.mask(masked),
        {
            "hide": context.phrase("padding-hidden", "hide"),
            "zeros": context.phrase("padding-hidden", "zeros"),
            "same": context.phrase("padding-hidden", "same"),
        },
        omitted=_said_aside(context, batch),
        exhibits=(
            Exhibit("hide", batch.matrix(masked.plain, batch.hidden.masked_scores, Role.SCORE)),
            Exhibit("zeros", batch.matrix("A", batch.hidden.weights, Role.WEIGHT), joint="→"),
            Exhibit(
                "same", batch.outputs(batch.hidden.output[-1, : batch.short]), names[0], line=1
            ),
            Exhibit(
                "same",
                batch.outputs(batch.alone.output),
                names[1],
                joint="=",
                line=1,
            ),
        ),
    )


def written_share(context: LessonContext, weights: FloatArray, chosen: BoolArray) -> float:
    """The share of a row of weights that the chosen keys have: of the written digits, where a reader can add up."""
    if len(weights) > context.most:
        return float(weights[chosen].sum())
    texts = context.numbers.weights.row(weights.tolist())
    return float(sum(Decimal(text) for text, each in zip(texts, chosen, strict=True) if each))


@record(eq=False)
class _Batch:
    """The beginning of the sequence, and a shorter beginning of it filled up to the same length."""

    context: LessonContext
    lengths: tuple[int, ...]
    """The length of each sequence of the batch without padding; the steps show the last one."""
    length: int
    seen: AttentionStages
    """(sequences, length, length): the padding not hidden."""
    hidden: AttentionStages
    alone: AttentionStages
    """(short, short): the padded sequence by itself."""

    @staticmethod
    def of(context: LessonContext) -> _Batch:
        problem = context.problem
        longest = min(problem.n, _LONGEST)
        lengths = (longest, (longest + 1) // 2) if longest > 1 else (1,)
        length = longest if longest > 1 else _ONE_PADDED
        heads = [_padded(problem, each, length) for each in lengths]
        q, k, v = (np.stack([getattr(head, name) for head in heads]) for name in "qkv")
        real = np.arange(length) < np.array(lengths)[:, None, None]
        seen = attend(q, k, v, scale=problem.scale)
        hidden = attend(q, k, v, scale=problem.scale, mask=real)
        alone = _padded(problem, lengths[-1], lengths[-1]).stages
        return _Batch(context, lengths, length, seen, hidden, alone)

    @property
    def short(self) -> int:
        return self.lengths[-1]

    def table(self) -> Table:
        """The tokens of each sequence, padding included."""
        tokens = self.context.axis("x", Role.INPUT)
        names = [each.token or each.symbol for each in tokens]
        rows = tuple(
            Row((str(i), *names[:real], *[PAD] * (self.length - real)))
            for i, real in enumerate(self.lengths, start=1)
        )
        positions = tuple(str(i + 1) for i in range(self.length))
        return Table((self.context.phrase("padding", "sequence"), *positions), rows)

    def matrix(self, symbol: str, values: FloatArray, role: Role) -> Matrix:
        """The padded sequence's part of the batch: its own queries, all keys, (short, length)."""
        keys = self.context.axis("k", Role.KEY)[: self.short]
        pads = (Label(indexed("k", i), PAD, Role.KEY) for i in range(self.short, self.length))
        return Matrix(
            symbol,
            values[-1, : self.short],
            role,
            self.context.axis("q", Role.QUERY)[: self.short],
            (*keys, *pads),
            self.context.head_number(0),
            "rows" if role is Role.WEIGHT else None,
        )

    def outputs(self, values: FloatArray) -> Matrix:
        rows = labels("o", self.short, None, Role.OUTPUT)
        return Matrix("O", values, Role.OUTPUT, rows, head=self.context.head_number(0))


def _padded(problem: Problem, real: int, length: int) -> HeadTrace:
    """The first head on the first `real` positions, then inputs of 0 up to `length`."""
    x = np.zeros((length, problem.d_model), problem.x.dtype)
    x[:real] = problem.x[:real]
    options = AttentionOptions(scale=problem.options.scale)
    return trace_of(
        replace(problem, inputs=replace(problem.inputs, x=x), tokens=None, options=options)
    ).heads[0]


def _formula(context: LessonContext, *, masked: bool) -> Formula:
    return formulas.current_scores(context.scaling, biased=False, masked=masked)


def _said_aside(context: LessonContext, batch: _Batch) -> str | None:
    n, longest = context.problem.n, max(batch.lengths)
    count = len(context.trace.heads)
    return context.joined(
        None if n == longest else context.phrase("padding", "first", count=longest),
        context.phrase("padding", "only"),
        None if count == 1 else context.common("omitted_heads", shown=1, count=count),
    )

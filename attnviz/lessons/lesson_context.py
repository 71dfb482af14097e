"""The context of a lesson on one trace: the worked row, its texts, names and words."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import field
from fractions import Fraction
from functools import cached_property
from typing import Literal

import numpy as np

from attnviz.core.arrays import BoolArray, FloatArray
from attnviz.core.head_trace import HeadTrace
from attnviz.core.problem import Problem
from attnviz.core.provenance import Source
from attnviz.core.trace import Trace
from attnviz.records import record
from attnviz.story import formulas
from attnviz.story.calculation import Number
from attnviz.story.calculations import MOST, strongest
from attnviz.story.captions import joined, token_name
from attnviz.story.formula import Formula
from attnviz.story.i18n import Words
from attnviz.story.labels import indexed, labels, shown_token, symbol_of
from attnviz.story.matrix import Label, Matrix, MatrixKind
from attnviz.story.numbers import Numbers
from attnviz.story.written_value import agrees
from attnviz.theme import Role

HEADS_SHOWN = 4

CausalAlignment = Literal["upper_left", "lower_right"]
ScoreStage = Literal["scores", "scale", "cap", "bias", "mask"]
_OF_KEYS = "kv"
"""The letters of what there is one of a key; all others count queries."""
_STAGES: tuple[ScoreStage, ...] = ("scores", "scale", "cap", "bias", "mask")


@record(eq=False)
class LessonContext:
    """The context of every step: row `query` (counted from 0) of the first head is worked in full."""

    trace: Trace
    query: int
    numbers: Numbers
    words: Words
    lesson: str
    most: int = MOST
    """The number of keys, terms of a sum or entries of a vector that are worked out at most."""
    key: int | None = None
    """The key that is asked for, counted from 0."""
    _made: dict[tuple[object, ...], Matrix] = field(default_factory=dict)
    """The matrices made so far: one that several steps show is one object, and so known to be the same."""

    @property
    def problem(self) -> Problem:
        return self.trace.problem

    @property
    def head(self) -> HeadTrace:
        return self.trace.heads[0]

    @cached_property
    def keys(self) -> tuple[int, ...]:
        """The keys that are worked in full: the strongest, and one that is hidden where any is."""
        scores = self.head.stages.masked_scores[self.query]
        # the order is that of the weights, and stays where weights are rounded
        chosen = strongest(scores, self.most)
        hidden = sorted(set(range(self.problem.n_k)) - set(self.visible))
        if not hidden or not self.visible or set(chosen) & set(hidden):
            return chosen
        weakest = min(chosen, key=lambda key: float(scores[key]))
        beside = min(hidden, key=lambda key: abs(key - self.query))
        return tuple(sorted({*chosen, beside} - {weakest}))

    @cached_property
    def weights(self) -> FloatArray:
        """The worked row of weights: (n_k,)."""
        row: FloatArray = self.head.stages.weights[self.query]
        return row

    @property
    def followed_key(self) -> int:
        """The key whose product with the worked query is followed: the one that is asked for, or the strongest."""
        return int(self.weights.argmax()) if self.key is None else self.key

    @cached_property
    def visible(self) -> tuple[int, ...]:
        """The keys that the worked query may see."""
        return tuple(
            np.flatnonzero(~np.isneginf(self.head.stages.masked_scores[self.query])).tolist()
        )

    @property
    def causal_alignment(self) -> CausalAlignment | None:
        """The end from which queries and keys are counted to tell which keys come later; None if keys are hidden for
        another reason too, or none are. Where there are as many keys as queries both ends are the same.
        """
        options = self.problem.options
        others = (options.mask, options.window, options.kv_length)
        if not options.causal or any(each is not None for each in others):
            return None
        if options.offset == 0:
            return "upper_left"
        from_last = self.problem.is_cross_attention and (
            options.offset == self.problem.n_k - self.problem.n_q
        )
        return "lower_right" if from_last else None

    @property
    def counts(self) -> dict[str, str]:
        """How many queries and how many keys there are, in words."""
        counts = (("query", "queries", self.problem.n_q), ("key", "keys", self.problem.n_k))
        return {
            several: self.common(f"one_{one}" if count == 1 else several, count=count)
            for one, several, count in counts
        }

    @cached_property
    def weight_texts(self) -> tuple[str, ...]:
        """The worked row of weights as text, adding up to 1; the same in every step."""
        return self.numbers.weights.row(self.weights.tolist())

    def weight(self, key: int) -> Number:
        """The weight of a key in the worked row, as a result: as the row has it, unless it was moved there so that
        the row adds up.
        """
        value, text = float(self.weights[key]), self.weight_texts[key]
        if math.isfinite(value) and not agrees(Fraction(value), text):
            text = self.numbers.weights.finer(1).text(value)
        return Number(value, text, Role.WEIGHT)

    @property
    def scaling(self) -> formulas.Scaling | None:
        """The scaling of the scores; None where there is none."""
        if self.problem.scale == 1:
            return None
        return "root" if self.problem.options.scale is None else "factor"

    @property
    def biased(self) -> bool:
        return self.problem.options.bias is not None

    @property
    def capped(self) -> bool:
        return self.problem.options.softcap is not None

    @property
    def sink(self) -> float | None:
        """The logit that takes weight beside the keys, if the worked head has one."""
        sinks = self.problem.options.sinks
        return None if sinks is None else float(sinks[0])

    @cached_property
    def newly_hidden(self) -> BoolArray:
        """The entries that the mask hides and the bias did not: (n_q, n_k)."""
        stages = self.head.stages
        # `isneginf` would take four times the memory of its result
        hidden: BoolArray = stages.masked_scores == -np.inf
        hidden &= stages.biased_scores != -np.inf
        return hidden

    @cached_property
    def masked(self) -> bool:
        return bool(self.newly_hidden.any())

    def scores_after(self, stage: ScoreStage) -> Formula:
        """The formula of the scores after that stage; its plain spelling is the symbol of their matrix."""
        done = _STAGES[: _STAGES.index(stage) + 1]
        return formulas.current_scores(
            self.scaling if "scale" in done else None,
            capped=self.capped and "cap" in done,
            biased=self.biased and "bias" in done,
            masked=self.masked and "mask" in done,
        )

    def scores_row(self, stage: ScoreStage, values: FloatArray) -> Matrix:
        """The worked row of scores after that stage, under the symbol it has by then: (1, n_k)."""
        return self.row(self.scores_after(stage).plain, values, Role.SCORE)

    def phrase(self, step: str, part: str, **facts: object) -> str:
        return self.words.phrase(self.lesson, step, part, **facts)

    def of_heads(self, step: str, part: str, **facts: object) -> str:
        """That part, or its `_shared` where heads share keys and values."""
        count = self.problem.heads // self.problem.n_kv_heads
        if count == 1:
            return self.phrase(step, part, **facts)
        return self.phrase(step, f"{part}_shared", count=count, **facts)

    def common(self, part: str, **facts: object) -> str:
        return self.words.phrase("common", part, **facts)

    def source(self, array: str) -> str | None:
        """The source of an array, in words of this language; None where it is not known."""
        return self._in_words(self.problem.provenance.sources.get(array))

    @property
    def untrained(self) -> str | None:
        """The source of weights that were not learned, in words of this language; None where all were."""
        return self._in_words(self.problem.provenance.untrained)

    def _in_words(self, source: Source | None) -> str | None:
        if source is None:
            return None
        return source.name if source.kind == "other" else self.common(source.kind, name=source.name)

    def number(self, value: float, role: Role | None = None) -> Number:
        numbers = self.numbers.weights if role is Role.WEIGHT else self.numbers
        return Number(float(value), numbers.text(float(value)), role)

    def named(self, letter: str, position: int) -> str:
        """A position as words name it: q₂ (“cat”), or q₂ where it has no token."""
        symbol, tokens = symbol_of(letter, position), self._tokens_of(letter)
        if tokens is None:
            return symbol
        token = token_name(shown_token(tokens[position]))
        return self.common("named", symbol=symbol, token=token)

    def several(self, letter: str, positions: Iterable[int]) -> str:
        """Up to two positions by name, more by their symbols."""
        chosen = list(positions)
        if len(chosen) <= 2:
            return joined((self.named(letter, each) for each in chosen), self.common("and"))
        return self.common("comma").join(indexed(letter, each) for each in chosen[:3]) + (
            " …" if len(chosen) > 3 else ""
        )

    def axis(self, letter: str, role: Role) -> tuple[Label, ...]:
        """Labels of all positions: of keys for k and v, else of queries."""
        count = self.problem.n_k if letter in _OF_KEYS else self.problem.n_q
        return labels(letter, count, self._tokens_of(letter), role)

    def _tokens_of(self, letter: str) -> tuple[str, ...] | None:
        return self.problem.key_tokens if letter in _OF_KEYS else self.problem.tokens

    def row(
        self, symbol: str, values: FloatArray, role: Role, kind: MatrixKind = MatrixKind.WHOLE
    ) -> Matrix:
        """One row over all keys, labelled: (1, n_k). The same values under the same symbol are one matrix."""
        return self.deduplicated(self.new_row(symbol, values, role, kind))

    def new_row(
        self, symbol: str, values: FloatArray, role: Role, kind: MatrixKind = MatrixKind.WHOLE
    ) -> Matrix:
        """The same as a matrix of its own, which a view shows even where an equal one is on the page already."""
        query = self.axis("q", Role.QUERY)[self.query]
        sums: Literal["rows"] | None = "rows" if role is Role.WEIGHT else None
        keys = self.axis("k", Role.KEY)
        return Matrix(symbol, values[None, :], role, (query,), keys, self._only, sums, kind=kind)

    def per_head(
        self, symbol: str, values: Iterable[FloatArray], role: Role, letter: str
    ) -> tuple[Matrix, ...]:
        """One matrix a head, rows labelled by position, for the heads that are shown."""
        rows = self.axis(letter, role)
        shown = list(values)[:HEADS_SHOWN]
        return tuple(
            self.deduplicated(Matrix(symbol, each, role, rows, (), self.head_number(i)))
            for i, each in enumerate(shown)
        )

    def first(self, symbol: str, values: FloatArray, role: Role) -> tuple[Matrix, ...]:
        """The matrix of the head that is worked."""
        return self.per_head(symbol, [values], role, symbol.lower())

    def deduplicated(self, matrix: Matrix) -> Matrix:
        """The matrix, or the equal one that another step already shows."""
        key = (matrix.symbol, matrix.head, matrix.shape, matrix.values.tobytes())
        return self._made.setdefault(key, matrix)

    def head_number(self, index: int) -> int | None:
        """The head's number, as it was chosen if it was, else counted from 1; None if there is only one."""
        if len(self.trace.heads) < 2:
            return None
        chosen = self.problem.provenance.heads
        return chosen[index] if len(chosen) == len(self.trace.heads) else index + 1

    @property
    def listed_heads(self) -> str:
        """The heads that were chosen, as they are named: those that follow each other by the first and the last."""
        heads = self.problem.provenance.heads
        is_run = len(heads) > 2 and heads == tuple(range(heads[0], heads[0] + len(heads)))
        return f"{heads[0]}–{heads[-1]}" if is_run else self.common("comma").join(map(str, heads))

    @property
    def _only(self) -> int | None:
        return self.head_number(0)

    @property
    def omitted_heads(self) -> str | None:
        count = len(self.trace.heads)
        if count <= HEADS_SHOWN:
            return None
        return self.common("omitted_heads", shown=HEADS_SHOWN, count=count)

    @property
    def omitted_keys(self) -> str | None:
        """The note of a step that leaves out the other keys."""
        return self._cut("omitted_keys", len(self.keys), self.problem.n_k)

    @property
    def merged_keys(self) -> str | None:
        """The note of a step that merges the other keys."""
        return self._cut("merged_keys", len(self.keys), self.problem.n_k)

    def omitted_entries(self, count: int, shown: int) -> str | None:
        """The note of a step that leaves out the last entries of a vector."""
        return self._cut("omitted_entries", shown, count)

    def omitted_hidden(self, count: int, shown: int) -> str | None:
        """The note of a step that leaves out the last of the hidden keys."""
        return self._cut("omitted_hidden", shown, count)

    def joined(self, *sentences: str | None) -> str | None:
        """The sentences that there are, one after the other; None if there is none."""
        said = [each for each in sentences if each]
        return self.common("space").join(said) if said else None

    def _cut(self, part: str, shown: int, count: int) -> str | None:
        if shown == count:
            return None
        return self.common(part, shown=shown, count=count, more=count - shown)


def positions_equal_to(row: FloatArray, value: float) -> list[int]:
    """The positions that hold `value`, but for what rounding in the last digits does."""
    return np.flatnonzero(np.isclose(row, value, rtol=1e-9, atol=1e-12)).tolist()

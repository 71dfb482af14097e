"""The random numbers and measurements of the lesson scaling, and their plots and tables."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cached_property

import numpy as np

from attnviz.core.arrays import FloatArray
from attnviz.core.attention import attend
from attnviz.core.measures.saturation import ScoreMeasures, ScoreSweep, score_sweep
from attnviz.core.seeded import standard_normal
from attnviz.lessons.request import LessonRequest
from attnviz.records import record
from attnviz.story.exhibits import Plot, Row, Series, Table
from attnviz.story.i18n import Words, words
from attnviz.story.numbers import Numbers
from attnviz.theme import Role

LESSON = "scaling"
D_KS = (1, 4, 16, 64, 256)
KEYS, QUERIES = 8, 1024
"""The number of keys of each query, and of queries measured for each d_k."""
_CANDIDATES = 64
"""Among how many queries the example is chosen."""


@record(eq=False)
class ScalingMeasurements:
    """The random numbers, the measurements and the words."""

    words: Words
    numbers: Numbers
    most: int
    query: FloatArray
    """The example: (max d_k,). For a smaller d_k its first components are taken, and likewise of the keys."""
    keys: FloatArray
    """(KEYS, max d_k)."""
    sweep: ScoreSweep

    @staticmethod
    def of(request: LessonRequest) -> ScalingMeasurements:
        sweep = score_sweep(D_KS, KEYS, QUERIES, request.seed)
        drawn = _typical(sweep, request.seed)
        numbers = Numbers(
            2 if request.precision is None else request.precision, request.rounding != "plain"
        )
        return ScalingMeasurements(
            words(request.language),
            numbers,
            request.most,
            drawn[0],
            drawn[1:],
            sweep,
        )

    def phrase(self, step: str, part: str, **facts: object) -> str:
        return self.words.phrase(LESSON, step, part, **facts)

    @cached_property
    def examples(self) -> tuple[FloatArray, FloatArray]:
        """The example's row of weights for each d_k, without and with 1/√d_k: (len(D_KS), KEYS)."""
        drawn = np.vstack([self.query, self.keys])[None]
        return _weights(drawn, _plain)[0], _weights(drawn, _by_root)[0]

    def curves(self, read: Callable[[ScoreMeasures], FloatArray], role: Role) -> tuple[Series, ...]:
        """A measure without 1/√d_k, dashed, and with it, over d_k."""
        return tuple(
            self._curve(name, curve_role, read(measures).tolist(), dashed)
            for name, curve_role, measures, dashed in (
                ("without", Role.PLAIN, self.sweep.unscaled, True),
                ("with", role, self.sweep.scaled, False),
            )
        )

    def plot(
        self,
        y_name: str,
        read: Callable[[ScoreMeasures], FloatArray],
        role: Role,
        log: bool = False,
    ) -> Plot:
        texts = tuple(map(str, D_KS))
        said = self.phrase("measures", y_name)
        return Plot("d_k", said, self.curves(read, role), texts, x_log=True, y_log=log)

    def table(self, plot: Plot) -> Table:
        """The same numbers, one row a d_k."""
        columns = [plot.x_texts, *(each.texts for each in plot.series)]
        header = ("d_k", *(each.name for each in plot.series))
        roles = (None, *(each.role for each in plot.series))
        return Table(header, tuple(Row(cells) for cells in zip(*columns, strict=True)), roles)

    def ends(self, values: FloatArray) -> dict[str, str]:
        """The first and the last of a measure, as text."""
        return {
            "first": self.numbers.text(float(values[0])),
            "last": self.numbers.text(float(values[-1])),
        }

    def _curve(self, name: str, role: Role, values: list[float], dashed: bool) -> Series:
        texts = tuple(self.numbers.text(value) for value in values)
        said = self.phrase("measures", name)
        return Series(said, role, tuple(map(float, D_KS)), tuple(values), texts, dashed)


def _plain(d_k: int) -> float:
    return 1.0


def _by_root(d_k: int) -> float:
    return 1 / math.sqrt(d_k)


def _weights(drawn: FloatArray, scale: Callable[[int], float]) -> FloatArray:
    """(queries, 1 + keys, max d_k), of each the query before its keys → weights (queries, len(D_KS), keys)."""
    rows = [
        attend(
            drawn[:, :1, :d_k], drawn[:, 1:, :d_k], drawn[:, 1:, :d_k], scale=scale(d_k)
        ).weights[:, 0]
        for d_k in D_KS
    ]
    return np.stack(rows, axis=1)


def _typical(sweep: ScoreSweep, seed: int) -> FloatArray:
    """Of some queries with their keys the one whose largest weights are nearest to the mean of all that were measured:
    (1 + keys, max d_k).
    """
    drawn = standard_normal((_CANDIDATES, 1 + KEYS, max(D_KS)), seed, 0)
    apart = np.zeros(_CANDIDATES)
    for measures, scale in ((sweep.unscaled, _plain), (sweep.scaled, _by_root)):
        largest = _weights(drawn, scale).max(axis=-1)
        apart += np.abs(largest - measures.largest_weight).sum(axis=1)
    typical: FloatArray = drawn[int(apart.argmin())]
    return typical

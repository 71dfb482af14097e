"""What the acts from the scores to the output leave on the stage for each other."""

from __future__ import annotations

from dataclasses import dataclass

from attnviz.lessons.self_attention.film.score_stack import ScoreStack
from attnviz.lessons.self_attention.film.weighted_sum import WeightedSum
from attnviz.views.film.acts.act import Handover
from attnviz.views.film.components.crossing import Crossing


@dataclass(frozen=True, eq=False)
class CrossedScores(Handover):
    """Queries and keys with the scores where they cross, of which the next step takes one apart."""

    crossing: Crossing


@dataclass(frozen=True, eq=False)
class StackedScores(Handover):
    """The rows of numbers so far, from the scores down."""

    stack: ScoreStack


@dataclass(frozen=True, eq=False)
class WeightedRows(Handover):
    """Weights, values and their products, ready to be added up."""

    rows: WeightedSum

"""The handovers between the acts from the scores to the output."""

from __future__ import annotations

from attnviz.lessons.self_attention.film.score_stack import ScoreStack
from attnviz.lessons.self_attention.film.weighted_sum import WeightedSum
from attnviz.records import record
from attnviz.views.film.acts.act import Handover
from attnviz.views.film.components.crossing import Crossing


@record(eq=False)
class CrossedScores(Handover):
    """Queries and keys with the scores where they cross, of which the next step takes one apart."""

    crossing: Crossing


@record(eq=False)
class StackedScores(Handover):
    """The rows of numbers so far, from the scores down."""

    stack: ScoreStack


@record(eq=False)
class WeightedRows(Handover):
    """Weights, values and their products, ready to be added up."""

    rows: WeightedSum

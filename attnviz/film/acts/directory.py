"""Which function acts which step."""

from __future__ import annotations

from collections.abc import Callable

from attnviz.film.acts import formula, mixing, opening, projection, scores, softmax, whole
from attnviz.film.scene import LessonScene
from attnviz.lessons.storyboard import Step

ACTS: dict[str, Callable[[LessonScene, Step], None]] = {
    "inputs": opening.inputs,
    "weights": opening.weights,
    "queries": projection.project,
    "keys": projection.project,
    "values": projection.project,
    "scores": scores.scores,
    "scale": softmax.change_scores,
    "bias": softmax.change_scores,
    "mask": softmax.change_scores,
    "softmax": softmax.softmax,
    "weighted-values": mixing.weighted_values,
    "output": mixing.output,
    "all-rows": whole.all_rows,
    "heads": whole.heads,
    "formula": formula.formula,
    "why-scale": formula.why_scale,
}

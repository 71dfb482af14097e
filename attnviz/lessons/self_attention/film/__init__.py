"""The film of the lesson self-attention: how each of its steps is played."""

from __future__ import annotations

from attnviz.lessons.self_attention import parts, score_steps
from attnviz.lessons.self_attention.film import (
    all_queries,
    dot_product,
    formula,
    heads,
    inputs,
    links,
    projection,
    rope,
    scores,
    softmax,
    weighted_values,
)
from attnviz.views.film.acts import beside
from attnviz.views.film.acts.act import Act, Acts, LinkedAct

ACTS: Acts = {
    "inputs": Act(inputs.inputs, parts.Inputs),
    "weights": Act(inputs.weights, parts.Weights),
    "queries": Act(projection.project, parts.Projection),
    "keys": Act(projection.project_again, parts.Projection),
    "values": Act(projection.project_again, parts.Projection),
    "places": Act(rope.rotate_by_position, parts.Rope),
    "given": Act(beside.show_qkv, parts.Given),
    "scores": LinkedAct(scores.scores, parts.Scores),
    "pair": LinkedAct(dot_product.pair, parts.DotProduct),
    **{each.id: LinkedAct(softmax.change_scores, parts.Change) for each in score_steps.CHANGES},
    "softmax": LinkedAct(softmax.softmax, parts.Softmax),
    "weighted-values": LinkedAct(weighted_values.weighted_values, parts.WeightedValues),
    "output": LinkedAct(weighted_values.output, parts.Output),
    "all-rows": Act(all_queries.all_rows, parts.AllRows),
    "links": Act(links.links, parts.Links),
    "heads": Act(heads.heads, parts.Heads),
    "formula": Act(formula.formula, parts.Formula),
    "why-scale": Act(formula.why_scale, parts.WhyScale),
}

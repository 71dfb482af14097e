"""Measures of heads as JSON, schema `attnviz.heads/1`, with all digits.

    {"schema": "attnviz.heads/1", "model", "revision", "tokens": […], "merged", "captured", "made": {…},
     "pair": {"query": [positions], "key": [positions]},
     "heads": [{"layer", "head", "previous", "next", "same", "first", "separator", "entropy", "induction", "pair"} …],
     "attention": [[…] …]}

The measures are those of `core.head_measures`, null where there is nothing to measure; entropy is in nats. `merged` is
true if pieces of words are taken together, `captured` if the weights were not computed here; `made` says how the
model's weights are stored and which other program ran it. Positions, layers and heads count from 0. `pair` is null
where none is chosen. With one chosen head there is also `attention`, its weights (n, n), a row a query; --attention
reads it together with `tokens`.
"""

from __future__ import annotations

import json
from typing import Any

from attnviz.safe_text import safe_json
from attnviz.survey.head_detail import HeadDetail
from attnviz.survey.heads import MeasuredHead, Survey

SCHEMA = "attnviz.heads/1"


def survey_json(survey: Survey) -> str:
    """JSON text of all heads, one line.

    >>> import numpy as np
    >>> from attnviz.survey.heads import measured_heads
    >>> found = measured_heads([[np.array([[1.0, 0.0], [0.25, 0.75]])]], "ab", ())
    >>> body = json.loads(survey_json(Survey("a model", "0" * 64, ("a", "b"), found)))
    >>> body["schema"], body["tokens"], body["heads"][0]["previous"]
    ('attnviz.heads/1', ['a', 'b'], 0.25)
    """
    return _text(_body(survey))


def close_up_json(close: HeadDetail) -> str:
    """JSON text of one head, one line, with its weights."""
    return _text({**_body(close.survey), "attention": close.weights.tolist()})


def _text(body: dict[str, Any]) -> str:
    return safe_json(json.dumps(body, ensure_ascii=False, allow_nan=False))


def _body(survey: Survey) -> dict[str, Any]:
    pair = survey.pair
    return {
        "schema": SCHEMA,
        "model": survey.model,
        "revision": survey.revision,
        "tokens": list(survey.tokens),
        "merged": survey.is_merged,
        "captured": survey.is_captured,
        "made": survey.provenance.to_plain(),
        "pair": None if pair is None else {"query": list(pair.query), "key": list(pair.key)},
        "heads": [_head(each) for each in survey.heads],
    }


def _head(head: MeasuredHead) -> dict[str, float | int | None]:
    measures = head.measures
    return {
        "layer": head.layer,
        "head": head.head,
        "previous": measures.previous,
        "next": measures.following,
        "same": measures.same,
        "first": measures.first,
        "separator": measures.added,
        "entropy": measures.entropy,
        "induction": head.induction,
        "pair": head.between,
    }

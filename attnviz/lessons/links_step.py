"""The step of trained heads: what each token gives to each other, as arcs between them."""

from __future__ import annotations

import numpy as np

from attnviz.lessons import formulas
from attnviz.lessons.exhibits import Exhibit, Link, Links, Row
from attnviz.lessons.labels import columns_of, shown_token
from attnviz.lessons.storyboard import Step
from attnviz.lessons.telling import Telling
from attnviz.theme import Role

STEP = "links"
_COLUMNS = 74
"""As many characters stand side by side in a film so that they can be read."""
_NUMBER = 4
"""Columns of a weight, under each token."""
_LEAST, _LEAST_OF_QUERY = 0.1, 0.01
"""Weights under these have no arc: of the other queries, and of the one that is worked."""
_LISTED = 8


def links(telling: Telling) -> Step | None:
    """The arcs of the worked query, then those of all; None where no model learned them, or nothing can be linked."""
    problem = telling.problem
    if "model" not in problem.provenance or problem.tokens is None or problem.n < 2:
        return None
    shown = _shown(telling)
    own = _links(telling, shown, [telling.query], _LEAST_OF_QUERY)
    others = [each for each in shown if each != telling.query]
    every = _links(telling, shown, others, _LEAST)
    if not own:
        return None
    narration = {"why": telling.say(STEP, "why", query=telling.named("q", telling.query))}
    exhibits = [_exhibit(telling, "why", shown, own, 0)]
    if every:
        facts = {"count": len(every), "least": telling.numbers.text(_LEAST)}
        narration["rest"] = telling.say(STEP, "rest", **facts)
        exhibits.append(_exhibit(telling, "rest", shown, every, 1))
    cut = len(shown) < problem.n
    return Step(
        STEP,
        telling.say(STEP, "title"),
        formulas.WEIGHTS_OF_ROWS,
        narration,
        omitted=telling.say(STEP, "omitted", shown=len(shown), count=problem.n) if cut else None,
        exhibits=tuple(exhibits),
    )


def _shown(telling: Telling) -> list[int]:
    """As many positions as there is room for: the worked query, and those to which it gives most."""
    tokens = telling.problem.tokens
    assert tokens is not None
    order = np.argsort(-telling.weights, kind="stable").tolist()
    shown: list[int] = []
    room = _COLUMNS
    for each in (telling.query, *(each for each in order if each != telling.query)):
        room -= max(columns_of(shown_token(tokens[each])), _NUMBER)
        if room < 0 and len(shown) > 1:
            break
        shown.append(each)
    return sorted(shown)


def _links(
    telling: Telling, shown: list[int], queries: list[int], least: float
) -> list[tuple[Link, str]]:
    """What these queries give to those that are shown, the strongest first, each as it is written."""
    weights = telling.head.stages.weights
    found = []
    for query in queries:
        texts = telling.numbers.row(weights[query].tolist())
        for at, key in enumerate(shown):
            weight = float(weights[query, key])
            if weight >= least:
                found.append((Link(shown.index(query), at, weight), texts[key]))
    return sorted(found, key=lambda each: -each[0].weight)


def _exhibit(
    telling: Telling, part: str, shown: list[int], found: list[tuple[Link, str]], line: int
) -> Exhibit:
    tokens = telling.problem.tokens
    assert tokens is not None
    plain = tuple(shown_token(tokens[each]) for each in shown)
    # a token that stands there twice is told apart by its position
    names = [
        f"{position + 1} {name}" if plain.count(name) > 1 else name
        for position, name in zip(shown, plain, strict=True)
    ]
    header = tuple(telling.say(STEP, name) for name in ("query", "key", "weight"))
    rows = tuple(Row((names[link.query], names[link.key], text)) for link, text in found[:_LISTED])
    table = Links(
        header,
        rows,
        (Role.QUERY, Role.KEY, Role.WEIGHT),
        plain,
        shown.index(telling.query),
        tuple(link for link, _ in found),
        tuple(telling.weight_texts[each] for each in shown),
    )
    cut = len(rows) < len(found)
    return Exhibit(
        part, table, telling.say(STEP, "listed", listed=len(rows)) if cut else None, line=line
    )

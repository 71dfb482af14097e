"""The step of trained heads: what each token gives to each other, as arcs between them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np

from attnviz.lessons.lesson_context import LessonContext
from attnviz.story import formulas
from attnviz.story.exhibits import Exhibit, Link, Links, Row
from attnviz.story.labels import shown_token
from attnviz.story.storyboard import Step
from attnviz.theme import Role
from attnviz.typeset.text_width import width_of

STEP = "links"
_ROOM, _APART, _APART_BLANK = 47.0, 0.34, 0.68
"""Width of a film's stage, the least between two tokens, and between two with blanks in them, in em of its smallest
type."""
_DOTS = 0.7
"""The width of the … where tokens are left out, likewise."""
_LEAST, _LEAST_OF_QUERY = 0.1, 0.01
"""Weights under these have no arc: of the other queries, and of the one that is worked."""
_LISTED = 8


def links(context: LessonContext) -> Step | None:
    """The arcs of the worked query, then those of all; None where no model learned them, or nothing can be linked."""
    problem = context.problem
    if problem.provenance.model is None or problem.tokens is None or problem.n < 2:
        return None
    if problem.is_cross_attention:  # the arcs go between tokens of one sequence
        return None
    shown = _shown(context)
    own = _links(context, [context.query], shown, _LEAST_OF_QUERY)
    if not own:
        return None
    narration = {"why": context.phrase(STEP, "why", query=context.named("q", context.query))}
    exhibits = [_exhibit(context, "why", shown, own, own[:_LISTED], 0)]
    every = _every(context)
    if every:
        others = [each for each in shown if each != context.query]
        drawn = _links(context, others, shown, _LEAST)
        part = "rest" if len(drawn) == len(every) else "rest_cut"
        facts = {"count": f"{len(every):,}", "drawn": len(drawn)}
        least = context.numbers.text(_LEAST)
        narration["rest"] = context.phrase(STEP, part, least=least, **facts)
        exhibits.append(_exhibit(context, "rest", shown, drawn, every, 1))
    cut = len(shown) < problem.n
    return Step(
        STEP,
        context.phrase(STEP, "title"),
        formulas.WEIGHTS_OF_ROWS,
        narration,
        omitted=context.phrase(STEP, "omitted", shown=len(shown), count=problem.n) if cut else None,
        exhibits=tuple(exhibits),
    )


def _shown(context: LessonContext) -> list[int]:
    """The positions for which there is room: the worked query, and those to which it gives most."""
    order = np.argsort(-context.weights, kind="stable").tolist()
    ranked = [context.query, *(each for each in order if each != context.query)]
    # one more token may take less room than the … that stands for it
    most = min(context.problem.n, int(_ROOM / _APART))
    fitting = (count for count in range(most, 2, -1) if _width(context, ranked[:count]) <= _ROOM)
    return sorted(ranked[: next(fitting, 2)])


def _width(context: LessonContext, positions: Sequence[int]) -> float:
    """The width of these tokens side by side, each over its weight, with a … for each run that is left out."""
    shown = sorted(positions)
    tokens = [_token(context, each) for each in shown]
    texts = [context.weight_texts[each] for each in shown]
    wide = sum(map(max, map(width_of, tokens), map(width_of, texts)))
    gaps = len(_gaps(shown, context.problem.n))
    apart = _APART_BLANK if any(" " in each for each in tokens) else _APART
    return wide + gaps * _DOTS + (len(shown) + gaps - 1) * apart


def _gaps(shown: Sequence[int], count: int) -> tuple[int, ...]:
    """The positions shown before which others are left out.

    >>> _gaps([0, 1, 3], 4), _gaps([1, 2], 4)
    ((2,), (0, 2))
    """
    around = [-1, *shown, count]
    return tuple(i for i, (one, next_one) in enumerate(pairwise(around)) if next_one - one > 1)


def _links(
    context: LessonContext, queries: Sequence[int], keys: Sequence[int], least: float
) -> list[Link]:
    """The links from these queries to these keys, the strongest first."""
    weights = context.head.stages.weights[np.ix_(queries, keys)]
    found = np.argwhere(weights >= least)
    links = (Link(queries[i], keys[j], float(weights[i, j])) for i, j in found.tolist())
    return sorted(links, key=lambda each: -each.weight)


def _every(context: LessonContext) -> list[Link]:
    """The links of all other queries, the strongest first."""
    everyone = range(context.problem.n)
    others = [each for each in everyone if each != context.query]
    return _links(context, others, everyone, _LEAST)


def _exhibit(
    context: LessonContext,
    part: str,
    shown: Sequence[int],
    drawn: Sequence[Link],
    found: Sequence[Link],
    line: int,
) -> Exhibit:
    """The arcs between the tokens that are shown, and the strongest of all links that were found as a table."""
    listed = found[:_LISTED]
    header = tuple(context.phrase(STEP, name) for name in ("query", "key", "weight"))
    table = Links(
        header,
        tuple(_rows(context, listed, shown)),
        (Role.QUERY, Role.KEY, Role.WEIGHT),
        tuple(_token(context, each) for each in shown),
        shown.index(context.query),
        tuple(Link(shown.index(each.query), shown.index(each.key), each.weight) for each in drawn),
        tuple(context.weight_texts[each] for each in shown),
        _gaps(shown, context.problem.n),
    )
    cut = len(listed) < len(found)
    return Exhibit(
        part, table, context.phrase(STEP, "listed", listed=len(listed)) if cut else None, line=line
    )


def _rows(context: LessonContext, links: Sequence[Link], shown: Sequence[int]) -> Iterator[Row]:
    """A line a link; a token that stands there twice is told apart by its position."""
    positions = {*shown, *(end for each in links for end in (each.query, each.key))}
    times = Counter(_token(context, each) for each in positions)
    weights = context.head.stages.weights
    texts = {
        each.query: context.numbers.weights.row(weights[each.query].tolist()) for each in links
    }
    for link in links:
        ends = (
            f"{end + 1} {token}" if times[token] > 1 else token
            for end in (link.query, link.key)
            for token in (_token(context, end),)
        )
        yield Row((*ends, texts[link.query][link.key]))


def _token(context: LessonContext, position: int) -> str:
    tokens = context.problem.tokens
    assert tokens is not None  # there is no step without
    return shown_token(tokens[position])

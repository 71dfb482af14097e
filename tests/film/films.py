"""Films of the cases, small: which of them are looked at, and in which style."""

from __future__ import annotations

from dataclasses import replace

from attnviz.scenes import scene_of

from attnviz import LESSONS
from attnviz.render.quality import QUALITIES
from attnviz.story.storyboard import Storyboard
from attnviz.theme import LIGHT
from attnviz.views.film.film import Film
from attnviz.views.film.style import MOST_WORKED, Style
from tests.cases import CASES

IN_FULL = (
    "illustrated",
    "article",
    "the cat sat",
    "causal",
    "two heads",
    "retrieval",
    "one token",
    "nothing to see",
    "heads without w_o",
    "one head with w_o and biases",
    "ten tokens",
    "two hundred tokens",
    "twelve heads",
    "long tokens",
    "big and negative",
    "factor",
    "five decimals, score bias",
    "illustrated in Chinese",
    "Chinese",
    "long in Chinese",
)
"""The cases of the main lesson of which every screen is looked at."""
IN_LIGHT = {"illustrated in light": "illustrated"}
ONLY = {
    "turned by position": ("keys", "places", "scores"),
    "turned far, in Chinese": ("places", "scores"),
    "normalised and turned": ("places", "scores"),
    "normalised": ("places", "scores"),
    "of a model": ("scores", "pair", "scale", "links", "heads", "formula"),
    "of a model, long tokens": ("pair", "links"),
    "few tokens, long heads": ("all-rows",),
    "sixteen tokens": ("inputs", "weights", "scores", "softmax", "weighted-values", "all-rows"),
    "given, many": ("given", "scores", "mask", "softmax"),
    "given, with a cap and a sink": ("given", "cap", "softmax", "output", "all-rows"),
    "two queries, five keys": ("given", "scores", "softmax", "output", "all-rows", "why-scale"),
    "one query, five keys": ("given", "scores", "all-rows"),
    "three queries, four hundred keys": ("given", "scores", "all-rows"),
    "four hundred queries, three keys": ("given", "scores", "all-rows", "formula"),
    "two queries, five keys, causal to the last": ("mask",),
    "two queries, five keys, heads that share": ("given", "scores", "pair", "heads"),
}
"""The steps that look new in a case; the others look as in a case before."""
OTHER_LESSONS = tuple(name for name, case in CASES.items() if case.lesson != "self-attention")
QUICK = {
    *("illustrated", "the cat sat", "causal", "two heads", "one token", "big and negative"),
    *(
        "given, with a cap and a sink",
        "two queries, five keys",
        "turned by position",
        "normalised",
        "scaling en",
        "cost zh",
    ),
    *("order en", "masking zh", "multi-head en", "any-length of one"),
}
"""The cases of `scripts/test`: every kind of step is in one, and each is planned in a moment."""
SLOW = frozenset({*IN_FULL, *IN_LIGHT, *ONLY, *OTHER_LESSONS} - QUICK)
"""The cases of `scripts/test --films`."""


def film_of(
    storyboard: Storyboard,
    style: Style | None = None,
    only: tuple[str, ...] = (),
    **quality: int,
) -> Film:
    """A film of the lesson, or of some of its steps, small; `quality` overrides width, height or fps."""
    scene = scene_of(LESSONS[storyboard.lesson])
    return Film(scene, storyboard, style or Style(), replace(QUALITIES["low"], **quality), only)


def case_named(name: str) -> tuple[Storyboard, Style]:
    """The storyboard of a case as films have it, and the style that it is shown in."""
    case = CASES[IN_LIGHT.get(name, name)]
    # a theme moves nothing and a language colours nothing: two films of a lesson show all that can go wrong
    light = name in IN_LIGHT or (
        case.lesson != "self-attention" and case.options["language"] == "zh"
    )
    board = case.storyboard(**{"most": MOST_WORKED, **case.options})
    return board, Style(LIGHT) if light else Style()

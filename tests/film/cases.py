"""What films are told on: the main lesson on inputs of every kind, and every other lesson."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from attnviz.scenes import scene_of

from attnviz import Trace, self_attention, trace_of
from attnviz.core.options import AttentionOptions
from attnviz.core.positions import rotary_angles
from attnviz.core.problem import given_problem
from attnviz.inputs import InputRequest, problem_from
from attnviz.lessons.catalogue import LESSONS, lesson_named
from attnviz.lessons.catalogue import told as lesson_told
from attnviz.lessons.request import LessonRequest
from attnviz.lessons.self_attention.lesson import self_attention_storyboard
from attnviz.render.quality import QUALITIES
from attnviz.story.storyboard import Storyboard
from attnviz.theme import LIGHT
from attnviz.views.film.film import Film
from attnviz.views.film.style import MOST_WORKED, Style


def film_of(
    storyboard: Storyboard,
    style: Style | None = None,
    only: tuple[str, ...] = (),
    **quality: int,
) -> Film:
    """A film of the lesson, or of some of its steps, small; `quality` overrides width, height or fps."""
    scene = scene_of(lesson_named(storyboard.lesson))
    return Film(scene, storyboard, style or Style(), replace(QUALITIES["low"], **quality), only)


def _read(**asked: Any) -> Trace:
    return trace_of(problem_from(InputRequest(**asked)))


def _random(n: int, width: int = 4, size: float = 1.0, **options: Any) -> Trace:
    numbers = np.random.default_rng(n)

    def some(*shape: int) -> np.ndarray:
        return size * numbers.normal(size=shape)

    if options.pop("projected", False):
        options |= {"w_o": some(width, width), "b_o": some(width)}
    if options.pop("biased", False):
        options |= {name: some(width) for name in ("b_q", "b_k", "b_v")}
    return self_attention(some(n, width), *(some(width, width) for _ in range(3)), **options)


def _trained(trace: Trace) -> Trace:
    made = {"model": "all-MiniLM-L6-v2", "layer": "11", "heads": "3", "tokenizer": "WordPiece"}
    return trace_of(replace(trace.problem, provenance=made | {"revision": "0123456789" * 6}))


def _elsewhere(n: int, width: int, heads: int = 1, **options: Any) -> Trace:
    """Queries, keys and values that were made elsewhere."""
    numbers = np.random.default_rng(n)
    return trace_of(
        given_problem(
            *(numbers.normal(size=(n, heads * width)) for _ in range(3)),
            heads=heads,
            tokens=(_WORDS.split() * n)[:n],
            options=AttentionOptions(**options),
            provenance=dict.fromkeys(("q", "k", "v"), "file qkv.npz"),
        )
    )


def _big() -> Trace:
    x = np.array([[123456.789, -1.5], [-98765.4321, 2.25], [0.5, -123456.789]])
    return self_attention(x, np.eye(2), np.eye(2), -np.eye(2), scale=1e-8)


_BLIND = np.array([[False] * 3, [True] * 3, [True] * 3])
_LONG = ["internationalisation", "WWWWWWWWWWWW", "counterrevolutionaries", "mmmmmmmmmmmm"]
_LONG_CHINESE = ["国际化与本地化", *"一二三四五六七八九十", "注意力机制是什么"]
_WORDS = "the quick brown fox jumps over the lazy dog again"
_SIXTEEN = "[CLS] the trophy didn ' t fit in the suitcase because it was too big [SEP]"
_TWO_HUNDRED = " ".join(f"word{i}" for i in range(200))

CASES: dict[str, Callable[[], tuple[Trace, dict[str, Any]]]] = {
    "illustrated": lambda: (_read(), {}),
    "article rounding": lambda: (_read(), {"rounding": "article"}),
    "the cat sat": lambda: (_read(text="the cat sat on the mat"), {"query": 1}),
    "causal": lambda: (_read(example="causal"), {"query": 1}),
    "two heads": lambda: (_read(example="two-heads"), {}),
    "retrieval": lambda: (_read(example="retrieval"), {}),
    "one token": lambda: (_read(text="hello"), {}),
    "nothing to see": lambda: (_random(3, mask=_BLIND), {}),
    "heads without w_o": lambda: (_random(4, heads=2), {"query": 3}),
    "one head with w_o and biases": lambda: (_random(5, projected=True, biased=True), {}),
    "ten tokens": lambda: (
        _read(text=_WORDS, d_model=8, d_k=4, heads=2, causal=True),
        {"query": 8},
    ),
    "two hundred tokens": lambda: (_read(text=_TWO_HUNDRED, d_model=64, d_k=32), {"query": 150}),
    "twelve heads": lambda: (_random(8, 24, heads=12, projected=True), {}),
    "long tokens": lambda: (_random(4, 12, tokens=_LONG), {"query": 2}),
    "big and negative": lambda: (_big(), {}),
    "factor": lambda: (_random(4, scale=0.00125), {}),
    "five decimals, score bias": lambda: (
        _random(7, bias=[0.5, -np.inf, -1.0, 0, 0, 0, 0]),
        {"precision": 5, "query": 2},
    ),
    "illustrated in Chinese": lambda: (_read(), {"language": "zh"}),
    "Chinese": lambda: (_read(text="我爱吃鱼和猫"), {"query": 5, "language": "zh"}),
    "long in Chinese": lambda: (
        _random(12, 12, heads=2, projected=True, causal=True, tokens=_LONG_CHINESE),
        {"query": 10, "language": "zh"},
    ),
}

PARTS: dict[str, Callable[[], tuple[Trace, dict[str, Any]]]] = {
    "turned by position": lambda: (
        _random(6, 8, rotation=rotary_angles(6, 8), tokens=_WORDS.split()[:6]),
        {"query": 4},
    ),
    "turned far, in Chinese": lambda: (
        _random(60, 64, rotation=rotary_angles(60, 64), tokens=_LONG * 15),
        {"query": 55, "language": "zh"},
    ),
    "normalised and turned": lambda: (
        _random(5, 8, heads=2, q_norm=np.ones(4), k_norm=np.ones(4), rotation=rotary_angles(5, 2)),
        {"query": 2},
    ),
    "normalised": lambda: (_random(4, 8, q_norm=np.ones(8), tokens=_LONG), {"query": 1}),
    "from elsewhere, with a cap and a sink": lambda: (
        _elsewhere(6, 8, heads=2, softcap=2.5, sinks=np.array([0.5, 1.0])),
        {"query": 4},
    ),
    "of a model": lambda: (
        _trained(_random(12, 48, size=0.5, tokens=[*_WORDS.split(), "[SEP]", "[CLS]"])),
        {"query": 9, "key": 3},
    ),
    "of a model, long tokens": lambda: (
        _trained(_random(30, 16, causal=True, tokens=(_LONG_CHINESE * 3)[:30])),
        {"query": 20, "language": "zh"},
    ),
    "few tokens, long heads": lambda: (
        _random(5, 64, heads=2, tokens=["[CLS]", "one", "two", "three", "[SEP]"]),
        {},
    ),
    "sixteen tokens": lambda: (
        _trained(_random(16, 24, size=0.5, tokens=_SIXTEEN.split())),
        {"query": 11},
    ),
    "from elsewhere, many": lambda: (
        _elsewhere(60, 64, causal=True, window=(20, None), sinks=np.array([-1.0])),
        {"query": 50, "language": "zh"},
    ),
}
"""Of which only the steps are told that look otherwise than in any other case: see `ONLY`."""
THEMES = {"illustrated in light": "illustrated"}
ONLY = {
    "turned by position": ("keys", "places", "scores"),
    "turned far, in Chinese": ("places", "scores"),
    "normalised and turned": ("places", "scores"),
    "normalised": ("places", "scores"),
    "of a model": ("scores", "pair", "scale", "links", "heads", "formula"),
    "of a model, long tokens": ("pair", "links"),
    "few tokens, long heads": ("all-rows",),
    "sixteen tokens": ("inputs", "weights", "scores", "softmax", "weighted-values", "all-rows"),
    "from elsewhere, many": ("given", "scores", "mask", "softmax"),
    "from elsewhere, with a cap and a sink": ("given", "cap", "softmax", "output", "all-rows"),
}
"""The steps that are new in a case; the others look as in a case before."""


_SIZES = {
    "of one": {"text": "cat"},
    "of twelve": {"text": "one two three four five six seven eight nine ten eleven twelve"},
    "of forty": {"text": " ".join(f"word{i}" for i in range(40)), "heads": 2},
    "of long tokens": {"tokens": " ".join(_LONG_CHINESE[:6])},
}
_OF_SEVERAL = {"order", "multi-head"}
"""The lessons that one token is not enough for."""


def _lesson_cases() -> Iterator[tuple[str, tuple[str, dict[str, Any], str, bool]]]:
    """Every lesson but the main one: as it is told by itself in both languages, in both themes, and on inputs of other
    sizes.
    """
    for name, lesson in LESSONS.items():
        if name == "self-attention":
            continue
        # a theme moves nothing and a language colours nothing: two of the four films show all that can go wrong
        yield f"{name} en", (name, {}, "en", False)
        yield f"{name} zh light", (name, {}, "zh", True)
        if lesson.takes_sequence:
            for i, (size, asked) in enumerate(_SIZES.items()):
                if size == "of one" and name in _OF_SEVERAL:
                    continue
                heads = {"heads": 2} if name == "multi-head" else {}
                yield f"{name} {size}", (name, asked | heads, ("en", "zh")[i % 2], bool(i % 2))


LESSON_CASES = dict(_lesson_cases())


def lesson_case(name: str) -> tuple[Storyboard, Style]:
    """The storyboard of a lesson, and the style it is told in."""
    lesson_name, asked, language, light = LESSON_CASES[name]
    lesson = lesson_named(lesson_name)
    trace = _read(**(asked or lesson.default)) if lesson.takes_sequence else None
    board = lesson_told(lesson_name, LessonRequest(trace, language=language, most=MOST_WORKED))
    return board, Style(LIGHT) if light else Style()


def case_named(name: str) -> tuple[Storyboard, Style]:
    """The storyboard of a case, and the style it is told in."""
    if name in LESSON_CASES:
        return lesson_case(name)
    trace, options = (CASES | PARTS)[THEMES.get(name, name)]()
    board = self_attention_storyboard(trace, most=MOST_WORKED, **options)
    return board, Style(LIGHT) if name in THEMES else Style()

"""The cases that every view is tested on: inputs of every kind, each with the options of the lesson that shows it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

import numpy as np

from attnviz import LESSONS, Trace, self_attention, trace_of
from attnviz.core.positions import rotary_angles
from attnviz.core.problem import AttentionOptions, given_problem
from attnviz.inputs import InputRequest, problem_from
from attnviz.inputs.score_options import SCORE_OPTIONS
from attnviz.lessons.registry import build_storyboard
from attnviz.lessons.request import LessonRequest
from attnviz.story.storyboard import Storyboard

LONG = "internationalisation"
LONG_CHINESE = "国际化与本地化标准"


@dataclass(frozen=True, eq=False)
class Case:
    """An input, the lesson that shows it, and the options of that lesson.

    The last traces and storyboards are kept: the tests of one case follow each other.
    """

    name: str
    make: Callable[[], Trace | None]
    options: Mapping[str, Any] = field(default_factory=dict)
    """Fields of a LessonRequest: query, key, language, precision, rounding, most."""
    lesson: str = "self-attention"
    no_film: str | None = None
    """The beginning of the error that refuses a film of it; None if there is a film."""

    @property
    def trace(self) -> Trace | None:
        """None for a lesson that takes no sequence."""
        return _trace(self)

    def storyboard(self, **changed: Any) -> Storyboard:
        """The storyboard, with some of its options changed: `storyboard(language="zh")`."""
        return _storyboard(self, tuple(changed.items()))


@lru_cache(maxsize=4)
def _trace(case: Case) -> Trace | None:
    return case.make()


@lru_cache(maxsize=8)
def _storyboard(case: Case, changed: tuple[tuple[str, Any], ...]) -> Storyboard:
    return build_storyboard(
        case.lesson, LessonRequest(case.trace, **{**case.options, **dict(changed)})
    )


# ── inputs ──


def read(**options: Any) -> Trace:
    """The trace of what the command line is given: `read(text="a b", heads=2)`."""
    return trace_of(problem_from(InputRequest(**options)))


def random_trace(
    n: int,
    *,
    d_model: int = 4,
    d_k: int = 3,
    heads: int = 1,
    size: float = 1.0,
    dtype: type = np.float64,
    biased: bool = False,
    projected: bool = False,
    seed: int = 0,
    **options: Any,
) -> Trace:
    numbers = np.random.default_rng(seed)

    def some(*shape: int) -> np.ndarray:
        return (size * numbers.normal(size=shape)).astype(dtype)

    width = heads * d_k
    if biased:
        options |= {name: some(width) for name in ("b_q", "b_k", "b_v")}
    if projected:
        options |= {"w_o": some(width, d_model), "b_o": some(d_model)}
    return self_attention(
        some(n, d_model),
        some(d_model, width),
        some(d_model, width),
        some(d_model, width),
        heads=heads,
        **options,
    )


def tied_trace(n: int, **options: Any) -> Trace:
    """Every score of the first query is the same."""
    return self_attention(np.ones((n, 2)), np.eye(2), np.eye(2), np.eye(2), **options)


def same_heads(n: int) -> Trace:
    """Two heads with the same columns."""
    problem = random_trace(n).problem
    doubled = {name: np.tile(getattr(problem, name), 2) for name in ("w_q", "w_k", "w_v")}
    return trace_of(replace(problem, heads=2, **doubled))


def shared_keys(n: int) -> Trace:
    """Four heads, two at a time with the same keys and values."""
    numbers = np.random.default_rng(0)
    x, w = numbers.normal(size=(n, 4)), numbers.normal(size=(4, 8))
    return self_attention(x, w, w[:, :4], w[:, 4:], heads=4, kv_heads=2, w_o=w.T)


def masks_of_heads(*masks: Any) -> Trace:
    """Heads of which each has its own mask."""
    return random_trace(len(masks[0]), heads=len(masks), projected=True, mask=np.stack(masks))


def elsewhere(
    n: int, *, d_k: int = 3, heads: int = 1, x: Any = None, tokens: Any = None, **options: Any
) -> Trace:
    """Queries, keys and values that are given."""
    numbers = np.random.default_rng(0)
    q, k, v = (numbers.normal(size=(n, heads * d_k)) for _ in range(3))
    problem = given_problem(
        *(q, k, v),
        x=x,
        heads=heads,
        tokens=tokens,
        options=AttentionOptions(**options),
        provenance=dict.fromkeys(("q", "k", "v"), "file qkv.npz"),
    )
    return trace_of(problem)


def crossing(
    n_q: int,
    n_k: int,
    *,
    d_k: int = 3,
    heads: int = 1,
    kv_heads: int | None = None,
    tokens: Any = None,
    key_tokens: Any = None,
    **options: Any,
) -> Trace:
    """Queries, and keys and values of other positions, that are given."""
    numbers = np.random.default_rng(0)
    of_keys = heads if kv_heads is None else kv_heads
    shapes = ((n_q, heads * d_k), (n_k, of_keys * d_k), (n_k, of_keys * 2))
    problem = given_problem(
        *(numbers.normal(size=shape) for shape in shapes),
        heads=heads,
        kv_heads=kv_heads,
        tokens=tokens,
        context_tokens=key_tokens,
        options=AttentionOptions(**options),
        provenance=dict.fromkeys(("q", "k", "v"), "file qkv.npz"),
    )
    return trace_of(problem)


def untrained(trace: Trace, how: str = "seed 7") -> Trace:
    return trace_of(replace(trace.problem, provenance={"untrained": how}))


def trained(trace: Trace, **more: str) -> Trace:
    made = {"model": "all-MiniLM-L6-v2", "layer": "11", "heads": "0,1,11", "tokenizer": "WordPiece"}
    made |= {"revision": "0123456789" * 6, "stored": "Q4_K/Q6_K/Q8_0", "bits": "4.9"}
    return trace_of(replace(trace.problem, provenance=made | more))


def pair_of_texts(n: int, text: str = "word") -> Trace:
    """Two texts that a model read as a pair, the second of which begins in the middle."""
    return trained(random_trace(n, d_model=8, tokens=names(n, text)), second_text=str(n // 2))


def trained_in_full(trace: Trace) -> Trace:
    """One head of a model whose file keeps its weights as they were trained: its note fits the foot of a film."""
    made = {"model": "all-MiniLM-L6-v2", "layer": "11", "heads": "3", "tokenizer": "WordPiece"}
    made |= {"revision": "0123456789" * 6}
    return trace_of(replace(trace.problem, provenance=made))


def names(count: int, text: str = LONG) -> list[str]:
    return [text] * count


def two_best(n: int, text: str) -> Trace:
    """One-dimensional keys: the last two fit best and alike, the first fits worst, and scores are long numbers."""
    x = np.linspace(-35.123, 30.123, n)[:, None]
    x[-2:] = 35.357
    return self_attention(np.hstack([x, x]), np.eye(2), np.eye(2), np.eye(2), tokens=names(n, text))


def large_numbers() -> Trace:
    x = np.array([[123456.789, -1.5], [-98765.4321, 2.25], [0.5, -123456.789]])
    return self_attention(x, np.eye(2), np.eye(2), -np.eye(2), scale=1e-8)


def ten_thousand() -> Trace:
    """In single precision; 2 GB, and so no case of the list: only the text of an explanation is meant for it."""
    x = np.random.default_rng(0).normal(size=(10_000, 2)).astype(np.float32)
    return self_attention(x, *[np.eye(2, dtype=np.float32)] * 3)


BAND = np.abs(np.subtract.outer(np.arange(5), np.arange(5))) <= 1
HALF = np.tril(np.ones((4, 4), dtype=bool))
EVERYTHING = np.ones((4, 4), dtype=bool)
NOTHING = np.array([[False] * 4, [True] * 4, [True] * 4, [True] * 4])

WORDS = ["the", "quick", "brown", "fox", "jumps", "over", "the", "lazy", "dog", "again"]
LONG_WORDS = ["internationalisation", "WWWWWWWWWWWW", "counterrevolutionaries", "mmmmmmmmmmmm"]
LONG_WORDS_ZH = ["国际化与本地化", *"一二三四五六七八九十", "注意力机制是什么"]
SIXTEEN = [
    "[CLS]",
    "the",
    "trophy",
    "didn",
    "'",
    "t",
    "fit",
    "in",
    "the",
    "suitcase",
    "because",
    "it",
    "was",
    "too",
    "big",
    "[SEP]",
]
TWO_HUNDRED = " ".join(f"word{i}" for i in range(200))
MARKUP = ["<script>alert(1)</script>", "\\end{tabular}$x$&%#", "a|b*c*_d_`", "[red]x[/red]", "]]>"]
CONTROLS = ["\x1b[31mred\x1b[0m", "a\nb", "\t", "\x00", "\u202eabc", "\udce9"]
NO_FACE = "no typeface here has the character "


# ── the list ──


def _main() -> Iterator[Case]:
    """The main lesson."""

    def case(
        name: str, make: Callable[[], Trace], *, no_film: str | None = None, **options: Any
    ) -> Case:
        return Case(name, make, options, no_film=no_film)

    # examples and texts, as the command line reads them
    yield case("illustrated", read)
    yield case("illustrated in Chinese", read, language="zh")
    yield case("article", read, rounding="article")
    yield case("plain rounding", read, rounding="plain")
    yield case("the cat sat", lambda: read(text="the cat sat on the mat"), query=1)
    yield case("causal", lambda: read(example="causal"), query=1)
    yield case("two heads", lambda: read(example="two-heads"))
    yield case("retrieval", lambda: read(example="retrieval"))
    yield case(
        "ten tokens",
        lambda: read(text=" ".join(WORDS), d_model=8, d_k=4, heads=2, causal=True),
        query=8,
    )
    yield case("two hundred tokens", lambda: read(text=TWO_HUNDRED, d_model=64, d_k=32), query=150)
    yield case("Chinese", lambda: read(text="我爱吃鱼和猫"), query=5, language="zh")

    # lengths and widths
    yield case("one token", lambda: random_trace(1, tokens=["hello"]))
    yield case("one token, two heads", lambda: random_trace(1, heads=2, projected=True))
    yield case("two long tokens", lambda: random_trace(2, tokens=names(2)))
    yield case("wide", lambda: random_trace(3, d_model=64, d_k=32))
    yield case("keys of a length that is prime", lambda: random_trace(3, d_k=11), key=1)
    yield case("three worked", lambda: random_trace(9, d_model=6, d_k=5), most=3)
    yield case("eight", lambda: random_trace(8, tokens=names(8), causal=True))
    yield case("twenty", lambda: random_trace(20, causal=True), query=4)
    yield case("forty", lambda: random_trace(40, tokens=names(40)))
    yield case(
        "a hundred and ten",
        lambda: random_trace(110, causal=True, tokens=names(110)),
        query=105,
    )
    yield case("two hundred in Chinese", lambda: two_best(200, LONG_CHINESE), query=199)
    yield case("two hundred, two best", lambda: two_best(200, LONG), query=198)

    # one number a key, and a scale of 1 or not
    yield case("one number a token", lambda: random_trace(3, d_model=1, d_k=1))
    yield case("one of one number", lambda: random_trace(1, d_k=1, d_model=1))
    yield case("one of one number, not scaled", lambda: random_trace(1, d_k=1, d_model=1, scale=1))
    yield case("d_k 1, not scaled", lambda: read(text="a b", d_k=1, scale="none"))
    yield case("d_k 1, a factor", lambda: random_trace(3, d_k=1, scale=0.5, tokens=list("abc")))
    yield case("two heads, d_k 1", lambda: random_trace(3, heads=2, d_k=1, projected=True))
    yield case("two heads, d_k 1, not scaled", lambda: random_trace(3, heads=2, d_k=1, scale=1))
    yield case("not scaled", lambda: random_trace(4, scale=1, causal=True), query=2)
    yield case("factor", lambda: random_trace(4, scale=0.00125))

    # numbers
    yield case("big and negative", large_numbers)
    yield case("huge", lambda: random_trace(4, size=1e9))
    yield case("tiny", lambda: random_trace(4, size=1e-6))
    yield case("single precision", lambda: random_trace(5, dtype=np.float32, size=3), query=1)
    yield case("half precision", lambda: random_trace(5, dtype=np.float16), query=1)
    yield case("five decimals", lambda: random_trace(4), precision=5)
    yield case("no decimals", lambda: random_trace(4, size=3), precision=0)
    yield case("ties", lambda: tied_trace(3))
    yield case("ties of seven", lambda: tied_trace(7, tokens=names(7)), query=3)
    yield case(
        "values of nothing",
        lambda: self_attention(np.eye(3), np.eye(3), np.eye(3), np.zeros((3, 2))),
    )

    # what is visible
    yield case("causal, last row", lambda: random_trace(4, causal=True), query=3)
    yield case("causal with offset", lambda: random_trace(4, causal=True, offset=1))
    yield case("mask", lambda: random_trace(4, mask=HALF), query=1)
    yield case("mask that spares the row", lambda: random_trace(4, mask=HALF), query=3)
    yield case("mask that hides nothing", lambda: random_trace(4, mask=EVERYTHING))
    yield case(
        "one row of mask for all", lambda: random_trace(3, mask=np.array([[True, False, True]]))
    )
    yield case("neighbours", lambda: random_trace(5, mask=BAND, tokens=names(5)))
    yield case("mask and causal", lambda: random_trace(5, mask=BAND, causal=True, offset=1))
    yield case("nothing to see", lambda: random_trace(4, mask=NOTHING, scale=1.0))
    yield case("nothing to see of 20", lambda: random_trace(20, causal=True, offset=-3), query=2)
    yield case("window", lambda: random_trace(6, causal=True, window=(1, None)), query=4)
    yield case("padding", lambda: random_trace(6, kv_length=4), query=5)

    # what changes scores and weights
    yield case("score bias", lambda: random_trace(3, bias=[0.5, -np.inf, -1.0]), query=2)
    yield case(
        "five decimals, score bias",
        lambda: random_trace(7, bias=[0.5, -np.inf, -1.0, 0, 0, 0, 0]),
        precision=5,
        query=2,
    )
    yield case(
        "a bias a head",
        lambda: random_trace(3, heads=2, bias=np.arange(18.0).reshape(2, 3, 3) / 10),
    )
    yield case("a mask a head", lambda: masks_of_heads(BAND, ~BAND), query=2)
    yield case(
        "a mask a head that spares the row",
        lambda: masks_of_heads(np.tri(5, dtype=bool), BAND),
        query=4,
    )
    yield case(
        "a mask a head, nothing hidden in the first",
        lambda: masks_of_heads(np.ones((5, 5), dtype=bool), BAND),
    )
    yield case(
        "bias that outweighs small scores",
        lambda: self_attention(
            np.eye(4), np.eye(4), -10 * np.eye(4), np.eye(4), bias=[12.0, 0, 0, 0]
        ),
    )
    yield case("softcap", lambda: random_trace(4, softcap=0.5), query=1)
    yield case(
        "softcap, factor, bias and mask",
        lambda: random_trace(4, softcap=30.0, scale=0.1, bias=HALF.astype(float), causal=True),
        query=2,
    )
    yield case("sink", lambda: random_trace(4, sinks=[0.5], tokens=list("abcd")), query=1)
    yield case("sink of many keys", lambda: random_trace(20, sinks=[-1.0], causal=True), query=12)
    yield case(
        "sinks, nothing to see", lambda: random_trace(4, heads=2, sinks=[0.5, 2.0], mask=NOTHING)
    )

    # biases of projections, heads, W_O
    yield case("biases", lambda: random_trace(4, biased=True), query=2)
    yield case(
        "one head with w_o and biases", lambda: random_trace(5, d_k=4, projected=True, biased=True)
    )
    yield case("heads without w_o", lambda: random_trace(4, d_k=2, heads=2), query=3)
    yield case("heads and only b_o", lambda: random_trace(4, heads=2, b_o=np.ones(6)))
    yield case(
        "heads, w_o, not scaled",
        lambda: random_trace(4, heads=2, biased=True, projected=True, scale=1.0),
    )
    yield case("two heads, nothing to see", lambda: random_trace(4, heads=2, mask=~EVERYTHING))
    yield case("two heads, ties", lambda: tied_trace(3, heads=2))
    yield case("two heads, halves", lambda: tied_trace(2, heads=2))
    yield case("two heads of the same numbers", lambda: same_heads(4))
    yield case("keys that heads share", lambda: shared_keys(4), query=1)
    yield case(
        "eight, four heads", lambda: random_trace(8, heads=4, projected=True, tokens=names(8))
    )
    yield case(
        "few tokens, long heads",
        lambda: random_trace(
            5, d_model=64, d_k=32, heads=2, tokens=["[CLS]", "one", "two", "three", "[SEP]"]
        ),
    )
    yield case("forty, two heads", lambda: random_trace(40, heads=2, projected=True, causal=True))
    yield case(
        "twelve that see nothing",
        lambda: random_trace(12, heads=2, mask=np.zeros((12, 12), dtype=bool)),
    )
    yield case(
        "twelve heads",
        lambda: random_trace(8, d_model=24, d_k=2, heads=12, projected=True, biased=True),
        query=4,
    )
    yield case(
        "a hundred, twelve heads",
        lambda: random_trace(
            *(100,), heads=12, d_model=24, biased=True, projected=True, tokens=names(100)
        ),
    )

    # positions and norms
    yield case(
        "turned by position",
        lambda: random_trace(6, d_model=8, d_k=8, rotation=rotary_angles(6, 8), tokens=WORDS[:6]),
        query=4,
    )
    yield case(
        "turned far, in Chinese",
        lambda: random_trace(
            60, d_model=64, d_k=64, rotation=rotary_angles(60, 64), tokens=LONG_WORDS * 15
        ),
        query=55,
        language="zh",
    )
    yield case(
        "normalised",
        lambda: random_trace(4, q_norm=[1.0, 0.5, 2.0], k_norm=[0.1, 0.2, 0.3], tokens=LONG_WORDS),
        query=1,
    )
    yield case(
        "normalised and turned",
        lambda: random_trace(
            *(5,),
            d_model=8,
            d_k=4,
            heads=2,
            q_norm=np.ones(4),
            k_norm=np.ones(4),
            rotation=rotary_angles(5, 2),
        ),
        query=2,
    )

    # queries, keys and values that are given; a trained model
    yield case("given", lambda: elsewhere(5, tokens=names(5)), query=2)
    yield case("given, two heads, forty", lambda: elsewhere(40, heads=2, d_k=32), query=7)
    yield case("given beside the inputs", lambda: elsewhere(4, x=np.ones((4, 6))))
    yield case("given, d_k 1, not scaled", lambda: elsewhere(2, d_k=1, scale=1.0))
    yield case(
        "given, with a cap and a sink",
        lambda: elsewhere(
            6, d_k=8, heads=2, tokens=WORDS[:6], softcap=2.5, sinks=np.array([0.5, 1.0])
        ),
        query=4,
    )
    yield case(
        "given, many",
        lambda: elsewhere(
            *(60,),
            d_k=64,
            tokens=(WORDS * 6)[:60],
            causal=True,
            window=(20, None),
            sinks=np.array([-1.0]),
        ),
        query=50,
        language="zh",
    )
    yield case("untrained", lambda: untrained(random_trace(3)))

    # queries of one sequence, keys of another
    yield case(
        "two queries, five keys",
        lambda: crossing(2, 5, tokens=["chat", "noir"], key_tokens=WORDS[:5]),
        query=1,
    )
    yield case("two queries, five keys, unnamed", lambda: crossing(2, 5), language="zh")
    yield case("one query, five keys", lambda: crossing(1, 5, key_tokens=names(5)))
    yield case("one query, one key, named", lambda: crossing(1, 1, tokens=["a"], key_tokens=["b"]))
    yield case("four queries, one key", lambda: crossing(4, 1, tokens=LONG_WORDS), query=3)
    yield case("three queries, four hundred keys", lambda: crossing(3, 400, d_k=8), query=2)
    yield case(
        "four hundred queries, three keys",
        lambda: crossing(400, 3, d_k=8, tokens=names(400), key_tokens=names(3)),
        query=389,
    )
    yield case(
        "as many keys with names of their own",
        lambda: crossing(3, 3, tokens=["le", "chat", "noir"], key_tokens=["the", "black", "cat"]),
        query=2,
    )
    yield case(
        "two queries, five keys, causal from the first",
        lambda: crossing(2, 5, tokens=names(2), key_tokens=names(5), causal=True),
        query=1,
    )
    yield case(
        "five queries, two keys, causal from the first",
        lambda: crossing(5, 2, causal=True, tokens=names(5)),
        query=3,
    )
    yield case(
        "two queries, five keys, causal to the last",
        lambda: crossing(2, 5, tokens=names(2), key_tokens=names(5), causal=True, offset=3),
    )
    yield case(
        "one query after a cache", lambda: crossing(1, 5, causal=True, offset=4), language="zh"
    )
    yield case(
        "three queries, five keys, causal to the last, last row",
        lambda: crossing(3, 5, causal=True, offset=2),
        query=2,
    )
    yield case(
        "five queries, two keys, causal to the last",
        lambda: crossing(5, 2, causal=True, offset=-3),
        query=1,
    )
    yield case(
        "two queries, five keys, mask and bias",
        lambda: crossing(
            *(2, 5),
            mask=np.array([[True, False, True, True, True], [True, True, False, False, True]]),
            bias=np.arange(10.0).reshape(2, 5) / 5 - 1,
        ),
        query=1,
    )
    yield case(
        "two queries, five keys, heads that share",
        lambda: crossing(
            *(2, 5),
            d_k=32,
            heads=4,
            kv_heads=2,
            softcap=20.0,
            sinks=np.array([0.5, -1.0, 0.0, 1.0]),
            tokens=LONG_WORDS[:2],
            key_tokens=LONG_WORDS_ZH[:5],
        ),
        language="zh",
        key=3,
    )
    yield case("a pair of texts", lambda: pair_of_texts(6, LONG), query=4)
    yield case("a long pair of texts", lambda: pair_of_texts(30, LONG), query=20)
    yield case(
        "watched",
        lambda: trained(
            elsewhere(4),
            backend="transformers 5.23.0",
            difference="3e-07",
            unknown="13",
            tokens="24",
        ),
    )
    yield case(
        "of a model, unnamed",
        lambda: trained(random_trace(30, d_model=48, d_k=32, causal=True)),
        query=9,
    )
    yield case(
        "of a model",
        lambda: trained(
            random_trace(12, d_model=48, d_k=48, size=0.5, tokens=[*WORDS, "[SEP]", "[CLS]"]),
            heads="3",
        ),
        query=9,
        key=3,
    )
    yield case(
        "of a model, with many long tokens",
        lambda: trained(random_trace(30, d_model=8, d_k=10, heads=2, size=2, tokens=names(30))),
        query=9,
    )
    yield case(
        "of a model, long tokens",
        lambda: trained_in_full(
            random_trace(30, d_model=16, d_k=16, causal=True, tokens=(LONG_WORDS_ZH * 3)[:30])
        ),
        query=20,
        language="zh",
    )
    yield case(
        "of a model that looks at itself",
        lambda: trained(random_trace(3, mask=np.eye(3, dtype=bool), tokens=list("abc"))),
        query=1,
    )
    yield case(
        "sixteen tokens",
        lambda: trained_in_full(random_trace(16, d_model=24, d_k=24, size=0.5, tokens=SIXTEEN)),
        query=11,
    )

    # tokens of every script, and those that mean something to a view
    yield case(
        "long tokens", lambda: random_trace(4, d_model=12, d_k=12, tokens=LONG_WORDS), query=2
    )
    yield case(
        "long in Chinese",
        lambda: random_trace(
            *(12,),
            d_model=12,
            d_k=6,
            heads=2,
            projected=True,
            causal=True,
            tokens=LONG_WORDS_ZH,
        ),
        query=10,
        language="zh",
    )
    yield case("Arabic", lambda: random_trace(3, tokens=["القطة", "على", "السجادة"]), query=1)
    yield case("Hebrew", lambda: random_trace(3, tokens=["חתול", "על", "שָׁטִיחַ"]), query=1)
    yield case("Hindi", lambda: random_trace(3, tokens=["बिल्ली", "चटाई", "क्षत्रियों"]), query=1)
    yield case("Thai", lambda: random_trace(3, tokens=["แมว", "นั่ง", "น้ำ"]), query=1)
    yield case(
        "scripts beside each other",
        lambda: random_trace(4, tokens=["قطة 3", "חתול", "हिन्दी", "cat"], causal=True),
        query=3,
    )
    yield case(
        "emoji",
        lambda: random_trace(3, tokens=["👨‍👩‍👧‍👦", "🏳️‍🌈", "👍🏽"]),
        query=1,
        no_film=NO_FACE,
    )
    yield case(
        "combining marks",
        lambda: random_trace(3, tokens=["e\u0301te\u0301", "n\u0303", "o\u0302\u0301"]),
    )
    yield case("markup", lambda: random_trace(5, tokens=MARKUP), query=2)
    yield case("control characters", lambda: random_trace(6, tokens=CONTROLS), query=2)
    yield case("empty tokens", lambda: random_trace(3, tokens=["", " ", "a"]), query=1)


_SIZES = {
    "of one": {"text": "cat"},
    "of twelve": {"text": "one two three four five six seven eight nine ten eleven twelve"},
    "of forty": {"text": " ".join(f"word{i}" for i in range(40)), "heads": 2},
    "of long tokens": {"tokens": " ".join(LONG_WORDS_ZH[:6])},
}
_OF_SEVERAL = ("order", "multi-head")
"""The lessons that one token is not enough for."""


def _others() -> Iterator[Case]:
    """Every other lesson: as it is by itself in both languages, and on inputs of other sizes."""

    def reading(options: Mapping[str, Any]) -> Callable[[], Trace]:
        return lambda: read(**options)

    for name, lesson in LESSONS.items():
        if name == "self-attention":
            continue
        make = reading(lesson.default) if lesson.takes_sequence else lambda: None
        for language in ("en", "zh"):
            yield Case(f"{name} {language}", make, {"language": language}, name)
        if lesson.takes_sequence:
            for i, (size, options) in enumerate(_SIZES.items()):
                if size == "of one" and name in _OF_SEVERAL:
                    continue
                heads = {"heads": 2} if name == "multi-head" else {}
                language = {"language": ("en", "zh")[i % 2]}
                yield Case(f"{name} {size}", reading(options | heads), language, name)


def _switches() -> Iterator[Case]:
    """Each option about the scores that is on or off, switched on, whichever there are."""
    for name, option in SCORE_OPTIONS.items():
        if option.kind == "switch":
            request = InputRequest(text="the cat sat", heads=2, **{name: True})
            yield Case(f"--{name}", lambda request=request: trace_of(problem_from(request)))


CASES: dict[str, Case] = {case.name: case for case in (*_main(), *_switches(), *_others())}
MAIN = [name for name, case in CASES.items() if case.lesson == "self-attention"]

SEQUENCES = (
    "one token",
    "one token, two heads",
    "two long tokens",
    "untrained",
    "one number a token",
    "d_k 1, not scaled",
    "two heads, d_k 1, not scaled",
    "ties",
    "two heads, nothing to see",
    "mask that hides nothing",
    "two heads of the same numbers",
    "heads and only b_o",
    "heads, w_o, not scaled",
    "neighbours",
    "mask and causal",
    "values of nothing",
    "eight",
    "eight, four heads",
    "wide",
    "twelve that see nothing",
    "forty",
    "forty, two heads",
    "two hundred in Chinese",
    "a hundred, twelve heads",
    "markup",
)
"""What every lesson on a sequence is shown on: the lengths, widths, heads and masks that make a difference to one."""

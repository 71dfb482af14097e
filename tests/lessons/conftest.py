"""Traces of every kind that a lesson can be told on, and the storyboards told on them."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from attnviz import Problem, Trace, self_attention, trace_of
from attnviz.core.positions import rotary_angles
from attnviz.core.problem import given_problem
from attnviz.inputs import InputRequest, problem_from
from attnviz.lessons.self_attention.steps import self_attention_storyboard
from attnviz.story.storyboard import Storyboard

LONG = "internationalisation"
LONG_CHINESE = "国际化与本地化标准"


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


def untrained(trace: Trace, how: str = "seed 7") -> Trace:
    return trace_of(replace(trace.problem, provenance={"untrained": how}))


def trained(trace: Trace, **more: str) -> Trace:
    made = {"model": "all-MiniLM-L6-v2", "layer": "11", "heads": "0,1,11", "tokenizer": "WordPiece"}
    made |= {"revision": "0123456789" * 6, "stored": "Q4_K/Q6_K/Q8_0", "bits": "4.9"}
    return trace_of(replace(trace.problem, provenance=made | more))


def illustrated() -> Trace:
    return trace_of(problem_from(InputRequest()))


def names(count: int, text: str = LONG) -> list[str]:
    return [text] * count


def two_best(n: int, text: str) -> Trace:
    """One-dimensional keys: the last two fit best and alike, the first fits worst, and scores are long numbers."""
    x = np.linspace(-35.123, 30.123, n)[:, None]
    x[-2:] = 35.357
    return self_attention(np.hstack([x, x]), np.eye(2), np.eye(2), np.eye(2), tokens=names(n, text))


HALF = np.tril(np.ones((4, 4), dtype=bool))
EVERYTHING = np.ones((4, 4), dtype=bool)
NOTHING = np.array([[False] * 4, [True] * 4, [True] * 4, [True] * 4])

CASES: dict[str, Callable[[], tuple[Trace, dict[str, Any]]]] = {
    "illustrated": lambda: (illustrated(), {}),
    "article": lambda: (illustrated(), {"rounding": "article"}),
    "plain rounding": lambda: (illustrated(), {"rounding": "plain"}),
    "tokens": lambda: (random_trace(3, tokens=["the", "cat", "sat"]), {"query": 1}),
    "untrained": lambda: (untrained(random_trace(3)), {}),
    "one token": lambda: (random_trace(1, tokens=["hello"]), {}),
    "one unnamed, d_k 1": lambda: (random_trace(1, d_k=1, d_model=1, scale=1.0), {}),
    "causal": lambda: (random_trace(4, causal=True, tokens=list("abcd")), {"query": 1}),
    "causal, last row": lambda: (random_trace(4, causal=True), {"query": 3}),
    "causal with offset": lambda: (random_trace(4, causal=True, offset=1), {}),
    "mask": lambda: (random_trace(4, mask=HALF), {"query": 1}),
    "mask that spares the row": lambda: (random_trace(4, mask=HALF), {"query": 3}),
    "mask that hides nothing": lambda: (random_trace(4, mask=EVERYTHING), {}),
    "one row of mask for all": lambda: (random_trace(3, mask=np.array([[True, False, True]])), {}),
    "nothing to see": lambda: (random_trace(4, mask=NOTHING, scale=1.0), {}),
    "nothing to see of 20": lambda: (random_trace(20, causal=True, offset=-3), {"query": 2}),
    "score bias": lambda: (random_trace(3, bias=[0.5, -np.inf, -1.0]), {"query": 2}),
    "factor": lambda: (random_trace(4, scale=0.00125), {}),
    "biases": lambda: (random_trace(4, biased=True), {"query": 2}),
    "one head and w_o": lambda: (random_trace(3, projected=True), {}),
    "two heads": lambda: (random_trace(4, heads=2), {}),
    "two heads, one token": lambda: (random_trace(1, heads=2), {}),
    "two heads, nothing to see": lambda: (random_trace(4, heads=2, mask=~EVERYTHING), {}),
    "two heads, ties": lambda: (tied_trace(3, heads=2), {}),
    "two heads, halves": lambda: (tied_trace(2, heads=2), {}),
    "twelve heads": lambda: (random_trace(5, heads=12, biased=True, projected=True), {"query": 4}),
    "ties": lambda: (tied_trace(3), {}),
    "ties of seven": lambda: (tied_trace(7, tokens=names(7)), {"query": 3}),
    "wide": lambda: (random_trace(3, d_model=64, d_k=32), {}),
    "twenty": lambda: (random_trace(20, causal=True), {"query": 4}),
    "two hundred": lambda: (random_trace(200, causal=True, tokens=names(200)), {"query": 150}),
    "two hundred in Chinese": lambda: (two_best(200, LONG_CHINESE), {"query": 199}),
    "two hundred, two best": lambda: (two_best(200, LONG), {"query": 198}),
    "huge": lambda: (random_trace(4, size=1e9), {}),
    "tiny": lambda: (random_trace(4, size=1e-6), {}),
    "single precision": lambda: (random_trace(5, dtype=np.float32, size=3), {"query": 1}),
    "half precision": lambda: (random_trace(5, dtype=np.float16), {"query": 1}),
    "five decimals": lambda: (random_trace(4), {"precision": 5}),
    "no decimals": lambda: (random_trace(4, size=3), {"precision": 0}),
    "turned by position": lambda: (
        random_trace(5, d_k=4, rotation=rotary_angles(5, 4), tokens=names(5)),
        {"query": 3},
    ),
    "normalised": lambda: (random_trace(4, q_norm=[1.0, 0.5, 2.0], k_norm=[0.1, 0.2, 0.3]), {}),
    "normalised and turned": lambda: (
        random_trace(4, heads=2, d_k=4, q_norm=[1.0] * 4, rotation=rotary_angles(4, 2)),
        {"query": 2},
    ),
    "from elsewhere": lambda: (elsewhere(5, tokens=names(5)), {"query": 2}),
    "from elsewhere, two heads, forty": lambda: (elsewhere(40, heads=2, d_k=32), {"query": 7}),
    "what it was made of is known": lambda: (elsewhere(4, x=np.ones((4, 6))), {}),
    "watched": lambda: (
        trained(
            elsewhere(4),
            backend="transformers 5.23.0",
            difference="3e-07",
            unknown="13",
            tokens="24",
        ),
        {},
    ),
    "keys that heads share": lambda: (shared_keys(4), {"query": 1}),
    "keys of a length that is prime": lambda: (random_trace(3, d_k=11), {"key": 1}),
    "softcap": lambda: (random_trace(4, softcap=0.5), {"query": 1}),
    "softcap, factor, bias and mask": lambda: (
        random_trace(4, softcap=30.0, scale=0.1, bias=HALF.astype(float), causal=True),
        {"query": 2},
    ),
    "window": lambda: (random_trace(6, causal=True, window=(1, None)), {"query": 4}),
    "padding": lambda: (random_trace(6, kv_length=4), {"query": 5}),
    "sink": lambda: (random_trace(4, sinks=[0.5], tokens=list("abcd")), {"query": 1}),
    "bias that outweighs small scores": lambda: (
        self_attention(np.eye(4), np.eye(4), -10 * np.eye(4), np.eye(4), bias=[12.0, 0, 0, 0]),
        {},
    ),
    "sink of many keys": lambda: (random_trace(20, sinks=[-1.0], causal=True), {"query": 12}),
    "sinks, nothing to see": lambda: (
        random_trace(4, heads=2, sinks=[0.5, 2.0], mask=NOTHING),
        {},
    ),
    "a bias a head": lambda: (
        random_trace(3, heads=2, bias=np.arange(18.0).reshape(2, 3, 3) / 10),
        {},
    ),
    "of a model": lambda: (
        trained(random_trace(30, d_model=48, d_k=32, causal=True)),
        {"query": 9},
    ),
    "of a model, with tokens": lambda: (
        trained(random_trace(12, d_model=48, d_k=32, tokens=[f"w{i}" for i in range(12)])),
        {"query": 9, "key": 3},
    ),
    "of a model, with many long tokens": lambda: (
        trained(random_trace(30, d_model=8, d_k=10, heads=2, size=2, tokens=names(30))),
        {"query": 9},
    ),
    "of a model that looks at itself": lambda: (
        trained(random_trace(3, mask=np.eye(3, dtype=bool), tokens=list("abc"))),
        {"query": 1},
    ),
    "three worked": lambda: (random_trace(9, d_model=6, d_k=5), {"most": 3}),
}


def shared_keys(n: int) -> Trace:
    """Four heads, two at a time with the same keys and values."""
    numbers = np.random.default_rng(0)
    x, w = numbers.normal(size=(n, 4)), numbers.normal(size=(4, 8))
    return self_attention(x, w, w[:, :4], w[:, 4:], heads=4, kv_heads=2, w_o=w.T)


def elsewhere(n: int, *, d_k: int = 3, heads: int = 1, x: Any = None, tokens: Any = None) -> Trace:
    """Queries, keys and values that were made elsewhere."""
    numbers = np.random.default_rng(0)
    q, k, v = (numbers.normal(size=(n, heads * d_k)) for _ in range(3))
    made = dict.fromkeys(("q", "k", "v"), "file qkv.npz")
    return trace_of(given_problem(q, k, v, x=x, heads=heads, tokens=tokens, provenance=made))


def same_heads(n: int) -> Trace:
    """Two heads with the same columns."""
    problem = random_trace(n).problem
    doubled = {name: np.tile(getattr(problem, name), 2) for name in ("w_q", "w_k", "w_v")}
    return trace_of(replace(problem, heads=2, **doubled))


def weights_by_hand(x: np.ndarray, trace: Trace, *, causal: bool = False) -> np.ndarray:
    """softmax(Q Kᵀ / √d_k) of the vectors x under the matrices of a trace with one head, written out."""
    problem = trace.problem
    scores = (x @ problem.w_q) @ (x @ problem.w_k).T / np.sqrt(problem.w_q.shape[1])
    if causal:
        scores[np.triu_indices(len(x), k=1)] = -np.inf
    exponentials = np.exp(scores)
    return exponentials / exponentials.sum(axis=1, keepdims=True)


BAND = np.abs(np.subtract.outer(np.arange(5), np.arange(5))) <= 1

SEQUENCES: dict[str, Callable[[], Trace]] = {
    "one": lambda: random_trace(1, tokens=[LONG]),
    "one, two heads": lambda: random_trace(1, heads=2, projected=True),
    "two": lambda: random_trace(2, tokens=names(2)),
    "three": lambda: random_trace(3),
    "three of one number": lambda: random_trace(3, d_model=1, d_k=1),
    "three of two numbers": lambda: random_trace(3, d_model=2, d_k=1),
    "four alike": lambda: tied_trace(4),
    "four of which one sees nothing": lambda: random_trace(4, heads=2, mask=NOTHING),
    "four and a mask that hides nothing": lambda: random_trace(4, mask=EVERYTHING),
    "four of the same heads": lambda: same_heads(4),
    "four, heads without W_O": lambda: random_trace(4, heads=2, b_o=np.ones(6)),
    "four, W_O, not scaled": lambda: random_trace(
        4, heads=2, biased=True, projected=True, scale=1.0
    ),
    "five that see their neighbours": lambda: random_trace(5, mask=BAND, tokens=names(5)),
    "five, mask and causal": lambda: random_trace(5, mask=BAND, causal=True, offset=1),
    "values of nothing": lambda: self_attention(np.eye(3), *[np.eye(3)] * 2, np.zeros((3, 2))),
    "eight": lambda: random_trace(8, tokens=names(8), causal=True),
    "eight, four heads": lambda: random_trace(8, heads=4, projected=True, tokens=names(8)),
    "nine, wide": lambda: random_trace(9, d_model=64, d_k=32),
    "twelve that see nothing": lambda: random_trace(12, heads=2, mask=np.zeros((12, 12), bool)),
    "forty": lambda: random_trace(40, tokens=names(40)),
    "forty, two heads": lambda: random_trace(40, heads=2, projected=True, causal=True),
    "three hundred in Chinese": lambda: random_trace(300, tokens=names(300, LONG_CHINESE)),
    "three hundred, twelve heads": lambda: random_trace(
        300, heads=12, d_model=24, biased=True, projected=True, tokens=names(300)
    ),
}
"""What every lesson on a sequence is told on: the lengths, widths, heads and masks that make a difference to one."""


@dataclass(frozen=True)
class Case:
    name: str
    trace: Trace
    options: dict[str, Any]

    def told(self, language: str = "en") -> Storyboard:
        return self_attention_storyboard(self.trace, language=language, **self.options)


def case_named(name: str) -> Case:
    return Case(name, *CASES[name]())


@pytest.fixture(scope="session", params=CASES)
def case(request: pytest.FixtureRequest) -> Case:
    return case_named(request.param)


@pytest.fixture(scope="session")
def every_case() -> list[Case]:
    return [case_named(name) for name in CASES]


@pytest.fixture(scope="session")
def board() -> Storyboard:
    """The illustrated example, in English."""
    return case_named("illustrated").told()


@pytest.fixture(scope="session")
def told() -> Callable[..., Storyboard]:
    """A storyboard on a random trace: told(4, causal=True, query=2)."""

    def tell(n: int, *, query: int = 0, language: str = "en", **options: Any) -> Storyboard:
        trace = random_trace(n, **options)
        return self_attention_storyboard(trace, query=query, language=language)

    return tell


def problem_with_tokens(tokens: list[str]) -> Problem:
    return replace(random_trace(len(tokens)).problem, tokens=tuple(tokens))

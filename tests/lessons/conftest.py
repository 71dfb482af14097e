"""The cases, and storyboards of the main lesson on small random traces."""

from collections.abc import Callable

import numpy as np
import pytest

from attnviz import Trace
from attnviz.lessons.self_attention.steps import self_attention_storyboard
from attnviz.story.storyboard import Storyboard
from tests.cases import CASES, MAIN, Case, random_trace


@pytest.fixture(scope="session", params=MAIN)
def case(request: pytest.FixtureRequest) -> Case:
    """Every case of the main lesson."""
    return CASES[request.param]


@pytest.fixture(scope="session")
def board() -> Storyboard:
    """The illustrated example, in English."""
    return CASES["illustrated"].storyboard()


@pytest.fixture(scope="session")
def storyboard_of() -> Callable[..., Storyboard]:
    """A storyboard on a random trace: told(4, causal=True, query=2)."""

    def build(n: int, *, query: int = 0, language: str = "en", **options: object) -> Storyboard:
        trace = random_trace(n, **options)
        return self_attention_storyboard(trace, query=query, language=language)

    return build


def weights_by_hand(x: np.ndarray, trace: Trace, *, causal: bool = False) -> np.ndarray:
    """softmax(Q Kᵀ / √d_k) of the vectors x under the matrices of a trace with one head, written out."""
    problem = trace.problem
    scores = (x @ problem.w_q) @ (x @ problem.w_k).T / np.sqrt(problem.w_q.shape[1])
    if causal:
        scores[np.triu_indices(len(x), k=1)] = -np.inf
    exponentials = np.exp(scores)
    return exponentials / exponentials.sum(axis=1, keepdims=True)

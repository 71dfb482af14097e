import json
from dataclasses import replace

import numpy as np
import pytest

from attnviz import Problem, self_attention
from attnviz.core.problem_json import ARRAYS, problem_from_plain, problem_to_plain
from attnviz.errors import InputError

from .full_problem import full_problem, model_problem, projected_elsewhere

W = [[1.0, 0.5], [0.25, 1.0]]


def everything(dtype) -> Problem:
    """A problem with every field in use, infinities among its numbers."""
    problem = full_problem(dtype)
    bias = problem.options.bias.copy()
    bias[0, 1:] = -np.inf, np.inf
    return replace(problem, options=replace(problem.options, bias=bias))


PROBLEMS = {
    "plain": self_attention([[1.0, 0.0]], W, W, W).problem,
    "not a number": self_attention([[1.0, np.nan], [np.inf, 2.0]], W, W, W).problem,
    "no tokens": self_attention(np.ones((0, 2)), W, W, W).problem,
    "values without a column": self_attention([[1.0, 0.0]], W, W, np.ones((2, 0))).problem,
    "float16": everything(np.float16),
    "float32": everything(np.float32),
    "float64": everything(np.float64),
    "of a model": model_problem(np.float32),
    "of queries from elsewhere": projected_elsewhere(np.float32),
}


def arrays_of(problem: Problem) -> dict:
    arrays = {name: getattr(problem, name, None) for name in ARRAYS}
    return arrays | {name: getattr(problem.options, name) for name in ("mask", "bias", "sinks")}


@pytest.mark.parametrize("problem", PROBLEMS.values(), ids=PROBLEMS.keys())
def test_a_problem_comes_back_from_json_with_every_bit_and_name(problem):
    text = json.dumps(problem_to_plain(problem), allow_nan=False)

    back = problem_from_plain(json.loads(text))

    for name, array in arrays_of(problem).items():
        other = arrays_of(back)[name]
        if array is None:
            assert other is None
        else:
            assert (other.dtype, other.shape) == (array.dtype, array.shape)
            assert other.tobytes() == array.tobytes()
    assert (back.heads, back.tokens, back.provenance) == (
        problem.heads,
        problem.tokens,
        problem.provenance,
    )
    for name in ("scale", "causal", "offset"):
        assert getattr(back.options, name) == getattr(problem.options, name)


def test_a_problem_is_written_as_in_a_trace():
    trace = self_attention([[1.0, 0.0]], W, W, W, tokens=["a"], causal=True)

    in_trace = json.loads(trace.to_json())

    alone = problem_to_plain(trace.problem)
    assert {name: in_trace[name] for name in alone} == alone


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"problem": None}, "not a whole problem: 'NoneType' object has no attribute 'items' is"),
        ({"heads": "two"}, "trace field heads is missing or of the wrong kind"),
        ({"tokens": ["a", "b"]}, "a trace whose parts do not fit: 2 tokens for 1 rows of x"),
        ({"dtypes": {"problem.x": "object"}}, "trace field problem.x is missing or of the wrong"),
    ],
)
def test_for_an_invalid_problem_the_wrong_field_is_reported(change, says):
    body = problem_to_plain(PROBLEMS["plain"])

    with pytest.raises(InputError) as caught:
        problem_from_plain(body | change)

    assert str(caught.value).startswith(says)

import math

import numpy as np
import pytest

from attnviz import Problem, attend, self_attention, trace_of
from attnviz.core.provenance import Source
from attnviz.errors import ShapeError

X = [[1, 0], [0, 2]]
ONE = [[1, 0], [0, 1]]


def close(actual, expected):
    np.testing.assert_allclose(actual, expected, rtol=0, atol=1e-12)


def test_projections_and_biases_are_what_a_hand_computes():
    trace = self_attention(
        X, [[1], [2]], [[3], [4]], [[5], [6]], b_q=[10], b_k=[20], b_v=[30], scale=1
    )
    head = trace.heads[0]

    assert head.q.tolist() == [[11], [14]]
    assert head.k.tolist() == [[23], [28]]
    assert head.v.tolist() == [[35], [42]]
    assert head.stages.scores.tolist() == [[253, 308], [322, 392]]


def test_each_head_owns_its_own_columns_of_the_projections():
    w = np.arange(8).reshape(2, 4)

    trace = self_attention(X, w, w, w, heads=2)

    assert [head.q.tolist() for head in trace.heads] == [[[0, 1], [8, 10]], [[2, 3], [12, 14]]]
    assert trace.problem.d_k == trace.problem.d_v == 2
    close(trace.heads[1].stages.scaled_scores, trace.heads[1].stages.scores / math.sqrt(2))


def test_heads_are_concatenated_in_order_and_projected_by_w_o():
    rng = np.random.default_rng(0)
    x, w_q, w_k, w_v = (rng.normal(size=shape) for shape in ((3, 4), (4, 6), (4, 6), (4, 8)))
    w_o, b_o = rng.normal(size=(8, 5)), rng.normal(size=5)

    trace = self_attention(x, w_q, w_k, w_v, w_o=w_o, b_o=b_o, heads=2)

    first = attend(x @ w_q[:, :3], x @ w_k[:, :3], x @ w_v[:, :4]).output
    second = attend(x @ w_q[:, 3:], x @ w_k[:, 3:], x @ w_v[:, 4:]).output
    close(trace.concat, np.hstack([first, second]))
    close(trace.output, np.hstack([first, second]) @ w_o + b_o)


def test_without_w_o_the_output_is_the_heads_side_by_side_and_b_o_still_counts():
    plain = self_attention(X, ONE, ONE, ONE)

    assert plain.output is plain.concat
    close(self_attention(X, ONE, ONE, ONE, b_o=[1, 2]).output, plain.concat + np.array([1, 2]))


def test_every_option_reaches_every_head():
    options = {
        "scale": 0.5,
        "mask": np.array([[True, True], [False, True]]),  # offset 0 would hide one more
        "bias": [[1, 2], [3, 4]],
        "causal": True,
        "offset": 1,
    }

    trace = self_attention(X, ONE, ONE, ONE, heads=2, **options)

    for i, head in enumerate(trace.heads):
        alone = attend(head.q, head.k, head.v, **options)
        close(head.q, np.array(X)[:, i : i + 1])
        np.testing.assert_array_equal(head.stages.masked_scores, alone.masked_scores)
        np.testing.assert_array_equal(head.stages.output, alone.output)


def test_one_token_gives_its_own_value():
    assert self_attention([[1, 2]], ONE, ONE, ONE).output.tolist() == [[1, 2]]


def test_no_token_gives_no_output():
    assert self_attention(np.ones((0, 2)), ONE, ONE, ONE, causal=True).output.shape == (0, 2)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_the_output_has_the_type_of_the_inputs(dtype):
    x, w = np.array(X, dtype), np.array(ONE, dtype)

    trace = self_attention(x, w, w, w, w_o=w, b_q=w[0], b_o=w[0])

    assert trace.heads[0].q.dtype == trace.concat.dtype == trace.output.dtype == dtype


def test_a_wider_bias_widens_what_it_is_added_to():
    x, w = np.array(X, np.float32), np.array(ONE, np.float32)

    head = self_attention(x, w, w, w, b_q=np.array([1e-12, 0])).heads[0]

    assert head.q.tolist() == [[1 + 1e-12, 0], [1e-12, 2]]
    assert head.k.dtype == np.float32


def test_nothing_given_is_changed_or_shared_and_nothing_returned_can_be_written_to():
    x, w, mask = np.array(X, float), np.array(ONE, float), np.tri(2, dtype=bool)

    trace = self_attention(x, w, w, w, w_o=w, b_q=w[0], mask=mask)
    x[0, 0] = w[0, 0] = 99
    mask[0, 0] = False

    assert trace.problem.x[0, 0] == trace.problem.w_q[0, 0] == trace.problem.b_q[0] == 1
    assert trace.problem.options.mask[0, 0]
    head, problem = trace.heads[0], trace.problem
    for array in (
        *(head.q, head.k, head.v, trace.concat, trace.output),
        *(problem.x, problem.w_q, problem.w_o, problem.b_q, problem.options.mask),
    ):
        assert not array.flags.writeable


def test_a_problem_can_be_stated_first_and_computed_later():
    problem = Problem(x=X, w_q=ONE, w_k=ONE, w_v=ONE, tokens=["a", "b"])

    trace = trace_of(problem)

    assert trace == self_attention(X, ONE, ONE, ONE, tokens=["a", "b"])
    assert (problem.n, problem.d_model, problem.d_k, problem.d_v) == (2, 2, 2, 2)
    assert problem.tokens == ("a", "b")
    assert problem.scale == 1 / math.sqrt(2)


def test_provenance_cannot_be_changed_from_outside():
    facts = {"x": "by hand"}

    problem = Problem(x=X, w_q=ONE, w_k=ONE, w_v=ONE, provenance=facts)
    facts["x"] = "a lie"

    assert problem.provenance.to_plain() == {"x": "by hand"}
    with pytest.raises(TypeError, match="does not support item assignment"):
        problem.provenance.sources["x"] = Source("other", "a lie")


def shaped(*shape):
    return np.ones(shape)


MISFITS = {
    "x of one axis": (
        {"x": shaped(3)},
        "x has shape (3,), expected (n, d_model): one row a position",
    ),
    "w_q of other rows": (
        {"w_q": shaped(5, 3)},
        "w_q has shape (5, 3), expected (4, 3): x has shape (2, 4)",
    ),
    "w_q transposed": (
        {"w_q": shaped(3, 4), "w_k": shaped(4, 3), "x": shaped(2, 4)},
        "w_q has shape (3, 4), expected (4, 3): x has shape (2, 4); it would fit transposed",
    ),
    "w_v of one axis": (
        {"w_v": shaped(4)},
        "w_v has shape (4,), expected (4, d): x has shape (2, 4)",
    ),
    "w_k of other columns": (
        {"w_k": shaped(4, 2)},
        "w_k has shape (4, 2), expected (4, 6): w_q has that shape, and queries are compared with keys",
    ),
    "columns that do not divide": (
        {"heads": 4},
        "w_q has shape (4, 6), expected a number of columns that 4 heads share equally: "
        "6 is not a multiple of 4",
    ),
    "values that do not divide": (
        {"heads": 3, "w_v": shaped(4, 4)},
        "w_v has shape (4, 4), expected a number of columns that 3 heads share equally: "
        "4 is not a multiple of 3",
    ),
    "no heads": ({"heads": 0}, "heads is 0, expected 1 or more"),
    "w_o of other rows": (
        {"w_o": shaped(5, 7)},
        "w_o has shape (5, 7), expected (6, 7): w_v has shape (4, 6), the heads together",
    ),
    "b_q of another length": (
        {"b_q": shaped(3)},
        "b_q has shape (3,), expected (6,): w_q has 6 columns",
    ),
    "b_v of two axes": (
        {"b_v": shaped(1, 6)},
        "b_v has shape (1, 6), expected (6,): w_v has 6 columns",
    ),
    "b_o of another length": (
        {"b_o": shaped(3), "w_o": shaped(6, 2)},
        "b_o has shape (3,), expected (2,): w_o has 2 columns",
    ),
    "b_o without w_o": (
        {"b_o": shaped(3)},
        "b_o has shape (3,), expected (6,): w_v has 6 columns",
    ),
    "too few tokens": (
        {"tokens": ["one"]},
        "1 tokens for 2 rows of x: give one token a row",
    ),
    "mask of another length": (
        {"mask": shaped(3, 3) == 1},
        "mask has shape (3, 3), expected (…, 2, 2): 2 queries in q and 2 keys in k",
    ),
    "mask a head": (
        {"mask": shaped(2, 2, 2) == 1},
        "mask has shape (2, 2, 2), expected (2, 2) or (1, 2, 2): one a head",
    ),
    "ragged x": ({"x": [[1], [1, 2]]}, "x has rows of different lengths: make them equal"),
    "words in b_k": (
        {"b_k": ["a"] * 6},
        "b_k holds <U1, not real numbers: pass an array of numbers",
    ),
}


@pytest.mark.parametrize(("changes", "text"), MISFITS.values(), ids=MISFITS.keys())
def test_a_misfit_names_the_array_its_shape_the_right_shape_and_the_reason(changes, text):
    fitting = {"x": shaped(2, 4), "w_q": shaped(4, 6), "w_k": shaped(4, 6), "w_v": shaped(4, 6)}

    with pytest.raises(ShapeError) as caught:
        self_attention(**(fitting | changes))

    assert str(caught.value) == text

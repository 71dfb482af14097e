import inspect
import itertools
import math
import tracemalloc

import numpy as np
import pytest

from attnviz import attend, self_attention, softmax
from attnviz.errors import ShapeError

STAGES = ("scores", "scaled_scores", "biased_scores", "masked_scores", "weights", "output")


def close(actual, expected):
    np.testing.assert_allclose(actual, expected, rtol=0, atol=1e-12)


def test_each_stage_of_a_small_attention_is_what_a_hand_computes():
    stages = attend(
        q=[[1, 0], [0, 2]],
        k=[[2, 1], [4, 3]],
        v=[[10], [20]],
        scale=0.5,
        bias=[[0, 1], [0, 0]],
        mask=np.array([[True, True], [False, True]]),
    )

    assert stages.scores.tolist() == [[2, 4], [2, 6]]
    assert stages.scaled_scores.tolist() == [[1, 2], [1, 3]]
    assert stages.biased_scores.tolist() == [[1, 3], [1, 3]]
    assert stages.masked_scores.tolist() == [[1, 3], [-math.inf, 3]]
    small = 1 / (1 + math.exp(2))
    close(stages.weights, [[small, 1 - small], [0, 1]])
    close(stages.output, [[20 - 10 * small], [20]])


def test_the_scale_is_one_over_the_root_of_d_k_unless_given():
    q, k, v = np.ones((1, 4)), np.ones((2, 4)), np.ones((2, 3))

    assert attend(q, k, v).scaled_scores.tolist() == [[2, 2]]
    assert attend(q, k, v, scale=0.25).scaled_scores.tolist() == [[1, 1]]
    assert attend(q, k, v, scale=1).scaled_scores.tolist() == [[4, 4]]


def test_stages_that_change_nothing_are_the_same_array_as_the_stage_before():
    stages = attend(np.ones((2, 3)), np.ones((2, 3)), np.ones((2, 3)), scale=1)

    assert stages.scores is stages.scaled_scores is stages.biased_scores is stages.masked_scores


def test_causal_lets_a_query_see_itself_and_what_came_before():
    stages = attend(np.zeros((3, 1)), np.zeros((3, 1)), [[6], [12], [30]], causal=True)

    close(stages.weights, [[1, 0, 0], [1 / 2, 1 / 2, 0], [1 / 3, 1 / 3, 1 / 3]])
    close(stages.output, [[6], [9], [16]])


@pytest.mark.parametrize(
    ("offset", "seen"), [(0, [1, 2]), (2, [3, 4]), (9, [4, 4]), (-1, [0, 1]), (-5, [0, 0])]
)
def test_an_offset_moves_the_causal_edge_by_that_many_keys(offset, seen):
    stages = attend(np.zeros((2, 1)), np.zeros((4, 1)), np.ones((4, 1)), causal=True, offset=offset)

    assert np.count_nonzero(stages.weights, axis=-1).tolist() == seen


def test_a_mask_and_causal_hide_what_either_hides():
    mask = np.array([[True, True], [False, True]])

    stages = attend(np.zeros((2, 1)), np.zeros((2, 1)), np.ones((2, 1)), mask=mask, causal=True)

    assert stages.weights.tolist() == [[1, 0], [0, 1]]


def test_a_row_with_nothing_to_see_has_weights_and_output_zero():
    mask = np.array([[True, True], [False, False]])

    stages = attend(np.ones((2, 2)), np.ones((2, 2)), np.ones((2, 2)), mask=mask)

    assert stages.masked_scores[1].tolist() == [-math.inf, -math.inf]
    assert stages.weights.tolist() == [[0.5, 0.5], [0, 0]]
    assert stages.output.tolist() == [[1, 1], [0, 0]]


def test_an_empty_key_axis_gives_output_zero():
    stages = attend(np.ones((2, 3)), np.ones((0, 3)), np.ones((0, 4)))

    assert stages.weights.shape == (2, 0)
    assert stages.output.tolist() == [[0] * 4] * 2


def test_an_empty_query_axis_gives_an_empty_output():
    stages = attend(np.ones((0, 3)), np.ones((2, 3)), np.ones((2, 4)), causal=True)

    assert stages.output.shape == (0, 4)


def test_one_token_attends_to_itself_alone():
    stages = attend([[3.0]], [[5.0]], [[7.0, 8.0]])

    assert stages.weights.tolist() == [[1]]
    assert stages.output.tolist() == [[7, 8]]


@pytest.mark.parametrize("poison", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize(
    ("hidden_by", "where"),
    [
        *itertools.product(["mask", "causal", "mask and causal"], ["k", "v", "k and v"]),
        ("bias", "v"),  # a bias is added, and NaN − ∞ is NaN: it cannot hide a score
    ],
)
def test_nothing_hidden_leaks_whatever_it_holds(poison, where, hidden_by):
    rng = np.random.default_rng(0)
    q, k, v = (rng.normal(size=(2, 3, 4)) for _ in range(3))
    visible = np.tri(3, dtype=bool)
    options = {
        "mask": {"mask": visible},
        "causal": {"causal": True},
        "bias": {"bias": np.where(visible, 0.0, -np.inf)},
        "mask and causal": {"mask": np.array([[True], [True], [True]]), "causal": True},
    }[hidden_by]
    clean = attend(q, k, v, **options)

    if "k" in where:
        k[0, 2] = poison
    if "v" in where:
        v[0, 2, 1:] = poison
    stages = attend(q, k, v, **options)

    np.testing.assert_array_equal(stages.weights[0, :2], clean.weights[0, :2])
    close(stages.output[0, :2], clean.output[0, :2])
    close(stages.output[1], clean.output[1])


def test_a_value_that_is_seen_and_not_a_number_is_shown_and_not_hidden():
    v = [[1.0, 2.0], [np.nan, 3.0]]

    stages = attend(np.zeros((2, 1)), np.zeros((2, 1)), v, causal=True)

    np.testing.assert_array_equal(stages.output, [[1, 2], [np.nan, 2.5]])


@pytest.mark.parametrize(
    ("given", "computed"),
    [
        (np.float16, np.float32),
        (np.float32, np.float32),
        (np.float64, np.float64),
        (np.int32, np.float64),
        (bool, np.float64),
    ],
)
def test_the_type_of_the_computation_and_of_the_output_follow_the_inputs(given, computed):
    array = np.ones((2, 2), dtype=given)

    stages = attend(array, array, array, bias=[[1, 2], [3, 4]], causal=True)

    assert {getattr(stages, name).dtype for name in STAGES[:-1]} == {np.dtype(computed)}
    assert stages.output.dtype == (np.float64 if computed == np.float64 else given)


def test_float16_scores_past_its_largest_number_stay_finite():
    stages = attend(
        np.full((1, 4), 300, np.float16),
        np.full((2, 4), 300, np.float16),
        np.ones((2, 1), np.float16),
    )

    assert stages.scores.tolist() == [[360000, 360000]]
    assert stages.output.tolist() == [[1]]


def test_a_mix_of_types_gives_the_wider_one():
    q, k = np.ones((1, 2), np.float32), np.ones((1, 2), np.float16)

    assert attend(q, k, np.ones((1, 2), np.float16)).output.dtype == np.float32
    assert attend(q, k, np.ones((1, 2), np.float64)).output.dtype == np.float64


def test_arrays_that_are_not_contiguous_or_not_native_give_the_same_numbers():
    rng = np.random.default_rng(1)
    q, k, v = (rng.normal(size=(6, 8)) for _ in range(3))
    expected = attend(q[::2, ::-1], k[::2, ::-1], v[::2]).output
    plain = attend(*(np.ascontiguousarray(each) for each in (q[::2, ::-1], k[::2, ::-1], v[::2])))
    swapped = attend(q[::2, ::-1].astype(">f8"), k[::2, ::-1].astype(">f8"), v[::2].astype(">f8"))

    close(expected, plain.output)
    close(swapped.output, plain.output)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.int64])
def test_inputs_are_neither_changed_nor_shared_nor_sealed(dtype):
    rng = np.random.default_rng(2)
    given = [rng.integers(0, 5, size=(3, 3)).astype(dtype) for _ in range(3)]
    mask, bias = np.tri(3, dtype=bool), np.zeros((3, 3), dtype=dtype)
    before = [each.copy() for each in (*given, mask, bias)]

    stages = attend(*given, mask=mask, bias=bias, scale=1)

    for array, copy in zip((*given, mask, bias), before, strict=True):
        np.testing.assert_array_equal(array, copy)
        assert array.flags.writeable
        for name in STAGES:
            assert not np.shares_memory(getattr(stages, name), array)


def test_results_are_read_only():
    stages = attend(np.ones((2, 2)), np.ones((2, 2)), np.ones((2, 2)), causal=True)

    for name in STAGES:
        with pytest.raises(ValueError, match="read-only"):
            getattr(stages, name)[0, 0] = 9


def test_leading_axes_are_attended_one_by_one():
    rng = np.random.default_rng(3)
    q, k, v = (rng.normal(size=(2, 3, *shape)) for shape in ((4, 5), (6, 5), (6, 7)))
    mask = rng.random((2, 1, 4, 6)) < 0.7

    stages = attend(q, k, v, mask=mask)

    for batch, head in np.ndindex(2, 3):
        alone = attend(q[batch, head], k[batch, head], v[batch, head], mask=mask[batch, 0])
        for name in STAGES:
            close(getattr(stages, name)[batch, head], getattr(alone, name))


ONES = np.ones
MISFITS = {
    "q of one axis": (
        (ONES(3), ONES((2, 3)), ONES((2, 3)), {}),
        "q has shape (3,), expected (…, n_q, d_k): one row a position",
    ),
    "v of one axis": (
        (ONES((2, 3)), ONES((2, 3)), ONES(2), {}),
        "v has shape (2,), expected (…, n_k, d_v): one row a position",
    ),
    "k of another d_k": (
        (ONES((2, 3)), ONES((5, 4)), ONES((5, 6)), {}),
        "k has shape (5, 4), expected (n_k, 3): q has shape (2, 3)",
    ),
    "k of other heads": (
        (ONES((7, 2, 3)), ONES((6, 5, 3)), ONES((6, 5, 3)), {}),
        "k has shape (6, 5, 3), expected (7, n_k, 3): q has shape (7, 2, 3)",
    ),
    "k of other axes": (
        (ONES((7, 2, 3)), ONES((5, 3)), ONES((5, 3)), {}),
        "k has shape (5, 3), expected (7, n_k, 3): q has shape (7, 2, 3)",
    ),
    "v of another length": (
        (ONES((2, 3)), ONES((5, 3)), ONES((4, 6)), {}),
        "v has shape (4, 6), expected (5, d_v): k has shape (5, 3)",
    ),
    "mask of another length": (
        (ONES((2, 3)), ONES((5, 3)), ONES((5, 3)), {"mask": ONES((2, 4), bool)}),
        "mask has shape (2, 4), expected (…, 2, 5): 2 queries in q and 5 keys in k",
    ),
    "mask of one axis": (
        (ONES((2, 3)), ONES((5, 3)), ONES((5, 3)), {"mask": ONES(5, bool)}),
        "mask has shape (5,), expected (…, 2, 5): 2 queries in q and 5 keys in k",
    ),
    "mask of other heads, and causal": (
        (ONES((2, 3)), ONES((5, 3)), ONES((5, 3)), {"mask": ONES((4, 1, 5), bool), "causal": True}),
        "mask has shape (4, 1, 5), expected (2, 5) or one that broadcasts to it: "
        "the scores q kᵀ have that shape",
    ),
    "mask of numbers": (
        (ONES((2, 3)), ONES((5, 3)), ONES((5, 3)), {"mask": ONES((2, 5))}),
        "mask holds float64, not booleans: pass True where a query may attend "
        "(for numbers that are added to the scores use bias=)",
    ),
    "bias of another length": (
        (ONES((2, 3)), ONES((5, 3)), ONES((5, 3)), {"bias": ONES((2, 4))}),
        "bias has shape (2, 4), expected (2, 5) or one that broadcasts to it: "
        "the scores q kᵀ have that shape",
    ),
    "bias with more axes": (
        (ONES((2, 3)), ONES((5, 3)), ONES((5, 3)), {"bias": ONES((4, 2, 5))}),
        "bias has shape (4, 2, 5), expected (2, 5) or one that broadcasts to it: "
        "the scores q kᵀ have that shape",
    ),
    "rows of different lengths": (
        ([[1, 2], [3]], ONES((5, 2)), ONES((5, 2)), {}),
        "q has rows of different lengths: make them equal",
    ),
    "words": (
        (ONES((1, 1)), [["one"]], ONES((1, 1)), {}),
        "k holds <U3, not real numbers: pass an array of numbers",
    ),
    "complex numbers": (
        (ONES((1, 1)), ONES((1, 1)), [[1j]], {}),
        "v holds complex128, not real numbers: pass an array of numbers",
    ),
}


@pytest.mark.parametrize(("arguments", "text"), MISFITS.values(), ids=MISFITS.keys())
def test_a_misfit_names_the_array_its_shape_the_right_shape_and_the_reason(arguments, text):
    q, k, v, options = arguments

    with pytest.raises(ShapeError) as caught:
        attend(q, k, v, **options)

    assert str(caught.value) == text


def test_an_option_that_does_not_exist_is_refused():
    with pytest.raises(TypeError, match="unexpected keyword argument 'memory'"):
        self_attention([[1]], [[1]], [[1]], [[1]], memory=[[1]])
    with pytest.raises(TypeError, match="unexpected keyword argument 'heads'"):
        attend([[1]], [[1]], [[1]], heads=1)


def test_self_attention_passes_on_every_option_that_attend_has():
    options = {
        name
        for name, each in inspect.signature(attend).parameters.items()
        if each.kind.name == "KEYWORD_ONLY"
    }

    assert options <= inspect.signature(self_attention).parameters.keys()


def test_softmax_of_large_scores_does_not_overflow():
    close(softmax([1e300, 1e300]), [0.5, 0.5])
    close(softmax([-1e300, 0]), [0, 1])
    close(softmax(np.array([60000, 60000], np.float16)), [0.5, 0.5])


def test_softmax_of_nothing_is_nothing():
    assert softmax([]).tolist() == []
    assert softmax(np.ones((3, 0))).shape == (3, 0)
    assert softmax([[-np.inf, -np.inf], [0, -np.inf]]).tolist() == [[0, 0], [1, 0]]


def test_softmax_leaves_its_input_alone():
    scores = np.array([1.0, 2.0])

    softmax(scores)

    assert scores.tolist() == [1, 2]
    assert scores.flags.writeable


def test_softmax_of_a_single_number_is_refused():
    with pytest.raises(ShapeError) as caught:
        softmax(3.0)

    assert str(caught.value) == "scores has shape (), expected (…, n_k): one score a key"


@pytest.mark.parametrize(
    ("options", "stages_that_differ"), [({"scale": 1}, 2), ({}, 3), ({"causal": True}, 4)]
)
def test_attention_needs_no_more_memory_than_the_stages_it_keeps(options, stages_that_differ):
    n = 1500
    q, k, v = (np.ones((n, 2)) for _ in range(3))
    tracemalloc.start()
    try:
        stages = attend(q, k, v, **options)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    kept = {id(getattr(stages, name)) for name in STAGES[:-1]}
    assert len(kept) == stages_that_differ
    # A quarter of an n × n array of room: the boolean mask takes an eighth.
    assert peak < (stages_that_differ + 0.25) * n * n * 8

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from attnviz import article_rounded, self_attention, sum_preserving_round
from attnviz.errors import ShapeError

ANY_NUMBER = st.floats(allow_nan=False, allow_infinity=False)
SMALL_NUMBER = st.floats(-1e6, 1e6)


def rows(elements: st.SearchStrategy[float]) -> st.SearchStrategy[np.ndarray]:
    return hnp.arrays(np.float64, st.integers(0, 12), elements=elements)


@given(rows(SMALL_NUMBER), st.integers(0, 6))
def test_a_rounded_row_sums_to_its_own_rounded_sum(row, decimals):
    rounded = sum_preserving_round(row, decimals)

    unit = 10.0**-decimals
    # Half a unit, for rounding the sum; the rest is for adding up floats.
    assert abs(rounded.sum() - row.sum()) <= unit / 2 + 1e-8


@given(rows(ANY_NUMBER), st.integers(0, 6))
def test_no_number_moves_by_a_whole_unit(row, decimals):
    rounded = sum_preserving_round(row, decimals)

    assert np.isfinite(rounded).all()
    assert (np.abs(rounded - row) <= 10.0**-decimals + np.abs(row) * 1e-15).all()


@given(rows(SMALL_NUMBER), st.integers(0, 6))
def test_rounding_twice_is_rounding_once(row, decimals):
    once = sum_preserving_round(row, decimals)

    np.testing.assert_array_equal(sum_preserving_round(once, decimals), once)


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=12), st.integers(0, 4))
def test_weights_that_sum_to_one_still_do(parts, decimals):
    weights = np.array([1, *parts]) / (1 + sum(parts))

    assert sum_preserving_round(weights, decimals).sum() == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize(
    ("row", "decimals", "expected"),
    [
        ([0.063379, 0.468311, 0.468311], 1, [0, 0.5, 0.5]),
        ([1 / 3, 1 / 3, 1 / 3], 2, [0.34, 0.33, 0.33]),
        ([-0.4, -0.4, 1.8], 0, [0, -1, 2]),
        ([2.5], 0, [2]),
        ([], 3, []),
        ([0.0, 0.0], 2, [0, 0]),
        ([1250.0, 1250.0], -2, [1300, 1200]),
        ([0.29, 0.57, 0.14], 2, [0.29, 0.57, 0.14]),  # 0.29 · 100 is a hair below 29
        ([0.285, 0.115, 0.6], 2, [0.29, 0.11, 0.6]),  # 0.285 · 100 is a hair below 28.5
        ([0.05, 0.01] * 20, 1, [0.1, 0.0] * 12 + [0.0] * 16),
        ([2.0**51, 0.25, 0.25, 0.25, 0.25], 0, [2.0**51, 1, 0, 0, 0]),
    ],
)
def test_the_missing_units_go_to_the_numbers_that_lost_most(row, decimals, expected):
    assert sum_preserving_round(row, decimals).tolist() == expected


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ([np.nan, 0.26], [np.nan, 0.3]),
        ([-np.inf, 0.26], [-np.inf, 0.3]),
        ([1e300, 0.26], [1e300, 0.3]),
        ([1e16, 1e16], [1e16, 1e16]),
    ],
)
def test_a_row_without_a_sum_that_could_be_kept_is_rounded_plainly(row, expected):
    np.testing.assert_array_equal(sum_preserving_round(row, 1), expected)


def test_each_row_is_rounded_alone_and_the_input_is_left_as_it_was():
    values = np.full((2, 2, 3), 1 / 3)

    rounded = sum_preserving_round(values, 1)

    assert rounded.tolist() == [[[0.4, 0.3, 0.3]] * 2] * 2
    assert (values == 1 / 3).all()
    assert sum_preserving_round(np.ones((3, 0)), 1).shape == (3, 0)


def test_zero_is_never_written_with_a_minus():
    assert not np.signbit(sum_preserving_round([-0.0, -0.2, 0.2], 0)).any()
    assert not np.signbit(sum_preserving_round([-0.2, np.inf], 0)).any()


def test_a_single_number_is_not_a_row():
    with pytest.raises(ShapeError) as caught:
        sum_preserving_round(0.5, 1)

    assert str(caught.value) == "values has shape (), expected (…, n): a row to keep the sum of"


def test_article_rounding_carries_the_rounded_weights_through_every_head_and_w_o():
    x, w = [[1, 0], [0, 2]], [[1, 0], [0, 1]]
    trace = article_rounded(self_attention(x, w, w, w, heads=2, w_o=[[1], [10]], b_o=[100]))

    weights = [head.stages.weights for head in trace.heads]
    assert [each.tolist() for each in weights] == [[[0.7, 0.3], [0.5, 0.5]], [[0.5, 0.5], [0, 1]]]
    np.testing.assert_allclose(trace.concat, [[0.7, 1], [0.5, 2]], atol=1e-12)
    np.testing.assert_allclose(trace.output, [[110.7], [120.5]], atol=1e-12)


def test_article_rounding_keeps_hidden_what_was_hidden_and_shows_what_is_not_a_number():
    w = [[1.0]]
    hidden = self_attention([[1.0], [np.nan]], w, w, w, causal=True)

    output = article_rounded(hidden).output

    np.testing.assert_array_equal(output, [[1], [np.nan]])


def test_article_rounding_of_no_tokens_is_no_tokens():
    w = [[1.0]]

    assert article_rounded(self_attention(np.ones((0, 1)), w, w, w)).output.shape == (0, 1)

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from attnviz.errors import ShapeError
from attnviz.story.exhibits import Link
from attnviz.story.pooled_map import pooled, strongest_links

HIDDEN = -np.inf
sizes = st.integers(1, 30)


@given(sizes, sizes, sizes, sizes, st.integers(0, 9))
def test_blocks_are_the_mean_and_the_largest_of_what_is_visible_in_them(n, m, rows, columns, seed):
    random = np.random.default_rng(seed)
    values = np.where(random.random((n, m)) < 0.4, HIDDEN, random.normal(size=(n, m)))

    blocks = pooled(values, rows, columns)

    assert blocks.means.shape == blocks.peaks.shape == (min(n, rows), min(m, columns))
    for i, (top, bottom) in enumerate(blocks.rows):
        for j, (left, right) in enumerate(blocks.columns):
            block = values[top:bottom, left:right]
            visible = block[block > HIDDEN]
            assert blocks.peaks[i, j] == block.max()
            expected = visible.mean() if visible.size else HIDDEN
            assert blocks.means[i, j] == pytest.approx(expected)


@given(sizes, sizes)
def test_the_blocks_cover_every_row_once_and_differ_by_one_at_most(n, rows):
    ranges = pooled(np.zeros((n, 1)), rows, 1).rows

    assert [i for start, end in ranges for i in range(start, end)] == list(range(n))
    assert {end - start for start, end in ranges} <= {n // len(ranges), -(-n // len(ranges))}


def test_the_largest_block_is_what_the_words_say():
    blocks = pooled(np.zeros((10, 7)), 4, 7)

    assert blocks.block == (3, 1)


def test_a_hidden_entry_does_not_pull_a_mean_down():
    assert pooled(np.array([[4.0, HIDDEN]]), 1, 1).means.tolist() == [[4.0]]


@pytest.mark.parametrize(
    ("values", "rows", "message"),
    [
        (
            np.zeros((0, 3)),
            2,
            r"values has shape \(0, 3\), expected \(n, m\) with n and m at least 1",
        ),
        (np.zeros(3), 2, r"values has shape \(3,\), expected \(n, m\)"),
        (np.zeros((2, 3)), 0, "0 × 2 blocks, expected at least 1 × 1"),
    ],
)
def test_what_cannot_be_pooled_is_refused_by_its_shape(values, rows, message):
    with pytest.raises(ShapeError, match=message):
        pooled(values, rows, 2)


@given(sizes, sizes, st.integers(0, 12), st.integers(0, 9))
def test_the_strongest_links_are_the_largest_weights_in_order(n, m, count, seed):
    weights = np.random.default_rng(seed).integers(0, 4, size=(n, m)) / 4

    links = strongest_links(weights, count)

    expected = sorted(
        (-weight, place) for place, weight in enumerate(weights.ravel().tolist()) if weight > 0
    )[:count]
    assert [(-each.weight, each.query * m + each.key) for each in links] == expected


def test_equal_links_come_in_the_order_of_their_positions():
    assert strongest_links(np.full((2, 2), 0.5), 3) == (
        Link(0, 0, 0.5),
        Link(0, 1, 0.5),
        Link(1, 0, 0.5),
    )


def test_a_weight_of_nothing_is_no_link():
    assert strongest_links(np.array([[1.0, 0.0]]), 2) == (Link(0, 0, 1.0),)


def test_a_matrix_without_entries_has_no_links():
    assert strongest_links(np.zeros((0, 0)), 3) == ()

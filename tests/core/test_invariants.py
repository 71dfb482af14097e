"""What must hold for every attention, tried on arrays that hypothesis makes up."""

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from attnviz import attend, self_attention, softmax

NUMBERS = st.floats(-8, 8, width=32)
SIZES = st.integers(1, 5)


def arrays(*shape: int) -> st.SearchStrategy[np.ndarray]:
    return hnp.arrays(np.float64, shape, elements=NUMBERS)


@st.composite
def operands(draw: st.DrawFn, *, square: bool = False) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    n_q, n_k, d_k, d_v = (draw(SIZES) for _ in range(4))
    n_k = n_q if square else n_k
    return draw(arrays(n_q, d_k)), draw(arrays(n_k, d_k)), draw(arrays(n_k, d_v))


@st.composite
def masked_operands(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    q, k, v = draw(operands())
    return q, k, v, draw(hnp.arrays(np.bool_, (len(q), len(k))))


def close(actual: np.ndarray, expected: np.ndarray, atol: float = 1e-9) -> None:
    np.testing.assert_allclose(actual, expected, rtol=1e-9, atol=atol)


@given(masked_operands())
def test_every_row_of_weights_sums_to_one_or_sees_nothing(case):
    q, k, v, mask = case

    weights = attend(q, k, v, mask=mask).weights

    close(weights.sum(axis=-1), mask.any(axis=-1).astype(float))
    assert (weights >= 0).all()
    assert (weights[~mask] == 0).all()


@given(masked_operands(), st.randoms(use_true_random=False))
def test_reordering_the_queries_reorders_the_output_and_reordering_the_keys_does_not(case, random):
    q, k, v, mask = case
    rows, keys = list(range(len(q))), list(range(len(k)))
    random.shuffle(rows)
    random.shuffle(keys)

    plain = attend(q, k, v, mask=mask)
    moved = attend(q[rows], k[keys], v[keys], mask=mask[np.ix_(rows, keys)])

    close(moved.weights, plain.weights[np.ix_(rows, keys)])
    close(moved.output, plain.output[rows])


@given(st.data())
def test_self_attention_without_a_mask_is_permutation_equivariant(data):
    n, d_model, d_k, d_v = (data.draw(SIZES) for _ in range(4))
    x, w_q, w_k, w_v = (
        data.draw(arrays(*shape))
        for shape in ((n, d_model), (d_model, d_k), (d_model, d_k), (d_model, d_v))
    )
    order = data.draw(st.permutations(range(n)))

    plain, moved = self_attention(x, w_q, w_k, w_v), self_attention(x[order], w_q, w_k, w_v)

    close(moved.output, plain.output[order], atol=1e-6)


@given(hnp.arrays(np.float64, hnp.array_shapes(max_dims=3, max_side=5), elements=NUMBERS), NUMBERS)
def test_softmax_does_not_change_when_every_score_moves_by_the_same_amount(scores, shift):
    close(softmax(scores + shift), softmax(scores))


@given(hnp.arrays(np.float64, 4, elements=NUMBERS, unique=True))
def test_softmax_keeps_the_order_of_the_scores(scores):
    assume(np.diff(np.sort(scores)).min() > 1e-6)

    assert (np.argsort(softmax(scores)) == np.argsort(scores)).all()


@given(masked_operands())
def test_the_output_lies_between_the_smallest_and_the_largest_visible_value(case):
    q, k, v, mask = case
    output = attend(q, k, v, mask=mask).output

    for row, visible in zip(output, mask, strict=True):
        seen = v[visible] if visible.any() else np.zeros((1, v.shape[1]))
        assert (row >= seen.min(axis=0) - 1e-9).all()
        assert (row <= seen.max(axis=0) + 1e-9).all()


@given(operands(square=True), st.data())
def test_causal_attention_of_a_prefix_is_the_prefix_of_causal_attention(case, data):
    q, k, v = case
    length = data.draw(st.integers(1, len(q)))

    whole = attend(q, k, v, causal=True)
    prefix = attend(q[:length], k[:length], v[:length], causal=True)

    close(prefix.output, whole.output[:length])


@given(operands(square=True), st.data())
def test_causal_attention_in_two_parts_with_an_offset_is_the_attention_of_the_whole(case, data):
    q, k, v = case
    past = data.draw(st.integers(0, len(q)))

    whole = attend(q, k, v, causal=True)
    later = attend(q[past:], k, v, causal=True, offset=past)

    close(later.output, whole.output[past:])


@given(masked_operands())
def test_hiding_a_key_equals_leaving_it_out(case):
    q, k, v, mask = case
    kept = mask[0]

    hidden = attend(q, k, v, mask=kept[None, :])
    absent = attend(q, k[kept], v[kept])

    close(hidden.output, absent.output)


@given(masked_operands())
def test_a_mask_equals_a_bias_of_minus_infinity(case):
    q, k, v, mask = case

    masked = attend(q, k, v, mask=mask)
    biased = attend(q, k, v, bias=np.where(mask, 0.0, -np.inf))

    np.testing.assert_array_equal(masked.weights, biased.weights)
    np.testing.assert_array_equal(masked.output, biased.output)

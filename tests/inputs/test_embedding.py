"""Vectors and weights from a seed."""

import numpy as np

from attnviz.inputs.arrays.embedding import seeded_matrix, token_vectors


def test_the_numbers_are_those_of_the_documented_recipe():
    import hashlib

    digest = hashlib.shake_256(b"7/token/cat").digest(24)
    uniform = [int.from_bytes(digest[i : i + 8], "little") / 2**64 for i in (0, 8, 16)]
    expected = [round((2 * u - 1) * 3**0.5, 2) for u in uniform]
    assert token_vectors(["cat"], d_model=3, seed=7).tolist() == [expected]


def test_the_numbers_never_change():
    assert token_vectors(["the", "猫"], 4, 0).tolist() == [
        [1.21, -1.2, 0.57, 1.38],
        [0.55, 1.43, -0.27, -0.57],
    ]
    assert seeded_matrix("w_q", 4, 3, 0).tolist()[0] == [-0.48, -0.16, -0.51]


def test_a_token_has_the_same_vector_in_every_sentence():
    first = token_vectors(["the", "cat"], 8, 3)
    second = token_vectors(["a", "cat", "the", "cat"], 8, 3)
    assert np.array_equal(second[[2, 1, 3]], first[[0, 1, 1]])


def test_composed_and_decomposed_spellings_are_the_same_token():
    one, other = token_vectors(["caf\u00e9", "cafe\u0301"], 4, 0)
    assert np.array_equal(one, other)


def test_seeds_and_tokens_and_names_differ():
    assert not np.array_equal(token_vectors(["cat"], 4, 0), token_vectors(["cat"], 4, 1))
    assert not np.array_equal(token_vectors(["cat"], 4, 0), token_vectors(["Cat"], 4, 0))
    assert not np.array_equal(seeded_matrix("w_q", 4, 4, 0), seeded_matrix("w_k", 4, 4, 0))


def test_what_is_shown_with_two_decimals_is_what_is_computed_with():
    x = token_vectors([f"token {i}" for i in range(50)], 4, 0)
    w = seeded_matrix("w_q", 4, 3, 0)
    for array in (x, w):
        assert np.array_equal(np.round(array, 2), array)
        assert not np.signbit(array[array == 0]).any()


def test_queries_have_variance_one_whatever_d_model():
    for d_model in (4, 64, 512):
        x = token_vectors([f"token {i}" for i in range(200)], d_model, 0)
        q = x @ seeded_matrix("w_q", d_model, 64, 0)
        assert 0.8 < q.var() < 1.2

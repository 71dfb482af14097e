"""From a request to a Problem."""

import numpy as np
import pytest

from attnviz.core.provenance import Source
from attnviz.core.self_attention import trace_of
from attnviz.errors import AttnvizError, InputError, ShapeError
from attnviz.inputs import InputRequest, problem_from
from attnviz.inputs.arrays.embedding import seeded_matrix, token_vectors


def problem(**request):
    return problem_from(InputRequest(**request))


@pytest.fixture
def x_csv(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("cat,1,0,1\nmat,0,2,0\n")
    return str(path)


@pytest.fixture
def w_npz(tmp_path):
    path = tmp_path / "w.npz"
    np.savez(path, w_q=np.ones((3, 2)), w_k=np.ones((3, 2)), w_v=np.ones((3, 4)))
    return str(path)


def test_nothing_is_the_articles_example():
    made = problem()
    assert made.x.tolist() == [[1, 0, 1, 0], [0, 2, 0, 2], [1, 1, 1, 1]]
    assert made.scale == 1


def test_a_text_becomes_vectors_and_weights_that_are_marked_untrained():
    made = problem(text="the cat", seed=5)
    assert made.tokens == ("the", "cat")
    assert np.array_equal(made.x, token_vectors(["the", "cat"], 4, 5))
    assert np.array_equal(made.w_v, seeded_matrix("w_v", 4, 3, 5))
    assert made.w_o is None
    assert made.provenance.to_plain() == {
        "x": "seeded embedding of the tokens, seed 5",
        "w_q": "seed 5",
        "w_k": "seed 5",
        "w_v": "seed 5",
        "untrained": "seed 5",
    }


def test_sizes_are_as_requested_and_heads_bring_an_output_projection():
    made = problem(text="a b c", d_model=6, d_k=2, d_v=5, heads=3)
    assert made.x.shape == (3, 6)
    assert made.w_q.shape == made.w_k.shape == (6, 6)
    assert made.w_v.shape == (6, 15)
    assert made.w_o is not None
    assert made.w_o.shape == (15, 6)
    assert trace_of(made).output.shape == (3, 6)


def test_tokens_alone_are_a_text_already_taken_apart():
    assert problem(tokens='["New York", "Rome"]').tokens == ("New York", "Rome")


def test_vectors_keep_their_labels_and_only_the_weights_are_untrained(x_csv):
    made = problem(vectors=x_csv)
    assert made.tokens == ("cat", "mat")
    assert made.provenance.sources["x"] == Source("file", str(x_csv))
    assert made.provenance.untrained == Source("seed", "0")


@pytest.mark.parametrize("names", [{"text": "猫狗"}, {"tokens": "猫 狗"}])
def test_text_or_tokens_rename_the_rows(x_csv, names):
    assert problem(vectors=x_csv, **names).tokens == ("猫", "狗")


def test_own_vectors_and_own_weights_leave_nothing_untrained(x_csv, w_npz):
    made = problem(vectors=x_csv, weights=w_npz, heads=2)
    assert made.d_k == 1
    assert made.d_v == 2
    assert made.provenance.to_plain() == {"x": f"file {x_csv}"} | dict.fromkeys(
        ("w_q", "w_k", "w_v"), f"file {w_npz}"
    )


def test_own_weights_say_how_long_the_vectors_of_a_text_are(w_npz):
    made = problem(text="the cat", weights=w_npz)
    assert made.x.shape == (2, 3)
    assert made.provenance.untrained == Source("seed", "0")


@pytest.mark.parametrize(
    ("scale", "expected"), [("none", 1.0), ("sqrt", 1 / 3**0.5), ("0.25", 0.25), ("-2e0", -2.0)]
)
def test_the_scale_can_be_chosen_for_any_source(scale, expected):
    assert problem(scale=scale).scale == expected
    assert problem(text="a b", scale=scale).scale == expected


def test_an_examples_own_options_hold_until_others_are_given():
    assert problem(example="causal").options.causal
    assert not problem(example="causal", causal=False).options.causal
    assert problem(causal=True).options.causal
    assert problem(causal=True).scale == 1


def test_a_mask_is_applied_to_any_source(tmp_path):
    path = tmp_path / "m.csv"
    path.write_text("1,0\n1,1\n")
    made = problem(text="a b", mask=str(path))
    assert made.options.mask is not None
    assert made.options.mask.tolist() == [[True, False], [True, True]]
    with pytest.raises(InputError) as caught:
        problem(mask=str(path))
    assert str(caught.value) == (
        f"{path} has shape (2, 2), expected (3, 3): a row for each query and a column for each key"
    )


def test_one_token_is_enough():
    assert trace_of(problem(text="cat")).heads[0].stages.weights.tolist() == [[1.0]]


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        (
            {"example": "causal", "vectors": "x.csv"},
            "--example brings its own vectors and weights: leave --vectors out",
        ),
        (
            {"example": "causal", "text": "a"},
            "--example brings its own vectors and weights: leave TEXT out",
        ),
        (
            {"example": "causal", "heads": 2},
            "--example brings its own vectors and weights: leave --heads out",
        ),
        (
            {"text": "a", "tokens": "a"},
            "TEXT and --tokens both name the positions: give one of them",
        ),
        (
            {"vectors": "x.csv", "d_model": 3},
            "--vectors brings d_model with it: leave --d-model out",
        ),
        (
            {"text": "a", "weights": "w.npz", "d_k": 3},
            "--weights brings d_k with it: leave --d-k out",
        ),
        (
            {"text": "a", "weights": "w.npz", "d_v": 3},
            "--weights brings d_v with it: leave --d-v out",
        ),
        (
            {"vectors": "x.csv", "weights": "w.npz", "seed": 0},
            "with --vectors and --weights nothing is drawn from a seed: leave --seed out",
        ),
        (
            {"vectors": "x.csv", "split": "chars"},
            "--split says how TEXT is taken apart: give TEXT, or leave --split out",
        ),
        (
            {"text": "a", "transpose_weights": False},
            "--transpose-weights is about the file of --weights: give one, or leave it out",
        ),
        (
            {"seed": 3},
            "--seed needs vectors to work on: give TEXT or --vectors "
            "(without them the built-in example is shown, which brings its own)",
        ),
        (
            {"weights": "w.npz"},
            "--weights needs vectors to work on: give TEXT or --vectors "
            "(without them the built-in example is shown, which brings its own)",
        ),
        ({"scale": "1_0"}, "--scale is '1_0': say sqrt, none or a finite number"),
        ({"scale": "half"}, "--scale is 'half': say sqrt, none or a finite number"),
        ({"scale": "1e400"}, "--scale is '1e400': say sqrt, none or a finite number"),
        (
            {"text": "a " * 12_000},
            "12000 tokens of d_model 4 with 1 head would need 5.4 GiB, more than the 4 GiB allowed: "
            "use fewer tokens or heads",
        ),
        (
            {"text": "a", "d_model": 10**6, "d_k": 10**6},
            "1 tokens of d_model 1000000 with 1 head would need 29802.3 GiB, more than the 4 GiB allowed: "
            "use a smaller d_model or d_k",
        ),
    ],
)
def test_options_that_cannot_be_obeyed_are_reported_with_the_cure(request_, message):
    with pytest.raises(InputError) as caught:
        problem(**request_)
    assert str(caught.value) == message


@pytest.mark.parametrize("names", [{"text": "a"}, {"tokens": "a"}])
def test_names_that_do_not_match_the_rows_are_reported(x_csv, names):
    flag = "TEXT" if "text" in names else "--tokens"
    with pytest.raises(InputError) as caught:
        problem(vectors=x_csv, **names)
    assert str(caught.value) == (
        f"{x_csv} has 2 rows, but {flag} has 1 tokens: give one token a row"
    )


def test_weights_that_do_not_fit_the_vectors_are_reported(tmp_path, w_npz):
    x = tmp_path / "x.csv"
    x.write_text("1,2,3,4,5\n")
    with pytest.raises(ShapeError) as caught:
        problem(vectors=str(x), weights=w_npz)
    assert str(caught.value) == (
        f"{w_npz}: w_q (3, 2), w_k (3, 2), w_v (3, 4) do not fit x, whose rows have 5 numbers: "
        "each needs 5 rows, or each 5 columns"
    )


def test_weights_that_the_heads_cannot_share_are_reported_with_their_file(x_csv, w_npz):
    with pytest.raises(AttnvizError) as caught:
        problem(vectors=x_csv, weights=w_npz, heads=3)
    assert str(caught.value).startswith(
        f"{w_npz}: w_q has shape (3, 2), expected a number of columns"
    )

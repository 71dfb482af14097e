"""Reading masks."""

import io

import numpy as np
import pytest

from attnviz.errors import InputError
from attnviz.inputs import InputRequest, problem_from
from attnviz.inputs.arrays.masks import read_mask

MASK = [[True, False], [True, True]]


def npy(array):
    buffer = io.BytesIO()
    np.save(buffer, array)
    return buffer.getvalue()


@pytest.fixture
def write(tmp_path):
    def write(name, content):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)

    return write


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("m.csv", "1,0\n1,1\n"),
        ("m.csv", "true,False\nTRUE,true\n"),
        ("m.csv", ",a,b\na,1,0\nb,1,1\n"),
        ("m.tsv", "a\tb\n1\t0\n1\t1\n"),
        ("m.json", "[[1, 0], [true, true]]"),
        ("m.json", '{"mask": [[true, false], [true, true]]}'),
        ("m.npy", npy(np.array(MASK))),
        ("m.npy", npy(np.array(MASK, dtype=np.float32))),
    ],
)
def test_every_form_gives_the_same_mask(write, name, content):
    mask = read_mask(write(name, content), 2).seen
    assert mask.dtype == np.bool_
    assert mask.tolist() == MASK


def test_an_npz_mask_is_found_by_name(tmp_path):
    np.savez(tmp_path / "m.npz", mask=MASK, other=[1])
    assert read_mask(str(tmp_path / "m.npz"), 2).seen.tolist() == MASK


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        (
            "m.csv",
            "1,0\n1,2\n",
            "{}, line 2, column 2: '2' is neither 0 nor 1: write 1 where a query may attend, 0 where not; "
            "what is added to scores is for --bias",
        ),
        (
            "m.npy",
            npy(np.array([[0.0, 1.0], [0.5, 0.0]])),
            "{}, row 2, column 1: 0.5 is neither 0 nor 1: write 1 where a query may attend, 0 where not; "
            "what is added to scores is for --bias",
        ),
        (
            "m.csv",
            "1,0,1\n1,1,1\n",
            "{} has shape (2, 3), expected (2, 2): a row for each query and a column for each key",
        ),
        ("m.json", "{}", "{} is not a list of rows: write [[1, 2], [3, 4]]"),
    ],
)
def test_an_invalid_mask_is_reported(write, name, content, message):
    path = write(name, content)
    with pytest.raises(InputError) as caught:
        read_mask(path, 2)
    assert str(caught.value) == message.format(path)


# ── as frameworks hand them over ──

CAUSAL = np.tril(np.ones((3, 3), bool))
SMALLEST = [-np.inf, -1e4, -1e9, np.finfo(np.float32).min, np.finfo(np.float64).min]


def ways(mask):
    return {each.way: each.detail for each in mask.readings}


@pytest.mark.parametrize("hidden", SMALLEST)
@pytest.mark.parametrize("axes", [(), (1,), (1, 1)])
def test_a_mask_that_is_added_hides_where_it_is_very_negative(write, hidden, axes):
    added = np.where(CAUSAL, 0, hidden).reshape((*axes, 3, 3))

    mask = read_mask(write("m.npy", npy(added)), 3)

    assert mask.seen.tolist() == CAUSAL.tolist()
    assert list(ways(mask)) == ["additive"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("m.csv", "0,-inf\n0,0\n"),
        ("m.csv", "0;−∞\n0;0\n"),
        ("m.csv", "0,-1e9\n0,0\n"),
        ("m.json", "[[0, -Infinity], [0, 0]]"),
        ("m.json", '{"mask": [[[[0, -1e9], [0, 0]]]]}'),
    ],
)
def test_a_mask_that_is_added_may_be_written_as_text(write, name, content):
    assert read_mask(write(name, content), 2).seen.tolist() == [[True, False], [True, True]]


@pytest.mark.parametrize("shape", [(3,), (1, 3), (1, 1, 3), (1, 1, 1, 3)])
@pytest.mark.parametrize("added", [False, True])
def test_a_mask_of_keys_is_the_same_for_each_query(write, shape, added):
    keys = np.array([0, 0, -np.inf]) if added else np.array([True, True, False])

    mask = read_mask(write("m.npy", npy(keys.reshape(shape))), 2, 3)

    assert mask.seen.tolist() == [[True, True, False]] * 2
    assert "key_mask" in ways(mask)


def test_the_same_mask_for_each_head_is_one(write):
    whole = np.broadcast_to(CAUSAL, (1, 4, 3, 3))

    assert read_mask(write("m.npy", npy(whole)), 3).seen.tolist() == CAUSAL.tolist()


@pytest.mark.parametrize(("shape", "n"), [((2, 1, 3, 3), 3), ((2, 1, 1, 3), 3), ((2, 3), 3)])
def test_of_a_batch_of_masks_one_is_chosen(write, shape, n):
    masks = np.ones(shape, bool)
    masks[1, ..., 0] = False
    path = write("m.npy", npy(masks))

    mask = read_mask(path, n, batch=1)

    assert mask.seen.tolist() == [[False, True, True]] * n
    assert ways(mask)["batch"] == "1"
    with pytest.raises(InputError, match=r"holds a batch of 2: choose one with --batch 0 to --batch 1"):  # fmt: skip
        read_mask(path, n)
    with pytest.raises(InputError, match=r"no 2 in the batch of .*--batch 0 to --batch 1"):
        read_mask(path, n, batch=2)


def test_what_one_means_can_be_said(write):
    path = write("m.npy", npy(~CAUSAL))  # as torch.nn.MultiheadAttention has it

    assert read_mask(path, 3, true="hidden").seen.tolist() == CAUSAL.tolist()
    assert list(ways(read_mask(path, 3, true="hidden"))) == ["true_hidden"]
    assert read_mask(path, 3, true="seen").seen.tolist() == (~CAUSAL).tolist()


def test_a_mask_that_hides_every_token_from_itself_is_a_warning_unless_it_was_asked_for(write):
    path = write("m.npy", npy(~CAUSAL))

    [warning] = read_mask(path, 3).readings

    assert (warning.way, warning.is_warning) == ("hides_itself", True)
    assert read_mask(path, 3, true="seen").readings == ()
    assert read_mask(write("c.npy", npy(CAUSAL)), 3).readings == ()


def test_a_query_that_sees_nothing_is_a_warning_where_a_number_was_added(write):
    added = np.where(CAUSAL, 0, -1e9)
    added[0] = -1e9

    assert ways(read_mask(write("m.npy", npy(added)), 3))["unseeing_rows"] == "q1"


@pytest.mark.parametrize(
    ("array", "options", "said"),
    [
        (np.where(CAUSAL, 0, -5.0), {}, "row 1, column 2: -5 is neither 0 nor 1"),
        (np.where(CAUSAL, 0, np.nan), {}, "number 1, 2: nan is no score's"),
        (np.where(CAUSAL, 0, -np.inf), {"true": "hidden"}, "is added to scores, where 0 is seen and -inf hidden"),
        (np.stack([CAUSAL, ~CAUSAL])[None], {}, "has one for each of 2 heads, and they differ: give one for all"),
        (np.ones((2, 2)), {}, "has shape (2, 2), expected (3, 3)"),
        (np.ones(4), {}, "has shape (1, 4), expected (3, 3)"),
        (np.ones((3, 1)), {}, "has shape (3, 1), expected (3, 3)"),
        (np.array(1.0), {}, "has shape (): it needs at least one row"),
        (np.array([["a"]]), {}, "not real numbers"),
    ],
)  # fmt: skip
def test_what_is_no_mask_is_refused(write, array, options, said):
    path = write("m.npy", npy(array))

    with pytest.raises(InputError) as caught:
        read_mask(path, 3, **options)

    assert str(caught.value).startswith(path)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("bias", "expected"),
    [
        ([[0.0, 1.0], [2.0, -0.5]], [[0.0, 1.0], [2.0, -0.5]]),
        ([1.0, 2.0], [[1.0, 2.0], [1.0, 2.0]]),
        ([[[0.0, -np.inf], [3.0, 0.0]]], [[0.0, -np.inf], [3.0, 0.0]]),
    ],
)
def test_a_bias_is_added_to_the_scores(write, bias, expected):
    path = write("b.npy", npy(np.array(bias)))

    made = problem_from(InputRequest(text="a b", bias=path))

    assert made.options.bias.tolist() == expected


def test_a_bias_of_each_head_follows_the_heads_that_are_chosen(write, tmp_path):
    array = np.random.default_rng(0).normal(size=(3, 2, 2))
    np.save(tmp_path / "qkv.npy", np.ones((3, 3, 2, 4)))

    made = problem_from(
        InputRequest(qkv=str(tmp_path / "qkv.npy"), bias=write("b.npy", npy(array)), head="2,0")
    )

    assert made.options.bias.tolist() == array[[2, 0]].tolist()


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"mask_true": "hidden"}, "--mask-true is about the file of --mask: give one, or leave it out"),
        ({"batch": 0}, "--batch is about the file of --qkv, --mask or --bias: give one, or leave it out"),
        ({"layout": "nhd"}, "--layout is about the file of --qkv: give one, or leave it out"),
        ({"prefix": "h"}, "--prefix is about the file of --weights: give one, or leave it out"),
        ({"mask_true": "yes"}, "--mask-true is 'yes': say seen or hidden"),
        ({"layout": "bhnd"}, "--layout is 'bhnd': say hnd or nhd"),
        ({"batch": -1}, "--batch is -1: say which, counted from 0"),
    ],
)  # fmt: skip
def test_an_option_about_a_file_that_is_not_there_is_refused(asked, said):
    with pytest.raises(InputError) as caught:
        problem_from(InputRequest(text="a b", **asked))

    assert str(caught.value) == said


def test_a_batch_that_nothing_is_chosen_from_is_refused(write):
    path = write("m.csv", "1,0\n1,1\n")

    with pytest.raises(InputError, match="--batch: no file has an axis of a batch"):
        problem_from(InputRequest(text="a b", mask=path, batch=0))

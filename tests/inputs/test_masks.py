"""Reading masks."""

import io
import json

import numpy as np
import pytest

from attnviz.core.problem_json import problem_from_plain, problem_to_plain
from attnviz.core.self_attention import trace_of
from attnviz.errors import InputError
from attnviz.inputs import InputRequest, problem_from
from attnviz.inputs.arrays.masks import read_mask
from attnviz.inputs.arrays.scores_shape import ScoresShape
from attnviz.inputs.files import grids

MASK = [[True, False], [True, True]]


def shape(n_q, n_k=None, **how):
    return ScoresShape(n_q, n_q if n_k is None else n_k, **how)


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
    mask = read_mask(write(name, content), shape(2)).seen
    assert mask.dtype == np.bool_
    assert mask.tolist() == MASK


def test_an_npz_mask_is_found_by_name(tmp_path):
    np.savez(tmp_path / "m.npz", mask=MASK, other=[1])
    assert read_mask(str(tmp_path / "m.npz"), shape(2)).seen.tolist() == MASK


def test_a_packed_mask_may_be_as_large_as_the_scores_however_small_its_file(tmp_path, monkeypatch):
    monkeypatch.setattr(grids, "_LEAST_ALLOWED", 100_000)
    path = tmp_path / "m.npz"
    np.savez_compressed(path, mask=np.tri(300, dtype=bool))

    assert read_mask(str(path), shape(300)).seen.sum() == 300 * 301 / 2
    with pytest.raises(InputError, match=r"holds 90,000 numbers in an array of shape \(300, 300\)"):
        read_mask(str(path), shape(2))


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
        ("m.json", "{}", "{} is empty: it holds no array"),
        ("m.json", '{"mask": 1}', "{} is not a list of rows: write [[1, 2], [3, 4]]"),
        (
            "m.json",
            '[["-inf", "a"], [0, 0]]',
            '{}, row 1, column 2: "a" is not a number: put a number such as 0.5 there',
        ),
    ],
)
def test_an_invalid_mask_is_reported(write, name, content, message):
    path = write(name, content)
    with pytest.raises(InputError) as caught:
        read_mask(path, shape(2))
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

    mask = read_mask(write("m.npy", npy(added)), shape(3))

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
    assert read_mask(write(name, content), shape(2)).seen.tolist() == [[True, False], [True, True]]


@pytest.mark.parametrize("axes", [(3,), (1, 3), (1, 1, 3), (1, 1, 1, 3)])
@pytest.mark.parametrize("added", [False, True])
def test_a_mask_of_keys_is_the_same_for_each_query(write, axes, added):
    keys = np.array([0, 0, -np.inf]) if added else np.array([True, True, False])

    mask = read_mask(write("m.npy", npy(keys.reshape(axes))), shape(2, 3))

    assert mask.seen.tolist() == [[True, True, False]] * 2
    assert ("key_mask" if added else "keys_seen") in ways(mask)


def test_of_a_mask_of_keys_it_is_said_what_1_is(write):
    padding = write("m.npy", npy(np.array([False, False, True])))

    assert list(ways(read_mask(padding, shape(3)))) == ["keys_seen"]
    assert list(ways(read_mask(padding, shape(3), true="hidden"))) == ["true_hidden", "key_mask"]


@pytest.mark.parametrize("name", ["key_padding_mask", "src_key_padding_mask", "src_mask"])
def test_the_mask_of_an_npz_may_have_the_name_that_torch_gives_it(tmp_path, name):
    np.savez(tmp_path / "m.npz", **{name: MASK, "x": [1]})

    assert read_mask(str(tmp_path / "m.npz"), shape(2)).seen.tolist() == MASK


@pytest.mark.parametrize(
    ("true", "false"),
    [("WAHR", "FALSCH"), ("VRAI", "FAUX"), ("VERDADERO", "FALSO"), ("ИСТИНА", "ЛОЖЬ"), ("DOĞRU", "YANLIŞ")],
)  # fmt: skip
def test_a_spreadsheet_writes_true_and_false_in_its_own_language(write, true, false):
    path = write("m.csv", f"{true};{false}\n{true};{true}\n")

    assert read_mask(path, shape(2)).seen.tolist() == [[True, False], [True, True]]


def test_a_column_of_keys_is_refused_with_the_cure(write):
    with pytest.raises(
        InputError, match=r"shape \(3, 1\), .*the same for each query is one row, \(3,\)"
    ):
        read_mask(write("m.npy", npy(np.ones((3, 1)))), shape(3))


def test_the_same_mask_for_each_head_is_one(write):
    whole = np.broadcast_to(CAUSAL, (1, 4, 3, 3))

    assert read_mask(write("m.npy", npy(whole)), shape(3)).seen.tolist() == CAUSAL.tolist()


@pytest.mark.parametrize(("axes", "n"), [((2, 1, 3, 3), 3), ((2, 1, 1, 3), 3), ((2, 3), 3)])
def test_of_a_batch_of_masks_one_is_chosen(write, axes, n):
    masks = np.ones(axes, bool)
    masks[1, ..., 0] = False
    path = write("m.npy", npy(masks))

    mask = read_mask(path, shape(n, batch=1))

    assert mask.seen.tolist() == [[False, True, True]] * n
    assert ways(mask)["batch"] == "1"
    with pytest.raises(InputError, match=r"holds a batch of 2: choose one with --batch 0 to --batch 1"):  # fmt: skip
        read_mask(path, shape(n))
    with pytest.raises(InputError, match=r"no 2 in the batch of .*--batch 0 to --batch 1"):
        read_mask(path, shape(n, batch=2))


def test_what_one_means_can_be_said(write):
    path = write("m.npy", npy(~CAUSAL))  # as torch.nn.MultiheadAttention has it

    assert read_mask(path, shape(3), true="hidden").seen.tolist() == CAUSAL.tolist()
    assert list(ways(read_mask(path, shape(3), true="hidden"))) == ["true_hidden"]
    assert read_mask(path, shape(3), true="seen").seen.tolist() == (~CAUSAL).tolist()


def test_a_mask_that_hides_every_token_from_itself_is_a_warning_unless_it_was_asked_for(write):
    path = write("m.npy", npy(~CAUSAL))

    [warning] = read_mask(path, shape(3)).readings

    assert (warning.way, warning.is_warning) == ("hides_itself", True)
    assert ways(read_mask(path, shape(3), true="seen")) == {"unseeing_rows": "q3"}
    assert read_mask(write("c.npy", npy(CAUSAL)), shape(3)).readings == ()


def test_a_query_that_sees_nothing_is_a_warning_where_a_number_was_added(write):
    added = np.where(CAUSAL, 0, -1e9)
    added[0] = -1e9

    assert ways(read_mask(write("m.npy", npy(added)), shape(3)))["unseeing_rows"] == "q1"


@pytest.mark.parametrize(
    ("array", "options", "said"),
    [
        (np.where(CAUSAL, 0, -5.0), {}, "row 1, column 2: -5 is neither 0 nor 1"),
        (np.where(CAUSAL, 0, np.nan), {}, "number 1, 2: nan is no score's"),
        (np.where(CAUSAL, 0, -np.inf), {"true": "hidden"}, "is added to scores, where 0 is seen and -inf hidden"),
        (np.stack([CAUSAL, ~CAUSAL])[None], {}, "has one for each of 2 heads, and there is 1 head: give (3, 3)"),
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
        read_mask(path, shape(3), **options)

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


# ── of each head ──

TWO = "has one for each of 2 heads, and "
ONE_OF_TWO = ", or choose one of a batch with --batch 0 to --batch 1"
EXPECTED = "expected (3, 3): a row for each query and a column for each key"
FORWARD = np.stack([CAUSAL, CAUSAL.T, np.eye(3, dtype=bool)])


def softmax_of_seen(scores, seen):
    """Written anew: a row of weights at a time, of the keys that are seen alone."""
    rows = []
    for row, of_row in zip(scores, seen, strict=True):
        powers = [np.exp(each) if sees else 0.0 for each, sees in zip(row, of_row, strict=True)]
        rows.append([each / sum(powers) for each in powers])
    return rows


@pytest.mark.parametrize("axes", [(3, 3, 3), (1, 3, 3, 3)])
@pytest.mark.parametrize("added", [False, True])
def test_each_head_hides_the_keys_of_its_own_mask(write, axes, added):
    array = np.where(FORWARD, 0, -1e9) if added else FORWARD
    path = write("m.npy", npy(array.reshape(axes)))

    trace = trace_of(problem_from(InputRequest(text="a b c", heads=3, mask=path)))

    assert trace.problem.options.mask.tolist() == FORWARD.tolist()
    for head, seen in zip(trace.heads, FORWARD, strict=True):
        scores = head.q @ head.k.T / np.sqrt(3)
        np.testing.assert_allclose(head.stages.weights, softmax_of_seen(scores, seen), atol=1e-12)
    [reading] = [each for each in trace.problem.provenance.readings if each.way == "of_each_head"]
    assert reading.detail == "(3, 3, 3)"


def test_of_a_batch_of_masks_of_heads_one_is_chosen(write):
    path = write("m.npy", npy(np.stack([FORWARD, ~FORWARD])))

    mask = read_mask(path, shape(3, heads=(0, 1, 2), of=3, batch=1), true="hidden")

    assert mask.seen.tolist() == FORWARD.tolist()
    assert ways(mask) == {"batch": "1", "of_each_head": "(3, 3, 3)", "true_hidden": ""}


def test_a_mask_of_keys_may_be_another_in_each_head(write):
    keys = np.array([[[1, 1, 0]], [[0, 1, 1]]])

    mask = read_mask(write("m.npy", npy(keys)), shape(3, heads=(0, 1), of=2))

    assert mask.seen.tolist() == (np.broadcast_to(keys, (2, 3, 3)) == 1).tolist()
    assert list(ways(mask)) == ["of_each_head", "keys_seen"]


def test_masks_of_heads_follow_the_heads_that_are_chosen(write):
    path = write("m.npy", npy(FORWARD))

    assert read_mask(path, shape(3, heads=(2, 0), of=3)).seen.tolist() == FORWARD[[2, 0]].tolist()
    # of one head there is one mask, which every lesson takes
    assert read_mask(path, shape(3, heads=(1,), of=3)).seen.tolist() == FORWARD[1].tolist()


def test_the_same_mask_in_as_many_heads_as_there_are_is_one(write):
    path = write("m.npy", npy(np.stack([CAUSAL, CAUSAL])))

    mask = read_mask(path, shape(3, heads=(0, 1), of=2))

    assert (mask.seen.tolist(), mask.readings) == (CAUSAL.tolist(), ())


def test_a_mask_that_hides_each_token_from_itself_in_one_head_is_a_warning(write):
    path = write("m.npy", npy(np.stack([CAUSAL, ~CAUSAL])))

    assert "hides_itself" in ways(read_mask(path, shape(3, heads=(0, 1), of=2)))


@pytest.mark.parametrize(
    ("axes", "heads", "said"),
    [
        ((2, 3, 3), 3, f"{TWO}there are 3 heads: give (3, 3, 3){ONE_OF_TWO}"),
        ((1, 2, 3, 3), 3, f"{TWO}there are 3 heads: give (3, 3, 3)"),
        ((2, 3, 3), 1, f"{TWO}there is 1 head: give (3, 3){ONE_OF_TWO}"),
        ((4, 3, 2), 4, f"has shape (4, 3, 2), {EXPECTED}"),
        ((2, 4, 3, 3), 4, "holds a batch of 2: choose one with --batch 0 to --batch 1"),
        ((1, 1, 4, 3, 3), 4, f"has shape (1, 1, 4, 3, 3), {EXPECTED}"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("option", ["mask", "bias"])
def test_heads_that_do_not_fit_are_refused_in_one_line(write, option, axes, heads, said):
    array = np.arange(np.prod(axes)).reshape(axes) % 2
    array.reshape(-1)[1:4] = 1  # no two heads are the same
    path = write("m.npy", npy(array))

    with pytest.raises(InputError) as caught:
        problem_from(InputRequest(text="a b c", heads=heads, **{option: path}))

    assert str(caught.value) == f"{path} {said}"


def test_what_is_no_mask_is_named_with_its_head(write):
    array = FORWARD.astype(float)
    array[1, 2, 0] = 0.5
    path = write("m.npy", npy(array))

    with pytest.raises(
        InputError, match=r"head 1, counted from 0, row 3, column 1: 0\.5 is neither"
    ):
        read_mask(path, shape(3, heads=(0, 1, 2), of=3))


def test_masks_of_heads_are_kept_in_what_a_film_carries(write):
    problem = problem_from(InputRequest(text="a b c", heads=3, mask=write("m.npy", npy(FORWARD))))

    again = problem_from_plain(json.loads(json.dumps(problem_to_plain(problem))))

    assert again.options.mask.tolist() == FORWARD.tolist()


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
    path = write("m.json", "[1, 0]")

    with pytest.raises(InputError, match="--batch: no file has an axis of a batch"):
        problem_from(InputRequest(text="a b", mask=path, batch=0))


# ── what a file means by its numbers ──


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("m.npy", npy(np.zeros((1, 1, 1, 3)))),
        ("m.npy", npy(-np.zeros((3, 3), dtype=np.float32))),
        ("m.json", "[[0.0, -0.0, 0.0]]"),
        ("m.csv", "0.0,-0.0,0.0\n"),
    ],
)
def test_zeros_that_are_added_hide_nothing(write, name, content):
    mask = read_mask(write(name, content), shape(3))

    assert mask.seen.all()
    assert ways(mask)["additive"] == "−∞"
    assert not any(each.is_warning for each in mask.readings)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("m.npy", npy(np.zeros((3, 3), dtype=bool))),
        ("m.npy", npy(np.zeros((3, 3), dtype=np.int64))),
        ("m.json", "[[0, 0, 0], [0, 0, 0], [0, 0, 0]]"),
        ("m.csv", "false,FALSE,False\n0,0,0\n0,0,0\n"),
    ],
)
def test_false_alone_hides_everything_which_is_a_warning(write, name, content):
    path = write(name, content)

    mask = read_mask(path, shape(3))

    assert not mask.seen.any()
    assert ways(mask) == {"hides_itself": ""}
    assert read_mask(path, shape(3), true="hidden").seen.all()


def test_zeros_of_which_the_user_says_what_one_is_are_no_additive_mask(write):
    path = write("m.npy", npy(np.zeros((3, 3))))

    assert read_mask(path, shape(3), true="hidden").seen.all()
    assert not read_mask(path, shape(3), true="seen").seen.any()


def test_a_mask_of_json_has_the_names_that_transformers_gives(write):
    content = '{"attention_mask": [[1, 1, 0]], "input_ids": [[4, 7, 0]]}'

    mask = read_mask(write("m.json", content), shape(3))

    assert mask.seen[0].tolist() == [True, True, False]
    assert ways(mask)["left_out"] == "input_ids"


@pytest.mark.parametrize("written", ["-inf", "-Infinity", "−∞"])
def test_json_may_write_the_infinity_as_a_word(write, written):
    content = json.dumps({"attn_mask": [[0, written], [0, 0]]})

    assert read_mask(write("m.json", content), shape(2)).seen.tolist() == MASK


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("b.npy", npy(CAUSAL)),
        ("b.npy", npy(CAUSAL[None, None])),
        ("b.json", "[[true, false, false], [true, true, false], [true, true, true]]"),
    ],
)
def test_true_and_false_are_no_bias(write, name, content):
    path = write(name, content)

    with pytest.raises(InputError) as caught:
        problem_from(InputRequest(text="a b c", bias=path))

    assert str(caught.value) == (
        f"{path} holds true and false, which say who sees whom: give it with --mask, and where true is hidden add "
        "--mask-true hidden"
    )
    assert problem_from(InputRequest(text="a b c", mask=path)).options.mask.tolist() == CAUSAL.tolist()  # fmt: skip


# ── (batch, n) that might be (n, n) ──

PADDED = np.array([[1, 1, 1], [1, 1, 0], [1, 0, 0]])


def test_a_mask_of_as_many_texts_as_tokens_is_chosen_from_by_batch(write):
    mask = read_mask(write("m.npy", npy(PADDED)), shape(3, batch=1))

    assert mask.seen.tolist() == [[True, True, False]] * 3
    assert ways(mask) == {"batch": "1", "keys_seen": ""}


@pytest.mark.parametrize(
    "array", [PADDED, PADDED[[1, 0, 2], ::-1], PADDED[[1, 0, 2]], np.where(PADDED, 0, -np.inf)]
)
def test_without_a_batch_it_says_how_it_was_read_and_how_to_choose(write, array):
    mask = read_mask(write("m.npy", npy(array)), shape(3))

    assert mask.seen.shape == (3, 3)
    assert ways(mask)["row_a_query"] == "--batch 0 … --batch 2"


@pytest.mark.parametrize(
    "array",
    [CAUSAL, CAUSAL.T, np.eye(3), np.ones((3, 3)), PADDED[[1, 1, 1]], [[1, 1, 0], [1, 1, 0], [1, 1, 1]]],
)  # fmt: skip
def test_a_mask_that_can_be_no_padding_of_texts_needs_no_word(write, array):
    assert "row_a_query" not in ways(read_mask(write("m.npy", npy(np.array(array))), shape(3)))


def test_a_mask_beside_a_batch_of_queries_is_still_one_of_pairs(tmp_path, write):
    np.savez(tmp_path / "a.npz", **{name: np.ones((3, 1, 3, 2)) for name in "qkv"})
    asked = {"qkv": str(tmp_path / "a.npz"), "layout": "hnd", "batch": 1}

    causal = problem_from(InputRequest(**asked, mask=write("c.npy", npy(CAUSAL))))
    padded = problem_from(InputRequest(**asked, mask=write("p.npy", npy(PADDED))))
    chosen = problem_from(InputRequest(**asked, mask=write("k.npy", npy(PADDED[:, None, None]))))

    assert causal.options.mask.tolist() == CAUSAL.tolist()
    assert ("row_a_query", "(batch, 1, 1, n)") in [
        (each.way, each.detail) for each in padded.provenance.readings
    ]
    assert chosen.options.mask.tolist() == [[True, True, False]] * 3
    of_all = problem_from(InputRequest(**asked, mask=write("a.npy", npy(CAUSAL[None, None]))))
    assert of_all.options.mask.tolist() == CAUSAL.tolist()


def test_the_mask_of_one_text_is_chosen_for_fewer_queries_than_keys(tmp_path, write):
    np.savez(tmp_path / "a.npz", q=np.ones((2, 3)), k=np.ones((5, 3)), v=np.ones((5, 3)))
    keys = write("m.npy", npy(np.array([[1, 1, 0, 0, 0], [1, 1, 1, 1, 0]])))

    problem = problem_from(InputRequest(qkv=str(tmp_path / "a.npz"), mask=keys, batch=1))

    assert problem.options.mask.tolist() == [[True, True, True, True, False]] * 2


# ── queries that see nothing ──


@pytest.mark.parametrize("hidden", [-np.inf, -1e9, None])
def test_a_query_that_sees_nothing_is_a_warning_however_its_keys_are_hidden(write, hidden):
    seen = CAUSAL.copy()
    seen[1] = False
    array = seen if hidden is None else np.where(seen, 0, hidden)

    [warning] = [
        each for each in read_mask(write("m.npy", npy(array)), shape(3)).readings if each.is_warning
    ]

    assert (warning.way, warning.detail) == ("unseeing_rows", "q2")


def test_hidden_keys_of_all_queries_are_a_warning_where_queries_are_other_positions(write):
    assert ways(read_mask(write("m.npy", npy(np.zeros((2, 5), bool))), shape(2, 5))) == {"hides_all": ""}  # fmt: skip


# ── biases of a batch, and of heads ──

BIASES = np.random.default_rng(3).normal(size=(2, 3, 4, 4))
"""(batch, heads, n, n)."""


@pytest.mark.parametrize(
    ("array", "batch", "expected"),
    [
        (BIASES, 1, BIASES[1]),
        (BIASES[:1], None, BIASES[0]),
        (BIASES[0, :, :1], None, np.repeat(BIASES[0, :, :1], 4, axis=1)),
        (BIASES[:, :1, :1], 1, np.repeat(BIASES[1, 0, :1], 4, axis=0)),
        (BIASES[:, 0, 0], 1, np.repeat(BIASES[1, 0, :1], 4, axis=0)),
    ],
)
def test_a_bias_has_the_shapes_of_a_mask(write, array, batch, expected):
    asked = {"text": "a b c d", "heads": 3, "bias": write("b.npy", npy(array)), "batch": batch}

    np.testing.assert_array_equal(problem_from(InputRequest(**asked)).options.bias, expected)


def test_an_array_of_all_heads_of_all_texts_in_one_axis_names_the_cure(write):
    path = write("b.npy", npy(BIASES.reshape(6, 4, 4)))

    with pytest.raises(InputError) as caught:
        problem_from(InputRequest(text="a b c d", heads=3, bias=path))

    assert str(caught.value) == (
        f"{path} has one for each of 6 heads, and there are 3 heads: give (3, 4, 4), or choose one of a batch with "
        "--batch 0 to --batch 5; (batch * heads, n, n) of torch is reshape(2, 3, 4, 4)"
    )


def test_of_a_mask_and_a_bias_the_one_that_can_be_a_batch_is(write):
    keys = write("k.npy", npy(PADDED[:, None, None]))
    pairs = write("p.npy", npy(np.arange(9.0).reshape(3, 3)))

    made = problem_from(InputRequest(text="a b c", mask=keys, bias=pairs, batch=1)).options

    assert made.mask.tolist() == [[True, True, False]] * 3
    assert made.bias.tolist() == np.arange(9.0).reshape(3, 3).tolist()
    causal, biases = write("c.npy", npy(CAUSAL)), write("b.npy", npy(np.ones((5, 1, 3, 3))))
    again = problem_from(InputRequest(text="a b c", mask=causal, bias=biases, batch=4)).options
    assert again.mask.tolist() == CAUSAL.tolist()


@pytest.mark.parametrize(
    ("axes", "heads"), [((3, 3), 1), ((2, 3, 3), 2), ((1, 3, 3), 1), ((1, 3), 2)]
)
def test_the_first_axis_is_a_batch_if_one_is_asked_for_that_no_file_has_else(write, axes, heads):
    masks = np.ones(axes, bool)
    masks[-1, ..., 2] = False
    path, last = write("m.npy", npy(masks)), len(masks) - 1

    made = problem_from(InputRequest(text="a b c", heads=heads, mask=path, batch=last))

    assert made.options.mask.tolist() == [[True, True, False]] * 3
    assert ("batch", str(last)) in [(each.way, each.detail) for each in made.provenance.readings]

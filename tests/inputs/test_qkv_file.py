"""--qkv: queries, keys and values of the user's own."""

import json

import numpy as np
import pytest
from safetensors.numpy import save_file

from attnviz import explain, trace_of
from attnviz.core.attention import attend
from attnviz.core.provenance import Source
from attnviz.errors import InputError
from attnviz.inputs import InputRequest, problem_from

Q = np.arange(48.0).reshape(4, 3, 4) / 50
K, V = -Q[:2] / 3, Q[2:, :, :2]


@pytest.fixture
def saved(tmp_path):
    """Writes arrays to a file of that name."""

    def save(name, **arrays):
        path = tmp_path / name
        if name.endswith(".npz"):
            np.savez(path, **arrays)
        elif name.endswith(".json"):
            path.write_text(json.dumps({key: each.tolist() for key, each in arrays.items()}))
        else:
            save_file({key: np.ascontiguousarray(each) for key, each in arrays.items()}, path)
        return str(path)

    return save


def attended(path, **asked):
    return trace_of(problem_from(InputRequest(qkv=path, **asked)))


@pytest.mark.parametrize("name", ["a.npz", "a.json", "a.safetensors"])
def test_heads_are_attended_over_with_the_keys_that_they_share(saved, name):
    trace = attended(saved(name, q=Q, k=K, v=V), causal=True)

    for i, head in enumerate(trace.heads):
        alone = attend(Q[i], K[i // 2], V[i // 2], causal=True)
        np.testing.assert_allclose(head.stages.weights, alone.weights, rtol=1e-12)
        np.testing.assert_allclose(head.stages.output, alone.output, rtol=1e-12)
    assert trace.problem.provenance.sources["q"] == Source("file", name)


def test_one_array_holds_all_three(tmp_path):
    np.save(tmp_path / "one.npy", Q[:3])

    head = attended(str(tmp_path / "one.npy")).heads[0]

    assert (head.q.tolist(), head.k.tolist(), head.v.tolist()) == tuple(Q[:3].tolist())


@pytest.mark.parametrize(("asked", "heads"), [("2", [2]), ("0,3", [0, 3]), ("all", [0, 1, 2, 3])])
def test_the_requested_heads_are_used(saved, asked, heads):
    trace = attended(saved("a.npz", q=Q, k=K, v=V), head=asked)

    assert trace.problem.provenance.heads == tuple(heads)
    assert trace.problem.provenance.sources["q"] == Source("file", "a.npz")
    assert [each.q.tolist() for each in trace.heads] == [Q[i].tolist() for i in heads]
    assert [each.k.tolist() for each in trace.heads] == [K[i // 2].tolist() for i in heads]


def test_a_batch_of_one_and_longer_names_are_taken_for_what_they_are(saved):
    trace = attended(saved("a.npz", Query=Q[None], keys=K[None], VALUE=V[None]))

    assert len(trace.heads) == 4


def test_words_name_the_positions(saved):
    path = saved("a.npz", q=Q, k=K, v=V)

    assert attended(path, text="狗咬人").problem.tokens == ("狗", "咬", "人")
    assert attended(path, tokens="a b c").problem.tokens == ("a", "b", "c")
    assert attended(path).problem.tokens is None


REFUSED = {
    "no values": ({"q": Q, "k": K}, {}, "a.npz holds no v among q, k: name the arrays q, k and v"),
    "two of a kind": (
        {"q": Q, "query": Q, "k": K, "v": V},
        {},
        "a.npz holds both q and query: name the arrays q, k and v",
    ),
    "another length": (
        {"q": Q, "k": K[:, :2], "v": V},
        {},
        "a.npz: k has 2 positions and v 3: each key has one value",
    ),
    "another width": (
        {"q": Q, "k": V, "v": V},
        {},
        "a.npz: queries have 4 entries and keys 2: they are compared, give equally many",
    ),
    "heads that cannot be shared": (
        {"q": Q[:3], "k": K, "v": V},
        {},
        "a.npz: 3 heads of q, 2 of k and 2 of v: give k and v as many, by which the heads of q can be divided",
    ),
    "rows first, which would be read": (
        {"q": np.ones((3, 2, 4)), "k": np.ones((5, 2, 4)), "v": np.ones((5, 2, 4))},
        {},
        "a.npz: 3 heads of q, 5 of k and 5 of v: give k and v as many, by which the heads of q can be divided, "
        "or say --layout nhd if the arrays are (n, heads, d)",
    ),
    "heads first, which would be read": (
        {"q": np.ones((2, 3, 4)), "k": np.ones((2, 5, 4)), "v": np.ones((2, 5, 4))},
        {"layout": "nhd"},
        "or say --layout hnd if the arrays are (heads, n, d)",
    ),
    "two layers": (
        {f"layer.{i}.{name}": Q for i in range(2) for name in "qkv"},
        {},
        "a.npz holds 2 sets of q, k and v (layer.0, layer.1): save one of them in a file of its own",
    ),
    "a vector": (
        {"q": Q[0, 0], "k": K, "v": V},
        {},
        "a.npz, q has shape (4,), expected (n, d), (heads, n, d), (n, heads, d), or one of these in a batch",
    ),
    "not finite": (
        {"q": np.where(Q[1, 2, 3] == Q, np.nan, Q), "k": K, "v": V},
        {},
        "a.npz, q, head 1, row 3, column 4: nan is not finite",
    ),
    "too many words": (
        {"q": Q, "k": K, "v": V},
        {"text": "a b c d"},
        "a.npz has 3 positions, but TEXT has 4 tokens: give one token a position",
    ),
    "no such head": (
        {"q": Q, "k": K, "v": V},
        {"head": "4"},
        "a.npz has heads 0 to 3, counted from 0 (--head)",
    ),
    "weights beside them": (
        {"q": Q, "k": K, "v": V},
        {"weights": "w.npz"},
        "--qkv brings queries, keys and values, heads and their lengths: leave --weights out",
    ),
    "a mask that is not read": (
        {"q": Q, "k": K, "v": V, "attn_mask": np.ones((3, 3))},
        {},
        "holds attn_mask too, which is not read with q, k and v: take it out, and hide keys with --mask FILE",
    ),
    "a layer": ({"q": Q, "k": K, "v": V}, {"layer": 1}, "--layer is for a trained model"),
}


@pytest.mark.parametrize(("arrays", "asked", "said"), REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_be_is_refused_with_the_cure(saved, arrays, asked, said):
    path = saved("a.npz", **arrays)

    with pytest.raises(InputError) as caught:
        attended(path, **asked)

    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_one_array_that_is_not_all_three_is_refused(tmp_path):
    np.save(tmp_path / "q.npy", Q)

    with pytest.raises(InputError, match=r"shape \(4, 3, 4\), expected \(3, n, d\)"):
        attended(str(tmp_path / "q.npy"))


@pytest.mark.parametrize(
    ("shape", "cure"),
    [
        ((2, 5, 3, 4, 6), r"queries, keys, values: save numpy\.moveaxis\(array, 2, 0\)$"),
        ((5, 3, 4), r"queries, keys, values: save numpy\.moveaxis\(array, 1, 0\)$"),
        ((5, 4), r"queries, keys, values$"),
    ],
)
def test_one_array_with_another_axis_of_three_is_refused_with_the_cure(tmp_path, shape, cure):
    np.save(tmp_path / "q.npy", np.ones(shape))

    with pytest.raises(InputError, match=cure):
        attended(str(tmp_path / "q.npy"))


def test_one_of_a_batch_without_heads_is_refused_with_the_cure(saved):
    path = saved("a.npz", q=QUERIES, k=KEYS, v=VALUES)

    with pytest.raises(
        InputError, match=r"--batch: no file has .*, or save .* as array\[:, None\]"
    ):
        attended(path, batch=1)


def test_only_lists_of_numbers_are_read(tmp_path):
    (tmp_path / "a.json").write_text('{"q": [[1], [2, 3]], "k": [[1]], "v": [[1]]}')
    (tmp_path / "b.json").write_text("[1]")
    for number in ("true", '"1"', "9" * 400, "null"):
        (tmp_path / "c.json").write_text(f'{{"q": [[{number}]], "k": [[1]], "v": [[1]]}}')
        with pytest.raises(InputError, match=r"c\.json, q is no list of equally long rows"):
            attended(str(tmp_path / "c.json"))

    with pytest.raises(InputError, match=r"a\.json, q is no list of equally long rows"):
        attended(str(tmp_path / "a.json"))
    with pytest.raises(InputError, match=r"b\.json is no object of arrays"):
        attended(str(tmp_path / "b.json"))


# ── as frameworks hand them over ──

QUERIES, KEYS, VALUES = (np.random.default_rng(i).normal(size=(4, 3, 2)) for i in range(3))


def ways(trace):
    return {each.way: each.detail for each in trace.problem.provenance.readings}


def turned(*arrays):
    return dict(zip("qkv", (each.swapaxes(-3, -2) for each in arrays), strict=True))


def assert_attends(trace, q, k, v):
    assert len(trace.heads) == len(q)
    for i, head in enumerate(trace.heads):
        alone = attend(q[i], k[i * len(k) // len(q)], v[i * len(k) // len(q)])
        np.testing.assert_allclose(head.stages.output, alone.output, rtol=1e-12)


@pytest.mark.parametrize("batch", [(), (1,)])
def test_where_both_orders_of_the_axes_fit_heads_come_first_and_it_is_said(saved, batch):
    shape = (*batch, 4, 3, 2)
    arrays = {"q": QUERIES, "k": KEYS, "v": VALUES}
    path = saved("a.npz", **{name: each.reshape(shape) for name, each in arrays.items()})

    trace = attended(path)

    assert_attends(trace, QUERIES, KEYS, VALUES)
    assert ways(trace) == {"hnd": "q (4, 3, 2), k (4, 3, 2), v (4, 3, 2)"}


@pytest.mark.parametrize("layout", ["hnd", "nhd"])
def test_the_order_of_the_axes_can_be_said(saved, layout):
    arrays = dict(zip("qkv", (QUERIES, KEYS, VALUES), strict=True))
    given = arrays if layout == "hnd" else turned(*arrays.values())

    trace = attended(saved("a.npz", **given), layout=layout)

    assert_attends(trace, QUERIES, KEYS, VALUES)
    assert ways(trace) == {}


def test_as_many_words_as_positions_settle_the_order_of_the_axes(saved):
    first = attended(saved("a.npz", q=QUERIES, k=KEYS, v=VALUES), text="a b c")
    last = attended(saved("b.npz", **turned(QUERIES, KEYS, VALUES)), text="a b c")

    assert_attends(first, QUERIES, KEYS, VALUES)
    assert_attends(last, QUERIES, KEYS, VALUES)
    assert (ways(first), list(ways(last))) == ({}, ["nhd"])


def test_fewer_key_heads_settle_the_order_of_the_axes(saved):
    trace = attended(saved("a.npz", **turned(QUERIES, KEYS[:2], VALUES[:2])))

    assert_attends(trace, QUERIES, KEYS[:2], VALUES[:2])
    assert list(ways(trace)) == ["nhd"]


def test_one_of_a_batch_is_chosen(saved):
    arrays = {"q": QUERIES, "k": KEYS, "v": VALUES}
    path = saved("a.npz", **{name: np.stack([-each, each]) for name, each in arrays.items()})

    trace = attended(path, batch=1, layout="hnd")

    assert_attends(trace, QUERIES, KEYS, VALUES)
    assert ways(trace) == {"batch": "1"}
    with pytest.raises(InputError, match=r"q holds a batch of 2: choose one with --batch 0 to"):
        attended(path)


@pytest.mark.parametrize(
    "names",
    [
        ("query_states", "key_states", "value_states"),
        ("query_layer", "key_layer", "value_layer"),
        ("layer.0.q", "layer.0.k", "layer.0.v"),
        ("model.layers.3.attn.query", "model.layers.3.attn.key", "model.layers.3.attn.value"),
    ],
)
@pytest.mark.parametrize("name", ["a.npz", "a.safetensors", "a.json"])
def test_the_names_of_other_programs_are_read(saved, name, names):
    arrays = dict(zip(names, (QUERIES, KEYS, VALUES), strict=True))

    trace = attended(saved(name, **arrays), layout="hnd")

    assert_attends(trace, QUERIES, KEYS, VALUES)
    assert ways(trace) == {}


def test_arrays_without_names_are_queries_keys_and_values_in_order_and_it_is_said(tmp_path):
    np.savez(tmp_path / "a.npz", QUERIES, KEYS, VALUES)

    trace = attended(str(tmp_path / "a.npz"), layout="hnd")

    assert_attends(trace, QUERIES, KEYS, VALUES)
    assert ways(trace) == {"in_order": "arr_0, arr_1, arr_2"}


# ── queries and keys of other positions ──

CROSSED = {"q": Q[0, :2], "k": np.concatenate([K[0], K[1]])[:5], "v": np.eye(5)}
QUERY_NAMES, KEY_NAMES = ["chat", "noir"], ["the", "black", "cat", "sat", "down"]


def test_fewer_queries_than_keys_are_computed(saved):
    trace = attended(saved("a.npz", **CROSSED), text="a b")

    assert trace.problem.is_cross_attention
    assert_attends(trace, *(CROSSED[name][None] for name in "qkv"))
    assert trace.problem.tokens == ("a", "b")
    assert trace.problem.key_tokens is None


@pytest.mark.parametrize("name", ["a.npz", "a.json", "a.safetensors"])
def test_every_kind_of_file_holds_them(saved, name):
    trace = attended(saved(name, **CROSSED), key_tokens="a b c d e")

    assert_attends(trace, *(CROSSED[role][None] for role in "qkv"))
    assert trace.problem.key_tokens == tuple("abcde")


def test_keys_of_one_array_of_all_three_may_have_names_of_their_own(tmp_path):
    np.save(tmp_path / "one.npy", Q[:3])

    problem = attended(str(tmp_path / "one.npy"), tokens="a b c", key_tokens="d e f").problem

    assert problem.is_cross_attention
    assert (problem.tokens, problem.key_tokens) == (tuple("abc"), tuple("def"))


@pytest.mark.parametrize("name", ["a.npz", "a.json"])
@pytest.mark.parametrize(
    ("queries", "keys"),
    [("tokens", "key_tokens"), ("q_tokens", "k_tokens"), ("Query_Tokens", "context_tokens")],
)
def test_a_file_names_queries_and_keys(saved, name, queries, keys):
    named = {queries: np.array(QUERY_NAMES), keys: np.array(KEY_NAMES)}
    path = saved(name, **CROSSED, **named)

    problem = attended(path).problem

    assert problem.tokens == tuple(QUERY_NAMES)
    assert problem.key_tokens == tuple(KEY_NAMES)


def test_names_of_the_command_line_go_before_those_of_the_file(saved):
    path = saved("a.npz", **CROSSED, tokens=QUERY_NAMES, key_tokens=KEY_NAMES)

    problem = attended(path, tokens="x y", key_tokens='["1", "2", "3", "4", "5"]').problem

    assert (problem.tokens, problem.key_tokens) == (("x", "y"), tuple("12345"))


def test_keys_under_the_names_of_the_queries_are_the_same_positions(saved):
    path = saved("a.npz", q=Q[0], k=K[0], v=V[0], q_tokens=list("abc"), k_tokens=list("abc"))

    problem = attended(path).problem

    assert not problem.is_cross_attention
    assert problem.key_tokens == problem.tokens == ("a", "b", "c")


def test_names_in_the_file_settle_the_order_of_the_axes(saved):
    trace = attended(saved("a.npz", **turned(QUERIES, KEYS, VALUES), tokens=list("abc")))

    assert_attends(trace, QUERIES, KEYS, VALUES)


@pytest.mark.parametrize(
    ("more", "options", "said"),
    [
        ({"tokens": ["a"]}, {}, "a.npz has 2 queries, but its tokens has 1 tokens: give one token"),
        ({"tokens": KEY_NAMES}, {}, "give one token a position, and name keys with --key-tokens"),
        ({"key_tokens": ["a"]}, {}, "has 5 keys, but its key_tokens has 1 tokens: give one token"),
        (
            {},
            {"key_tokens": "a"},
            "has 5 keys, but --key-tokens has 1 tokens: give one token a key",
        ),
        ({}, {"key_tokens": " "}, "--key-tokens is empty: give at least one token"),
        (
            {"k_tokens": KEY_NAMES, "key_tokens": KEY_NAMES},
            {},
            "holds both k_tokens and key_tokens",
        ),
        ({"tokens": [1, 2]}, {}, 'a.npz, tokens: not a list of words: write ["a", "b"]'),
        ({"k_tokens": np.array("a")}, {}, "a.npz, k_tokens: not a list of words"),
        ({"tokens": ["a", " "]}, {}, "a.npz, token 2: it is blank; name it"),
    ],
)
def test_names_that_do_not_fit_are_refused(saved, more, options, said):
    with pytest.raises(InputError) as caught:
        attended(saved("a.npz", **CROSSED, **more), **options)

    assert said in str(caught.value)


def test_a_causal_mask_counts_from_the_first_query_and_key_and_says_so(saved):
    trace = attended(saved("a.npz", **CROSSED), causal=True)

    seen = trace.heads[0].stages.weights > 0
    np.testing.assert_array_equal(seen, np.tril(np.ones((2, 5), dtype=bool)))
    assert ways(trace) == {"upper_left": "2 × 5"}
    assert "--causal with 2 × 5 scores is aligned at the upper left" in str(explain(trace))


def test_a_causal_mask_of_as_many_keys_as_queries_needs_no_word(saved):
    assert ways(attended(saved("a.npz", q=Q[0], k=K[0], v=V[0]), causal=True)) == {}


def test_a_mask_and_a_bias_have_a_row_a_query_and_a_column_a_key(saved, tmp_path):
    mask, bias = np.array([[1, 0, 1, 1, 0], [1, 1, 1, 0, 1]]), np.arange(10.0).reshape(2, 5)
    np.save(tmp_path / "mask.npy", mask)
    np.save(tmp_path / "bias.npy", bias)
    path = saved("a.npz", **CROSSED)

    trace = attended(path, mask=str(tmp_path / "mask.npy"), bias=str(tmp_path / "bias.npy"))

    scores = CROSSED["q"] @ CROSSED["k"].T / np.sqrt(CROSSED["q"].shape[1]) + bias
    exponentials = np.where(mask == 1, np.exp(scores), 0)
    expected = exponentials / exponentials.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(trace.heads[0].stages.weights, expected, rtol=1e-12)
    np.save(tmp_path / "mask.npy", mask.T)
    with pytest.raises(InputError, match=r"mask\.npy has shape \(5, 2\), expected \(2, 5\)"):
        attended(path, mask=str(tmp_path / "mask.npy"))


def test_memory_is_counted_for_the_pairs_that_there_are(saved):
    numbers = np.zeros((1, 40_000))

    trace = attended(saved("a.npz", q=numbers[:, :1], k=numbers.T, v=numbers.T))

    assert trace.heads[0].stages.weights.shape == (1, 40_000)
    with pytest.raises(InputError, match="40000 queries of 40000 keys with 1 head would need"):
        attended(saved("b.npz", q=numbers.T, k=numbers.T, v=numbers.T))


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"layout": "nhd"}, "has no axis of heads: leave --layout out"),
        ({"text": "a b c"}, "has 2 queries, but TEXT has 3 tokens"),
    ],
)
def test_what_fewer_queries_than_keys_do_not_settle_is_refused(saved, asked, said):
    path = saved("a.npz", q=np.ones((2, 3)), k=np.ones((5, 3)), v=np.ones((5, 3)))

    with pytest.raises(InputError) as caught:
        attended(path, **asked)

    assert said in str(caught.value)

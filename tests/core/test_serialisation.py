import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from attnviz import Trace, article_rounded, self_attention, trace_of
from attnviz.errors import InputError
from tests.damage import ABSENT, damaged

from .full_problem import full_problem, model_problem, projected_elsewhere

X = [[1.0, 0.0], [0.0, 2.0]]
W = [[1.0, 0.5], [0.25, 1.0]]


def small(**options) -> Trace:
    return self_attention(X, W, W, W, **options)


CASES = {
    "plain": small(),
    "hidden scores": small(causal=True),
    "not a number": self_attention([[1.0, np.nan], [np.inf, 2.0]], W, W, W),
    "rounded": article_rounded(small()),
    "no tokens": self_attention(np.ones((0, 2)), W, W, W, causal=True),
    "values without a column": self_attention(X, W, W, np.ones((2, 0))),
    "a mask that is broadcast": small(mask=np.array([[True, False]])),
    "integers": self_attention([[1, 0]], [[1], [2]], [[3], [4]], [[5], [6]]),
    "float16": trace_of(full_problem(np.float16)),
    "float32": trace_of(full_problem(np.float32)),
    "float64": trace_of(full_problem(np.float64)),
    "of a model": trace_of(model_problem(np.float32)),
    "of queries from elsewhere": trace_of(projected_elsewhere(np.float32)),
    "a softcap of a model, in float16": trace_of(model_problem(np.float16)),
}
all_cases = pytest.mark.parametrize("trace", CASES.values(), ids=CASES.keys())


@all_cases
def test_a_trace_comes_back_from_json_equal(trace):
    assert Trace.from_json(trace.to_json()) == trace


@all_cases
def test_a_trace_comes_back_from_npz_equal(trace, tmp_path):
    path = tmp_path / "trace.npz"

    trace.to_npz(path)

    assert Trace.from_npz(path) == trace


@given(st.data())
def test_any_trace_comes_back_from_json_equal(data):
    n, d = data.draw(st.integers(1, 4)), data.draw(st.integers(1, 4))
    dtype = data.draw(st.sampled_from([np.float16, np.float32, np.float64]))
    x, w = (data.draw(hnp.arrays(dtype, shape)) for shape in ((n, d), (d, d)))
    tokens = data.draw(st.lists(st.text(max_size=5), min_size=n, max_size=n))

    trace = self_attention(x, w, w, w, tokens=tokens, causal=data.draw(st.booleans()))

    assert Trace.from_json(trace.to_json()) == trace


def test_a_trace_that_came_back_computes_to_the_same_numbers_again():
    for trace in (CASES["float16"], CASES["float64"]):
        assert trace_of(Trace.from_json(trace.to_json()).problem) == trace


def test_a_trace_that_came_back_is_read_only(tmp_path):
    CASES["plain"].to_npz(tmp_path / "trace.npz")

    for trace in (
        Trace.from_json(CASES["plain"].to_json()),
        Trace.from_npz(tmp_path / "trace.npz"),
    ):
        head = trace.heads[0]
        for array in (trace.output, trace.concat, trace.problem.x, head.q, head.stages.weights):
            with pytest.raises(ValueError, match="read-only"):
                array[0, 0] = 9


def test_json_holds_the_fields_its_documentation_names():
    body = json.loads(small(causal=True, tokens=["a", "b"]).to_json())

    assert body["schema"] == "attnviz.trace/1"
    assert body["tokens"] == ["a", "b"]
    assert body["problem"]["x"] == X
    assert body["problem"].keys() == {"x", "w_q", "w_k", "w_v"}
    assert body["options"] == {
        "scale": None,
        "causal": True,
        "offset": 0,
        "mask": None,
        "bias": None,
    }
    assert body["traces"][0]["masked_scores"][0][1] is None
    assert body["traces"][0]["weights"][0] == [1, 0]
    assert body["dtypes"] == body["shapes"] == {}


def test_json_is_strict_json_on_one_line():
    def refuse(word):
        raise AssertionError(f"{word} is not JSON")

    text = CASES["not a number"].to_json()

    json.loads(text, parse_constant=refuse)
    assert "\n" not in text


@pytest.mark.parametrize(
    "other",
    [
        small(causal=True),
        small(scale=1),
        small(tokens=["a", "b"]),
        self_attention([[1.0, 0.0], [0.0, np.nextafter(2, 3)]], W, W, W),
        self_attention(np.array(X, np.float32), W, W, W),
        "a trace",
    ],
)
def test_traces_that_differ_in_anything_are_not_equal(other):
    assert small() != other


def test_a_nan_equals_a_nan_when_traces_are_compared():
    assert CASES["not a number"] == self_attention([[1.0, np.nan], [np.inf, 2.0]], W, W, W)


def changed(path: str, value: object) -> str:
    return damaged(small().to_json(), path, value)


BROKEN = {
    "nothing": ("", "not JSON: Expecting value at line 1, column 1"),
    "a comma too many": ('{"a": 1,\n}', "not JSON: "),
    "a list": ("[]", "not a trace: schema is 'list', expected 'attnviz.trace/1'"),
    "another schema": (
        changed("schema", "attnviz.trace/9"),
        "not a trace: schema is 'attnviz.trace/9', expected 'attnviz.trace/1'",
    ),
    "very deep": ("[" * 100_000, "not a trace: "),
    "a number of 5000 digits": ("9" * 5000, "not a trace: Exceeds the limit"),
    "no problem": (changed("problem", ABSENT), "not a whole trace: 'problem' is missing"),
    "a problem that is a list": (changed("problem", []), "not a whole trace: "),
    "no x": (
        changed("problem/x", ABSENT),
        "trace field problem.x is missing or of the wrong kind",
    ),
    "x that does not fit": (
        changed("problem/x", [[1.0]]),
        "a trace whose parts do not fit: w_q has shape (2, 2), expected (1, 2): x has shape (1, 1)",
    ),
    "x ragged": (
        changed("problem/x", [[1.0], [1.0, 2.0]]),
        "trace field problem.x is not an array of numbers: ",
    ),
    "x in words": (
        changed("problem/x", [["one", "two"]]),
        "trace field problem.x is not an array of numbers: 'one'",
    ),
    "x of huge integers": (
        changed("problem/x", [[10**400, 0]]),
        "trace field problem.x is not an array of numbers: int too large",
    ),
    "an unknown type": (
        changed("dtypes/concat", "float99"),
        "trace field concat is not an array of numbers: data type 'float99' not understood",
    ),
    "a type that is no number": (
        changed("dtypes/concat", "object"),
        "trace field concat is missing or of the wrong kind",
    ),
    "a shape that does not fit": (
        changed("shapes/output", [9, 9]),
        "trace field output is not an array of numbers: cannot reshape",
    ),
    "no concat": (changed("concat", ABSENT), "not a whole trace: 'concat' is missing"),
    "concat of another shape": (
        changed("concat", [[1.0]]),
        "trace field concat has shape (1, 1), expected (2, 2)",
    ),
    "output of another shape": (
        changed("output", [[1.0]]),
        "trace field output has shape (1, 1), expected (2, 2)",
    ),
    "weights of another shape": (
        changed("traces/0/weights", [[1.0]]),
        "trace field traces.0.weights has shape (1, 1), expected (2, 2)",
    ),
    "no weights": (changed("traces/0/weights", ABSENT), "not a whole trace: 'weights' is missing"),
    "heads in words": (
        changed("heads", "two"),
        "trace field heads is missing or of the wrong kind",
    ),
    "fewer heads than it says": (
        changed("heads", 2),
        "trace field traces.0.output has shape (2, 2), expected (2, 1)",
    ),
    "tokens that are no list": (
        changed("tokens", "ab"),
        "trace field tokens is missing or of the wrong kind",
    ),
    "too few tokens": (
        changed("tokens", ["a"]),
        "a trace whose parts do not fit: 1 tokens for 2 rows of x: give one token a row",
    ),
    "provenance that is no table": (
        changed("provenance", [1]),
        "trace field provenance is missing or of the wrong kind",
    ),
    "an unknown rounding": (
        changed("rounded", "up"),
        "trace field rounded is missing or of the wrong kind",
    ),
    "a scale in words": (
        changed("options/scale", "sqrt"),
        "trace field options.scale is missing or of the wrong kind",
    ),
    "causal in words": (
        changed("options/causal", "yes"),
        "trace field options.causal is missing or of the wrong kind",
    ),
    "no offset": (changed("options/offset", ABSENT), "not a whole trace: 'offset' is missing"),
    **{
        f"an unknown name in {place or 'it'}": (
            changed(f"{place}/nope".lstrip("/"), [1]),
            f"{where} has 'nope', which this attnviz does not know",
        )
        for place, where in {
            "": "the trace",
            "problem": "trace field problem",
            "options": "trace field options",
            "dtypes": "trace field dtypes",
            "shapes": "trace field shapes",
            "traces/0": "trace field traces.0",
        }.items()
    },
    "the shape of an unknown array": (
        changed("shapes", {"problem.zz": [2, 2]}),
        "trace field shapes has 'problem.zz', which this attnviz does not know",
    ),
    "more heads than it says": (
        changed("traces", json.loads(small().to_json())["traces"] * 2),
        "the trace has 'traces.1.q', which this attnviz does not know",
    ),
    "one name twice": (
        small().to_json().replace('"heads": 1', '"heads": 2, "heads": 1'),
        "not a trace: an object in it has the key 'heads' twice",
    ),
}


@pytest.mark.parametrize(("text", "says"), BROKEN.values(), ids=BROKEN.keys())
def test_for_json_that_is_no_trace_the_wrong_field_is_reported_in_one_line(text, says):
    with pytest.raises(InputError) as caught:
        Trace.from_json(text)

    assert str(caught.value).startswith(says)
    assert "\n" not in str(caught.value)


def write_text(path):
    path.write_text("hello")


def write_nothing(path):
    path.write_bytes(b"")


def write_one_array(path):
    with path.open("wb") as file:
        np.save(file, np.ones(3))


def write_a_pickle(path):
    np.savez(path, facts=np.array([{"schema": "attnviz.trace/1"}], dtype=object))


def write_half(path):
    small().to_npz(path)
    path.write_bytes(path.read_bytes()[:-200])


def write_other_arrays(path):
    np.savez(path, a=np.ones(3))


def write_facts_that_are_a_list(path):
    np.savez(path, facts=np.array("[]"))


def write_damage(path):
    small().to_npz(path)
    data = bytearray(path.read_bytes())
    data[60:200] = b"\xff" * 140
    path.write_bytes(bytes(data))


@pytest.mark.parametrize(
    "write",
    [
        write_text,
        write_nothing,
        write_one_array,
        write_a_pickle,
        write_half,
        write_other_arrays,
        write_facts_that_are_a_list,
        write_damage,
    ],
)
def test_a_file_that_is_no_trace_is_reported_in_one_line(write, tmp_path):
    path = tmp_path / "trace.npz"
    write(path)

    with pytest.raises(InputError) as caught:
        Trace.from_npz(path)

    assert str(caught.value).startswith(f"{path}: not a trace in .npz form (")
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_reported(tmp_path):
    with pytest.raises(InputError, match="No such file"):
        Trace.from_npz(tmp_path / "trace.npz")


def npz_with(path, **changes):
    small().to_npz(path)
    with np.load(path) as file:
        arrays = dict(file)
    facts = json.loads(str(arrays["facts"])) | changes.pop("facts", {})
    kept = {name: each for name, each in (arrays | changes).items() if each is not None}
    np.savez(path, **(kept | {"facts": np.array(json.dumps(facts))}))


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"facts": {"schema": "x"}}, "schema is 'x', expected 'attnviz.trace/1'"),
        (
            {"facts": {"options": None}},
            "trace field options.causal is missing or of the wrong kind",
        ),
        ({"facts": {"rounded": 3}}, "trace field rounded is missing or of the wrong kind"),
        ({"problem.x": None}, "trace field problem.x is missing or of the wrong kind"),
        ({"concat": np.array("abc")}, "trace field concat is missing or of the wrong kind"),
        ({"output": None}, "not a whole trace: 'output' is missing"),
        ({"facts": {"nope": 3}}, "the trace has 'nope', which this attnviz does not know"),
        ({"problem.zz": np.ones(2)}, "the trace has 'problem.zz', which this attnviz does not"),
        ({"traces.1.q": np.ones(2)}, "the trace has 'traces.1.q', which this attnviz does not"),
    ],
)
def test_for_an_invalid_npz_the_wrong_field_is_reported(changes, says, tmp_path):
    path = tmp_path / "trace.npz"
    npz_with(path, **changes)

    with pytest.raises(InputError) as caught:
        Trace.from_npz(path)

    assert says in str(caught.value)


@pytest.mark.parametrize("number", [np.nan, np.inf, -np.inf, 1e308])
def test_what_overflows_is_still_json_that_every_program_reads(number):
    def refuse(word):
        raise AssertionError(word)

    trace = self_attention([[number, 1.0], [1.0, number]], *[1e200 * np.eye(2)] * 3)

    json.loads(trace.to_json(), parse_constant=refuse)


def test_a_scale_of_numpy_is_written_and_one_that_is_not_finite_is_refused():
    assert json.loads(small(scale=np.float32(0.5)).to_json())["options"]["scale"] == 0.5
    with pytest.raises(InputError, match=r"^scale is inf: give a finite number$"):
        small(scale=np.inf)

"""The built-in examples do what their descriptions say."""

import dataclasses
from dataclasses import replace

import numpy as np
import pytest

from attnviz.core.provenance import Source
from attnviz.core.self_attention import trace_of
from attnviz.errors import AttnvizError, InputError
from attnviz.inputs.example_files import DEFAULT, example_names, example_text, load_example


def weights_of(name):
    example = load_example(name)
    return example.problem.tokens, [head.stages.weights for head in trace_of(example.problem).heads]


def test_the_default_comes_first():
    assert example_names() == (DEFAULT, "causal", "retrieval", "two-heads")


@pytest.mark.parametrize("name", example_names())
def test_every_example_has_both_languages_and_a_source(name):
    example = load_example(name)
    for texts in (example.title, example.description):
        assert texts.keys() == {"en", "zh"}
        assert all(texts.values())
    assert example.source
    assert str(example.problem.provenance.sources["x"]) == f"example {name}"
    assert example.problem.provenance.untrained is None


def test_illustrated_is_the_articles_own_example():
    trace = trace_of(load_example("illustrated").problem)
    (head,) = trace.heads
    assert head.q.tolist() == [[1, 0, 2], [2, 2, 2], [2, 1, 3]]
    assert head.k.tolist() == [[0, 1, 1], [4, 4, 0], [2, 3, 1]]
    assert head.v.tolist() == [[1, 2, 3], [2, 8, 0], [2, 6, 3]]
    assert head.stages.scaled_scores.tolist() == [[2, 4, 4], [4, 16, 12], [4, 12, 10]]
    assert trace.problem.tokens is None


def test_retrieval_finds_the_cat():
    tokens, (weights,) = weights_of("retrieval")
    assert weights[tokens.index("it"), tokens.index("cat")] > 0.9
    assert weights[tokens.index("the")].tolist() == [0.2] * 5


def test_causal_hides_what_would_have_been_looked_at_most():
    _, (weights,) = weights_of("causal")
    assert not np.triu(weights, 1).any()
    assert weights[0].tolist() == [1, 0, 0, 0]
    problem = load_example("causal").problem
    unmasked = dataclasses.replace(
        problem, options=dataclasses.replace(problem.options, causal=False)
    )
    assert trace_of(unmasked).heads[0].stages.weights[0].argmax() == 3


def test_two_heads_look_at_the_word_before_and_at_the_same_kind():
    _, (back, kind) = weights_of("two-heads")
    assert back.argmax(axis=1).tolist() == [3, 0, 1, 2]
    assert back.max(axis=1).min() > 0.95
    same_kind = np.array([[1, 0, 1, 0], [0, 1, 0, 1]] * 2)
    assert (kind * same_kind).sum(axis=1).min() > 0.95


def test_the_numbers_of_every_example_are_whole():
    for name in example_names():
        problem = load_example(name).problem
        for array in (problem.x, problem.w_q, problem.w_k, problem.w_v):
            assert np.array_equal(array, np.round(array))


def test_an_unknown_example_is_reported_with_the_nearest():
    with pytest.raises(InputError) as caught:
        load_example("retreival")
    assert str(caught.value) == (
        "unknown example 'retreival': did you mean 'retrieval'? "
        "Known: illustrated, causal, retrieval, two-heads"
    )


def test_a_printed_example_loads_as_the_users_own(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(example_text("two-heads"), encoding="utf-8")
    mine = load_example(str(path))
    assert trace_of(mine.problem).output.tolist() == (
        trace_of(load_example("two-heads").problem).output.tolist()
    )
    assert mine.problem.provenance.sources["w_q"] == Source("file", str(path))


SMALL = "x = [[1, 2]]\nw_q = [[1], [2]]\nw_k = [[1], [2]]\nw_v = [[1], [2]]\n"


def test_the_least_example_is_its_four_arrays(tmp_path):
    path = tmp_path / "small.toml"
    path.write_text(SMALL)
    assert load_example(str(path)).problem.options.scale is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x = [[1, 2]]\n", "{}: w_q, w_k, w_v missing: add w_q = [[1, 2], [3, 4]]"),
        (
            SMALL.replace("[[1, 2]]", '[[1, "a"]]'),
            '{}, x, row 1, column 2: "a" is not a number: put a number such as 0.5 there',
        ),
        (
            SMALL.replace("[[1, 2]]", "[[1, inf]]"),
            "{}, x, row 1, column 2: inf is not finite: attention needs finite numbers",
        ),
        (
            SMALL.replace("[[1, 2]]", "[[1, 1979-05-27]]"),
            '{}, x, row 1, column 2: "1979-05-27" is not a number: put a number such as 0.5 there',
        ),
        (
            SMALL.replace("[[1, 2]]", "[[1, 2, 3]]"),
            "{}: w_q has shape (2, 1), expected (3, 1): x has shape (1, 3)",
        ),
        (SMALL + "tokens = 'a'", '{}: tokens is not a list of words: write ["a", "b"]'),
        (SMALL + "tokens = ['a', 'b']", "{}: 2 tokens for 1 rows of x: give one token a row"),
        (SMALL + "title = 'a'", '{}: title is not text by language: write title.en = "…"'),
        (SMALL + "options = 1", "{}: options is not a table: write [options] on a line of its own"),
        (SMALL + "[options]\nheads = 0", "{}: heads is 0, expected a whole number from 1"),
        (SMALL + "[options]\ncausal = 1", "{}: causal is 1, expected true or false"),
        (
            SMALL + "[options]\nscale = 'half'",
            "{}: scale is 'half': say sqrt, none or a finite number",
        ),
        (
            SMALL + "[options]\nmask = [[2]]",
            "{}, mask, row 1, column 1: 2 is neither 0 nor 1: write 1 where a query may attend, 0 where not",
        ),
        (
            SMALL + "[options]\nmask = [[1, 1]]",
            "{}, mask has shape (1, 2), expected (1, 1): a row for each query and a column for each key",
        ),
        (
            SMALL + "[options]\nhead = 2",
            "{}: unknown option 'head': did you mean 'heads'? Known: heads, scale, causal, mask",
        ),
    ],
)
def test_a_mistake_in_an_example_file_is_reported_with_its_place(tmp_path, text, message):
    path = tmp_path / "mine.toml"
    path.write_text(text)
    with pytest.raises(AttnvizError) as caught:
        load_example(str(path))
    assert str(caught.value) == message.format(path)


def test_an_unknown_key_is_reported_with_the_nearest(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(SMALL + "token = ['a']")
    with pytest.raises(InputError, match=r"unknown key 'token': did you mean 'tokens'\? Known: "):
        load_example(str(path))


def test_what_is_not_toml_is_reported_with_the_line(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text("x = [[1, 2]\ny")
    with pytest.raises(InputError, match=r"is not TOML: .*line 2"):
        load_example(str(path))


def test_a_missing_example_file_is_reported(tmp_path):
    with pytest.raises(InputError, match=r"mine\.toml: no such file \(--example\)"):
        load_example(str(tmp_path / "mine.toml"))


def test_a_title_that_a_language_lacks_is_the_english_one_and_else_the_name():
    example = load_example("illustrated")

    assert example.title_in("zh") == example.title["zh"] != example.title["en"]
    assert example.title_in("de") == example.title["en"]
    assert replace(example, title={}).title_in("de") == "illustrated"

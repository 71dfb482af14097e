"""Arguments of the wrong kind are errors in one line, whatever a program hands over."""

from dataclasses import fields

import numpy as np
import pytest

import attnviz
from attnviz.cli.failures import run
from attnviz.errors import AttnvizError, InputError
from attnviz.inputs.request import InputRequest

WRONG = (-1, 1.5, True, "", "x", b"x", [], {}, ("a",), ["a", 1], object(), complex(1, 2), 10**30)
WRONG += (float("nan"), float("inf"), np.array([1, 2]), np.nan)
TRACE = attnviz.trace("a b")


def fails_in_one_line(call, *values, **named) -> None:
    try:
        str(call(*values, **named))
    except AttnvizError as error:
        assert "\n" not in str(error)
        assert len(str(error)) < 1000


@pytest.mark.parametrize("name", [each.name for each in fields(InputRequest)])
def test_an_input_option_of_any_kind_is_taken_or_refused_in_one_line(name):
    for value in WRONG:
        for call in (attnviz.trace, attnviz.load):
            fails_in_one_line(call, **{"text": "a b", name: value})


@pytest.mark.parametrize(
    "name",
    [
        *("lesson", "language", "query", "key", "precision", "rounding", "seed", "distance"),
        *("steps", "width", "colour", "theme"),
    ],
)
def test_an_option_of_explain_of_any_kind_is_taken_or_refused_in_one_line(name):
    for value in WRONG:
        fails_in_one_line(attnviz.explain, TRACE, **{name: value})


@pytest.mark.parametrize("value", WRONG)
def test_what_is_no_trace_is_refused(value):
    for call in (attnviz.explain, lambda source: attnviz.film(source, "never.mp4")):
        with pytest.raises(
            InputError, match=r"^source is .*, expected a Trace, a Storyboard, or None"
        ):
            call(value)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"heads": -1}, "heads is -1, expected a whole number from 1, or None"),
        ({"d_k": 1.5}, "d_k is 1.5, expected a whole number from 1, or None"),
        ({"causal": "no"}, "causal is 'no', expected True or False, or None"),
        ({"vectors": 3}, "vectors is 3, expected a path, a text, or None"),
        ({"scale": []}, "scale is [], expected a whole number, a number, a text, or None"),
        ({"tokens": [1]}, "tokens is [1], expected a list of texts, a text, or None"),
    ],
)
def test_the_message_names_the_argument_its_value_and_what_fits(options, said):
    for call in (attnviz.trace, attnviz.load):
        with pytest.raises(InputError) as caught:
            call("a b", **options)
        assert str(caught.value) == said


def test_numbers_of_numpy_and_lists_of_tokens_are_taken():
    assert attnviz.load(tokens=["New York", "a"], heads=np.int64(2), scale=0.5).tokens == (
        "New York",
        "a",
    )
    assert attnviz.trace("a b", scale=0.5) == attnviz.trace("a b", scale="0.5")
    assert str(attnviz.explain(TRACE, query=np.int64(1))) == str(attnviz.explain(TRACE, query=1))


def test_a_hundred_million_processes_are_refused_before_anything_is_read(capsys):
    assert run(["render", "--vectors", "there-is-no-such-file.csv", "--jobs", "100000000"]) == 2
    assert capsys.readouterr().err == ("Error: --jobs is 100000000: give 1 to 256 processes\n")
    with pytest.raises(InputError, match=r"^jobs is 100000000: give 1 to 256 processes$"):
        attnviz.film(TRACE, "never.mp4", jobs=100_000_000)


@pytest.mark.parametrize("option", ["--heads", "--precision", "--width", "--seed", "--d-k"])
def test_a_whole_number_is_read_in_the_digits_of_any_script(option, capsys):
    pages = set()
    for number in ("42", "４２", "٤٢", "४२"):
        arguments = [option, number if option == "--width" else number[-1]]
        assert run(["explain", "a b", *arguments]) == 0
        pages.add(capsys.readouterr().out)

    assert len(pages) == 1


@pytest.mark.parametrize("dash", ["-", "−", "－", "–"])
def test_a_number_below_its_bounds_is_that_with_any_dash(dash, capsys):
    assert run(["explain", "a b", f"--heads={dash}２"]) == 2

    assert "-2 is not in the range x>=1" in capsys.readouterr().err

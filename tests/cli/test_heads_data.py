"""What is measured of heads, as JSON and as plain text in a file."""

import json

import numpy as np
import pytest

from attnviz import Trace

SENTENCE = "The animal didn't cross the street because it was too tired"


def read(text):
    def refuse(constant):
        raise AssertionError(f"{constant} is not JSON")

    return json.loads(text, parse_constant=refuse)


def test_every_head_is_measured_with_all_digits(attnviz):
    asked = ("heads", SENTENCE, "--model", "minilm", "--from", "it", "--to", "animal")

    body = read(attnviz(*asked, "--format", "json").out)

    assert (body["schema"], body["model"]) == ("attnviz.heads/1", "all-MiniLM-L6-v2")
    assert (body["merged"], body["captured"], body["made"]) == (False, False, {})
    assert [body["tokens"][i] for i in (0, 2, 10, 14)] == ["[CLS]", "animal", "it", "[SEP]"]
    assert body["pair"] == {"query": [10], "key": [2]}
    assert [(each["layer"], each["head"]) for each in body["heads"]] == [
        (layer, head) for layer in range(6) for head in range(12)
    ]
    foremost = max(body["heads"], key=lambda each: each["pair"])
    assert (foremost["layer"], foremost["head"], round(foremost["pair"], 2)) == (5, 11, 0.65)
    assert round(max(each["previous"] for each in body["heads"]), 2) == 1


def test_one_head_has_its_weights_too_and_is_read_back(attnviz, work):
    chosen = (SENTENCE, "--model", "minilm", "--layer", "3", "--head", "1")

    assert attnviz("heads", *chosen, "-o", "head.json").status == 0
    body = read((work / "head.json").read_text(encoding="utf-8"))

    trace = Trace.from_json(attnviz("explain", *chosen, "--format", "json").out)
    np.testing.assert_allclose(body["attention"], trace.heads[0].stages.weights, rtol=0, atol=1e-12)
    assert tuple(body["tokens"]) == trace.problem.tokens
    (head,) = body["heads"]
    assert (head["layer"], head["head"], head["pair"]) == (3, 1, None)
    again = attnviz("heads", "--attention", "head.json", "--head", "0", "--from", "it").out
    assert "it → animal  0.64" in again
    assert "not computed here" in again


def test_what_cannot_be_measured_is_null(attnviz, work):
    np.save(work / "one.npy", np.ones((1, 1)))

    body = read(attnviz("heads", "--attention", "one.npy", "--format", "json").out)

    assert body["captured"] is True
    (head,) = body["heads"]
    assert head["previous"] is head["same"] is head["separator"] is head["induction"] is None
    assert head["entropy"] == 0


@pytest.mark.parametrize("arguments", [(), ("--head", "1")])
def test_text_in_a_file_is_that_of_the_screen_without_colours(attnviz, work, arguments):
    np.save(work / "own.npy", np.stack([np.eye(3), np.ones((3, 3)) / 3]))
    asked = ("heads", "a 猫 b", "--attention", "own.npy", *arguments, "--width", "60")

    assert attnviz(*asked, "-o", "heads.txt").status == 0

    assert (work / "heads.txt").read_text(encoding="utf-8") == attnviz(*asked).out


def test_the_option_decides_where_the_suffix_says_something_else(attnviz, work):
    np.save(work / "own.npy", np.eye(2))

    assert attnviz("heads", "--attention", "own.npy", "--format", "json", "-o", "a.dat").status == 0

    assert read((work / "a.dat").read_text())["tokens"] == ["1", "2"]
    refused = attnviz("heads", "--attention", "own.npy", "--font", "Inter", "-o", "a.json").refusal
    assert refused == "--font draws the text of .png: give -o FILE.png"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"attention": [[1.0]], "tokens": ["a", "b"]}, "has 2 tokens and weights of 1 positions"),
        ({"attention": [[1.0]], "tokens": "a"}, "tokens: not a list of words"),
        ({"attention": [[1.0]], "tokens": [" "]}, "token 1: it is blank"),
    ],
)
def test_tokens_of_a_file_that_do_not_fit_are_refused(attnviz, work, body, said):
    (work / "own.json").write_text(json.dumps(body))

    assert said in attnviz("heads", "--attention", "own.json").refusal

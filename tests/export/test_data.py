"""The JSON of a lesson: plain JSON that holds all that is shown, with all digits."""

import json
import math

import numpy as np
import pytest

from attnviz.lessons.registry import LESSONS
from attnviz.story.exhibits import Field, Plot, Table
from attnviz.story.matrix import Matrix
from attnviz.views.document.lesson_json import storyboard_json


def refuse(constant):
    raise AssertionError(f"{constant} is not JSON")


def read(board):
    return json.loads(storyboard_json(board), parse_constant=refuse)


def values_of(listed):
    return np.array([[-math.inf if each is None else each for each in row] for row in listed])


@pytest.mark.parametrize("name", LESSONS)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_lesson_is_json_with_every_step_and_word(default_lesson, name, language):
    board = default_lesson(name, language)

    body = read(board)

    assert (body["schema"], body["lesson"], body["language"]) == (
        "attnviz.lesson/1",
        name,
        language,
    )
    assert [step["id"] for step in body["steps"]] == [step.id for step in board.steps]
    assert [step["narration"] for step in body["steps"]] == [dict(s.narration) for s in board.steps]
    assert body["notes"] == list(board.notes)


@pytest.mark.parametrize("name", LESSONS)
def test_matrices_come_back_with_all_digits(default_lesson, name):
    board = default_lesson(name, "en")

    for step, told in zip(board.steps, read(board)["steps"], strict=True):
        pairs = list(zip(step.operands, told["operands"], strict=True))
        pairs += zip(step.results, told["results"], strict=True)
        pairs += [
            (exhibit.item, each["item"])
            for exhibit, each in zip(step.beside_product, told["exhibits"], strict=True)
            if each["kind"] == "matrix"
        ]
        for matrix, each in pairs:
            assert np.array_equal(values_of(each["values"]), matrix.values)
            assert (each["symbol"], each["shape"]) == (matrix.symbol, list(matrix.shape))


def test_a_hidden_score_is_null_and_what_json_cannot_say_is_a_word(exhibited):
    board = exhibited()
    matrix = board.steps[0].exhibits[1].item
    matrix.values[0] = [math.nan, math.inf]

    (told,) = [
        e["item"] for e in read(board)["steps"][0]["exhibits"] if e["item"].get("symbol") == "w"
    ]

    assert told["values"] == [["NaN", "Infinity"], [-2.0, None]]


def test_every_kind_of_exhibit_keeps_its_numbers_its_place_and_its_marks(exhibited):
    board = exhibited(5)

    told = read(board)["steps"][0]["exhibits"]

    kinds = {Matrix: "matrix", Plot: "plot", Table: "table", Field: "field"}
    assert [each["kind"] for each in told] == [kinds[type(e.item)] for e in board.steps[0].exhibits]
    assert told[0]["marks"] == [{"rows": [0, 3], "columns": [0, 1]}]
    assert [each["joint"] for each in told] == ["", "∗", "=", "", "", "", "≠"]
    plot, field = board.steps[0].exhibits[3].item, board.steps[0].exhibits[5].item
    assert [each["y"] for each in told[3]["item"]["series"]] == [list(s.y) for s in plot.series]
    assert told[4]["item"]["rows"][0] == {"cells": ["cat", "3 × 224 × 1000", "0.5"], "good": True}
    assert told[5]["item"]["layers"][0]["lit"] == list(field.layers[0].lit)
    assert told[5]["item"]["marks"][0] == {"layer": 0, "position": 4, "name": "cat"}


def test_a_calculation_is_there_as_text_and_in_numbers(default_lesson):
    body = read(default_lesson("self-attention", "en"))

    scores = next(step for step in body["steps"] if step["id"] == "scores")
    second = scores["worked"][1]
    assert second["text"] == "q₁·k₂ = 1·4 + 0·4 + 2·0 = 4"
    assert second["total"] == {"value": 4.0, "text": "4", "role": "score"}
    assert [term["value"] for term in second["terms"]] == [4.0, 0.0, 0.0]
    assert second["terms"][0]["pieces"][0] == {"value": 1.0, "text": "1", "role": "query"}
    assert body["query"] == 0


def test_markup_in_a_name_is_text_like_any_other(exhibited):
    body = read(exhibited(2, ('</script>"\\', "\u2028")))

    assert body["steps"][0]["exhibits"][4]["item"]["rows"][0]["cells"][0] == '</script>"\\'

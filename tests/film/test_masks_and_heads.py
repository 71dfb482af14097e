"""The films of masks, heads and √d_k: what stands on the screen after the moves that only they have."""

from collections.abc import Callable

import numpy as np
import pytest
from attnviz.scenes import scene_of

from attnviz.core.self_attention import trace_of
from attnviz.inputs import InputRequest, problem_from
from attnviz.lessons.registry import build_storyboard, lesson_named
from attnviz.lessons.request import LessonRequest
from attnviz.render.quality import QUALITIES
from attnviz.story.i18n import words
from attnviz.views.film.components.cells import Cell
from attnviz.views.film.components.matrix import MOST_SIDE, MatrixView
from attnviz.views.film.components.text import Line
from attnviz.views.film.film import Film
from attnviz.views.film.production.planning import plan
from attnviz.views.film.style import MOST_WORKED, Style


def family(scene):
    seen = {id(part): part for each in scene.mobjects for part in each.get_family()}
    return list(seen.values())


def facts_of(scene):
    """Loose lines, and of every matrix its symbol, the texts of its cells and where each row stands."""
    parts = family(scene)
    views = [each for each in parts if isinstance(each, MatrixView)]
    cells = {id(part) for view in views for cell in view.cells for part in cell.get_family()}
    return {
        "lines": [each.text for each in parts if type(each) is Line and id(each) not in cells],
        "written": [
            each.text
            for view in views
            for cell in view.cells
            for each in cell.get_family()
            if type(each) is Line
        ],
        "cells": [
            (
                view.sheet.matrix.symbol,
                [[cell.text for cell in row if isinstance(cell, Cell)] for row in view.entries],
            )
            for view in views
        ],
        "levels": [
            [round(float(row[0].get_y()), 6) for row in view.entries if isinstance(row[0], Cell)]
            for view in views
        ],
    }


@pytest.fixture(scope="module")
def seen() -> Callable[..., dict]:
    """What was seen at the end of every beat of some steps: seen("masking", "before-softmax", text="a b")."""

    def look_at(name, *steps, **input_options):
        lesson, trace, facts = lesson_named(name), None, {}
        if lesson.takes_sequence:
            trace = trace_of(problem_from(InputRequest(**(input_options or lesson.default))))
        board = build_storyboard(name, LessonRequest(trace, most=MOST_WORKED))

        def look(scene, beat):
            facts[beat.name] = facts_of(scene)

        plan(Film(scene_of(lesson), board, Style(), QUALITIES["low"], only=steps), look)
        return facts

    return look_at


def test_infinity_is_shown_where_scores_are_hidden_and_zeros_among_the_weights(seen):
    facts = seen("masking", "before-softmax")
    upper = np.triu(np.ones((4, 4), dtype=bool), k=1)

    ((symbol, scores),) = facts["before-softmax.hide"]["cells"]
    (_, (weights_symbol, weights)) = facts["before-softmax.zeros"]["cells"]

    assert (symbol, weights_symbol) == ("S/√d_k + M", "A")
    assert np.array_equal(np.array(scores) == "−∞", upper)
    assert np.array_equal(np.array(weights) == "0", upper)


def test_infinity_is_written_also_into_shaded_cells(seen):
    facts = seen("masking", "before-softmax", text="one two three four five six seven eight")

    assert facts["before-softmax.hide"]["written"] == ["−∞"] * 28


def test_blocks_of_a_long_sequence_are_explained(seen):
    facts = seen("masking", "before-softmax", text=" ".join("abcdefghijklmnopqrst"))

    note = words("en").phrase("film", "large", blocks=MOST_SIDE)
    assert note in facts["before-softmax.hide"]["lines"]


@pytest.mark.parametrize("text", ["a b c d", "a b c d e f", "a b c d e f g h i j k l"])
def test_a_row_of_weights_is_beside_its_scores_and_its_sum(seen, text):
    facts = seen("masking", "before-softmax", text=text)
    scores, weights, sums = facts["before-softmax.sum"]["levels"]

    assert scores == pytest.approx(weights, abs=1e-3)
    assert sums == pytest.approx(weights, abs=1e-3)


def test_six_scores_keep_their_numbers_beside_weights_and_sums(seen):
    facts = seen("masking", "before-softmax", text="a b c d e f")

    assert all(
        text for _, rows in facts["before-softmax.sum"]["cells"] for row in rows for text in row
    )


def test_the_outputs_of_the_heads_are_the_columns_of_what_they_became(seen):
    facts = seen("multi-head", "concat")["concat.concat"]
    cells = dict(facts["cells"])

    assert list(cells) == ["O₁", "O₂", "Concat"]
    assert cells["Concat"] == [a + b for a, b in zip(cells["O₁"], cells["O₂"], strict=True)]


def test_a_curve_with_the_root_is_drawn_only_with_the_words_about_it(seen):
    facts = seen("scaling", "variance", "saturation", "gradient")

    def named(beat):
        lines = facts[beat]["lines"]
        return [sum(line.startswith(name) for line in lines) for name in ("without 1", "with 1")]

    assert named("variance.without") == [1, 0]
    assert named("variance.with") == [1, 1]
    assert named("saturation.entropy") == [2, 0]
    assert named("saturation.with") == [2, 2]


def test_the_formula_of_several_heads_is_above_the_results_of_its_parts(seen):
    lines = seen("multi-head", "formula")["formula.why"]["lines"]

    assert [line for line in lines if line in ("head 1", "head 2", "Concat", "Y")] == [
        "head 1",
        "head 2",
        "Concat",
        "Y",
    ]


def test_each_head_shows_on_the_screen_what_its_own_mask_hides(seen, tmp_path):
    masks = np.stack([np.tri(4), 1 - np.eye(4)])
    np.save(tmp_path / "m.npy", masks)

    facts = seen(
        *("self-attention", "all-rows", "heads"),
        text="a b c d",
        heads=2,
        mask=str(tmp_path / "m.npy"),
    )
    cells = facts["all-rows.matrix"]["cells"]
    [scores] = [np.array(each) for symbol, each in cells if symbol == "S/√d_k + M"]
    weights = [np.array(each) for symbol, each in facts["heads.why"]["cells"] if symbol == "A"]

    # the rows of the head that is worked, then the weights of all
    assert (scores == "−∞").tolist() == (masks[0] == 0).tolist()
    assert [(each == "0").tolist() for each in weights] == (masks == 0).tolist()

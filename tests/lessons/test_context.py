"""The lesson context against impulses that are really convolved, and against closed forms."""

import math
import re

import numpy as np
import pytest

from attnviz.core.measures.needle import needle_sequence
from attnviz.errors import InputError
from attnviz.lessons.context.lesson import LESSON as _LESSON
from attnviz.lessons.request import LessonRequest
from attnviz.story.exhibits import Field, Plot, Table
from attnviz.story.i18n import words
from attnviz.story.matrix import Matrix
from attnviz.story.storyboard import Storyboard

storyboard = _LESSON.build


POSITIONS = 32
DISTANCES = range(1, POSITIONS)
WEIGHT = math.exp(6) / (math.exp(6) + POSITIONS - 1)


def storyboard_of(**asked: object) -> Storyboard:
    return storyboard(LessonRequest(**asked))


@pytest.fixture(scope="module")
def board() -> Storyboard:
    return storyboard_of()


def items(board: Storyboard, step: str, kind: type) -> list:
    return [each.item for each in board.step(step).exhibits if isinstance(each.item, kind)]


def seen_by_impulses(n: int, layers: int, position: int) -> list[bool]:
    """Which inputs change the unit at `position`, found by sending an impulse through ones(3) from each."""
    seen = []
    for start in range(n):
        signal = np.zeros(n)
        signal[start] = 1
        for _ in range(layers):
            signal = np.convolve(signal, np.ones(3), mode="same")
        seen.append(bool(signal[position]))
    return seen


def fields_of_convolution(board: Storyboard) -> list[tuple[Field, int]]:
    """Every field of a stack, with the position of its last unit."""
    fields = [*items(board, "receptive-field", Field), *items(board, "planted", Field)]
    stacks = [each for each in fields if each.layers[-1].role == "kernel"]
    return [(each, each.layers[-1].lit.index(True)) for each in stacks]


def test_a_field_lights_the_positions_that_an_impulse_reaches(board):
    fields = fields_of_convolution(board)

    assert len(fields) == 3
    for field, position in fields:
        top = len(field.layers) - 1
        for layer, row in enumerate(field.layers):
            expected = seen_by_impulses(len(row.lit), top - layer, position)
            assert list(row.lit) == expected, row.name


def test_the_links_of_a_field_lead_from_the_unit_to_the_inputs_that_are_lit(board):
    for field, position in fields_of_convolution(board):
        reached = {position}
        for pairs, row in zip(reversed(field.links), reversed(field.layers[:-1]), strict=True):
            assert {above for _, above in pairs} == reached
            assert all(abs(below - above) <= 1 for below, above in pairs)
            reached = {below for below, _ in pairs}
            assert reached == {i for i, lit in enumerate(row.lit) if lit}


def test_one_step_of_attention_joins_every_position(board):
    for step in ("receptive-field", "planted"):
        field = next(each for each in items(board, step, Field) if each.layers[-1].role == "weight")
        n = len(field.layers[0].lit)
        assert all(field.layers[0].lit)
        assert sorted(below for below, _ in field.links[0]) == list(range(n))


def test_the_last_layer_is_the_first_that_sees_all(board):
    _, stack, _ = items(board, "receptive-field", Field)
    n, layers = len(stack.layers[0].lit), len(stack.layers) - 1

    assert all(seen_by_impulses(n, layers, n // 2))
    assert not all(seen_by_impulses(n, layers - 1, n // 2))


def layers_by_growth(distance: int, kernel: int, growth: int = 1) -> int:
    """Layers until an impulse has spread over `distance` and both its ends: the widths of real convolutions."""
    spread, layers = np.ones(1), 0
    while len(spread) <= distance:
        gapped = np.zeros((kernel - 1) * growth**layers + 1)
        gapped[:: growth**layers] = 1
        spread, layers = np.convolve(spread, gapped), layers + 1
        assert np.all(spread > 0)
    return layers


def test_the_curves_count_the_layers_that_real_convolutions_take(board):
    (plot,) = items(board, "layers", Plot)
    *plain, dilated, attention = plot.series

    for series, kernel in zip(plain, (3, 5, 7), strict=True):
        assert series.y == tuple(layers_by_growth(int(d), kernel) for d in series.x)
    assert dilated.y == tuple(layers_by_growth(int(d), 3, growth=3) for d in dilated.x)
    assert set(attention.y) == {1}
    assert all(each.texts == tuple(f"{y:.0f}" for y in each.y) for each in plot.series)


def test_the_table_of_layers_is_the_closed_form(board):
    (table,) = items(board, "layers", Table)

    for row in table.rows:
        distance, *counts = map(int, row.cells)
        by_kernel = [math.ceil(distance / (k - 1)) for k in (3, 5, 7)]
        gapped = next(layers for layers in range(20) if 3**layers >= distance + 1)
        assert counts == [*by_kernel, gapped, 1]


def test_the_words_on_layers_say_the_last_row_of_the_table(board):
    narration = board.step("layers").narration
    numbers = {part: list(map(int, re.findall(r"\d+", said))) for part, said in narration.items()}

    assert numbers["far"] == [4096, 3, 2048]
    assert numbers["dilation"] == [3, 8]
    assert numbers["reach"] == [4096, 3]


@pytest.mark.parametrize("seed", [0, 1, 251])
def test_a_stack_is_silent_exactly_where_the_match_is_out_of_its_field(seed):
    attention, *stacks = items(storyboard_of(seed=seed), "sweep", Plot)[0].series

    for series, layers in zip(stacks, (4, 8), strict=True):
        assert [y == 0 for y in series.y] == [d > layers for d in DISTANCES]
        assert [text == "0" for text in series.texts] == [d > layers for d in DISTANCES]
    assert attention.y == pytest.approx([WEIGHT] * len(DISTANCES))


def test_the_default_precision_distinguishes_every_response_of_the_first_stack_from_zero():
    for seed in (0, 73, 251):
        _, stack, _ = items(storyboard_of(seed=seed), "sweep", Plot)[0].series
        assert all(float(text) > 0 for text, y in zip(stack.texts, stack.y, strict=True) if y)


@pytest.mark.parametrize("distance", [1, 3, 4, 5, 20, 31])
def test_the_planted_match_is_heard_from_the_layer_that_reaches_it(distance):
    by_layers, by_content = items(storyboard_of(distance=distance), "planted", Table)

    heard = [float(response) > 0 for _, response in (row.cells for row in by_layers.rows)]
    assert heard == [layers >= distance for layers in range(1, 5)]
    cells = {row.cells[0]: row.cells[1:] for row in by_content.rows}
    assert cells["score"] == ("6", "0")
    assert float(cells["weight"][0]) == pytest.approx(WEIGHT, abs=1e-3)
    assert float(cells["weight"][1]) == pytest.approx((1 - WEIGHT) / (POSITIONS - 1), abs=1e-3)
    assert cells["response"][0] == cells["weight"][0]


@pytest.mark.parametrize(("distance", "part"), [(4, "inside"), (5, "outside"), (20, "outside")])
def test_the_words_say_if_the_match_is_inside_the_field(distance, part):
    said = storyboard_of(distance=distance).step("planted").narration["convolution"]
    template = words("en").phrase(
        "context", "planted", part, layers=4, needed=distance, response="§"
    )

    assert re.fullmatch(re.escape(template).replace("§", r"0\.\d+"), said)


def test_the_match_is_marked_where_it_was_planted():
    for distance in (1, 20):
        for field in items(storyboard_of(distance=distance), "planted", Field):
            marks = {name: (layer, position) for layer, position, name in field.marks}
            assert marks == {"asks": (len(field.layers) - 1, 0), "answers": (0, distance)}


def test_the_kernel_made_for_one_distance_answers_to_no_other(board):
    found, _ = items(board, "inductive-bias", Table)[1:]
    (kernel,) = items(board, "inductive-bias", Matrix)

    for row in found.rows:
        distance = int(row.cells[0])
        answers = needle_sequence(POSITIONS, distance).vectors[:, 1]
        padded = np.concatenate([np.zeros(3), answers])
        assert float(row.cells[1]) == padded[:7] @ kernel.values[0]
    assert [row.cells[1] for row in found.rows] == ["0", "0", "1", "0", "0"]


def test_two_answers_share_the_weight_however_far_apart(board):
    two = items(board, "inductive-bias", Table)[2]
    each = math.exp(6) / (2 * math.exp(6) + POSITIONS - 2)

    assert [row.cells[0] for row in two.rows] == ["d = 3", "d = 31"]
    assert [float(row.cells[1]) for row in two.rows] == pytest.approx([each] * 2, abs=1e-3)
    assert f"{each:.3f}" in board.step("inductive-bias").narration["order"]


@pytest.mark.parametrize("distance", [0, 32, -3])
def test_a_distance_outside_of_the_sequence_is_reported_with_its_limits(distance):
    with pytest.raises(
        InputError,
        match=rf"^distance is {distance}, expected 1 to 31: the sequence of the lesson context has 32 "
        r"positions, choose another --distance$",
    ):
        storyboard_of(distance=distance)


def test_another_seed_draws_other_kernels_and_is_named():
    one, other = storyboard_of(seed=1), storyboard_of(seed=2)

    assert "seed 1" in one.notes[0]
    assert items(one, "sweep", Plot)[0].series[1].y != items(other, "sweep", Plot)[0].series[1].y

"""The lesson cost against layers that count their own multiplications, and paths found by search."""

import itertools
import math

import numpy as np
import pytest

from attnviz.core.attention import attend
from attnviz.lessons.cost.lesson import LESSON as _LESSON
from attnviz.lessons.request import LessonRequest
from attnviz.story.exhibits import Plot, Table
from attnviz.story.storyboard import Storyboard

D, K = 64, 3


storyboard = _LESSON.build


@pytest.fixture(scope="module")
def board() -> Storyboard:
    return storyboard(LessonRequest())


def item(board: Storyboard, step: str, kind: type):
    return next(e.item for e in board.step(step).exhibits if isinstance(e.item, kind))


def counts(table: Table) -> dict[int, list[int]]:
    """The rows of counts by their n; a row of formulas is passed over."""
    rows = [row.cells for row in table.rows if row.cells[0] != "n"]
    return {_whole(n): list(map(_whole, cells)) for n, *cells in rows}


def _whole(text: str) -> int:
    return int(text.replace(",", ""))


class Counted:
    """A number that counts how often any of its kind is multiplied."""

    multiplications = 0

    def __mul__(self, other: "Counted") -> "Counted":
        Counted.multiplications += 1
        return self

    def __add__(self, other: "Counted") -> "Counted":
        return self


def some(*shape: int) -> np.ndarray:
    return np.full(shape, Counted(), dtype=object)


def attention_by_hand(n: int) -> None:
    weights = some(n, D) @ some(D, n)
    weights @ some(n, D)


def convolution_by_hand(n: int) -> None:
    padded = some(n + K - 1, D)
    for place in range(n):
        padded[place : place + K].ravel() @ some(K * D, D)


def recurrence_by_hand(n: int) -> None:
    state = some(D)
    for x in some(n, D):
        state = some(D, D) @ state + some(D, D) @ x


@pytest.mark.parametrize(
    ("column", "layer"),
    list(enumerate([attention_by_hand, convolution_by_hand, recurrence_by_hand])),
)
@pytest.mark.parametrize("n", [16, 64])
def test_the_operations_are_those_that_the_layer_itself_counts(board, column, layer, n):
    Counted.multiplications = 0
    layer(n)

    assert counts(item(board, "operations", Table))[n][column] == Counted.multiplications


def test_the_formulas_give_the_counts_below_them(board):
    for step in ("operations", "memory"):
        table = item(board, step, Table)
        formulas = [cell.replace("·", "*").replace("²", "**2") for cell in table.rows[0].cells[1:]]
        for n, shown in counts(table).items():
            assert shown == [eval(each, {"n": n, "d": D}) for each in formulas]


def test_four_times_the_length_is_sixteen_times_the_attention_and_four_times_the_others(board):
    attention, *others = item(board, "operations", Plot).series

    assert {b / a for a, b in itertools.pairwise(attention.y)} == {16}
    assert {b / a for each in others for a, b in itertools.pairwise(each.y)} == {4}
    assert {b / a for a, b in itertools.pairwise(attention.x)} == {4}


def test_attention_and_recurrence_cross_where_n_is_d_and_nowhere_else(board):
    plot = item(board, "operations", Plot)
    attention, _, recurrence = plot.series

    for n, text, ours, theirs in zip(
        attention.x, plot.x_texts, attention.y, recurrence.y, strict=True
    ):
        assert (ours > theirs) - (ours < theirs) == (n > D) - (n < D)
        assert text.endswith("= d") == (n == D)
    both = f"{2 * D**3:,}"
    assert both in board.step("operations").narration["crossing"]
    assert attention.texts[plot.x_texts.index("64 = d")] == both


def test_what_is_left_out_is_three_projections(board):
    Counted.multiplications = 0
    for _ in range(3):
        some(D, D) @ some(D, D)

    assert f"{Counted.multiplications:,} more" in board.step("operations").narration["omitted"]


def test_only_in_a_recurrence_does_a_position_wait(board):
    assert counts(item(board, "sequential-steps", Table)) == {n: [1, 1, n] for n in (16, 64, 4096)}


def layers_searched(n: int, dilated: bool) -> int:
    """Breadth first from the last output down a stack of kernels that look back, until the first input is met."""
    front, layers = {n - 1}, 0
    while 0 not in front:
        gap = K**layers if dilated else 1
        front = {at - i * gap for at in front for i in range(K) if at - i * gap >= 0}
        layers += 1
    return layers


def test_the_paths_are_the_shortest_that_a_search_finds(board):
    for series in item(board, "path-length", Plot).series:
        expected = {
            "attention": lambda n: 1,
            "dilated": lambda n: layers_searched(n, dilated=True),
            "convolution": lambda n: layers_searched(n, dilated=False),
            "recurrence": lambda n: n,
        }[series.name]
        lengths = [int(n) for n in series.x if n <= 1024]
        assert [int(y) for y in series.y[: len(lengths)]] == list(map(expected, lengths))


def test_the_paths_of_the_longest_sequence_are_the_closed_forms(board):
    n = 4096
    expected = [1, math.ceil(math.log(n, K)), math.ceil((n - 1) / (K - 1)), n]

    assert counts(item(board, "path-length", Table))[n] == expected
    said = board.step("path-length").narration["grow"]
    assert said.startswith("At n = 4,096: 4,096 in a recurrence, 2,048 layers")


def test_attention_keeps_the_arrays_that_it_computes_between_its_input_and_its_output(board):
    for n in (16, 64):
        stages = attend(np.ones((n, D)), np.ones((n, D)), np.ones((n, D)))
        kept = stages.weights.size + stages.output.size
        assert counts(item(board, "memory", Table))[n] == [kept, n * D, n * D]


def test_the_orders_are_those_of_the_paper(board):
    """Vaswani et al. (2017), table 1: self-attention, convolutional (with dilation), recurrent."""
    table = item(board, "comparison", Table)
    columns = dict(
        zip(table.header, zip(*(row.cells for row in table.rows), strict=True), strict=True)
    )

    assert columns["attention"][:3] == ("O(n² · d)", "O(1)", "O(1)")
    assert columns["dilated"][:3] == ("O(k · n · d²)", "O(1)", "O(log_k n)")
    assert columns["recurrence"][:3] == ("O(n · d²)", "O(n)", "O(n)")
    assert columns["convolution"][2] == "O(n / k)"


def test_the_last_table_repeats_what_each_step_counted(board):
    last = board.step("comparison").exhibits[1].item
    shown = {row.cells[0]: [_whole(each) for each in row.cells[1:]] for row in last.rows}
    attention, convolution, dilated, recurrence = range(4)

    three = [attention, convolution, recurrence]
    for name, step in (
        ("operations", "operations"),
        ("waiting steps", "sequential-steps"),
        ("memory", "memory"),
    ):
        assert [shown[name][i] for i in three] == counts(item(board, step, Table))[4096]
    paths = [shown["longest path"][i] for i in (attention, dilated, convolution, recurrence)]
    assert paths == counts(item(board, "path-length", Table))[4096]


def test_here_attention_has_the_shortest_path_and_the_most_of_the_rest(board):
    last = board.step("comparison").exhibits[1].item
    shown = {row.cells[0]: [_whole(each) for each in row.cells[1:]] for row in last.rows}

    assert shown["longest path"][0] < min(shown["longest path"][1:])
    assert shown["operations"][0] > max(shown["operations"][1:])
    assert shown["memory"][0] > max(shown["memory"][1:])


def test_no_count_is_rounded(board):
    for step in board.steps:
        for plot in (e.item for e in step.exhibits if isinstance(e.item, Plot)):
            for series in plot.series:
                assert tuple(map(_whole, series.texts)) == series.y

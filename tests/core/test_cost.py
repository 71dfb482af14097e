"""The cost of a layer, judged by layers that are written out, number by number, and count themselves."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest

from attnviz.core.attention import attend
from attnviz.core.convolution.convolution import convolve
from attnviz.core.convolution.receptive_fields import layers_to_reach
from attnviz.core.measures.cost import (
    ATTENTION_ORDER,
    CONVOLUTION_ORDER,
    DILATED_CONVOLUTION_ORDER,
    RECURRENCE_ORDER,
    LayerCost,
    LayerOrder,
    attention_cost,
    convolution_cost,
    recurrence_cost,
)
from attnviz.errors import InputError

Vector = list["Number"]


class Counter:
    """How often numbers that belong to it were multiplied."""

    products = 0

    def vectors(self, rows: int, columns: int) -> list[Vector]:
        return [[Number(self, 0) for _ in range(columns)] for _ in range(rows)]


@dataclass(frozen=True)
class Number:
    """A number that counts products, and knows how many recurrent steps stand between it and the input."""

    counter: Counter
    waited: int

    def __add__(self, other: "Number") -> "Number":
        return Number(self.counter, max(self.waited, other.waited))

    def __mul__(self, other: "Number") -> "Number":
        self.counter.products += 1
        return self + other

    def activated(self) -> "Number":
        """What the layer hands on: the next number that needs it has one more step to wait."""
        return Number(self.counter, self.waited + 1)


def dot(a: Vector, b: Vector) -> Number:
    first, *rest = [x * y for x, y in zip(a, b, strict=True)]
    return sum(rest, start=first)


def columns(matrix: list[Vector]) -> list[Vector]:
    return [list(column) for column in zip(*matrix, strict=True)]


def times(a: list[Vector], b: list[Vector]) -> list[Vector]:
    return [[dot(row, column) for column in columns(b)] for row in a]


def naive_attention(counter: Counter, n: int, d: int, projections: bool) -> list[list[Vector]]:
    """All that is kept: the weights, the outputs, and what was projected."""
    x = counter.vectors(n, d)
    projected = [times(x, counter.vectors(d, d)) for _ in "qkv"] if projections else []
    q, k, v = projected or (x, x, x)
    weights = times(q, columns(k))  # softmax changes none of the counts
    outputs = [[number.activated() for number in row] for row in times(weights, v)]
    return [weights, outputs, *projected]


def naive_convolution(counter: Counter, n: int, d: int, kernel: int) -> list[list[Vector]]:
    padded = counter.vectors(kernel - 1, d) + counter.vectors(n, d)
    kernels = counter.vectors(d, kernel * d)
    windows = [list(itertools.chain(*padded[i : i + kernel])) for i in range(n)]
    return [[[dot(window, each).activated() for each in kernels] for window in windows]]


def naive_recurrence(counter: Counter, n: int, d: int) -> list[list[Vector]]:
    w, u = counter.vectors(d, d), counter.vectors(d, d)
    state, states = counter.vectors(1, d)[0], []
    for x in counter.vectors(n, d):
        state = [(dot(a, state) + dot(b, x)).activated() for a, b in zip(w, u, strict=True)]
        states.append(state)
    return [states]


SIZES = list(itertools.product([1, 2, 5], [1, 3, 4]))
LAYERS: list[tuple[Callable[..., LayerCost], Callable[..., list[list[Vector]]], dict[str, int]]] = [
    (attention_cost, naive_attention, {"projections": False}),
    (attention_cost, naive_attention, {"projections": True}),
    (convolution_cost, naive_convolution, {"kernel": 2}),
    (convolution_cost, naive_convolution, {"kernel": 5}),
    (recurrence_cost, naive_recurrence, {}),
]


@pytest.mark.parametrize(("n", "d"), SIZES)
@pytest.mark.parametrize(("cost", "layer", "options"), LAYERS)
def test_operations_sequential_steps_and_memory_are_what_a_naive_layer_counts(
    cost, layer, options, n, d
):
    counter = Counter()
    kept = layer(counter, n, d, **options)
    numbers = [number for matrix in kept for row in matrix for number in row]

    told = cost(n, d, **options)

    assert told.operations == counter.products
    assert told.sequential == max(number.waited for number in numbers)
    assert told.memory == len(numbers)


@pytest.mark.parametrize(("n", "d"), SIZES)
def test_the_memory_is_that_of_the_arrays_that_are_really_made(n, d):
    x = np.ones((n, d))
    attention = attend(x, x, x)
    convolution = convolve(np.pad(x.T, [(0, 0), (2, 0)]), np.ones((d, d, 3)))

    assert attention_cost(n, d).memory == attention.weights.size + attention.output.size
    assert convolution_cost(n, d, 3).memory == convolution.output.size


def feeds_attention(n: int) -> np.ndarray:
    """(n, n): whether the output (column) changes when the input (row) does."""
    x = np.random.default_rng(0).standard_normal((n, 2))
    plain = attend(x, x, x).output
    changed = [attend(y, y, y).output for y in (x + np.eye(n)[i, :, None] for i in range(n))]
    return np.array([(each != plain).any(axis=1) for each in changed])


def feeds_convolution(n: int, kernel: int, dilation: int) -> np.ndarray:
    before = np.pad(np.eye(n)[:, None, :], [(0, 0), (0, 0), (dilation * (kernel - 1), 0)])
    return convolve(before, np.ones((1, 1, kernel)), dilation=dilation).output[:, 0] != 0


def steps_to_the_last(n: int, layer_at: Callable[[int], np.ndarray]) -> int:
    """Breadth first from the first input, one layer a step, until the last position is among those it feeds."""
    front, steps = {0}, 0
    while not steps or n - 1 not in front:
        feeds = layer_at(steps)
        front = {int(to) for at in front for to in np.flatnonzero(feeds[at])}
        steps += 1
    return steps


NS = [1, 2, 3, 4, 5, 9, 10, 16, 17, 28]


@pytest.mark.parametrize("n", NS)
def test_the_path_of_attention_is_one_step_at_any_length(n):
    assert attention_cost(n, 1).path == steps_to_the_last(n, lambda _: feeds_attention(n)) == 1


@pytest.mark.parametrize("n", NS)
@pytest.mark.parametrize("kernel", [2, 3, 5])
@pytest.mark.parametrize("dilated", [False, True])
def test_the_path_of_a_convolution_is_the_layers_that_a_search_needs(n, kernel, dilated):
    growth = kernel if dilated else 1

    def layer_at(layer: int) -> np.ndarray:
        return feeds_convolution(n, kernel, growth**layer)

    assert convolution_cost(n, 1, kernel, dilated=dilated).path == steps_to_the_last(n, layer_at)


@pytest.mark.parametrize("n", NS)
def test_the_path_of_a_recurrence_is_the_steps_that_a_search_needs(n):
    # Node 0 is the first input, nodes 1 … n the states.
    feeds = np.eye(n + 1, k=1, dtype=bool)

    assert recurrence_cost(n, 1).path == steps_to_the_last(n + 1, lambda _: feeds)


@pytest.mark.parametrize("n", NS[1:])
@pytest.mark.parametrize("kernel", [3, 5])
def test_a_centred_kernel_takes_up_to_twice_the_path(n, kernel):
    path = convolution_cost(n, 1, kernel).path

    assert path <= layers_to_reach(n - 1, kernel) <= 2 * path
    assert layers_to_reach(kernel - 1, kernel) == 2 * convolution_cost(kernel, 1, kernel).path


def test_each_number_grows_as_its_order_says():
    def ratios(cost: Callable[[int, int], LayerCost], n: int, d: int) -> tuple[float, ...]:
        small, large = cost(n, d), cost(2 * n, d)
        return tuple(
            getattr(large, name) / getattr(small, name)
            for name in ("operations", "sequential", "path", "memory")
        )

    n, d = 3**9, 8
    assert ratios(attention_cost, n, d) == pytest.approx((4, 1, 1, 4), rel=1e-3)
    assert ratios(lambda n, d: convolution_cost(n, d, 3), n, d) == pytest.approx((2, 1, 2, 2), 1e-3)
    assert ratios(recurrence_cost, n, d) == (2, 2, 2, 2)
    assert convolution_cost(3**9, d, 3, dilated=True).path == 9
    assert convolution_cost(3**9 + 1, d, 3, dilated=True).path == 10


def test_attention_takes_fewer_operations_than_recurrence_while_n_is_below_d():
    # Vaswani et al. (2017), section 4.
    assert attention_cost(63, 64).operations < recurrence_cost(63, 64).operations
    assert attention_cost(64, 64).operations == recurrence_cost(64, 64).operations
    assert attention_cost(65, 64).operations > recurrence_cost(65, 64).operations


def test_the_orders_are_those_of_the_table():
    # Vaswani et al. (2017), table 1; memory is not in it.
    table = {
        "self-attention": ("n² · d", "1", "1"),
        "recurrent": ("n · d²", "n", "n"),
        "convolutional": ("k · n · d²", "1", "n / k"),
        "dilated": ("k · n · d²", "1", "log_k n"),
    }

    def row(order: LayerOrder) -> tuple[str, str, str]:
        return order.operations, order.sequential, order.path

    assert table == {
        "self-attention": row(ATTENTION_ORDER),
        "recurrent": row(RECURRENCE_ORDER),
        "convolutional": row(CONVOLUTION_ORDER),
        "dilated": row(DILATED_CONVOLUTION_ORDER),
    }


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: attention_cost(0, 4), "n is 0, expected a whole number of at least 1"),
        (lambda: attention_cost(4, 0), "d is 0, expected a whole number of at least 1"),
        (lambda: convolution_cost(0, 4, 3), "n is 0, expected a whole number of at least 1"),
        (lambda: convolution_cost(4, 0, 3), "d is 0, expected a whole number of at least 1"),
        (lambda: convolution_cost(4, 4, 1), "kernel is 1, expected a whole number of at least 2"),
        (lambda: recurrence_cost(0, 4), "n is 0, expected a whole number of at least 1"),
        (lambda: recurrence_cost(4, 1.5), "d is 1.5, expected a whole number of at least 1"),
    ],
)
def test_sizes_that_cannot_be_are_refused(call, message):
    with pytest.raises(InputError) as caught:
        call()

    assert str(caught.value) == message

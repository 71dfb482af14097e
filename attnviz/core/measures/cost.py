"""The cost of one layer as the sequence grows: self-attention, convolution and recurrence, counted exactly.

Each layer takes n vectors of d numbers and gives n vectors of d numbers. The orders of growth are those of Vaswani et
al., "Attention Is All You Need" (2017), table 1; the counts below are exact for the layer as it is written in the
docstring of each function, and a naive loop that counts itself gives the same.
"""

from __future__ import annotations

from attnviz.core.arrays import as_count
from attnviz.core.convolution.receptive_fields import layers_to_join
from attnviz.records import record


@record
class LayerCost:
    """The cost of one layer at one n and d, in whole numbers."""

    operations: int
    """Multiply-adds of all matrix products. Not counted: softmax, activation functions, scaling, biases."""
    sequential: int
    """Steps that must wait for one another, as each position waits in a recurrence, however many units compute."""
    path: int
    """The number of steps from position to position from the first input to the last output, at least 1. It counts
    through as many layers as that takes, which is more than one for a convolution only."""
    memory: int
    """Numbers that are kept for the backward pass: the outputs, and what the layer put between them and its input."""


@record
class LayerOrder:
    """The growth of each number of a LayerCost, as written inside O(…)."""

    operations: str
    sequential: str
    path: str
    memory: str


ATTENTION_ORDER = LayerOrder("n² · d", "1", "1", "n² + n · d")
CONVOLUTION_ORDER = LayerOrder("k · n · d²", "1", "n / k", "n · d")
DILATED_CONVOLUTION_ORDER = LayerOrder("k · n · d²", "1", "log_k n", "n · d")
RECURRENCE_ORDER = LayerOrder("n · d²", "n", "n", "n · d")


def attention_cost(n: int, d: int, *, projections: bool = False) -> LayerCost:
    """softmax(Q Kᵀ / √d) V with one head: Q Kᵀ takes n² d multiply-adds, weights times V another n² d.

    Memory is n² weights and n d outputs, for attention as `core.attention` computes it. (Dao et al., "FlashAttention"
    (2022), computes the weights again instead of keeping them.) `projections=True` adds what makes Q, K and V out of
    the vectors: 3 n d² operations, 3 n d numbers. Table 1 of Vaswani et al. leaves them out.

    Raises InputError unless n and d are whole numbers of at least 1.

    >>> attention_cost(8, 4)
    LayerCost(operations=512, sequential=1, path=1, memory=96)
    >>> attention_cost(8, 4, projections=True).operations
    896
    """
    n, d = as_count(n, "n", 1), as_count(d, "d", 1)
    projected = 3 * n * d if projections else 0
    return LayerCost(
        operations=2 * n * n * d + projected * d,
        sequential=1,
        path=1,
        memory=n * n + n * d + projected,
    )


def convolution_cost(n: int, d: int, kernel: int, *, dilated: bool = False) -> LayerCost:
    """A convolution with stride 1 and padding that keeps n: k n d² multiply-adds, products with the padding included.

    The path is through a stack of such layers whose kernel lies on a position and the k − 1 before it: the last
    output has the first input in its field after ⌈(n − 1) / (k − 1)⌉ layers; with dilations 1, k, k², … (`dilated`)
    after ⌈log_k n⌉. A centred kernel looks half as far to either side, and takes twice as many layers from end to end.
    Memory is n d outputs of the one layer.

    Raises InputError unless n and d are whole numbers of at least 1 and kernel of at least 2.

    >>> convolution_cost(8, 4, kernel=3)
    LayerCost(operations=384, sequential=1, path=4, memory=32)
    >>> convolution_cost(8, 4, kernel=3, dilated=True).path
    2
    """
    n, d, kernel = as_count(n, "n", 1), as_count(d, "d", 1), as_count(kernel, "kernel", 2)
    return LayerCost(
        operations=kernel * n * d * d,
        sequential=1,
        path=max(1, layers_to_join(n - 1, kernel, kernel if dilated else 1)),
        memory=n * d,
    )


def recurrence_cost(n: int, d: int) -> LayerCost:
    """h_t = tanh(W h_{t−1} + U x_t), from h_0 = 0: two products of a d × d matrix and a vector each step, 2 n d².

    The first input passes n steps until the last output: into its own state, then from state to state. Memory is the
    n states, which are the outputs and which training goes back through; running forward only, one state of d numbers
    would do.

    Raises InputError unless n and d are whole numbers of at least 1.
    Source: Elman, "Finding Structure in Time" (1990).

    >>> recurrence_cost(8, 4)
    LayerCost(operations=256, sequential=8, path=8, memory=32)
    """
    n, d = as_count(n, "n", 1), as_count(d, "d", 1)
    return LayerCost(operations=2 * n * d * d, sequential=n, path=n, memory=n * d)

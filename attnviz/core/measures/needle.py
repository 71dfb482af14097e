"""A question and an answer at a distance, and the response to the answer of attention and of convolutions.

Of n vectors one asks and one answers; the rest is filler. What a layer does with the answer is measured as what becomes
of its output at the asking position when the answer is taken away.

It shows what can reach where, and no more. A convolution inside its field can find the match too, with a kernel made
for it. And the attention here has no position information: it finds the match wherever it stands because it cannot
tell where it stands, and would give two equal answers equal weights.
"""

from __future__ import annotations

import numpy as np

from attnviz.core.arrays import FloatArray, as_count, read_only
from attnviz.core.attention import AttentionStages, attend
from attnviz.core.convolution.convolution import convolve
from attnviz.core.convolution.receptive_fields import layers_to_reach
from attnviz.core.seeded import standard_normal
from attnviz.errors import InputError
from attnviz.records import record

QUESTION, ANSWER = 0, 1
"""The components of a vector that mark a question and an answer. In filler both are 0."""
SCORE = 6.0
"""q · k of the question and its answer; all other scores are 0."""


@record(eq=False)
class NeedleSequence:
    """n vectors with a question at `position` and its answer `distance` after it. Arrays are read-only."""

    position: int
    distance: int
    seed: int
    vectors: FloatArray
    """(n, d_model)."""
    without_answer: FloatArray
    """The same vectors, but the answer is filler: (n, d_model)."""
    w_q: FloatArray
    """Reads the question: (d_model, 1), so that d_k is 1."""
    w_k: FloatArray
    """Reads the answer: (d_model, 1)."""
    w_v: FloatArray
    """Hands the vector on as it is: (d_model, d_model)."""


@record(eq=False)
class NeedleResponses:
    """The responses of both layers to the answer, at the position of the question. Arrays are read-only."""

    attention: AttentionStages
    """The attention of all positions, with the answer in place."""
    attention_weight: float
    """The weight of the question on the answer."""
    attention_response: float
    """The change of the output in the answer's component when the answer is removed."""
    convolution_responses: FloatArray
    """Largest move of any component after 0, 1, … layers when the answer is taken away: (layers + 1,). Exactly 0
    until the answer is in the field."""
    layers_needed: int
    """After how many layers the answer comes into the field of the asking position."""


def needle_sequence(
    n: int, distance: int, *, position: int = 0, d_model: int = 8, seed: int = 0
) -> NeedleSequence:
    """A sequence with a question at `position` and its answer `distance` further on.

    Filler is seeded noise, rounded to two decimals, in all components but the two markers; questions and answers are
    filler with their marker set to 1. Raises InputError if the answer would stand outside of the sequence, or d_model
    is below 3 (two markers, and something to fill).

    >>> needle = needle_sequence(4, distance=2, d_model=3)
    >>> needle.vectors[:, [QUESTION, ANSWER]].tolist()
    [[1.0, 0.0], [0.0, 0.0], [0.0, 1.0], [0.0, 0.0]]
    >>> bool((needle.vectors[:2] == needle.without_answer[:2]).all())
    True
    """
    n, distance = as_count(n, "n", 2), as_count(distance, "distance", 1)
    position, d_model = as_count(position, "position", 0), as_count(d_model, "d_model", 3)
    seed = as_count(seed, "seed", 0)
    if position + distance >= n:
        raise InputError(
            f"distance is {distance} from position {position}, expected at most {n - 1 - position}: "
            f"n is {n}, counted from 0; shorten the distance or lengthen the sequence"
        )
    without = np.round(standard_normal((n, d_model), seed), 2) + 0.0  # turns −0.0 into 0.0
    without[:, [QUESTION, ANSWER]] = 0
    without[position, QUESTION] = 1
    vectors = without.copy()
    vectors[position + distance, ANSWER] = 1
    components = np.eye(d_model)
    return NeedleSequence(
        position=position,
        distance=distance,
        seed=seed,
        vectors=read_only(vectors),
        without_answer=read_only(without),
        w_q=read_only(SCORE * components[:, [QUESTION]]),
        w_k=read_only(components[:, [ANSWER]]),
        w_v=read_only(components),
    )


def needle_responses(needle: NeedleSequence, layers: int, kernel: int = 3) -> NeedleResponses:
    """One step of attention, and stacks of 0 to `layers` convolutions, with and without the answer.

    The attention weight is e^SCORE / (e^SCORE + n − 1) at any distance: it depends on n only. The convolutions keep n
    (same padding, odd kernel) and d_model; their kernels are seeded, of variance 1 / (kernel · d_model) as after
    Glorot and Bengio (2010), and without activation function, which could only hide a response.

    Raises InputError for a kernel that is not odd or below 3, and unless `layers` is a whole number of at least 0.

    >>> responses = needle_responses(needle_sequence(12, distance=3), layers=5)
    >>> round(responses.attention_weight, 4)
    0.9735
    >>> responses.layers_needed, (responses.convolution_responses > 0).tolist()
    (3, [False, False, False, True, True, True])
    """
    layers, at = as_count(layers, "layers", 0), needle.position
    needed = layers_to_reach(needle.distance, kernel)
    attention = _attention(needle, needle.vectors)
    moved = attention.output[at] - _attention(needle, needle.without_answer).output[at]
    stacks = zip(
        _convolutions(needle, needle.vectors, layers, kernel),
        _convolutions(needle, needle.without_answer, layers, kernel),
        strict=True,
    )
    return NeedleResponses(
        attention=attention,
        attention_weight=float(attention.weights[at, at + needle.distance]),
        attention_response=float(moved[ANSWER]),
        convolution_responses=read_only(
            np.array([np.abs(full[:, at] - bare[:, at]).max() for full, bare in stacks])
        ),
        layers_needed=needed,
    )


def _attention(needle: NeedleSequence, x: FloatArray) -> AttentionStages:
    return attend(x @ needle.w_q, x @ needle.w_k, x @ needle.w_v)


def _convolutions(
    needle: NeedleSequence, x: FloatArray, layers: int, kernel: int
) -> list[FloatArray]:
    """The input and the output of each layer, (d_model, n): the components of a vector are the channels."""
    d_model = x.shape[-1]
    outputs = [x.T]
    for layer in range(layers):
        drawn = standard_normal((d_model, d_model, kernel), needle.seed, 1 + layer)
        weights = drawn / np.sqrt(kernel * d_model)
        outputs.append(convolve(outputs[-1], weights, padding=kernel // 2).output)
    return outputs

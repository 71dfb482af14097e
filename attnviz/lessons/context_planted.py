"""A match planted in noise, and the responses to it: at one distance, at every distance, and what they do not tell."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from attnviz.core.arrays import FloatArray
from attnviz.core.attention import attend
from attnviz.core.convolution import convolve
from attnviz.core.planting import (
    ANSWERS,
    Planting,
    PlantingResponses,
    plant,
    planting_responses,
)
from attnviz.lessons.context_reach import KERNEL, LAYERS, one_step_names, stack_names
from attnviz.lessons.exhibits import Exhibit, Plot, Row, Series, Table
from attnviz.lessons.fields import attention_field, convolution_field
from attnviz.lessons.numbers import MINUS, Numbers, fitting_precision
from attnviz.lessons.storyboard import Formula, Label, Matrix, Step
from attnviz.lessons.words import Words
from attnviz.theme import Role

DEEP = 2 * LAYERS
"""The stack that the sweep sets beside the one of `LAYERS`."""
POSITIONS = 32
MOST_DISTANT = POSITIONS - 1
"""From the position that asks, which is the first."""
_TOLD = (1, LAYERS, LAYERS + 1, DEEP, DEEP + 1, MOST_DISTANT)
"""Distances of the table of the sweep: both sides of where each stack ends."""
_MADE_FOR = 3
"""The distance that the kernel of the last step is made for."""
_BOTH_SIDES = range(1, _MADE_FOR + 3)


@dataclass(frozen=True)
class Measured:
    """The responses to a match at every distance, and the words to tell them in."""

    words: Words
    lesson: str
    seed: int
    distance: int
    """Where the match stands that is told of."""
    precision: int | None
    """Decimals; None is as many as the numbers need."""

    def say(self, step: str, part: str, **facts: object) -> str:
        return self.words.say(self.lesson, step, part, **facts)

    @cached_property
    def plantings(self) -> tuple[Planting, ...]:
        """At distance 1, 2, … to the end of the sequence."""
        return tuple(plant(POSITIONS, each, seed=self.seed) for each in range(1, MOST_DISTANT + 1))

    @cached_property
    def responses(self) -> tuple[PlantingResponses, ...]:
        """Of attention, and of 0 to `DEEP` layers of convolution."""
        return tuple(planting_responses(each, DEEP, KERNEL) for each in self.plantings)

    @property
    def told(self) -> PlantingResponses:
        return self.responses[self.distance - 1]

    @property
    def attention(self) -> tuple[float, ...]:
        """The response of attention at each distance."""
        return tuple(each.attention_response for each in self.responses)

    def convolution(self, layers: int) -> tuple[float, ...]:
        """The response of so many layers at each distance."""
        return tuple(float(each.convolution_responses[layers]) for each in self.responses)

    @cached_property
    def numbers(self) -> Numbers:
        """With as many decimals as tell the smallest response of `LAYERS` layers from none at all."""
        precision = self.precision
        if precision is None:
            smallest = min(each for each in self.convolution(LAYERS) if each > 0)
            precision = fitting_precision(np.array([smallest]))
        return Numbers(precision, sums=False)


def planted(measured: Measured) -> Step:
    """One match: what a stack of convolutions makes of it, and one step of attention."""
    found, text = measured.told, measured.numbers.text
    inside = found.layers_needed <= LAYERS
    facts = {
        "n": POSITIONS,
        "at": measured.distance + 1,
        "distance": measured.distance,
        "layers": LAYERS,
        "needed": found.layers_needed,
        "weight": text(found.attention_weight),
        "response": text(float(found.convolution_responses[LAYERS])),
    }
    stack, attention = _fields(measured)
    return Step(
        "planted",
        measured.say("planted", "title"),
        Formula(
            "α = exp(s) / (exp(s) + n − 1)",
            "alpha = exp(s) / (exp(s) + n - 1)",
            "\\alpha = \\frac{\\exp(s)}{\\exp(s) + n - 1}",
        ),
        {
            "why": measured.say("planted", "why", **facts),
            "measure": measured.say("planted", "measure", **facts),
            "convolution": measured.say("planted", "inside" if inside else "outside", **facts),
            "attention": measured.say("planted", "attention", **facts),
        },
        exhibits=(
            stack,
            Exhibit("convolution", _by_layers(measured)),
            attention,
            Exhibit("attention", _by_content(measured), line=1),
        ),
    )


def _fields(measured: Measured) -> tuple[Exhibit, Exhibit]:
    """Both fields of the position that asks, with the match marked."""
    words, lesson = measured.words, measured.lesson
    asks, answers = measured.say("planted", "asks"), measured.say("planted", "answers")
    match = (0, measured.distance, answers)
    stack = convolution_field(
        POSITIONS, KERNEL, 0, stack_names(words, lesson), [(LAYERS, 0, asks), match]
    )
    attention = attention_field(POSITIONS, 0, one_step_names(words, lesson), [(1, 0, asks), match])
    return Exhibit("why", stack), Exhibit("attention", attention, line=1)


def _by_layers(measured: Measured) -> Table:
    """The response after each layer."""
    responses = measured.told.convolution_responses[1 : LAYERS + 1].tolist()
    return Table(
        (measured.say("planted", "depth"), measured.say("planted", "response")),
        tuple(
            Row((str(layers), measured.numbers.text(each)))
            for layers, each in enumerate(responses, start=1)
        ),
        (None, Role.KERNEL),
    )


def _by_content(measured: Measured) -> Table:
    """Score and weight of the match and of any other position, and the response."""
    found, text = measured.told, measured.numbers.text
    match, other = measured.distance, 0
    scores, weights = found.attention.scores[0], found.attention.weights[0]
    return Table(
        ("", measured.say("planted", "match"), measured.say("planted", "others")),
        (
            *(
                Row((name, text(float(row[match])), text(float(row[other]))))
                for name, row in (
                    (measured.say("planted", "score"), scores),
                    (measured.say("planted", "weight"), weights),
                )
            ),
            Row((measured.say("planted", "response"), text(found.attention_response), "")),
        ),
        (None, Role.WEIGHT, None),
    )


def sweep(measured: Measured) -> Step:
    """Both responses at every distance."""
    text = measured.numbers.text
    stacks = [
        (measured.say("sweep", "stack", layers=layers), measured.convolution(layers))
        for layers in (LAYERS, DEEP)
    ]
    attention = (measured.say("sweep", "one"), measured.attention)
    distances = range(1, MOST_DISTANT + 1)

    def curve(name: str, y: tuple[float, ...], role: Role, *, dashed: bool = False) -> Series:
        return Series(name, role, tuple(map(float, distances)), y, tuple(map(text, y)), dashed)

    curves = (
        curve(*attention, Role.WEIGHT),
        curve(*stacks[0], Role.KERNEL),
        curve(*stacks[1], Role.KERNEL, dashed=True),
    )
    table = Table(
        ("d", *(name for name, _ in (*stacks, attention))),
        tuple(Row((str(d), *(text(y[d - 1]) for _, y in (*stacks, attention)))) for d in _TOLD),
        (None, Role.KERNEL, Role.KERNEL, Role.WEIGHT),
    )
    facts = {
        "layers": LAYERS,
        "beyond": LAYERS + 1,
        "deep": DEEP,
        "n": POSITIONS,
        "weight": text(measured.told.attention_weight),
    }
    return Step(
        "sweep",
        measured.say("sweep", "title"),
        Formula("d ≤ L (k − 1) / 2", "d <= L (k - 1) / 2", "d \\le L (k - 1) / 2"),
        {part: measured.say("sweep", part, **facts) for part in ("why", "silent", "flat", "size")},
        exhibits=(
            Exhibit(
                "why",
                Plot("d", measured.say("planted", "response"), curves, tuple(map(str, distances))),
            ),
            Exhibit("silent", table),
        ),
    )


def inductive_bias(measured: Measured) -> Step:
    """Where looking near is a good start and where not; and what either knows of place."""
    text = measured.numbers.text
    both = _weights_of_two(measured)
    facts = {"made_for": _MADE_FOR, "far": MOST_DISTANT, "weight": text(float(both[_MADE_FOR]))}
    suits = Table(
        (measured.say("inductive-bias", "nearby"), measured.say("inductive-bias", "together")),
        tuple(
            Row(
                (
                    measured.say("inductive-bias", f"{kind}_what"),
                    measured.say("inductive-bias", f"{kind}_where"),
                ),
                good,
            )
            for kind, good in (("picture", True), ("sequence", False))
        ),
    )
    kernel = _made_kernel(measured)
    offsets = range(-_MADE_FOR, _MADE_FOR + 1)
    row = Matrix(
        "w",
        kernel[:, ANSWERS],
        Role.KERNEL,
        columns=tuple(Label(f"{each:+d}".replace("-", MINUS) if each else "0") for each in offsets),
    )
    found = Table(
        ("d", measured.say("inductive-bias", "made"), measured.say("sweep", "one")),
        tuple(
            Row((str(d), text(_response(measured, kernel, d)), text(measured.attention[d - 1])))
            for d in _BOTH_SIDES
        ),
        (None, Role.KERNEL, Role.WEIGHT),
    )
    two = Table(
        (measured.say("inductive-bias", "two"), measured.say("planted", "weight")),
        tuple(Row((f"d = {d}", text(float(both[d])))) for d in (_MADE_FOR, MOST_DISTANT)),
        (None, Role.WEIGHT),
    )
    return Step(
        "inductive-bias",
        measured.say("inductive-bias", "title"),
        Formula(
            "yᵢ = Σⱼ wⱼ xᵢ₊ⱼ,  oᵢ = Σⱼ αᵢⱼ vⱼ",
            "y_i = sum_j w_j x_(i + j), quad o_i = sum_j alpha_(i j) v_j",
            "y_i = \\sum_j w_j x_{i+j}, \\quad o_i = \\sum_j \\alpha_{ij} v_j",
        ),
        {
            part: measured.say("inductive-bias", part, **facts)
            for part in ("picture", "sequence", "place", "order")
        },
        exhibits=(
            Exhibit("picture", suits),
            Exhibit("place", row, measured.say("inductive-bias", "made_name", **facts), line=1),
            Exhibit("place", found, line=1),
            Exhibit("order", two, line=1),
        ),
    )


def _made_kernel(measured: Measured) -> FloatArray:
    """One kernel that reads the mark of an answer `_MADE_FOR` positions ahead: (1, d_model, size)."""
    kernel = np.zeros((1, measured.plantings[0].vectors.shape[1], 2 * _MADE_FOR + 1))
    kernel[0, ANSWERS, -1] = 1
    return kernel


def _response(measured: Measured, kernel: FloatArray, distance: int) -> float:
    """What one layer with that kernel says at the position that asks."""
    vectors = measured.plantings[distance - 1].vectors
    return float(convolve(vectors.T, kernel, padding=_MADE_FOR).output[0, 0])


def _weights_of_two(measured: Measured) -> FloatArray:
    """The weights of the question where two answers stand, one near and one at the end: (n,)."""
    near, far = measured.plantings[_MADE_FOR - 1], measured.plantings[-1]
    vectors = near.vectors.copy()
    vectors[MOST_DISTANT, ANSWERS] = 1
    stages = attend(vectors @ far.w_q, vectors @ far.w_k, vectors @ far.w_v)
    weights: FloatArray = stages.weights[0]
    return weights

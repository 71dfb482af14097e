"""A question and its answer in noise, and the responses at one distance and at every distance."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from attnviz.core.measures.needle import (
    NeedleResponses,
    NeedleSequence,
    needle_responses,
    needle_sequence,
)
from attnviz.lessons.context import formulas
from attnviz.lessons.context.lesson import POSITIONS
from attnviz.lessons.context.reach_steps import KERNEL, LAYERS, one_step_names, stack_names
from attnviz.records import record
from attnviz.story.exhibits import Exhibit, Plot, Row, Series, Table
from attnviz.story.i18n import Words
from attnviz.story.numbers import Numbers, fitting_precision
from attnviz.story.receptive_field import attention_field, convolution_field
from attnviz.story.storyboard import Step
from attnviz.theme import Role

DEEP = 2 * LAYERS
"""The stack that the sweep sets beside the one of `LAYERS`."""
MOST_DISTANT = POSITIONS - 1
"""The largest distance of an answer: the question is at the first position."""
_TOLD = (1, LAYERS, LAYERS + 1, DEEP, DEEP + 1, MOST_DISTANT)
"""Distances of the table of the sweep: both sides of where each stack ends."""


@record
class NeedleMeasurements:
    """The responses to a match at every distance, with words and numbers."""

    words: Words
    lesson: str
    seed: int
    distance: int
    """The distance of the match that the steps show."""
    precision: int | None
    """Decimals; None is as many as the numbers need."""

    def phrase(self, step: str, part: str, **facts: object) -> str:
        return self.words.phrase(self.lesson, step, part, **facts)

    @cached_property
    def needles(self) -> tuple[NeedleSequence, ...]:
        """At distance 1, 2, … to the end of the sequence."""
        return tuple(
            needle_sequence(POSITIONS, each, seed=self.seed) for each in range(1, MOST_DISTANT + 1)
        )

    @cached_property
    def responses(self) -> tuple[NeedleResponses, ...]:
        """The responses of attention, and of 0 to `DEEP` layers of convolution."""
        return tuple(needle_responses(each, DEEP, KERNEL) for each in self.needles)

    @property
    def chosen(self) -> NeedleResponses:
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
        """The number format, with decimals enough to tell the smallest response of `LAYERS` layers from 0."""
        precision = self.precision
        if precision is None:
            smallest = min(each for each in self.convolution(LAYERS) if each > 0)
            precision = fitting_precision(np.array([smallest]))
        return Numbers(precision, sums=False)


def planted(measured: NeedleMeasurements) -> Step:
    """The step on one match: the responses of a stack of convolutions and of one step of attention."""
    found, text = measured.chosen, measured.numbers.text
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
        measured.phrase("planted", "title"),
        formulas.PLANTED,
        {
            "why": measured.phrase("planted", "why", **facts),
            "measure": measured.phrase("planted", "measure", **facts),
            "convolution": measured.phrase("planted", "inside" if inside else "outside", **facts),
            "attention": measured.phrase("planted", "attention", **facts),
        },
        exhibits=(
            stack,
            Exhibit("convolution", _by_layers(measured)),
            attention,
            Exhibit("attention", _by_content(measured), line=1),
        ),
    )


def _fields(measured: NeedleMeasurements) -> tuple[Exhibit, Exhibit]:
    """Both fields of the position that asks, with the match marked."""
    words, lesson = measured.words, measured.lesson
    asks, answers = measured.phrase("planted", "asks"), measured.phrase("planted", "answers")
    match = (0, measured.distance, answers)
    stack = convolution_field(
        POSITIONS, KERNEL, 0, stack_names(words, lesson), [(LAYERS, 0, asks), match]
    )
    attention = attention_field(POSITIONS, 0, one_step_names(words, lesson), [(1, 0, asks), match])
    return Exhibit("why", stack), Exhibit("attention", attention, line=1)


def _by_layers(measured: NeedleMeasurements) -> Table:
    """The response after each layer."""
    responses = measured.chosen.convolution_responses[1 : LAYERS + 1].tolist()
    return Table(
        (measured.phrase("planted", "depth"), measured.phrase("planted", "response")),
        tuple(
            Row((str(layers), measured.numbers.text(each)))
            for layers, each in enumerate(responses, start=1)
        ),
        (None, Role.KERNEL),
    )


def _by_content(measured: NeedleMeasurements) -> Table:
    """Score and weight of the match and of any other position, and the response."""
    found, text = measured.chosen, measured.numbers.text
    match, other = measured.distance, 0
    scores, weights = found.attention.scores[0], found.attention.weights[0]
    return Table(
        ("", measured.phrase("planted", "match"), measured.phrase("planted", "others")),
        (
            *(
                Row((name, text(float(row[match])), text(float(row[other]))))
                for name, row in (
                    (measured.phrase("planted", "score"), scores),
                    (measured.phrase("planted", "weight"), weights),
                )
            ),
            Row((measured.phrase("planted", "response"), text(found.attention_response), "")),
        ),
        (None, Role.WEIGHT, None),
    )


def sweep(measured: NeedleMeasurements) -> Step:
    """Both responses at every distance."""
    curves, table = _curves_and_table(measured)
    facts = {
        "layers": LAYERS,
        "beyond": LAYERS + 1,
        "deep": DEEP,
        "n": POSITIONS,
        "weight": measured.numbers.text(measured.chosen.attention_weight),
    }
    return Step(
        "sweep",
        measured.phrase("sweep", "title"),
        formulas.FARTHEST,
        {
            part: measured.phrase("sweep", part, **facts)
            for part in ("why", "silent", "flat", "size")
        },
        exhibits=(Exhibit("why", curves), Exhibit("silent", table)),
    )


def _curves_and_table(measured: NeedleMeasurements) -> tuple[Plot, Table]:
    """The responses at every distance, and those around where each stack ends in numbers."""
    text = measured.numbers.text
    stacks = [
        (measured.phrase("sweep", "stack", layers=layers), measured.convolution(layers))
        for layers in (LAYERS, DEEP)
    ]
    attention = (measured.phrase("sweep", "one"), measured.attention)
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
    plot = Plot("d", measured.phrase("planted", "response"), curves, tuple(map(str, distances)))
    return plot, table

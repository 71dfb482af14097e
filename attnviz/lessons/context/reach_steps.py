"""The receptive field of convolutions, and the number of layers that join two positions; attention beside it."""

from __future__ import annotations

from collections.abc import Callable

from attnviz.core.convolution import convolution
from attnviz.core.convolution.receptive_fields import (
    layers_to_join,
    layers_to_reach,
    receptive_positions,
)
from attnviz.lessons.context import formulas
from attnviz.records import record
from attnviz.story.exhibits import Exhibit, Plot, Row, Series, Table
from attnviz.story.i18n import Words
from attnviz.story.receptive_field import attention_field, convolution_field
from attnviz.story.storyboard import Step
from attnviz.theme import Role

KERNEL, LAYERS = 3, 4
"""The stack of convolutions that the lesson tells of."""
KERNELS = (3, 5, 7)
NEAR, FAR = (8, 16, 24, 32, 40, 48, 56, 64), (8, 64, 512, 4096)
"""The distances over which layers are counted: those of the curves, and of the table."""


def stack_names(words: Words, lesson: str, layers: int = LAYERS) -> tuple[str, ...]:
    """The names of the inputs and of so many layers over them."""
    above = (words.phrase(lesson, "receptive-field", "layer", layer=i + 1) for i in range(layers))
    return (words.phrase(lesson, "receptive-field", "inputs"), *above)


def one_step_names(words: Words, lesson: str) -> tuple[str, str]:
    """The names of the inputs and the outputs of attention."""
    return (
        words.phrase(lesson, "receptive-field", "inputs"),
        words.phrase(lesson, "receptive-field", "outputs"),
    )


def receptive_field(words: Words, lesson: str) -> Step:
    """The field of one layer and of `LAYERS`, and one step of attention over the same positions."""
    n = convolution.receptive_field([convolution.ConvolutionLayer(KERNEL)] * LAYERS)
    middle = n // 2

    def phrase(part: str, layers: int = LAYERS) -> str:
        seen = int(receptive_positions(n, KERNEL, layers, middle)[0].sum())
        facts = {"layers": layers, "seen": seen, "n": n, "k": KERNEL, "added": KERNEL - 1}
        return words.phrase(lesson, "receptive-field", part, **facts)

    stacks = [
        convolution_field(n, KERNEL, middle, stack_names(words, lesson, layers))
        for layers in (1, LAYERS)
    ]
    attention = attention_field(n, middle, one_step_names(words, lesson))
    return Step(
        "receptive-field",
        phrase("title"),
        formulas.RECEPTIVE_FIELD,
        {part: phrase(part) for part in ("local", "grow", "attention")},
        exhibits=(
            Exhibit("local", stacks[0], phrase("one_layer", 1)),
            Exhibit("grow", stacks[1], phrase("several_layers")),
            Exhibit("attention", attention, phrase("one_step")),
        ),
    )


@record
class _Method:
    """A way to join two positions: how it is called, and how many layers it takes at a distance."""

    name: str
    role: Role
    layers_at: Callable[[int], int]
    dashed: bool = False

    def curve(self) -> Series:
        counts = [self.layers_at(distance) for distance in NEAR]
        return Series(
            self.name,
            self.role,
            tuple(map(float, NEAR)),
            tuple(map(float, counts)),
            tuple(map(str, counts)),
            self.dashed,
        )


def _methods(words: Words, lesson: str) -> tuple[_Method, ...]:
    def convolution_of(kernel: int) -> _Method:
        name = words.phrase(lesson, "layers", "kernel", k=kernel)
        return _Method(name, Role.KERNEL, lambda distance: layers_to_join(distance, kernel))

    return (
        *map(convolution_of, KERNELS),
        _Method(
            words.phrase(lesson, "layers", "with_gaps", k=KERNEL),
            Role.KERNEL,
            lambda distance: layers_to_join(distance, KERNEL, dilation_growth=KERNEL),
            dashed=True,
        ),
        _Method(words.phrase(lesson, "layers", "one"), Role.WEIGHT, lambda distance: 1),
    )


def layers(words: Words, lesson: str) -> Step:
    """The number of layers that join two positions, over their distance: near ones as curves, far ones as a table."""
    methods = _methods(words, lesson)
    curves = tuple(method.curve() for method in methods)
    rows = [(d, *(method.layers_at(d) for method in methods)) for d in FAR]
    table = Table(
        ("D", *(method.name for method in methods)),
        tuple(Row(tuple(map(str, row))) for row in rows),
        (None, *(method.role for method in methods)),
    )
    facts = {
        "far": FAR[-1],
        "k": KERNEL,
        "layers": layers_to_join(FAR[-1], KERNEL),
        "dilated": layers_to_join(FAR[-1], KERNEL, dilation_growth=KERNEL),
        "reach": layers_to_reach(FAR[-1], KERNEL),
    }
    return Step(
        "layers",
        words.phrase(lesson, "layers", "title"),
        formulas.LAYERS,
        {
            part: words.phrase(lesson, "layers", part, **facts)
            for part in ("count", "far", "dilation", "reach")
        },
        exhibits=(
            Exhibit(
                "count",
                Plot("D", words.phrase(lesson, "layers", "y"), curves, tuple(map(str, NEAR))),
            ),
            Exhibit("far", table),
        ),
    )

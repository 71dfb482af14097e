"""The steps on pictures: one place, every place, three channels, two kernels."""

from __future__ import annotations

import numpy as np

from attnviz.core.arrays import FloatArray
from attnviz.core.convolution import PlaceProducts, output_size, products_at
from attnviz.lessons.cnn_limits import formulas
from attnviz.lessons.cnn_limits.context import CHANNELS, LimitsTelling
from attnviz.lessons.cnn_limits.measurements import COLOUR_PLACE, COLOURS, EDGE, EDGE_PLACE, SIDE
from attnviz.story.calculation import Calculation, Symbol, Term
from attnviz.story.calculations import calculation, dot_product
from attnviz.story.exhibits import Exhibit, Region, Row, Table
from attnviz.story.labels import indexed
from attnviz.story.matrix import Matrix, MatrixKind
from attnviz.story.storyboard import Step
from attnviz.theme import Role

_PLACES = SIDE * SIDE
_SIZES = (8, 28, 224)
"""Sides of pictures whose weights are counted: the digit, MNIST's, ImageNet's usual crop."""


def convolution(telling: LimitsTelling) -> Step:
    """One place of the digit, every product written out."""
    measured = telling.measured
    at = products_at(measured.edges, EDGE, EDGE_PLACE)
    total = telling.number(float(at.total), Role.OUTPUT)
    worked = dot_product(
        "worked",
        (Symbol(indexed("y", *EDGE_PLACE), Role.OUTPUT),),
        (at.window.ravel(), at.kernel.ravel()),
        (Role.INPUT, Role.KERNEL),
        total,
        telling.numbers,
        0,
        most=_PLACES,
    )
    return Step(
        "convolution",
        telling.say("convolution", "title"),
        formulas.CONVOLUTION,
        telling.narration(
            "convolution",
            *("picture", "kernel", "worked", "local"),
            result=total.text,
            inside=_PLACES,
            outside=measured.digit.size - _PLACES,
        ),
        worked=(worked,),
        exhibits=(
            Exhibit("picture", _digit(telling), marks=(_window(*EDGE_PLACE),)),
            Exhibit("kernel", _edge_kernel(), joint="*"),
            Exhibit(
                "worked",
                Matrix("x · w", at.products[0], Role.OUTPUT, kind=MatrixKind.OTHER),
                joint="→",
            ),
        ),
    )


def sharing(telling: LimitsTelling) -> Step:
    """The same kernel at every place, and what it saves."""
    output = telling.measured.edges.output[0]
    table = Table(
        tuple(telling.say("sharing", key) for key in ("size", "shared", "connected")),
        tuple(Row(_counts(side)) for side in _SIZES),
        (Role.INPUT, Role.KERNEL, None),
    )
    return Step(
        "sharing",
        telling.say("sharing", "title"),
        formulas.COUNTS,
        telling.narration(
            "sharing",
            *("slide", "contrast", "count"),
            weights=EDGE.size,
            high=telling.number(output.max()).text,
            low=telling.number(output.min()).text,
        ),
        exhibits=(
            Exhibit("slide", _digit(telling)),
            Exhibit("slide", _edge_kernel(), joint="*"),
            Exhibit(
                "slide",
                Matrix("y", output, Role.OUTPUT, kind=MatrixKind.OTHER),
                joint="=",
                marks=_extremes(output),
            ),
            Exhibit("count", table, line=1),
        ),
    )


def _counts(side: int) -> tuple[str, str, str]:
    """A picture's size, the weights of a 3×3 kernel over it, and those that connect all to all."""
    places = output_size(side, SIDE)
    return f"{side}×{side}", f"{_PLACES}", f"{side**2 * places**2:,}"


def _extremes(output: FloatArray) -> tuple[Region, ...]:
    """The largest entry and the smallest."""
    places = (np.unravel_index(each, output.shape) for each in (output.argmax(), output.argmin()))
    return tuple(Region((int(r), int(r) + 1), (int(c), int(c) + 1)) for r, c in places)


def channels(telling: LimitsTelling) -> Step:
    """One place of the flower: each slice with its channel, then the sum."""
    measured = telling.measured
    under = _window(*COLOUR_PLACE)
    at = products_at(measured.colours, COLOURS, COLOUR_PLACE)
    red, green, blue = (telling.numbers.text(each) for each in at.channel_sums.tolist())
    return Step(
        "channels",
        telling.say("channels", "title"),
        formulas.CHANNELS,
        telling.narration(
            "channels",
            *("picture", "slices", "products", "sum"),
            red=red,
            green=green,
            blue=blue,
            total=telling.numbers.text(float(at.total)),
        ),
        worked=_channel_calculations(telling, at),
        exhibits=(
            *(
                Exhibit(
                    "picture",
                    Matrix(f"x_{letter}", values, role, kind=MatrixKind.OTHER),
                    marks=(under,),
                )
                for (letter, role), values in zip(CHANNELS, measured.flower, strict=True)
            ),
            *(
                Exhibit(
                    "slices", Matrix(f"w_{letter}", values, role, kind=MatrixKind.OTHER), line=1
                )
                for (letter, role), values in zip(CHANNELS, COLOURS[0], strict=True)
            ),
        ),
    )


def _channel_calculations(telling: LimitsTelling, at: PlaceProducts) -> tuple[Calculation, ...]:
    numbers = telling.numbers
    partial = [
        telling.number(value, role)
        for (_, role), value in zip(CHANNELS, at.channel_sums.tolist(), strict=True)
    ]
    by_channel = [
        dot_product(
            "products",
            (Symbol(f"y_{letter}", role),),
            (at.window[i].ravel(), at.kernel[i].ravel()),
            (role, role),
            partial[i],
            numbers,
            i,
            most=_PLACES,
        )
        for i, (letter, role) in enumerate(CHANNELS)
    ]
    terms = tuple(Term((each,), each.value, each.text) for each in partial)
    left = (Symbol(indexed("y", *COLOUR_PLACE), Role.OUTPUT),)
    total = telling.number(float(at.total), Role.OUTPUT)
    return (*by_channel, calculation("sum", left, terms, total, numbers))


def features(telling: LimitsTelling) -> Step:
    """Two kernels over the same picture: what each channel gives, and the sums."""
    return Step(
        "features",
        telling.say("features", "title"),
        formulas.FEATURES,
        telling.narration("features", "first", "second"),
        exhibits=(*_maps(telling, 0, "first"), *_maps(telling, 1, "second")),
    )


def _maps(telling: LimitsTelling, kernel: int, part: str) -> tuple[Exhibit, ...]:
    stages, index = telling.measured.colours, indexed("", kernel)
    by_channel = (
        Exhibit(
            part,
            Matrix(f"x_{letter} * w_{letter}{index}", values, role, kind=MatrixKind.OTHER),
            joint="+" if i else "",
            line=kernel,
        )
        for i, ((letter, role), values) in enumerate(
            zip(CHANNELS, stages.channel_products[kernel], strict=True)
        )
    )
    total = Matrix(f"y{index}", stages.output[kernel], Role.OUTPUT, kind=MatrixKind.OTHER)
    return (*by_channel, Exhibit(part, total, joint="=", line=kernel))


def _window(row: int, column: int) -> Region:
    """What a kernel lies on at that place."""
    return Region((row, row + SIDE), (column, column + SIDE))


def _digit(telling: LimitsTelling) -> Matrix:
    return Matrix("x", telling.measured.digit[0], Role.INPUT, kind=MatrixKind.OTHER)


def _edge_kernel() -> Matrix:
    return Matrix("w", EDGE[0, 0], Role.KERNEL, kind=MatrixKind.OTHER)

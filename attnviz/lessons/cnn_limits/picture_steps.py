"""The steps on pictures: one place, every place, three channels, two kernels."""

from __future__ import annotations

import numpy as np

from attnviz.core.arrays import FloatArray
from attnviz.core.convolution.convolution import PositionProducts, output_size, products_at
from attnviz.lessons.cnn_limits import formulas
from attnviz.lessons.cnn_limits.context import CHANNELS, LimitsContext
from attnviz.lessons.cnn_limits.measurements import (
    COLOUR_POSITION,
    COLOURS,
    EDGE,
    EDGE_POSITION,
    SIDE,
)
from attnviz.story.calculation import Calculation, Symbol, Term
from attnviz.story.calculations import calculation, dot_product, settled
from attnviz.story.exhibits import Exhibit, Region, Row, Table
from attnviz.story.labels import indexed
from attnviz.story.matrix import Matrix, MatrixKind
from attnviz.story.storyboard import Step
from attnviz.theme import Role

_PLACES = SIDE * SIDE
_SIZES = (8, 28, 224)
"""Sides of pictures whose weights are counted: the digit, MNIST's, ImageNet's usual crop."""


def convolution(context: LimitsContext) -> Step:
    """One place of the digit, every product written out."""
    measured = context.measured
    at = products_at(measured.edges, EDGE, EDGE_POSITION)
    total = context.number(float(at.total), Role.OUTPUT)
    line = dot_product(
        "worked",
        (Symbol(indexed("y", *EDGE_POSITION), Role.OUTPUT),),
        (at.window.ravel(), at.kernel.ravel()),
        (Role.INPUT, Role.KERNEL),
        total,
        context.numbers,
        0,
        most=_PLACES,
    )
    return Step(
        "convolution",
        context.phrase("convolution", "title"),
        formulas.CONVOLUTION,
        context.narration(
            "convolution",
            *("picture", "kernel", "worked", "local"),
            result=total.text,
            inside=_PLACES,
            outside=measured.digit.size - _PLACES,
        ),
        worked=settled([line], context.numbers),
        exhibits=(
            Exhibit("picture", _digit(context), marks=(_window(*EDGE_POSITION),)),
            Exhibit("kernel", _edge_kernel(), joint="*"),
            Exhibit(
                "worked",
                Matrix("x · w", at.products[0], Role.OUTPUT, kind=MatrixKind.OTHER),
                joint="→",
            ),
        ),
    )


def sharing(context: LimitsContext) -> Step:
    """The same kernel at every place, and what it saves."""
    output = context.measured.edges.output[0]
    table = Table(
        tuple(context.phrase("sharing", key) for key in ("size", "shared", "connected")),
        tuple(Row(_counts(side)) for side in _SIZES),
        (Role.INPUT, Role.KERNEL, None),
    )
    return Step(
        "sharing",
        context.phrase("sharing", "title"),
        formulas.COUNTS,
        context.narration(
            "sharing",
            *("slide", "contrast", "count"),
            weights=EDGE.size,
            high=context.number(output.max()).text,
            low=context.number(output.min()).text,
        ),
        exhibits=(
            Exhibit("slide", _digit(context)),
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


def channels(context: LimitsContext) -> Step:
    """One place of the flower: each slice with its channel, then the sum."""
    measured = context.measured
    under = _window(*COLOUR_POSITION)
    at = products_at(measured.colours, COLOURS, COLOUR_POSITION)
    red, green, blue = (context.numbers.text(each) for each in at.channel_sums.tolist())
    return Step(
        "channels",
        context.phrase("channels", "title"),
        formulas.CHANNELS,
        context.narration(
            "channels",
            *("picture", "slices", "products", "sum"),
            red=red,
            green=green,
            blue=blue,
            total=context.numbers.text(float(at.total)),
        ),
        worked=_channel_calculations(context, at),
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


def _channel_calculations(context: LimitsContext, at: PositionProducts) -> tuple[Calculation, ...]:
    numbers = context.numbers
    partial = [
        context.number(value, role)
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
    left = (Symbol(indexed("y", *COLOUR_POSITION), Role.OUTPUT),)
    total = context.number(float(at.total), Role.OUTPUT)
    return settled([*by_channel, calculation("sum", left, terms, total, numbers)], numbers)


def features(context: LimitsContext) -> Step:
    """Two kernels over the same picture: what each channel gives, and the sums."""
    return Step(
        "features",
        context.phrase("features", "title"),
        formulas.FEATURES,
        context.narration("features", "first", "second"),
        exhibits=(*_maps(context, 0, "first"), *_maps(context, 1, "second")),
    )


def _maps(context: LimitsContext, kernel: int, part: str) -> tuple[Exhibit, ...]:
    stages, index = context.measured.colours, indexed("", kernel)
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
    """The window of a kernel at that position."""
    return Region((row, row + SIDE), (column, column + SIDE))


def _digit(context: LimitsContext) -> Matrix:
    return Matrix("x", context.measured.digit[0], Role.INPUT, kind=MatrixKind.OTHER)


def _edge_kernel() -> Matrix:
    return Matrix("w", EDGE[0, 0], Role.KERNEL, kind=MatrixKind.OTHER)

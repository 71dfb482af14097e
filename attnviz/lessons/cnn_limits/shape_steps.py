"""The steps on shapes: other channels, other lengths, and what attention is free in."""

from __future__ import annotations

from attnviz.core.arrays import FloatArray
from attnviz.core.convolution.convolution import convolve
from attnviz.core.convolution.dense import fully_connected
from attnviz.core.convolution.upsampling import upsample
from attnviz.core.self_attention import self_attention
from attnviz.lessons.cnn_limits import formulas
from attnviz.lessons.cnn_limits.context import CHANNELS, LimitsContext, refusal, shape_of
from attnviz.lessons.cnn_limits.measurements import (
    COLOUR_POSITION,
    COLOURS,
    FIXED_LENGTH,
    LENGTHS,
    SMOOTH,
)
from attnviz.story.exhibits import Exhibit, Field, FieldLayer, Plot, Row, Series, Table
from attnviz.story.labels import indexed
from attnviz.story.matrix import Matrix, MatrixKind
from attnviz.story.storyboard import Step
from attnviz.theme import Role

_STRIDES = (1, 2)
_PADDING = 1
_TABLE_LENGTHS = (*LENGTHS, 40)
_MOST_PLOTTED = 16
_ROW = 4
"""The row of the digit that is made shorter and long again."""
_OTHER_WIDTH = 6


def wrong_channels(context: LimitsContext) -> Step:
    """Three slices meet three channels, one, and six; what the convolution says to the last two."""
    step, measured = "wrong-channels", context.measured
    fed = {"trained": measured.flower, "one": measured.grey, "six": measured.views}
    return Step(
        step,
        context.phrase(step, "title"),
        formulas.SLICES,
        context.narration(step, *fed),
        exhibits=(
            *(
                Exhibit(part, _meeting(context, len(x)), context.phrase(step, "count", n=len(x)))
                for part, x in fed.items()
            ),
            Exhibit("one", _refused(context, measured.grey), line=1),
            Exhibit("six", _refused(context, measured.views), line=2),
        ),
    )


def _refused(context: LimitsContext, x: FloatArray) -> Table:
    return Table(
        tuple(context.phrase("wrong-channels", key) for key in ("fed", "answer")),
        (Row((shape_of(x), refusal(lambda: convolve(x, COLOURS[:1]))), good=False),),
        (Role.INPUT, None),
    )


def _meeting(context: LimitsContext, fed: int) -> Field:
    """The pairs of kernel slices and channels, with the slices and channels that have no partner."""
    slices = len(CHANNELS)
    pairs = min(fed, slices)
    return Field(
        layers=(
            FieldLayer(
                context.phrase("wrong-channels", "channels"),
                tuple(i < pairs for i in range(fed)),
                Role.INPUT,
            ),
            FieldLayer(
                context.phrase("wrong-channels", "slices"),
                tuple(i < pairs for i in range(slices)),
                Role.KERNEL,
            ),
        ),
        links=(tuple((i, i) for i in range(pairs)),),
        marks=tuple((1, i, letter) for i, (letter, _) in enumerate(CHANNELS)),
    )


def remedies(context: LimitsContext) -> Step:
    """The usual ways to make channels fit, and their effect on the feature."""
    step, measured = "remedies", context.measured
    made = {
        "none": (3, measured.colours.output[0]),
        "repeat": (1, measured.repeated),
        "drop": (6, measured.dropped),
        "project": (6, measured.projected),
    }
    place = indexed("y", *COLOUR_POSITION)
    table = Table(
        (context.phrase(step, "fed"), context.phrase(step, "remedy"), place),
        tuple(
            Row(
                (
                    str(fed),
                    context.phrase(step, f"by_{how}"),
                    context.number_text(y[COLOUR_POSITION]),
                )
            )
            for how, (fed, y) in made.items()
        ),
        (Role.INPUT, None, Role.OUTPUT),
    )
    shown = [("contrast", "none"), ("contrast", "repeat"), ("project", "project")]
    return Step(
        step,
        context.phrase(step, "title"),
        formulas.POINTWISE,
        context.narration(step, "why", "contrast", "project"),
        exhibits=(
            Exhibit("why", table),
            *(
                Exhibit(
                    part,
                    Matrix("y", made[how][1], Role.OUTPUT, kind=MatrixKind.OTHER),
                    context.phrase(step, f"{how}_short"),
                    line=1,
                )
                for part, how in shown
            ),
        ),
    )


def fixed_size(context: LimitsContext) -> Step:
    """A convolution and a fully connected layer, made for one length and fed three."""
    step, measured = "fixed-size", context.measured
    hidden, output = measured.convolved(FIXED_LENGTH), _head(context, FIXED_LENGTH)
    table = Table(
        tuple(context.phrase(step, key) for key in ("fed", "left", "answer")),
        tuple(_fed(context, n) for n in LENGTHS),
        (Role.INPUT, None, None),
    )
    fewer, _, more = (measured.convolved(n).size for n in LENGTHS)
    return Step(
        step,
        context.phrase(step, "title"),
        formulas.FLATTENED,
        context.narration(
            step,
            *("network", "refused", "fixed"),
            n=FIXED_LENGTH,
            outputs=output.size,
            takes=hidden.size,
            fewer=fewer,
            more=more,
        ),
        exhibits=(
            Exhibit("network", Matrix("X", measured.vectors(FIXED_LENGTH), Role.INPUT)),
            Exhibit(
                "network", Matrix("x * w", hidden, Role.OUTPUT, kind=MatrixKind.OTHER), joint="→"
            ),
            Exhibit(
                "network", Matrix("y", output[None], Role.OUTPUT, kind=MatrixKind.OTHER), joint="→"
            ),
            Exhibit("refused", table, line=1),
        ),
    )


def _head(context: LimitsContext, n: int) -> FloatArray:
    """The whole network on n vectors: (2,). Raises ShapeError for any n but the one it was made for."""
    return fully_connected(context.measured.convolved(n), context.measured.last_layer)


def _fed(context: LimitsContext, n: int) -> Row:
    hidden = context.measured.convolved(n)
    numbers = f"{shape_of(hidden)} = {hidden.size}"
    if n == FIXED_LENGTH:
        output = ", ".join(context.number_text(each) for each in _head(context, n))
        return Row((str(n), numbers, f"y: {output}"), good=True)
    return Row((str(n), numbers, refusal(lambda: _head(context, n))), good=False)


def any_size(context: LimitsContext) -> Step:
    """Convolutions alone: any length in, a length out that follows from it, and upsampling."""
    step, measured = "any-size", context.measured
    x = measured.digit[:, _ROW]
    y = convolve(x, SMOOTH, stride=_STRIDES[1], padding=_PADDING).output
    table = Table(
        (
            "n",
            *(context.phrase(step, "stride", s=s) for s in _STRIDES),
            context.phrase(step, "back"),
        ),
        tuple(Row(_lengths(context, n)) for n in _TABLE_LENGTHS),
        (Role.INPUT, Role.OUTPUT, Role.OUTPUT, Role.OUTPUT),
    )
    return Step(
        step,
        context.phrase(step, "title"),
        formulas.OUTPUT_SIZE,
        context.narration(
            step, "free", "tied", "upsample", stride=_STRIDES[1], n=x.size, fewer=y.size
        ),
        exhibits=(
            Exhibit("free", table),
            Exhibit("tied", _tied(context)),
            Exhibit("upsample", Matrix("x", x, Role.INPUT, kind=MatrixKind.OTHER), line=1),
            Exhibit(
                "upsample",
                Matrix("w", SMOOTH[0], Role.KERNEL, kind=MatrixKind.OTHER),
                joint="*",
                line=1,
            ),
            Exhibit(
                "upsample", Matrix("y", y, Role.OUTPUT, kind=MatrixKind.OTHER), joint="→", line=1
            ),
            Exhibit(
                "upsample",
                Matrix("y↑", upsample(y, 2), Role.OUTPUT, kind=MatrixKind.OTHER),
                joint="→",
                line=1,
            ),
        ),
    )


def _tied(context: LimitsContext) -> Plot:
    """The length of what comes out over the length of what goes in, for each stride."""
    lengths = tuple(range(1, _MOST_PLOTTED + 1))
    counted = {s: [_strided(context, n, s).shape[-1] for n in lengths] for s in _STRIDES}
    return Plot(
        "n",
        context.phrase("any-size", "length"),
        tuple(
            Series(
                context.phrase("any-size", "stride", s=s),
                Role.OUTPUT,
                tuple(map(float, lengths)),
                tuple(map(float, counts)),
                tuple(map(str, counts)),
                dashed=s > 1,
            )
            for s, counts in counted.items()
        ),
        tuple(map(str, lengths)),
    )


def _strided(context: LimitsContext, n: int, stride: int) -> FloatArray:
    return convolve(context.measured.line(n), SMOOTH, stride=stride, padding=_PADDING).output


def _lengths(context: LimitsContext, n: int) -> tuple[str, ...]:
    """n, how many numbers a convolution of n gives with each stride, and how many upsampling makes of the last."""
    line = context.measured.line(n)
    outputs = [_strided(context, n, s) for s in _STRIDES]
    sizes = (line, *outputs, upsample(outputs[-1], _STRIDES[-1]))
    return tuple(str(each.shape[-1]) for each in sizes)


def attention(context: LimitsContext) -> Step:
    """The same three matrices on any number of vectors, and on vectors of another width."""
    step, measured = "attention", context.measured
    weights = measured.projections
    traces = [self_attention(measured.vectors(n), *weights) for n in LENGTHS]
    narrow = measured.vectors(FIXED_LENGTH)[:, :_OTHER_WIDTH]
    taken = traces[-1]
    table = Table(
        tuple(context.phrase(step, key) for key in ("fed", "answer")),
        (
            Row((f"X {shape_of(taken.problem.x)}", f"O {shape_of(taken.output)}"), good=True),
            Row(
                (f"X {shape_of(narrow)}", refusal(lambda: self_attention(narrow, *weights))),
                good=False,
            ),
        ),
        (Role.INPUT, None),
    )
    return Step(
        step,
        context.phrase(step, "title"),
        formulas.PROJECTION,
        context.narration(step, "maps", "width"),
        exhibits=(
            *(
                Exhibit(
                    "maps",
                    Matrix("A", trace.heads[0].stages.weights, Role.WEIGHT, sums="rows"),
                    f"n = {n}",
                )
                for n, trace in zip(LENGTHS, traces, strict=True)
            ),
            Exhibit("width", table, line=1),
        ),
    )

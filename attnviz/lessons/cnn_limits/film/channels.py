"""Channels seen: a kernel parts into slices, each for a channel of its own, and some channels find none."""

from __future__ import annotations

import numpy as np
from manim import LEFT, UP, Create, FadeIn, FadeOut, LaggedStart, ManimColor, VGroup

from attnviz.lessons.cnn_limits import parts
from attnviz.story.calculation import Calculation
from attnviz.story.exhibits import Exhibit
from attnviz.story.matrix import Matrix
from attnviz.story.storyboard import Step
from attnviz.typeset.fonts import Weight
from attnviz.views.film.acts.exhibits import lay_out, play_part
from attnviz.views.film.choreography import dim, form_from, undim
from attnviz.views.film.components.cells import Tile
from attnviz.views.film.components.exhibit import ExhibitView, block
from attnviz.views.film.components.field import FieldView
from attnviz.views.film.components.matrix import MatrixView, sheet
from attnviz.views.film.components.text import Line, label
from attnviz.views.film.components.worked import WorkedSum, runs_of
from attnviz.views.film.stage import Stage
from attnviz.views.film.style import ARITHMETIC, STAGE, Size

_BEHIND = np.array([0.16, -0.16, 0.0])
"""The offset from one sheet of a stack to the next."""
_PITCH = 3.1
"""The distance from channel to channel."""
_ROWS = (2.25, 1.5, 1.5)
"""Heights of the channels, of the slices and of the products, with what stands over them."""
_HEADING = 0.42
_PHOTOGRAPH = 2.5
"""The width and the height of the photograph beside its channels."""


def each_channel(scene: Stage, step: Step) -> None:
    """The picture parts into its channels, the kernel into its slices; products in colour, then their sum."""
    pictures, slices = (
        _in_columns(scene, [each for each in step.exhibits if each.line == row], row)
        for row in (0, 1)
    )
    *by_channel, whole = step.worked
    photograph = _in_colour(pictures)
    with scene.beat(step, parts.Channels.PICTURE):
        _spread_out(scene, pictures, photograph)
    with scene.beat(step, parts.Channels.SLICES):
        _spread_out(scene, slices, VGroup())
    frames = VGroup(*[view.frame(view.exhibit.marks, scene.style) for view in pictures])
    sums = [
        _ChannelSum(scene, calculation, view.body.sheet.matrix, column)
        for column, (calculation, view) in enumerate(zip(by_channel, slices, strict=True))
    ]
    with scene.beat(step, parts.Channels.PRODUCTS):
        scene.move(Create(frames), seconds=0.6)
        for picture, slice_, sum_ in zip(pictures, slices, sums, strict=True):
            _multiply_channel(scene, picture, slice_, sum_)
    with scene.beat(step, parts.Channels.SUM):
        total = WorkedSum(whole, scene.style, scene.words, scene.storyboard.numbers)
        resting = [*pictures, *slices, *[sum_.products for sum_ in sums], frames]
        scene.move(*dim(*resting), FadeOut(photograph), FadeIn(total.heading), seconds=0.5)
        for sum_, term in zip(sums, total.terms, strict=True):
            scene.move(form_from(term, sum_.line), seconds=0.9)
        scene.move(FadeIn(total.line), FadeIn(total.total), seconds=0.6)
    scene.clear_stage()


class _ChannelSum(VGroup):
    """The `products` of one channel in the shape of its slice, and the `line` that says what they add up to."""

    def __init__(self, scene: Stage, calculation: Calculation, slice_: Matrix, column: int) -> None:
        values = np.array([term.value for term in calculation.terms]).reshape(slice_.shape)
        self.products = _cells(scene, Matrix("", values, slice_.role), 2)
        self.products.move_to(_place(2, column))
        style = scene.style
        runs = [
            *runs_of(calculation.left, style),
            (f" {calculation.relation} ", style.theme.dim),
            *runs_of((calculation.total,), style),
        ]
        self.line = Line(runs, Size.BODY, Weight.SEMIBOLD)
        self.line.next_to(self.products, UP, buff=0.16).align_to(self.products, LEFT)
        super().__init__(self.products, self.line)


def _place(row: int, column: int) -> np.ndarray:
    """The middle of the cells of an item, by its row and its channel."""
    top = STAGE.top - sum(_ROWS[:row])
    return np.array([STAGE.left + _PITCH * (column + 0.45), top - (_HEADING + _ROWS[row]) / 2, 0.0])


def _in_columns(scene: Stage, exhibits: list[Exhibit], row: int) -> list[ExhibitView]:
    views = []
    for column, each in enumerate(exhibits):
        assert isinstance(each.item, Matrix)
        body = _cells(scene, each.item, row)
        views.append(ExhibitView(each, body, scene.style))
        views[-1].shift(_place(row, column) - body.cells.get_center())
    return views


def _cells(scene: Stage, matrix: Matrix, row: int) -> MatrixView:
    height = _ROWS[row] - _HEADING - 0.1
    fitted = sheet(
        matrix, scene.storyboard.numbers, width=_PITCH - 0.5, height=height, most_cell=0.42
    )
    return MatrixView(fitted, scene.style)


def _spread_out(scene: Stage, views: list[ExhibitView], whole: VGroup) -> None:
    """Shows the channels behind each other with `whole` in front, then moves each to its place and `whole` aside."""
    bodies = [view.body for view in views]
    homes = [body.get_center() for body in bodies]
    middle = homes[len(homes) // 2]
    for i, body in enumerate(bodies):
        body.move_to(middle + _BEHIND * i)
    scene.move(*[FadeIn(body) for body in bodies], FadeIn(whole.move_to(bodies[-1])), seconds=0.8)
    scene.hold(1.0 if len(whole) else 0.4)
    apart = [body.animate.move_to(home) for body, home in zip(bodies, homes, strict=True)]
    aside = [_square(whole.animate).move_to(ARITHMETIC.middle)] if len(whole) else []
    scene.move(*apart, *aside, seconds=1.0)
    scene.move(*[FadeIn(view.heading) for view in views], seconds=0.4)
    for view in views:
        scene.add_as_group(view)


def _square(picture: VGroup) -> VGroup:
    return picture.stretch_to_fit_width(_PHOTOGRAPH).stretch_to_fit_height(_PHOTOGRAPH)


def _in_colour(channels: list[ExhibitView]) -> VGroup:
    """The picture as an eye sees it: red, green and blue in one tile, the brightest number at full."""
    sheets = [view.body.sheet for view in channels]
    values = np.stack([each.matrix.values for each in sheets], axis=-1)
    shares = values / max(float(values.max()), 1.0)
    tiles = VGroup()
    for cell, share in zip(channels[-1].body.cells, shares.reshape(-1, 3).tolist(), strict=True):
        tile = Tile(sheets[-1].width, sheets[-1].height, 0, "#000000").move_to(cell)
        tiles.add(tile.set_fill(ManimColor(tuple(share)), 1))
    return tiles


def _multiply_channel(
    scene: Stage, picture: ExhibitView, slice_: ExhibitView, sum_: _ChannelSum
) -> None:
    """The window of a channel and its slice meet, product by product, and are added up."""
    (window,) = picture.exhibit.marks
    under = block(picture.body, window)
    meeting = zip(sum_.products.cells, under, slice_.body.cells, strict=True)
    scene.move(LaggedStart(*[form_from(*each) for each in meeting], lag_ratio=0.2), seconds=1.6)
    scene.add_as_group(sum_.products)
    scene.move(FadeIn(sum_.line), seconds=0.4)


def two_kernels(scene: Stage, step: Step) -> None:
    """One kernel's maps, then another's; at the end both are there to compare."""
    layout = lay_out(scene, step, centred=True)
    for part in step.narration:
        with scene.beat(step, part):
            play_part(scene, step, layout, part)
            scene.move(*undim(*layout.shown), seconds=0.5)
    scene.clear_stage()


def channel_pairs(scene: Stage, step: Step) -> None:
    """Channels and slices meet in pairs; what finds no partner is crossed out."""
    layout = lay_out(scene, step, centred=True)
    for part in step.narration:
        with scene.beat(step, part):
            play_part(scene, step, layout, part)
            for view in layout.of(part):
                if isinstance(view.body, FieldView):
                    crosses = _cross_out(scene, view.body)
                    layout.add_shown(scene, crosses, line=view.exhibit.line)
    scene.clear_stage()


def _cross_out(scene: Stage, field: FieldView) -> VGroup:
    crosses = VGroup()
    for layer, dots in zip(field.field.layers, field.dots, strict=True):
        for lit, dot in zip(layer.lit, dots, strict=True):
            if not lit:
                cross = label("✗", scene.style.theme.ink, Size.SMALL)
                crosses.add(cross.move_to(dot))
    if len(crosses):
        scene.move(FadeIn(crosses), seconds=0.6)
    return crosses

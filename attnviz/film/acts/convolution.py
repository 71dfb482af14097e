"""Convolution seen: the kernel on one place, then on all, and its slices each on a channel of its own."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from manim import (
    LEFT,
    UP,
    Animation,
    Create,
    FadeIn,
    FadeOut,
    LaggedStart,
    Mobject,
    Transform,
    VGroup,
    linear,
)

from attnviz.film.acts.exhibits import Hung, hang, reveal, stand
from attnviz.film.choreography import born, dim
from attnviz.film.components.exhibit import ExhibitView, block, laid_out
from attnviz.film.components.matrix import MatrixView, frame_around, sheet
from attnviz.film.components.text import Line
from attnviz.film.components.worked import WorkedSum, runs_of
from attnviz.film.fonts import Weight
from attnviz.film.scene import LessonScene
from attnviz.film.style import STAGE, Box, Size
from attnviz.lessons.exhibits import Exhibit, Region
from attnviz.lessons.storyboard import Calculation, Matrix, Step
from attnviz.theme import Role

_PRODUCTS = 3.6
"""Seconds in which all products of one place appear."""
_FIRST_ROW, _OTHER_ROWS = 2.4, 4.0
"""Seconds in which the kernel passes over the first row, and over all others together."""
_BUFF = 0.02
_HALF = 5.75
"""Half the width of picture, kernel and output, so that their cells are nearly square."""
_BEHIND = np.array([0.16, -0.16, 0.0])
"""From one sheet of a stack to the next."""


def one_place(scene: LessonScene, step: Step) -> None:
    """The kernel comes to lie on one place; every product is born from what meets there."""
    hung = hang(scene, step)
    picture, kernel, products = hung.views
    (window,) = picture.exhibit.marks
    with scene.beat(step, "picture"):
        stand(scene, hung, picture, 1.6)
    with scene.beat(step, "kernel"):
        stand(scene, hung, kernel, 1.2)
    with scene.beat(step, "worked"):
        frame = _lay(scene, kernel, picture, window)
        sum_ = _work_out(scene, hung, step.worked[0], products)
    with scene.beat(step, "local"):
        outside = _outside(picture.body, window)
        scene.move(*dim(*outside, hung.shown[1], hung.shown[2]), seconds=0.8)
    scene.gather(VGroup(frame, sum_))
    scene.clear_stage()


def _lay(scene: LessonScene, kernel: ExhibitView, picture: ExhibitView, window: Region) -> Mobject:
    """A frame leaves the kernel and comes to rest on the window."""
    colour = scene.style.colour(Role.KERNEL)
    frame = frame_around(kernel.body.cells, colour, _BUFF)
    scene.move(Create(frame), seconds=0.5)
    over = frame_around(block(picture.body, window), colour, _BUFF)
    scene.move(Transform(frame, over), seconds=1.1)
    return frame


def _work_out(
    scene: LessonScene, hung: Hung, calculation: Calculation, products: ExhibitView
) -> WorkedSum:
    """Each product is born where a number and a weight meet, and is written beside; then they are added up."""
    picture, kernel = hung.views[:2]
    (window,) = picture.exhibit.marks
    sum_ = WorkedSum(calculation, scene.style, scene.words, scene.storyboard.numbers)
    joint = hung.joints[2]
    scene.move(
        *[FadeIn(each) for each in (joint, products.heading, sum_.heading) if each is not None],
        seconds=0.4,
    )
    meetings = [
        born(product, number, weight)
        for product, number, weight in zip(
            products.body.cells, block(picture.body, window), kernel.body.cells, strict=True
        )
    ]
    scene.move(
        LaggedStart(*meetings, lag_ratio=0.5),
        LaggedStart(*[FadeIn(term) for term in sum_.terms], lag_ratio=0.5),
        seconds=_PRODUCTS,
    )
    scene.move(FadeIn(sum_.line), FadeIn(sum_.total), seconds=0.6)
    scene.gather_as(VGroup(joint, products), 0, hung.shown)
    scene.gather(sum_)
    return sum_


def _outside(view: MatrixView, window: Region) -> list[Mobject]:
    inside = {id(cell) for cell in block(view, window)}
    return [cell for cell in view.cells if id(cell) not in inside]


def every_place(scene: LessonScene, step: Step) -> None:
    """The kernel's frame passes over the picture, row by row, and the output fills behind it."""
    hung = _over_and_under(scene, step, share=0.71)
    picture, kernel, output = (view for view in hung.views if view.exhibit.line == 0)
    with scene.beat(step, "slide"):
        stand(scene, hung, picture, 1.0)
        stand(scene, hung, kernel, 1.0)
        frame = _pass_over(scene, hung, picture, kernel, output)
        scene.move(FadeOut(frame), seconds=0.4)
    with scene.beat(step, "contrast"):
        size = kernel.body.sheet.matrix.shape
        for place in output.exhibit.marks:
            colour = scene.style.theme.ink
            under = frame_around(block(picture.body, _under(place, size)), colour, _BUFF)
            result = frame_around(block(output.body, place), colour, _BUFF)
            scene.move(Create(under), Create(result), seconds=0.8)
            scene.gather_as(VGroup(under, result), 0, hung.shown)
    with scene.beat(step, "count"):
        scene.move(*dim(*hung.shown), seconds=0.4)
        reveal(scene, hung, hung.of("count")[0], 2.0)
    scene.clear_stage()


def _over_and_under(scene: LessonScene, step: Step, share: float) -> Hung:
    """The exhibits of the first line in that share of the stage, the others in the rest."""
    cut = STAGE.top - share * STAGE.height
    boxes = (Box(-_HALF, _HALF, cut + 0.1, STAGE.top), replace(STAGE, top=cut))
    hung = Hung([], [], [])
    for line, box in enumerate(boxes):
        shown = [each for each in step.exhibits if each.line == line]
        views, joints = laid_out(shown, scene.storyboard.numbers, scene.style, box)
        hung.views += views
        hung.joints += joints
    return hung


def _under(place: Region, size: tuple[int, int]) -> Region:
    """What a kernel of that size lies on at a place of the output, with stride 1 and no padding."""
    (row, _), (column, _) = place.rows, place.columns
    return Region((row, row + size[0]), (column, column + size[1]))


def _pass_over(
    scene: LessonScene, hung: Hung, picture: ExhibitView, kernel: ExhibitView, output: ExhibitView
) -> Mobject:
    size = kernel.body.sheet.matrix.shape
    rows, columns = output.body.sheet.matrix.shape
    joint = hung.joints[hung.views.index(output)]
    slots = MatrixView(output.body.sheet, scene.style, empty=True).move_to(output.body)
    scene.move(FadeIn(joint), FadeIn(output.heading), FadeIn(slots), seconds=0.5)

    def over(row: int, column: int) -> Mobject:
        place = Region((row, row + 1), (column, column + 1))
        cells = block(picture.body, _under(place, size))
        return frame_around(cells, scene.style.colour(Role.KERNEL), _BUFF)

    frame = frame_around(kernel.body.cells, scene.style.colour(Role.KERNEL), _BUFF)
    scene.move(Create(frame), seconds=0.4)
    for row in range(rows):
        seconds = _OTHER_ROWS / max(rows - 1, 1) if row else _FIRST_ROW
        scene.move(Transform(frame, over(row, 0)), seconds=0.25 if row else 0.7)
        cells = [FadeIn(output.body.cell(row, column)) for column in range(columns)]
        passing: list[Animation] = [LaggedStart(*cells, lag_ratio=0.8, rate_func=linear)]
        if columns > 1:
            passing.append(Transform(frame, over(row, columns - 1), rate_func=linear))
        scene.move(*passing, seconds=seconds)
    scene.remove(slots)
    scene.gather_as(VGroup(joint, output), 0, hung.shown)
    return frame


_PITCH = 3.1
"""From channel to channel."""
_ROWS = (2.25, 1.5, 1.5)
"""Heights of the channels, of the slices and of the products, with what stands over them."""
_HEADING = 0.42


def each_channel(scene: LessonScene, step: Step) -> None:
    """The picture parts into its channels, the kernel into its slices; products in colour, then their sum."""
    pictures, slices = (
        _in_columns(scene, [each for each in step.exhibits if each.line == row], row)
        for row in (0, 1)
    )
    *by_channel, whole = step.worked
    with scene.beat(step, "picture"):
        _part(scene, pictures)
    with scene.beat(step, "slices"):
        _part(scene, slices)
    frames = VGroup(*[view.frame(view.exhibit.marks, scene.style) for view in pictures])
    sums = [
        _ChannelSum(scene, calculation, view.body.sheet.matrix, column)
        for column, (calculation, view) in enumerate(zip(by_channel, slices, strict=True))
    ]
    with scene.beat(step, "products"):
        scene.move(Create(frames), seconds=0.6)
        for picture, slice_, sum_ in zip(pictures, slices, sums, strict=True):
            _meet(scene, picture, slice_, sum_)
    with scene.beat(step, "sum"):
        total = WorkedSum(whole, scene.style, scene.words, scene.storyboard.numbers)
        resting = [*pictures, *slices, *[sum_.products for sum_ in sums], frames]
        scene.move(*dim(*resting), FadeIn(total.heading), seconds=0.5)
        for sum_, term in zip(sums, total.terms, strict=True):
            scene.move(born(term, sum_.line), seconds=0.9)
        scene.move(FadeIn(total.line), FadeIn(total.total), seconds=0.6)
    scene.clear_stage()


class _ChannelSum(VGroup):
    """The `products` of one channel in the shape of its slice, and the `line` that says what they add up to."""

    def __init__(
        self, scene: LessonScene, calculation: Calculation, slice_: Matrix, column: int
    ) -> None:
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


def _in_columns(scene: LessonScene, exhibits: list[Exhibit], row: int) -> list[ExhibitView]:
    views = []
    for column, each in enumerate(exhibits):
        assert isinstance(each.item, Matrix)
        body = _cells(scene, each.item, row)
        views.append(ExhibitView(each, body, scene.style))
        views[-1].shift(_place(row, column) - body.cells.get_center())
    return views


def _cells(scene: LessonScene, matrix: Matrix, row: int) -> MatrixView:
    height = _ROWS[row] - _HEADING - 0.1
    fitted = sheet(
        matrix, scene.storyboard.numbers, width=_PITCH - 0.5, height=height, most_cell=0.42
    )
    return MatrixView(fitted, scene.style)


def _part(scene: LessonScene, views: list[ExhibitView]) -> None:
    """One behind the other first, then each in its place."""
    bodies = [view.body for view in views]
    homes = [body.get_center() for body in bodies]
    for i, body in enumerate(bodies):
        body.move_to(homes[len(homes) // 2] + _BEHIND * i)
    scene.move(*[FadeIn(body) for body in bodies], seconds=0.8)
    scene.hold(0.4)
    apart = [body.animate.move_to(home) for body, home in zip(bodies, homes, strict=True)]
    scene.move(*apart, seconds=1.0)
    scene.move(*[FadeIn(view.heading) for view in views], seconds=0.4)
    for view in views:
        scene.gather(view)


def _meet(scene: LessonScene, picture: ExhibitView, slice_: ExhibitView, sum_: _ChannelSum) -> None:
    """The window of a channel and its slice meet, product by product, and are added up."""
    (window,) = picture.exhibit.marks
    under = block(picture.body, window)
    meeting = zip(sum_.products.cells, under, slice_.body.cells, strict=True)
    scene.move(LaggedStart(*[born(*each) for each in meeting], lag_ratio=0.2), seconds=1.6)
    scene.gather(sum_.products)
    scene.move(FadeIn(sum_.line), seconds=0.4)

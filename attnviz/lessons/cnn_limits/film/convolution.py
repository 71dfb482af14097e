"""Convolution seen: the kernel on one place, then on all of them."""

from __future__ import annotations

from dataclasses import replace

from manim import (
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

from attnviz.lessons.cnn_limits import parts
from attnviz.story.calculation import Calculation
from attnviz.story.exhibits import Region
from attnviz.story.storyboard import Step
from attnviz.theme import Role
from attnviz.views.film.acts.exhibits import ExhibitLayout, lay_out, reveal, show_exhibit
from attnviz.views.film.choreography import dim, form_from
from attnviz.views.film.components.exhibit import ExhibitView, block, lay_out_exhibits
from attnviz.views.film.components.matrix import MatrixView, frame_around
from attnviz.views.film.components.worked import WorkedSum
from attnviz.views.film.stage import Stage
from attnviz.views.film.style import STAGE, Box

_PRODUCTS = 3.6
"""Seconds in which all products of one place appear."""
_FIRST_ROW, _OTHER_ROWS = 2.4, 4.0
"""Seconds in which the kernel passes over the first row, and over all others together."""
_BUFF = 0.02
_HALF = 5.75
"""Half the width of picture, kernel and output, so that their cells are nearly square."""


def one_position(scene: Stage, step: Step) -> None:
    """The kernel comes to lie on one place; every product is born from what meets there."""
    layout = lay_out(scene, step)
    picture, kernel, products = layout.views
    (window,) = picture.exhibit.marks
    with scene.beat(step, parts.Convolution.PICTURE):
        show_exhibit(scene, layout, picture, 1.6)
    with scene.beat(step, parts.Convolution.KERNEL):
        show_exhibit(scene, layout, kernel, 1.2)
    with scene.beat(step, parts.Convolution.WORKED):
        frame = _lay_kernel_on(scene, kernel, picture, window)
        sum_ = _work_out(scene, layout, step.worked[0], products)
    with scene.beat(step, parts.Convolution.LOCAL):
        outside = _outside(picture.body, window)
        scene.move(*dim(*outside, layout.shown[1], layout.shown[2]), seconds=0.8)
    scene.add_as_group(VGroup(frame, sum_))
    scene.clear_stage()


def _lay_kernel_on(
    scene: Stage, kernel: ExhibitView, picture: ExhibitView, window: Region
) -> Mobject:
    """A frame leaves the kernel and comes to rest on the window."""
    colour = scene.style.colour(Role.KERNEL)
    frame = frame_around(kernel.body.cells, colour, _BUFF)
    scene.move(Create(frame), seconds=0.5)
    over = frame_around(block(picture.body, window), colour, _BUFF)
    scene.move(Transform(frame, over), seconds=1.1)
    return frame


def _work_out(
    scene: Stage, layout: ExhibitLayout, calculation: Calculation, products: ExhibitView
) -> WorkedSum:
    """Each product is born where a number and a weight meet, and is written beside; then they are added up."""
    picture, kernel = layout.views[:2]
    (window,) = picture.exhibit.marks
    sum_ = WorkedSum(calculation, scene.style, scene.words, scene.storyboard.numbers)
    joint = layout.joints[2]
    scene.move(
        *[FadeIn(each) for each in (joint, products.heading, sum_.heading) if each is not None],
        seconds=0.4,
    )
    meetings = [
        form_from(product, number, weight)
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
    layout.add_shown(scene, VGroup(joint, products), line=0)
    scene.add_as_group(sum_)
    return sum_


def _outside(view: MatrixView, window: Region) -> list[Mobject]:
    inside = {id(cell) for cell in block(view, window)}
    return [cell for cell in view.cells if id(cell) not in inside]


def all_positions(scene: Stage, step: Step) -> None:
    """The kernel's frame passes over the picture, row by row, and the output fills behind it."""
    layout = _lay_out_in_two_lines(scene, step, share=0.69)
    picture, kernel, output = (view for view in layout.views if view.exhibit.line == 0)
    with scene.beat(step, parts.Sharing.SLIDE):
        show_exhibit(scene, layout, picture, 1.0)
        show_exhibit(scene, layout, kernel, 1.0)
        frame = _pass_over(scene, layout, picture, kernel, output)
        scene.move(FadeOut(frame), seconds=0.4)
    with scene.beat(step, parts.Sharing.CONTRAST):
        size = kernel.body.sheet.matrix.shape
        for place in output.exhibit.marks:
            colour = scene.style.theme.ink
            under = frame_around(block(picture.body, _window_of(place, size)), colour, _BUFF)
            result = frame_around(block(output.body, place), colour, _BUFF)
            scene.move(Create(under), Create(result), seconds=0.8)
            layout.add_shown(scene, VGroup(under, result), line=0)
    with scene.beat(step, parts.Sharing.COUNT):
        scene.move(*dim(*layout.shown), seconds=0.4)
        reveal(scene, layout, layout.of(parts.Sharing.COUNT)[0], 2.0)
    scene.clear_stage()


def _lay_out_in_two_lines(scene: Stage, step: Step, share: float) -> ExhibitLayout:
    """The exhibits of the first line in that share of the stage, the others in the rest."""
    cut = STAGE.top - share * STAGE.height
    boxes = (Box(-_HALF, _HALF, cut + 0.2, STAGE.top), replace(STAGE, top=cut))
    layout = ExhibitLayout([], [], [])
    for line, box in enumerate(boxes):
        shown = [each for each in step.exhibits if each.line == line]
        views, joints = lay_out_exhibits(shown, scene.storyboard.numbers, scene.style, box)
        layout.views += views
        layout.joints += joints
    return layout


def _window_of(place: Region, size: tuple[int, int]) -> Region:
    """The window of a kernel of that size at a position of the output, with stride 1 and no padding."""
    (row, _), (column, _) = place.rows, place.columns
    return Region((row, row + size[0]), (column, column + size[1]))


def _pass_over(
    scene: Stage,
    layout: ExhibitLayout,
    picture: ExhibitView,
    kernel: ExhibitView,
    output: ExhibitView,
) -> Mobject:
    size = kernel.body.sheet.matrix.shape
    rows, columns = output.body.sheet.matrix.shape
    joint = layout.joints[layout.views.index(output)]
    slots = MatrixView(output.body.sheet, scene.style, empty=True).move_to(output.body)
    scene.move(FadeIn(joint), FadeIn(output.heading), FadeIn(slots), seconds=0.5)

    def over(row: int, column: int) -> Mobject:
        place = Region((row, row + 1), (column, column + 1))
        cells = block(picture.body, _window_of(place, size))
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
    layout.add_shown(scene, VGroup(joint, output), line=0)
    return frame

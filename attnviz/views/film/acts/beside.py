"""A step whose exhibits stand beside the shelf, and what of them moves onto it."""

from __future__ import annotations

from manim import FadeIn, FadeOut

from attnviz.story.exhibits import Exhibit
from attnviz.story.storyboard import Step
from attnviz.views.film.acts.exhibits import ExhibitLayout, play_part
from attnviz.views.film.components.exhibit import lay_out_exhibits
from attnviz.views.film.stage import Stage
from attnviz.views.film.style import WIDE


def given(scene: Stage, step: Step) -> None:
    """Q, K and V as they came, then on the shelf."""
    layout = lay_out_beside(scene, list(step.exhibits))
    for part in step.narration:
        with scene.beat(step, part):
            play_part(scene, step, layout, part)
    move_to_sidebar(scene, step)
    scene.clear_stage()


def lay_out_beside(scene: Stage, exhibits: list[Exhibit]) -> ExhibitLayout:
    """Exhibits beside the shelf."""
    views, joints = lay_out_exhibits(exhibits, scene.storyboard.numbers, scene.style, WIDE)
    return ExhibitLayout(views, joints, [], WIDE)


def move_to_sidebar(scene: Stage, step: Step) -> None:
    """What the step leaves stands on the shelf, in place of what stood there."""
    docked = [
        scene.sidebar.place(each, scene.storyboard.numbers)
        for each in scene.sidebar.matrices_to_keep(step)
    ]
    # manim takes a group apart of which a part fades out
    old = [
        scene.sidebar.taken(each.symbol) for each in docked if each.symbol in scene.sidebar.docked
    ]
    scene.add(*old)
    scene.move(*map(FadeOut, old), *map(FadeIn, docked), seconds=0.9)
    for each in docked:
        scene.keep_on_sidebar(each)

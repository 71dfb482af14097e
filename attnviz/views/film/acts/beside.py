"""Steps whose exhibits are beside the sidebar, and the moves of matrices onto it."""

from __future__ import annotations

from manim import FadeIn, FadeOut

from attnviz.story.exhibits import Exhibit
from attnviz.story.storyboard import Step
from attnviz.views.film.acts.exhibits import ExhibitLayout, play_part
from attnviz.views.film.components.exhibit import lay_out_exhibits
from attnviz.views.film.stage import Stage
from attnviz.views.film.style import WIDE


def show_qkv(scene: Stage, step: Step) -> None:
    """Shows given Q, K and V, then moves them to the sidebar."""
    layout = lay_out_beside(scene, list(step.exhibits))
    for part in step.narration:
        with scene.beat(step, part):
            play_part(scene, step, layout, part)
    move_to_sidebar(scene, step)
    scene.clear_stage()


def lay_out_beside(scene: Stage, exhibits: list[Exhibit]) -> ExhibitLayout:
    """Lays out exhibits beside the sidebar."""
    views, joints = lay_out_exhibits(exhibits, scene.storyboard.numbers, scene.style, WIDE)
    return ExhibitLayout(views, joints, [], WIDE)


def move_to_sidebar(scene: Stage, step: Step) -> None:
    """Moves the matrices that the step keeps onto the sidebar, in place of those there."""
    docked = [
        scene.sidebar.place(each, scene.storyboard.numbers)
        for each in scene.sidebar.matrices_to_keep(step)
    ]
    # manim takes a group apart of which a part fades out
    old = [
        scene.sidebar.take_out(each.symbol)
        for each in docked
        if each.symbol in scene.sidebar.docked
    ]
    scene.add(*old)
    scene.move(*map(FadeOut, old), *map(FadeIn, docked), seconds=0.9)
    for each in docked:
        scene.keep_on_sidebar(each)

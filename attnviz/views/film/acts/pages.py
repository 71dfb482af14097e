"""A step whose lines of exhibits are shown one after the other, each as large as the whole stage allows."""

from __future__ import annotations

from itertools import groupby

from manim import FadeOut

from attnviz.story.exhibits import in_matrices
from attnviz.story.storyboard import Step
from attnviz.views.film.acts.exhibits import ExhibitLayout, play_part
from attnviz.views.film.components.exhibit import ExhibitView, lay_out_exhibits
from attnviz.views.film.stage import Stage
from attnviz.views.film.style import STAGE


def show_in_pages(scene: Stage, step: Step) -> None:
    """Plays a step part by part; a new line replaces the one before."""
    layout = lay_out_in_pages(scene, step)
    for part in step.narration:
        with scene.beat(step, part):
            turn_page(scene, layout, layout.of(part))
            play_part(scene, step, layout, part)
    scene.clear_stage()


def lay_out_in_pages(scene: Stage, step: Step) -> ExhibitLayout:
    """Lays out each line of exhibits in the middle of the stage."""
    layout = ExhibitLayout([], [], [], centred=True)
    for _, line in groupby(in_matrices(step.exhibits), key=lambda each: each.line):
        views, joints = lay_out_exhibits(list(line), scene.storyboard.numbers, scene.style, STAGE)
        layout.views += views
        layout.joints += joints
    return layout


def turn_page(scene: Stage, layout: ExhibitLayout, new: list[ExhibitView]) -> None:
    """Fades out the shown line if the new exhibits are of another."""
    lines = {view.exhibit.line for view in new}
    leaving = [each for each in layout.shown if new and layout.line_of(each) not in lines]
    if leaving:
        scene.move(*map(FadeOut, leaving), seconds=0.5)
        layout.shown[:] = [each for each in layout.shown if each not in leaving]
        layout.expected[:] = [each for each in layout.expected if each.exhibit.line in lines]

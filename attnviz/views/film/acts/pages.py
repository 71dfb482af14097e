"""A step whose lines of exhibits are shown one after the other, each as large as the whole stage allows."""

from __future__ import annotations

from itertools import groupby

from manim import FadeOut

from attnviz.story.exhibits import in_matrices
from attnviz.story.storyboard import Step
from attnviz.views.film.acts.exhibits import Hung, tell
from attnviz.views.film.components.exhibit import ExhibitView, laid_out
from attnviz.views.film.stage import Stage
from attnviz.views.film.style import STAGE


def show_in_pages(scene: Stage, step: Step) -> None:
    """Tells a step part by part; a new line takes the place of the one before."""
    hung = hang_in_pages(scene, step)
    for part in step.narration:
        with scene.beat(step, part):
            turn(scene, hung, hung.of(part))
            tell(scene, step, hung, part)
    scene.clear_stage()


def hang_in_pages(scene: Stage, step: Step) -> Hung:
    """Where everything will stand, each line in the middle of the stage."""
    hung = Hung([], [], [], centred=True)
    for _, line in groupby(in_matrices(step.exhibits), key=lambda each: each.line):
        views, joints = laid_out(list(line), scene.storyboard.numbers, scene.style, STAGE)
        hung.views += views
        hung.joints += joints
    return hung


def turn(scene: Stage, hung: Hung, new: list[ExhibitView]) -> None:
    """What stands there leaves, if what comes is of another line."""
    lines = {view.exhibit.line for view in new}
    leaving = [each for each in hung.shown if new and hung.line_of(each) not in lines]
    if leaving:
        scene.move(*map(FadeOut, leaving), seconds=0.5)
        hung.shown[:] = [each for each in hung.shown if each not in leaving]
        hung.expected[:] = [each for each in hung.expected if each.exhibit.line in lines]

"""A step whose exhibits stand beside the shelf, and what of them moves onto it."""

from __future__ import annotations

from manim import FadeIn, FadeOut

from attnviz.story.exhibits import Exhibit
from attnviz.story.storyboard import Step
from attnviz.views.film.acts.exhibits import Hung, tell
from attnviz.views.film.components.exhibit import laid_out
from attnviz.views.film.stage import Stage
from attnviz.views.film.style import WIDE


def given(scene: Stage, step: Step) -> None:
    """Q, K and V as they came, then on the shelf."""
    hung_up = hung(scene, list(step.exhibits))
    for part in step.narration:
        with scene.beat(step, part):
            tell(scene, step, hung_up, part)
    to_shelf(scene, step)
    scene.clear_stage()


def hung(scene: Stage, exhibits: list[Exhibit]) -> Hung:
    """Exhibits beside the shelf."""
    views, joints = laid_out(exhibits, scene.storyboard.numbers, scene.style, WIDE)
    return Hung(views, joints, [], WIDE)


def to_shelf(scene: Stage, step: Step) -> None:
    """What the step leaves stands on the shelf, in place of what stood there."""
    docked = [
        scene.shelf.place(each, scene.storyboard.numbers) for each in scene.shelf.kept_of(step)
    ]
    # manim takes a group apart of which a part fades out
    old = [scene.shelf.taken(each.symbol) for each in docked if each.symbol in scene.shelf.docked]
    scene.add(*old)
    scene.move(*map(FadeOut, old), *map(FadeIn, docked), seconds=0.9)
    for each in docked:
        scene.keep_on_shelf(each)

"""Queries and keys that are normalised, or turned by position, before they are compared; then they take the places of
those on the sidebar.
"""

from __future__ import annotations

from manim import DOWN, LEFT, RIGHT, FadeIn, Rotate, VGroup

from attnviz.story.exhibits import Exhibit, Turns
from attnviz.story.storyboard import Step
from attnviz.typeset.fonts import Weight
from attnviz.views.film.acts.beside import lay_out_beside, move_to_sidebar
from attnviz.views.film.acts.exhibits import play_part
from attnviz.views.film.components.dial import Dial
from attnviz.views.film.components.text import Line, label
from attnviz.views.film.stage import Stage
from attnviz.views.film.style import WIDE, Size

_RADIUS = 0.62
_APART = 0.6


def rotate_by_position(scene: Stage, step: Step) -> None:
    """The matrices before and after, where norms change them; hands that turn, where positions do."""
    turning = [each for each in step.exhibits if isinstance(each.item, Turns)]
    matrices = [each for each in step.exhibits if each not in turning]
    dials = _dials(scene, turning)
    shows_matrices = False
    for part in step.narration:
        mine = [i for i, each in enumerate(turning) if each.part == part]
        with scene.beat(step, part):
            if mine and shows_matrices:
                shows_matrices = False
                scene.clear_stage()
            for i in mine:
                _rotate_dials(scene, *dials[i])
            if not mine:
                play_part(scene, step, lay_out_beside(scene, matrices), part)
                shows_matrices = True
    move_to_sidebar(scene, step)
    scene.clear_stage()


def _dials(scene: Stage, turning: list[Exhibit]) -> list[tuple[Line, list[Dial]]]:
    """The name of each vector and its dials: a line each, one under the other, beside the sidebar."""
    style = scene.style
    lines = []
    for exhibit in turning:
        item = exhibit.item
        assert isinstance(item, Turns)
        dials = [
            Dial(
                turn,
                (f"{item.header[0]} {row.cells[0]}", row.cells[1]),
                item.role,
                style,
                radius=_RADIUS,
            )
            for turn, row in zip(item.turns, item.rows, strict=True)
        ]
        name = label(item.name, style.colour(item.role), Size.BODY, Weight.SEMIBOLD)
        lines.append((name, dials))
    pitch = max((each.width for _, dials in lines for each in dials), default=0) + _APART
    stack = VGroup()
    for name, dials in lines:
        row = VGroup(*[each.shift(i * pitch * RIGHT) for i, each in enumerate(dials)])
        stack.add(VGroup(name, row).arrange(DOWN, buff=0.14, aligned_edge=LEFT))
    stack.arrange(DOWN, buff=0.3, aligned_edge=LEFT).move_to(WIDE.middle)
    return lines


def _rotate_dials(scene: Stage, name: Line, dials: list[Dial]) -> None:
    """The dials appear with their hands as they were; then all hands turn, each by its own angle."""
    scene.move(
        FadeIn(name), *[FadeIn(VGroup(each.face, each.entries)) for each in dials], seconds=0.6
    )
    hands = [each.before.copy().set_opacity(1) for each in dials]
    appearing = [FadeIn(each) for each in hands if len(each)]
    if appearing:
        scene.move(*appearing, seconds=0.5)
    scene.add(*[each.before for each in dials if len(each.before)], *hands)
    turning = [
        Rotate(hand, dial.shown_angle, about_point=dial.middle)
        for hand, dial in zip(hands, dials, strict=True)
        if len(hand)
    ]
    arcs = [FadeIn(each.arc) for each in dials if len(each.arc)]
    scene.move(*turning, *[FadeIn(each.angle) for each in dials], *arcs, seconds=1.8)
    scene.remove(*hands)
    for each in dials:
        scene.add_as_group(each)
    scene.add_as_group(name)

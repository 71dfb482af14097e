"""One product of a query and a key: both vectors, their products row by row, and the sums of these."""

from __future__ import annotations

from itertools import zip_longest

from manim import (
    Animation,
    AnimationGroup,
    FadeIn,
    FadeOut,
    LaggedStart,
    ReplacementTransform,
    VGroup,
)

from attnviz.lessons.self_attention.film.handovers import CrossedScores
from attnviz.story.storyboard import Step
from attnviz.views.film.acts.act import Handover
from attnviz.views.film.acts.exhibits import blocks_note
from attnviz.views.film.choreography import appear, form_from
from attnviz.views.film.components.crossing import Crossing
from attnviz.views.film.components.exhibit import ExhibitView
from attnviz.views.film.components.pair import PairLayout, pair_layouts
from attnviz.views.film.stage import Stage
from attnviz.views.film.style import WIDE

_ROWS = 3.0
"""Seconds in which all rows of a matrix are formed."""


def pair(scene: Stage, step: Step, before: Handover | None) -> None:
    """Takes both vectors out of the scores, multiplies them entry by entry, and adds up row by row."""
    crossing = before.crossing if isinstance(before, CrossedScores) else None
    vectors, multiplied, added = pair_layouts(
        step.exhibits, scene.storyboard.numbers, scene.style, WIDE
    )
    why, products, groups = step.narration
    with scene.beat(step, why):
        _enlarge(scene, vectors, crossing)
    with scene.beat(step, products):
        _make_room(scene, vectors, multiplied)
        *factors, product = multiplied.views.values()
        _form_rows(scene, multiplied, product, factors)
    with scene.beat(step, groups):
        _make_room(scene, multiplied, added)
        *_, product, sums = added.views.values()
        _form_rows(scene, added, sums, [product])
    scene.clear_stage()


def _enlarge(scene: Stage, vectors: PairLayout, crossing: Crossing | None) -> None:
    """Moves query and key out of the scores and enlarges them; everything else leaves."""
    known = {} if crossing is None else _rows_of(crossing)
    found = {symbol: known[symbol].copy() for symbol in vectors.views if symbol in known}
    scene.add(*found.values())
    scene.clear_stage(*found.values())
    leaving = [
        FadeOut(each, target_position=vectors.views[symbol].body.get_center())
        for symbol, each in found.items()
    ]
    shown = [FadeIn(view.heading) for view in vectors.views.values()]
    if any(body.sheet.pooled for body in vectors.bodies):
        shown.append(FadeIn(blocks_note(scene)))
    rows = [
        appear([VGroup(*body.row_labels[i : i + 1], *row) for i, row in enumerate(body.entries)])
        for body in vectors.bodies
    ]
    scene.move(*leaving, *shown, *rows, seconds=1.6)
    for view in vectors.views.values():
        scene.add_as_group(view)


def _rows_of(crossing: Crossing) -> dict[str, VGroup]:
    """The queries and keys that stand in a product, by their symbols."""
    return {
        name.symbol: view.row(i)
        for view in (crossing.left, crossing.top)
        for i, name in enumerate(view.sheet.matrix.rows)
    }


def _make_room(scene: Stage, before: PairLayout, after: PairLayout) -> None:
    """Moves all parts to their new places, or out; row names that change sides go first."""
    moving: list[Animation] = []
    for symbol, view in before.views.items():
        new = after.views.get(symbol)
        if new is None:
            moving.append(FadeOut(view))
        elif new is not view:
            moving += _moved(view, new)
    if not moving:
        return
    moving += [
        ReplacementTransform(old, new)
        for old, new in zip(before.joints, after.joints, strict=False)
    ]
    elsewhere = _named(before) != _named(after)
    if elsewhere:
        scene.move(FadeOut(before.names), seconds=0.3)
    scene.move(*moving, seconds=1.0)
    if elsewhere:
        scene.move(FadeIn(after.names), seconds=0.3)
    for symbol, view in before.views.items():
        scene.remove(*view.get_family())
        if symbol in after.views:
            scene.add_as_group(after.views[symbol])


def _named(layout: PairLayout) -> list[str]:
    """The symbols of the matrices whose rows have names."""
    return [symbol for symbol, view in layout.views.items() if view.body.row_labels]


def _moved(old: ExhibitView, new: ExhibitView) -> list[Animation]:
    """Moves a matrix to its new place cell by cell; numbers that no longer fit fade on the way."""
    moving: list[Animation] = [ReplacementTransform(old.heading, new.heading)]
    for cell, target in zip(old.body.cells, new.body.cells, strict=True):
        for part, place in zip_longest(cell, target):
            moving.append(
                ReplacementTransform(part, place)
                if place is not None
                else FadeOut(part, target_position=target.get_center())
            )
    names = zip(old.body.row_labels, new.body.row_labels, strict=False)
    return moving + [ReplacementTransform(*marks) for marks in names]


def _form_rows(
    scene: Stage, layout: PairLayout, view: ExhibitView, sources: list[ExhibitView]
) -> None:
    """Forms a matrix from those before it, row by row."""
    joint = layout.joints[-1]
    scene.move(FadeIn(joint), FadeIn(view.heading), seconds=0.4)
    formings: list[AnimationGroup] = [
        form_from(view.body.row(i), *[each.body.row(i) for each in sources])
        for i in range(len(view.body.entries))
    ]
    scene.move(LaggedStart(*formings, lag_ratio=0.4), seconds=_ROWS)
    scene.add_as_group(view)

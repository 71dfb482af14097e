"""The act of the links: weights as arcs between tokens, those of the worked query first, then all."""

from __future__ import annotations

from manim import Create, LaggedStart, VGroup

from attnviz.lessons.self_attention import parts
from attnviz.story.exhibits import Link, Links
from attnviz.story.storyboard import Step
from attnviz.views.film.choreography import appear, dim
from attnviz.views.film.components.links import LinksView
from attnviz.views.film.stage import Stage
from attnviz.views.film.style import WIDE

_TOGETHER = 2.4
"""Seconds in which the arcs of a part are drawn."""


def links(scene: Stage, step: Step) -> None:
    """Arcs from the query grow to its keys, with their weights under these; then those of every other query."""
    own, *rest = [each.item for each in step.exhibits]
    assert isinstance(own, Links)
    view = LinksView(own, scene.style, WIDE)
    with scene.beat(step, parts.Links.WHY):
        scene.move(appear(list(view.names)), seconds=1.0)
        arcs = _drawn(scene, view, list(own.links), spoken_of=True)
        scene.move(appear(list(view.numbers)), seconds=0.8)
    for item in rest:
        assert isinstance(item, Links)
        with scene.beat(step, parts.Links.REST):
            scene.move(*dim(view.numbers), seconds=0.4)
            scene.bring_to_front(_drawn(scene, view, list(item.links), spoken_of=False), arcs)
    scene.clear_stage()


def _drawn(scene: Stage, view: LinksView, links: list[Link], *, spoken_of: bool) -> VGroup:
    """The arcs, one after the other from the strongest on."""
    arcs = VGroup(*[view.arc(each, spoken_of=spoken_of) for each in links])
    together = LaggedStart(*map(Create, arcs), lag_ratio=min(0.5, 3 / len(arcs)))
    scene.move(together, seconds=_TOGETHER)
    scene.add_as_group(arcs)
    return arcs

"""Moves. Each function takes components and returns an Animation; none knows a scene, a lesson or a clock."""

from __future__ import annotations

from collections.abc import Iterable

from manim import (
    Animation,
    AnimationGroup,
    FadeIn,
    FadeOut,
    LaggedStart,
    Mobject,
    ReplacementTransform,
    VGroup,
    VMobject,
)

from attnviz.typeset.fonts import Points
from attnviz.views.film.style import DIMMED

_STAGGER = 0.5


def _full(part: VMobject) -> tuple[float, float]:
    """The fill and stroke opacity of a mobject when all of it is there, remembered from the first time it is asked."""
    if not hasattr(part, "full"):
        part.full = (part.get_fill_opacity(), part.get_stroke_opacity())
    return part.full


def dim(*mobjects: Mobject) -> list[Animation]:
    """What is not in use steps back."""
    return [_Presence(each, DIMMED) for each in mobjects]


def light(*mobjects: Mobject) -> list[Animation]:
    """And comes back."""
    return [_Presence(each, 1.0) for each in mobjects]


class _Presence(Animation):
    """From how much of a mobject is there to `share` of it. manim's own would copy all of it three times."""

    def __init__(self, mobject: Mobject, share: float, **how: object) -> None:
        super().__init__(mobject, **how)
        self.share = share

    def begin(self) -> None:
        self.parts = [
            (part, (part.get_fill_opacity(), part.get_stroke_opacity()), _full(part))
            for part in self.mobject.family_members_with_points()
        ]
        super().begin()

    def create_starting_mobject(self) -> Mobject:
        """Where it starts is in `parts`: no copy."""
        return self.mobject

    def interpolate_mobject(self, alpha: float) -> None:
        way = self.rate_func(alpha)
        if alpha >= 0.5:
            self._turn()
        for part, start, full in self.parts:
            fill, stroke = (
                a + (b * self.share - a) * way for a, b in zip(start, full, strict=True)
            )
            part.set_fill(opacity=fill, family=False)
            part.set_stroke(opacity=stroke, family=False)

    def _turn(self) -> None:
        """A number on a bright cell is dark, and on the same cell dimmed it must be light."""
        for part, _, _ in self.parts:
            if hasattr(part, "colours"):
                bright, stepped_back = part.colours
                part.set_fill(bright if self.share == 1 else stepped_back, family=False)


def slide(mobject: Mobject, by: Points) -> Animation:
    """It moves by that much, as it is. manim's own would copy all of it three times."""
    return _Slide(mobject, by)


class _Slide(Animation):
    def __init__(self, mobject: Mobject, by: Points, **how: object) -> None:
        super().__init__(mobject, **how)
        self.by = by

    def begin(self) -> None:
        self.parts = [(part, part.points) for part in self.mobject.family_members_with_points()]
        super().begin()

    def create_starting_mobject(self) -> Mobject:
        """Where it starts is in `parts`: no copy."""
        return self.mobject

    def interpolate_mobject(self, alpha: float) -> None:
        way = self.rate_func(alpha) * self.by
        for part, start in self.parts:
            part.points = start + way


def born(target: Mobject, *sources: Mobject) -> Animation:
    """Copies of the sources travel to the target and become it; the originals stay."""
    travelling = [
        FadeOut(each.copy(), target_position=target.get_center(), scale=0.5) for each in sources
    ]
    return AnimationGroup(*travelling, FadeIn(target, scale=0.6), lag_ratio=0.25)


def appear(parts: Iterable[Mobject], *, spread: float = _STAGGER, **how: object) -> Animation:
    """One after the other, overlapping."""
    animations = [FadeIn(each, **how) for each in parts]
    return LaggedStart(
        *animations, lag_ratio=spread if len(animations) < 8 else 2 / len(animations)
    )


def give_way(going: Iterable[Mobject], coming: Iterable[Mobject]) -> Animation:
    """What comes stands in the place of what goes, and waits until that is gone: two texts never lie on each other."""
    groups = [list(map(FadeOut, going)), list(map(FadeIn, coming))]
    return AnimationGroup(*[AnimationGroup(*each) for each in groups if each], lag_ratio=1)


def travel(source: VGroup, target: VGroup) -> Animation:
    """A copy of the source moves to the target's place and becomes it, cell by cell; the source stays."""
    return AnimationGroup(
        *[_carried(old.copy(), new) for old, new in zip(source, target, strict=True)]
    )


def move_over(source: VGroup, target: VGroup) -> Animation:
    """The source itself moves to the target's place and becomes it, cell by cell."""
    return AnimationGroup(*[_carried(old, new) for old, new in zip(source, target, strict=True)])


def _carried(old: Mobject, new: Mobject) -> Animation:
    # a number becomes a number; it does not become the bar of a negative entry that has none
    if [type(part) for part in old.submobjects] == [type(part) for part in new.submobjects]:
        return ReplacementTransform(old, new)
    return AnimationGroup(FadeOut(old, target_position=new.get_center()), FadeIn(new))

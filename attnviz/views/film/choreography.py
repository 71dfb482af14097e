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


def _full_opacity(part: VMobject) -> tuple[float, float]:
    """The fill and stroke opacity of a mobject when all of it is there, remembered from the first time it is asked."""
    if not hasattr(part, "full"):
        part.full = (part.get_fill_opacity(), part.get_stroke_opacity())
    return part.full


def dim(*mobjects: Mobject) -> list[Animation]:
    """Fades mobjects that are not in use to a faint share of their opacity."""
    return [_FadeTo(each, DIMMED) for each in mobjects]


def undim(*mobjects: Mobject) -> list[Animation]:
    """Fades dimmed mobjects back to full opacity."""
    return [_FadeTo(each, 1.0) for each in mobjects]


class _FadeTo(Animation):
    """Fades a mobject to `share` of its full opacity. manim's own animation would copy it three times."""

    def __init__(self, mobject: Mobject, share: float, **options: object) -> None:
        super().__init__(mobject, **options)
        self.share = share

    def begin(self) -> None:
        self.parts = [
            (part, (part.get_fill_opacity(), part.get_stroke_opacity()), _full_opacity(part))
            for part in self.mobject.family_members_with_points()
        ]
        super().begin()

    def create_starting_mobject(self) -> Mobject:
        """Returns the mobject itself: its start is in `parts`, so nothing is copied."""
        return self.mobject

    def interpolate_mobject(self, alpha: float) -> None:
        way = self.rate_func(alpha)
        if alpha >= 0.5:
            self._set_number_colours()
        for part, start, full in self.parts:
            fill, stroke = (
                a + (b * self.share - a) * way for a, b in zip(start, full, strict=True)
            )
            part.set_fill(opacity=fill, family=False)
            part.set_stroke(opacity=stroke, family=False)

    def _set_number_colours(self) -> None:
        """A number on a bright cell is dark, and on the same cell dimmed it must be light."""
        for part, _, _ in self.parts:
            if hasattr(part, "colours"):
                bright, dimmed = part.colours
                part.set_fill(bright if self.share == 1 else dimmed, family=False)


def slide(mobject: Mobject, by: Points) -> Animation:
    """Shifts a mobject. manim's own animation would copy it three times."""
    return _Slide(mobject, by)


class _Slide(Animation):
    def __init__(self, mobject: Mobject, by: Points, **options: object) -> None:
        super().__init__(mobject, **options)
        self.by = by

    def begin(self) -> None:
        self.parts = [(part, part.points) for part in self.mobject.family_members_with_points()]
        super().begin()

    def create_starting_mobject(self) -> Mobject:
        """Returns the mobject itself: its start is in `parts`, so nothing is copied."""
        return self.mobject

    def interpolate_mobject(self, alpha: float) -> None:
        way = self.rate_func(alpha) * self.by
        for part, start in self.parts:
            part.points = start + way


def form_from(target: Mobject, *sources: Mobject) -> Animation:
    """Forms the target from copies of the sources that move to it; the originals stay."""
    travelling = [
        FadeOut(each.copy(), target_position=target.get_center(), scale=0.5) for each in sources
    ]
    return AnimationGroup(*travelling, FadeIn(target, scale=0.6), lag_ratio=0.25)


def appear(parts: Iterable[Mobject], *, spread: float = _STAGGER, **options: object) -> Animation:
    """One after the other, overlapping."""
    animations = [FadeIn(each, **options) for each in parts]
    return LaggedStart(
        *animations, lag_ratio=spread if len(animations) < 8 else 2 / len(animations)
    )


def fade_out_then_in(leaving: Iterable[Mobject], entering: Iterable[Mobject]) -> Animation:
    """Fades the old mobjects out, then the new ones in, so that two texts never overlap."""
    groups = [list(map(FadeOut, leaving)), list(map(FadeIn, entering))]
    return AnimationGroup(*[AnimationGroup(*each) for each in groups if each], lag_ratio=1)


def transform_copy(source: VGroup, target: VGroup) -> Animation:
    """Transforms a copy of the source into the target, cell by cell; the source stays."""
    return AnimationGroup(
        *[_transform_cell(old.copy(), new) for old, new in zip(source, target, strict=True)]
    )


def transform_cells(source: VGroup, target: VGroup) -> Animation:
    """Transforms the source into the target, cell by cell."""
    return AnimationGroup(
        *[_transform_cell(old, new) for old, new in zip(source, target, strict=True)]
    )


def _transform_cell(old: Mobject, new: Mobject) -> Animation:
    # a number becomes a number; it does not become the bar of a negative entry that has none
    if [type(part) for part in old.submobjects] == [type(part) for part in new.submobjects]:
        return ReplacementTransform(old, new)
    return AnimationGroup(FadeOut(old, target_position=new.get_center()), FadeIn(new))

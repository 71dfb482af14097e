"""Families of mobjects, as manim finds them and quicker: it asks for them at every turn."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from manim import Mobject
from manim.utils.iterables import remove_list_redundancies


@contextmanager
def quick_families() -> Iterator[None]:
    """Inside, `Mobject.get_family` gives what it always gives, without a generator for each member.

    >>> from manim import Dot, VGroup
    >>> with quick_families():
    ...     VGroup(Dot(), Dot()).get_family()
    [VGroup(Dot, Dot), Dot, Dot]
    """
    before = Mobject.get_family
    Mobject.get_family = _family
    try:
        yield
    finally:
        Mobject.get_family = before


def _family(mobject: Mobject, recurse: bool = True) -> list[Mobject]:
    if not mobject.submobjects:
        return [mobject]
    members: list[Mobject] = []
    _gather(mobject, set(), members)
    # nearly always everybody is there once
    return members if len(set(members)) == len(members) else remove_list_redundancies(members)


def _gather(mobject: Mobject, above: set[Mobject], members: list[Mobject]) -> None:
    """The mobject and all below it; what is above itself ends there."""
    if mobject in above:
        return
    members.append(mobject)
    if mobject.submobjects:
        above.add(mobject)
        for each in mobject.submobjects:
            if each.submobjects:
                _gather(each, above, members)
            else:
                members.append(each)
        above.remove(mobject)

"""What manim's own mobjects are given to be quicker does just what manim does: colours, copies, families."""

import copy
import enum

import numpy as np
import pytest
from manim import RED, Circle, Dot, Group, ImageMobject, Mobject, Square, Text, ValueTracker, VGroup

from attnviz.render.drawing.mobject_colours import quick_colours
from attnviz.render.drawing.mobject_copies import quick_copies
from attnviz.render.drawing.mobject_families import quick_families


class Shade(enum.Enum):
    DARK = 1


class Counted(VGroup):
    """With attributes of many kinds, some of them shared."""

    def __init__(self):
        super().__init__(Square(), Dot())
        self.first, self.second = self.submobjects
        self.table = np.array([[1.0, 2.0], [3.0, 4.0]])
        self.same_table = self.table
        self.objects = np.array([self.first, None], dtype=object)
        self.names = {"square": self.first, "shade": Shade.DARK}
        self.on_the_way = [(1, "a"), {2.5}]
        self.itself = self


def shared_child():
    dot = Dot()
    return VGroup(VGroup(dot, Square()), VGroup(Square(), dot))


def ring():
    inner, outer = Group(Dot()), Group()
    outer.submobjects = [inner, Dot()]
    inner.submobjects.append(outer)
    return outer


MOBJECTS = {
    "a leaf": Dot,
    "nothing": Mobject,
    "a tree": lambda: VGroup(VGroup(Dot(), VGroup(Circle())), Square()),
    "shared": shared_child,
    "a ring": ring,
    "text": lambda: Text("a b"),
    "an image": lambda: ImageMobject(np.zeros((2, 2, 3), np.uint8)),
    "a number": lambda: ValueTracker(3),
    "of one's own": Counted,
}


@pytest.fixture(params=MOBJECTS)
def mobject(request):
    return MOBJECTS[request.param]()


def test_a_family_is_that_of_manim(mobject):
    expected = [each.get_family() for each in mobject.get_family()]

    with quick_families():
        found = [each.get_family() for each in mobject.get_family()]

    assert [list(map(id, each)) for each in found] == [list(map(id, each)) for each in expected]


def shape_of(mobject):
    """The contents of a copy: arrays and plain values as they are, mobjects by their places."""
    members = mobject.get_family()
    places = {id(each): place for place, each in enumerate(members)}
    arrays: dict[int, int] = {}

    def told(value):
        if isinstance(value, Mobject):
            return "mobject", places.get(id(value)), type(value)
        if isinstance(value, np.ndarray):
            same = arrays.setdefault(id(value), len(arrays))
            if value.dtype.hasobject:
                return "objects", same, [told(each) for each in value]
            return "array", same, value.dtype, value.shape, value.flags.writeable, value.tobytes()
        if isinstance(value, dict):
            return {key: told(each) for key, each in value.items()}
        if isinstance(value, (list, tuple)):
            return type(value), [told(each) for each in value]
        plain = (type(None), bool, int, float, str, set, enum.Enum)
        return value if isinstance(value, plain) else type(value)

    return [{name: told(each) for name, each in vars(member).items()} for member in members]


def test_a_copy_is_that_of_manim(mobject):
    expected = shape_of(copy.deepcopy(mobject))

    with quick_copies():
        copied = copy.deepcopy(mobject)

    assert shape_of(copied) == expected


def test_a_copy_shares_nothing_that_changes():
    counted = Counted()
    with quick_copies():
        copied = copy.deepcopy(counted)

    theirs = {id(each) for each in counted.get_family()}
    assert not theirs & {id(each) for each in copied.get_family()}
    assert copied.table is copied.same_table is not counted.table
    assert copied.first is copied.submobjects[0] is copied.names["square"]
    assert copied.itself is copied
    copied.first.set_fill(RED, 1).shift(1)
    assert not np.array_equal(copied.first.points, counted.first.points)
    assert not np.array_equal(copied.first.fill_rgbas, counted.first.fill_rgbas)


def test_manim_is_as_before_afterwards():
    before = Mobject.get_family, Mobject.__deepcopy__

    with pytest.raises(KeyboardInterrupt), quick_copies(), quick_families():
        assert Mobject.get_family is not before[0]
        assert Mobject.__deepcopy__ is not before[1]
        raise KeyboardInterrupt

    assert (Mobject.get_family, Mobject.__deepcopy__) == before


@pytest.mark.parametrize("sheen", [0, 0.2])
@pytest.mark.parametrize("opacity", [0.5, 1, None, np.float64(0.25), [0.5, 0.25]])
@pytest.mark.parametrize("color", [RED, None, "#102030", [RED, "#102030"]])
def test_colours_are_those_that_manim_works_out(color, opacity, sheen):
    mobject = Square(sheen_factor=sheen)
    expected = mobject.generate_rgbas_array(color, opacity)
    with quick_colours():
        found = mobject.generate_rgbas_array(color, opacity)
    assert found.dtype == expected.dtype
    assert np.array_equal(found, expected)


def test_a_colour_is_not_changed_with_the_mobject_that_has_it():
    before = RED.to_rgba().copy()
    with quick_colours():
        square = Square(color=RED)
        square.stroke_rgbas[:] = 0
    assert np.array_equal(RED.to_rgba(), before)

"""What is told apart, and what is not: digests of things."""

import enum
import functools
import importlib.util
import math
import sys
import types
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from manim import (
    BLUE,
    PI,
    RED,
    UP,
    Circle,
    Create,
    Dot,
    FadeIn,
    ImageMobject,
    LaggedStart,
    Square,
    Transform,
    VDict,
    VGroup,
    linear,
    smooth,
)

from attnviz.render.code_identity import NotFingerprintableError, behaves_as_manims
from attnviz.render.drawing import fingerprint
from attnviz.render.drawing.fingerprint import Digest, digest, looks_digest


class Colour(enum.Enum):
    RED = 1
    BLUE = 2


class Shade(enum.Enum):
    RED = 1


@dataclass(frozen=True)
class Point:
    x: float
    y: float


@dataclass(frozen=True)
class Pixel:
    x: float
    y: float


def doubled(t: float, times: float = 2.0) -> float:
    return t * times


def by(factor: float) -> Callable[[float], float]:
    return lambda t: t * factor


DIFFERENT = [
    *(None, True, False, 0, 1, 2, 1.0, 1.5, -0.0, math.inf, 1j, "", "1", "a", b"a", b"", Path("a")),
    *((), (1,), (1, 2), (2, 1), [1, 2], ((1,), 2), (1, (2,)), ((1, 2),), {1, 2}, {1}, frozenset({1})),
    *({}, {1: 2}, {2: 1}, {1: 2, 3: 4}, {3: 4, 1: 2}, [1, 2, 3, 4]),
    *(np.zeros(2), np.zeros(3), np.zeros((1, 2)), np.zeros((2, 1)), np.zeros(2, np.float32)),
    *(np.zeros(2, int), np.array([0.0, 1.0]), np.array([1.0, 0.0]), np.float64(1), np.float32(1)),
    *(Colour.RED, Colour.BLUE, Shade.RED, Point(1, 2), Point(2, 1), Pixel(1, 2)),
    *(Colour, Point, RED, BLUE, len, max, np.sin, np.cos, smooth, linear, doubled),
    *(by(1.0), by(2.0), lambda t: t + 1, lambda t: t + 2, lambda t: t - 1, lambda t, u=1: t + u),
    *(functools.partial(doubled, times=3.0), functools.partial(doubled, 3.0)),
    *("ab".upper, "ba".upper, np.eye(2).dot, np.ones((2, 2)).dot),
]  # fmt: skip


def test_everything_that_differs_has_another_digest():
    digests = [digest(each) for each in DIFFERENT]

    found = {}
    for thing, summed in zip(DIFFERENT, digests, strict=True):
        assert summed not in found, (thing, found.get(summed))
        found[summed] = thing


@pytest.mark.parametrize(
    "make",
    [
        lambda: {"a": [1, (2.5, "x")], "b": {3, 1, 2}},
        lambda: np.arange(12.0).reshape(3, 4),
        lambda: np.arange(12.0).reshape(4, 3).T,
        lambda: Point(1, 2),
        lambda: by(2.0),
        lambda: functools.partial(doubled, times=3.0),
        lambda: Square(color=RED).shift(UP),
        lambda: Transform(Square(), Circle(), path_arc=PI),
        lambda: LaggedStart(FadeIn(Dot()), Create(Circle()), lag_ratio=0.3),
    ],
)
def test_what_is_made_in_the_same_way_has_the_same_digest(make):
    assert digest(make()) == digest(make())


def test_a_digest_depends_on_order_and_on_boundaries():
    assert digest("a", "b") != digest("b", "a")
    assert digest("ab") != digest("a", "b")
    assert digest([1], 2) != digest(1, [2]) != digest([1, 2])
    assert digest() != digest(None)
    assert Digest().add("a").add("b").text == digest("a", "b")


def test_a_set_has_no_order():
    one, other = {"a", "b", "c"}, {"c", "b", "a"}

    assert digest(one) == digest(other)


def test_a_cycle_of_references_is_hashed():
    ring: list[object] = [1]
    ring.append(ring)
    other: list[object] = [1]
    other.append([other])
    circle = Circle()
    circle.add(Dot())
    circle.submobjects[0].above = circle

    assert digest(ring) == digest(ring)
    assert digest(ring) != digest(other)
    assert digest(circle)


def test_the_same_thing_twice_is_not_the_same_as_two_that_are_equal():
    """An animation of what another one animates too is another picture."""
    one, other = [1], [1]

    assert digest([one, one]) != digest([one, other])


def test_strings_inside_arrays_of_objects_are_hashed():
    assert digest(np.array(["a", None], object)) != digest(np.array(["b", None], object))


@pytest.mark.parametrize(
    "make",
    [object, lambda: iter([1]), lambda: (each for each in "ab"), lambda: {"a": [object()]}],
)
def test_a_thing_that_cannot_be_hashed_has_no_digest(make):
    with pytest.raises(NotFingerprintableError):
        digest(make())


def test_a_closure_over_a_thing_that_cannot_be_hashed_has_no_digest():
    memory = object()

    with pytest.raises(NotFingerprintableError):
        digest(lambda t: t if memory else 0)


def test_a_function_may_refer_to_itself_and_to_what_is_not_there_yet():
    def halved(t: float) -> float:
        return halved(t / 2) if t > 1 else later(t)

    before = digest(halved)

    def later(t: float) -> float:
        return t

    assert digest(halved) == digest(halved) != before


def module_named(folder: Path, name: str, text: str) -> types.ModuleType:
    """A module of the user's, imported from a file."""
    path = folder / f"{name}.py"
    path.write_text(text)
    spec = importlib.util.spec_from_file_location(name, path)
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    "told",
    [
        "from helpers import eased\ndef rate(t): return eased(t)",
        "import helpers\ndef rate(t): return helpers.eased(t)",
        "from helpers import eased\ndef rate(t): return (lambda u: eased(u))(t)",
        "from helpers import eased\nrate = lambda t, f=eased: f(t)",
        "from helpers import POWER\ndef rate(t): return t**POWER",
        "from helpers import Curve\ndef rate(t): return Curve()(t)",
    ],
)
def test_what_a_function_calls_in_another_file_is_a_part_of_it(tmp_path, monkeypatch, told):
    helpers = (
        "POWER = {0}\ndef eased(t): return t**{0}\n"
        "class Curve:\n    def __call__(self, t): return eased(t)\n"
    )
    # written twice within a second, at the same length: bytecode would be taken for that of the other
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    for name in ("helpers", "own_scene"):
        monkeypatch.setitem(sys.modules, name, None)
    digests = []
    for power in (2, 3, 2):
        module_named(tmp_path, "helpers", helpers.format(power))
        digests.append(digest(module_named(tmp_path, "own_scene", told).rate))

    assert digests[0] == digests[2] != digests[1]


def test_a_changed_file_has_another_digest(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "own_scene", None)
    digests = [
        digest(module_named(tmp_path, "own_scene", f"class Curve:\n    power = {power}\n").Curve)
        for power in (2, 3)
    ]

    assert digests[0] != digests[1]


def test_a_class_without_a_file_has_no_digest():
    unknown = type("Unknown", (), {"__module__": "typed_at_a_prompt"})

    with pytest.raises(NotFingerprintableError, match="typed_at_a_prompt, which has no file"):
        digest(unknown)


def test_the_digest_of_a_mobject_depends_on_its_looks_and_those_of_its_parts():
    square = VGroup(Square(color=RED), Dot())

    assert digest(square) == digest(square.copy())
    for change in (
        lambda group: group[0].shift(1e-9 * UP),
        lambda group: group[1].set_color(BLUE),
        lambda group: group[0].set_stroke(width=5),
        lambda group: group[0].set_fill(opacity=0.5),
        lambda group: group[0].set_stroke(BLUE, 3, background=True),
        lambda group: group.add(Dot()),
        lambda group: group.remove(group[1]),
        lambda group: group.submobjects.reverse(),
    ):
        changed = square.copy()
        change(changed)
        assert digest(changed) != digest(square)
        assert looks_digest(changed.get_family()) != looks_digest(square.get_family())


def test_the_digest_of_equal_looking_mobjects_depends_on_their_structure():
    """An animation pairs off the parts of two mobjects, and shrinks an arrow's tip less than a line."""
    assert digest(VGroup(VGroup(Dot()), Dot())) != digest(VGroup(VGroup(Dot(), Dot())))
    assert digest(VGroup(Dot())) != digest(VDict({"a": Dot()}))


def test_a_mobject_that_overrides_manim_is_distinguished_from_one_that_extends_it():
    class Box(VGroup):
        def __init__(self) -> None:
            super().__init__(Square())

        def generate_points(self) -> None:
            self.label = "box"

        def open_up(self) -> None:
            self.scale(2)

    class Stubborn(Box):
        def scale(self, factor: float, **how: object) -> "Stubborn":
            return self

    assert behaves_as_manims(VGroup) and behaves_as_manims(Box)
    assert not behaves_as_manims(Stubborn)


def test_colours_of_the_fill_are_not_taken_for_those_of_the_stroke():
    one, other = Square(), Square()
    colours = [[1.0, 0, 0, 1], [0, 1.0, 0, 1], [0, 0, 1.0, 1]]
    one.fill_rgbas, one.stroke_rgbas = np.array(colours[:2]), np.array(colours[2:])
    other.fill_rgbas, other.stroke_rgbas = np.array(colours[:1]), np.array(colours[1:])

    assert digest(one) != digest(other)


def test_the_digest_of_an_image_depends_on_its_pixels():
    one, other = np.zeros((4, 4, 3), np.uint8), np.zeros((4, 4, 3), np.uint8)
    other[3, 3] = 1

    assert digest(ImageMobject(one)) == digest(ImageMobject(one.copy()))
    assert digest(ImageMobject(one)) != digest(ImageMobject(other))


def test_a_shape_filled_by_a_texture_has_no_digest():
    square = Square()
    square.background_image = "pattern.png"

    with pytest.raises(NotFingerprintableError):
        digest(square)


def test_the_digest_of_the_program_depends_on_every_file_that_draws(monkeypatch):
    def digest_with_changed(module: str) -> str:
        monkeypatch.setattr(
            fingerprint, "digest_of_file", lambda path: (path.read_bytes(), path.stem == module)
        )
        return fingerprint.program_digest.__wrapped__()

    as_it_is = digest_with_changed("none of them")
    for module in (
        "camera",
        "canvas",
        "plays",
        "renderer",
        "codec",
        "encoder",
        "picture",
        "skip_frames",
    ):
        assert digest_with_changed(module) != as_it_is

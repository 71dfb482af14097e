"""The camera draws what manim's camera draws, and says in which rows."""

from pathlib import Path

import numpy as np
import pytest
from manim import (
    BLUE,
    DOWN,
    DR,
    GREEN,
    LEFT,
    ORANGE,
    RED,
    RIGHT,
    UP,
    WHITE,
    YELLOW,
    Camera,
    CapStyleType,
    Circle,
    DashedLine,
    Dot,
    ImageMobject,
    Line,
    LineJointType,
    Polygon,
    Rectangle,
    Square,
    Star,
    Text,
    Triangle,
    VGroup,
    VMobject,
    config,
    tempconfig,
)

from attnviz.render.drawing.camera import FastCamera, look_of
from attnviz.render.drawing.renderer import PlanningRenderer
from attnviz.render.quality import Quality
from attnviz.render.scenes.own_scene import OwnScene
from attnviz.views.film.production.planning import plan
from tests.film.films import case_named, film_of
from tests.render import odd_scenes
from tests.render.pictures import own

SIZE = {"pixel_width": 320, "pixel_height": 180, "frame_height": 8.0, "frame_width": 8.0 * 16 / 9}
NEAR = 1
"""Of 255."""


@pytest.fixture(autouse=True)
def small():
    with tempconfig(SIZE):
        yield


def picture(kind: type[Camera], *mobjects, **how) -> np.ndarray:
    camera = kind(**how)
    camera.reset()
    camera.capture_mobjects(mobjects)
    return camera.pixel_array.astype(int)


def worst(*mobjects, **how) -> int:
    """The largest difference between the two pictures, in any pixel and channel."""
    theirs, ours = (picture(kind, *mobjects, **how) for kind in (Camera, FastCamera))
    assert theirs.shape == ours.shape == (180, 320, 4)
    return int(np.abs(theirs - ours).max())


def open_path(*points) -> VMobject:
    return VMobject().set_points_as_corners([[x, y, 0] for x, y in points])


def with_joint(joint: LineJointType, cap: CapStyleType = CapStyleType.AUTO) -> VMobject:
    line = open_path((-3, -2), (0, 3), (0.4, -2), (3, 2.5))
    line.joint_type, line.cap_style = joint, cap
    return line.set_stroke(ORANGE, 30)


def gradient() -> VMobject:
    square = Square(4).set_fill([RED, YELLOW, BLUE], opacity=[1, 0.2, 0.7])
    return square.set_stroke([GREEN, WHITE], 12).set_sheen_direction(DR)


def several_parts() -> VMobject:
    ring = Circle(3, color=BLUE, fill_opacity=0.5)
    return ring.append_vectorized_mobject(Circle(1).reverse_direction()).append_points(
        Square(0.5).shift(2 * RIGHT).points
    )


MOBJECTS = {
    "a square": lambda: Square(color=RED),
    "a disc": lambda: Circle(2, fill_opacity=0.6, stroke_width=0),
    "a stroke behind": lambda: Star(color=YELLOW).set_stroke(BLUE, 12, background=True),
    "only a stroke behind": lambda: Star(stroke_width=0).set_stroke(BLUE, 12, background=True),
    "a gradient": gradient,
    "several parts": several_parts,
    "an open path": lambda: open_path((-3, 0), (0, 2), (3, 0)).set_fill(RED, 1),
    "a dashed line": lambda: DashedLine(4 * LEFT, 4 * RIGHT, color=GREEN, stroke_width=9),
    "letters": lambda: Text("attention", font_size=70),
    "a point": lambda: Dot(radius=0.01),
    "half outside": lambda: Square(6, fill_opacity=0.5).move_to(6 * RIGHT + 3 * UP),
    "nothing to be seen": lambda: VGroup(
        Square(stroke_width=0), Square(stroke_opacity=0), Circle(fill_opacity=0, stroke_width=0)
    ),
    "no points": VMobject,
    "a part of a curve": lambda: VMobject().append_points(Circle(2).points[:7]),
    "nearly closed": lambda: open_path((0, 0), (2, 2), (2, 0), (1e-7, 0)).set_stroke(WHITE, 20),
    "many": lambda: VGroup(*[Square(0.2) for _ in range(60)]).arrange_in_grid(6, 10),
    **{
        f"corners {joint.name}, ends {cap.name}": (
            lambda joint=joint, cap=cap: with_joint(joint, cap)
        )
        for joint in LineJointType
        for cap in CapStyleType
    },
}


@pytest.mark.parametrize("name", MOBJECTS)
def test_a_mobject_looks_as_manim_draws_it(name):
    assert worst(MOBJECTS[name]()) <= NEAR


def test_what_was_drawn_before_is_drawn_the_same_again_wherever_it_has_moved():
    camera, square = FastCamera(), Square(fill_opacity=0.5)
    for _ in range(3):
        for moved in (square, square.copy().shift(RIGHT), square.copy().set_stroke(RED, 9)):
            camera.reset()
            camera.capture_mobjects([moved])
            assert np.abs(camera.pixel_array.astype(int) - picture(Camera, moved)).max() <= NEAR


def test_however_many_outlines_there_are_each_is_drawn(monkeypatch):
    monkeypatch.setattr("attnviz.render.drawing.camera._MOST_OUTLINES", 3)
    many = [Circle(0.1 * i, color=RED) for i in range(1, 20)]

    assert worst(*many, *reversed(many)) <= NEAR


def test_what_is_no_vmobject_is_drawn_by_manim_among_what_is():
    image = ImageMobject(np.random.default_rng(3).integers(0, 255, (6, 6, 3), np.uint8)).scale(20)

    assert worst(Square(fill_opacity=1), image, Circle(color=RED), background_color=BLUE) <= NEAR


def test_another_part_of_the_plane_is_drawn_too():
    how = {"frame_width": 4.0, "frame_height": 2.25, "frame_center": UP + LEFT}

    assert worst(*(make() for make in MOBJECTS.values()), **how) <= NEAR


@pytest.mark.parametrize("case", ["illustrated in Chinese", "context zh", "multi-head en"])
def test_every_beat_of_our_films_looks_as_manim_draws_it(case):
    apart = {}

    def look(scene, beat) -> None:
        how = {"background_color": config.background_color}
        apart[beat.name] = worst(*scene.mobjects, **how)

    board, style = case_named(case)
    plan(film_of(board, style, width=320, height=180, fps=2), look)

    assert len(apart) > 5
    assert max(apart.values()) <= NEAR, apart


PLAIN = ("Gradients", "Swapped", "Foreground", "ZIndex", "Seeded", "Words", "Nested", "Drawn")


@pytest.mark.parametrize("name", PLAIN)
def test_what_our_scenes_do_not_use_looks_as_manim_draws_it_after_every_play(name):
    source: OwnScene = own(Path(odd_scenes.__file__), name, Quality(320, 180, 5))
    apart = []
    with source.session():
        scenes = []
        renderer = PlanningRenderer(
            source.camera_class(), on_play=lambda play: apart.append(worst(*scenes[0].mobjects))
        )
        scenes.append(source.build_scene(renderer))
        scenes[0].render()

    assert apart
    assert max(apart) <= NEAR


def changed_rows(camera: FastCamera, mobject: VMobject) -> np.ndarray:
    """The numbers of the rows in which something is drawn."""
    camera.reset()
    empty = camera.pixel_array.copy()
    camera.capture_mobjects([mobject], include_submobjects=False)
    return np.flatnonzero((camera.pixel_array != empty).any(axis=(1, 2)))


@pytest.mark.parametrize("name", MOBJECTS)
def test_no_row_is_touched_but_those_that_are_named(name):
    camera = FastCamera()
    for mobject in MOBJECTS[name]().get_family():
        first, last = camera.rows(mobject)
        touched = changed_rows(camera, mobject)

        assert 0 <= first <= last <= 180
        assert ((first <= touched) & (touched < last)).all()


@pytest.mark.parametrize(
    ("mobject", "rows"),
    [
        (lambda: Square(2).shift(9 * UP), 0),
        (lambda: Square(2).shift(9 * DOWN), 0),
        (lambda: VMobject(), 0),
        (lambda: Square(stroke_width=0), 0),
        (lambda: Square(stroke_opacity=0), 0),
        (lambda: Rectangle(width=1, height=20), 180),
        (lambda: Square(2, fill_opacity=1, stroke_width=0), 45),
        (lambda: Circle(1), 45),
    ],
)
def test_rows_are_few_where_little_is_drawn(mobject, rows):
    first, last = FastCamera().rows(mobject())

    assert rows <= last - first <= rows + (20 if 0 < rows < 180 else 0)


def test_what_lies_nowhere_may_be_anywhere():
    lost = Square().set_points(np.full((4, 3), np.nan))

    assert FastCamera().rows(lost) == (0, 180)


def test_a_look_covers_everything_that_is_drawn():
    def make() -> VMobject:
        return Polygon(LEFT, UP, RIGHT, color=RED, fill_opacity=0.5)

    def cornered(joint: LineJointType) -> VMobject:
        mobject = make()
        mobject.joint_type = joint
        return mobject

    def capped() -> VMobject:
        mobject = make()
        mobject.cap_style = CapStyleType.ROUND
        return mobject

    others = [
        make().shift(1e-12 * UP),
        make().set_fill(opacity=0.6),
        make().set_fill(BLUE),
        make().set_stroke(BLUE),
        make().set_stroke(width=5),
        make().set_stroke(opacity=0.5),
        make().set_stroke(BLUE, 2, background=True),
        make().set_fill([RED, BLUE]),
        make().set_fill([RED, BLUE]).set_sheen_direction(DR),
        cornered(LineJointType.ROUND),
        capped(),
        Triangle(),
        Line(),
    ]
    looks = [look_of(make()), *map(look_of, others)]

    assert look_of(make()) == look_of(make())
    assert all(one != other for i, one in enumerate(looks) for other in looks[:i])

"""The keys of plays: what decides a picture changes them, and nothing else does."""

from collections.abc import Callable
from dataclasses import replace

from manim import (
    BLUE,
    DOWN,
    PI,
    RED,
    RIGHT,
    UP,
    AnimationGroup,
    Circle,
    Create,
    Dot,
    FadeIn,
    FadeOut,
    LaggedStart,
    Line,
    Rotate,
    Scene,
    Square,
    Succession,
    Transform,
    VGroup,
    linear,
    there_and_back,
)

from attnviz.render.drawing.plays import PlayKind, kind_of
from attnviz.render.drawing.renderer import PlanningRenderer
from attnviz.render.quality import Quality
from attnviz.typeset import fonts
from attnviz.views.film.components import text
from attnviz.views.film.production.session import session
from tests.film.small import small_film

SMALL = Quality(160, 90, 5)


def keys(construct: Callable[[Scene], None], **settings) -> list[str | None]:
    """Of the plays of a scene that does this."""

    class Told(Scene):
        def construct(self) -> None:
            construct(self)

    quality = replace(SMALL, **settings.pop("quality", {}))
    with session(quality, **settings):
        renderer = PlanningRenderer()
        Told(renderer=renderer).render()
    return [each.key for each in renderer.plays]


def key(animate: Callable[[Scene, Square, Circle], object], **settings) -> str | None:
    """Of one play, in which something happens to a square, with a circle beside it."""

    def construct(scene: Scene) -> None:
        square, circle = Square(color=RED), Circle(color=BLUE).shift(2 * RIGHT)
        scene.add(square, circle)
        scene.play(animate(scene, square, circle))

    (told,) = keys(construct, **settings)
    return told


def moving(scene, square, circle):
    return Transform(square, Dot())


def above(scene, square, circle):
    scene.bring_to_front(square)
    return Transform(square, Dot())


def above_by_index(scene, square, circle):
    square.set_z_index(3)
    return Transform(square, Dot())


def restyled(**stroke):
    def animate(scene, square, circle):
        circle.set_stroke(**stroke)
        return Transform(square, Dot())

    return animate


CHANGES = {
    "nothing": moving,
    "the rate": lambda scene, square, circle: Transform(square, Dot(), rate_func=linear),
    "the rate, there and back": lambda s, square, c: Transform(square, Dot(), rate_func=there_and_back),
    "the time": lambda scene, square, circle: Transform(square, Dot(), run_time=1.2),
    "the arc": lambda scene, square, circle: Transform(square, Dot(), path_arc=PI / 2),
    "the target": lambda scene, square, circle: Transform(square, Dot(radius=0.1)),
    "the target's place": lambda scene, square, circle: Transform(square, Dot(DOWN)),
    "who moves": lambda scene, square, circle: Transform(circle, Dot()),
    "who is in front": above,
    "what stands by": restyled(width=7),
    "its colour": restyled(color=RED),
    "what lies behind a stroke": restyled(width=3, background=True),
    "how it comes": lambda scene, square, circle: FadeOut(square),
    "where it goes": lambda scene, square, circle: FadeOut(square, shift=UP),
    "how far it turns": lambda scene, square, circle: Rotate(square, 1.0),
    "how far it turns a little more": lambda scene, square, circle: Rotate(square, 1.001),
    "by a method": lambda scene, square, circle: square.animate.shift(UP),
    "by a method, further": lambda scene, square, circle: square.animate.shift(1.01 * UP),
    "two": lambda s, square, circle: AnimationGroup(FadeOut(square), FadeOut(circle)),
    "two in turn": lambda s, square, circle: Succession(FadeOut(square), FadeOut(circle)),
    "two with a lag": lambda s, square, circle: LaggedStart(FadeOut(square), FadeOut(circle)),
    "two with another lag": lambda s, square, circle: LaggedStart(
        FadeOut(square), FadeOut(circle), lag_ratio=0.06
    ),
    "the other way round": lambda s, square, circle: LaggedStart(FadeOut(circle), FadeOut(square)),
}  # fmt: skip


def test_the_key_of_a_play_changes_with_every_change_in_its_animation():
    found: dict[str | None, str] = {}
    for name, animate in CHANGES.items():
        told = key(animate)
        assert told is not None, name
        assert told not in found, f"{name} is taken for {found[told]}"
        found[told] = name


def test_the_key_of_a_play_is_the_same_when_it_is_played_again():
    for animate in CHANGES.values():
        assert key(animate) == key(animate)


def test_however_it_came_to_lie_in_front_it_is_the_same_picture():
    assert key(above_by_index) == key(above)


def test_the_key_of_a_play_depends_on_how_the_picture_is_made():
    told = [
        key(moving),
        key(moving, background="#112233"),
        key(moving, quality={"width": 192, "height": 108}),
        key(moving, quality={"fps": 6}),
    ]

    assert len(set(told)) == 4


def test_another_program_draws_another_picture(monkeypatch):
    before = key(moving)
    monkeypatch.setattr("attnviz.render.drawing.plays.program_digest", lambda: "a later version")

    assert key(moving) != before


def test_the_key_of_a_still_picture_depends_on_its_looks_and_its_frames():
    def standing(seconds: float, **stroke) -> str | None:
        (told,) = keys(lambda s: (s.add(Square().set_stroke(**stroke)), s.wait(seconds)))
        return told

    assert standing(1.0) == standing(1.0) == standing(1.05)
    assert (
        len({standing(1.0), standing(1.4), standing(1.0, width=3), standing(1.0, color=RED)}) == 4
    )


def test_what_was_played_before_and_has_left_no_trace_changes_no_key():
    def construct(scene: Scene, before: float) -> None:
        passing = Dot()
        scene.play(FadeIn(passing, shift=before * UP))
        scene.play(FadeOut(passing))
        scene.play(Create(Square()), run_time=0.6)
        scene.wait(0.6)

    one, other = (keys(lambda scene, by=by: construct(scene, by)) for by in (1.0, 2.0))

    assert one[0] != other[0]
    assert one[1:] == other[1:]


def test_what_an_earlier_play_has_left_changes_the_keys_of_all_that_show_it():
    def construct(scene: Scene, where: float) -> None:
        dot = Dot(where * UP)
        scene.play(FadeIn(dot))
        scene.play(Create(Square()))
        scene.play(FadeOut(dot))
        scene.wait(0.6)

    one, other = (keys(lambda scene, at=at: construct(scene, at)) for at in (1.0, 2.0))

    assert [a == b for a, b in zip(one, other, strict=True)] == [False, False, False, True]


def test_the_key_of_updaters_depends_on_every_frame():
    def turning(by: float) -> Callable[[Scene], None]:
        def construct(scene: Scene) -> None:
            line = Line()
            line.add_updater(lambda each, dt: each.rotate(by * dt))
            scene.add(line)
            scene.wait(1)

        return construct

    (one,), (same,), (other,) = (keys(turning(by)) for by in (1.0, 1.0, 1.0 + 1e-6))

    assert one == same != other


def test_only_a_play_that_cannot_be_hashed_has_no_key():
    class Unknown(Square):
        def __init__(self) -> None:
            super().__init__()
            self.background_image = "pattern.png"

    def construct(scene: Scene) -> None:
        square = Unknown()
        scene.wait(0.4)
        scene.add(square)
        scene.wait(0.4)
        scene.remove(square)
        scene.wait(0.4)

    first, unknown, last = keys(construct)

    assert unknown is None
    assert first == last is not None


def test_a_letter_of_another_shape_is_another_picture(monkeypatch):
    film, shaped = small_film("inputs"), fonts.shape

    def told() -> list[str | None]:
        with film.session():
            renderer = PlanningRenderer()
            film.build_scene(renderer).render()
        return [each.key for each in renderer.plays]

    def bolder(letters: str, weight: fonts.Weight) -> fonts.ShapedText:
        shape = shaped(letters, weight)
        return replace(shape, outlines=tuple(1.001 * each for each in shape.outlines))

    before = told()
    assert told() == before
    monkeypatch.setattr(text, "shape", bolder)
    monkeypatch.setattr(text, "_outlines", text._outlines.__wrapped__)  # nothing is remembered

    assert not set(before) & set(told())


def test_the_key_depends_on_the_pixels_of_the_background():
    def before(shade: int, row: int) -> str | None:
        def construct(scene: Scene) -> None:
            pixels = scene.camera.background.copy()
            pixels[row, 7] = shade
            scene.camera.set_background(pixels)
            scene.wait(0.4)

        (told,) = keys(construct)
        return told

    assert before(200, 50) == before(200, 50)
    assert len({before(200, 50), before(100, 50), before(200, 51)}) == 3


def test_only_stepped_plays_are_hashed_frame_by_frame():
    kinds = []

    class Stubborn(Square):
        def scale(self, factor: float, **how: object) -> "Stubborn":
            return self

    def construct(scene: Scene) -> None:
        square = Square()
        for animate in (
            FadeIn(square),
            AnimationGroup(square.animate.shift(UP), FadeIn(Dot())),
            FadeIn(VGroup(Stubborn())),
        ):
            scene.compile_animation_data(animate)
            kinds.append(kind_of(scene))
        scene.add(square)
        square.add_updater(lambda each: each)
        scene.compile_animation_data(FadeIn(Dot()))
        kinds.append(kind_of(scene))
        square.clear_updaters()
        scene.wait(0.2)

    keys(construct)

    assert kinds == [PlayKind.PLAIN, PlayKind.PLAIN, PlayKind.STEPPED, PlayKind.STEPPED]

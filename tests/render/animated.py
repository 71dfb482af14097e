"""One short scene for each thing that manim can animate and that is drawn in a quicker way than manim's here."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from manim import (
    BLUE,
    DOWN,
    DR,
    GREEN,
    LEFT,
    ORIGIN,
    PI,
    RED,
    RIGHT,
    UP,
    WHITE,
    YELLOW,
    Add,
    AnimationGroup,
    ApplyMatrix,
    ApplyMethod,
    ApplyPointwiseFunction,
    Arrow,
    Camera,
    Circle,
    Circumscribe,
    ClockwiseTransform,
    CounterclockwiseTransform,
    Create,
    CyclicReplace,
    Dot,
    DrawBorderThenFill,
    FadeIn,
    FadeOut,
    FadeToColor,
    FadeTransform,
    FadeTransformPieces,
    Flash,
    FocusOn,
    GrowArrow,
    GrowFromCenter,
    GrowFromEdge,
    GrowFromPoint,
    Indicate,
    LaggedStart,
    LaggedStartMap,
    Line,
    LineJointType,
    MoveAlongPath,
    MoveToTarget,
    ReplacementTransform,
    Restore,
    Rotate,
    Rotating,
    ScaleInPlace,
    Scene,
    ShowPassingFlash,
    ShrinkToCenter,
    SpinInFromNothing,
    SpiralIn,
    Square,
    Star,
    Succession,
    Swap,
    Text,
    Transform,
    TransformFromCopy,
    TransformMatchingShapes,
    Triangle,
    Uncreate,
    Unwrite,
    VGroup,
    VMobject,
    Wiggle,
    Write,
    linear,
    there_and_back,
)

from attnviz.render.quality import Quality
from attnviz.views.film.production.session import session

SMALL = Quality(160, 90, 5)


class Animated:
    """A scene that can be told again and again, and does what a function says."""

    quality = SMALL

    def __init__(self, construct: Callable[[Scene], None]) -> None:
        class Told(Scene):
            def construct(self) -> None:
                construct(self)

        self._scene = Told

    def session(self):
        return session(self.quality)

    def camera_class(self):
        return Camera

    def build_scene(self, renderer) -> Scene:
        return self._scene(renderer=renderer)


def row() -> VGroup:
    """A square, a disc and a triangle, one beside the other, above and below each other."""
    shapes = VGroup(Square(color=RED), Circle(color=BLUE, fill_opacity=0.6), Triangle(color=GREEN))
    return shapes.arrange(DR, buff=-0.4)


def once(animate: Callable[[VGroup], object], *, shown: bool = True) -> Callable[[Scene], None]:
    """Shapes on which something is played, between others, and what is left of it played once more."""

    def construct(scene: Scene) -> None:
        shapes = row()
        scene.add(Line(6 * LEFT, 6 * RIGHT, color=YELLOW))
        if shown:
            scene.add(shapes)
        scene.add(Dot(2 * UP))
        scene.play(animate(shapes), run_time=0.8)
        scene.play(FadeOut(*scene.mobjects[:1], shift=DOWN), run_time=0.6)
        scene.wait(0.4)

    return construct


def targeted(shapes: VGroup) -> MoveToTarget:
    shapes.generate_target().rotate(PI / 3).shift(UP)
    return MoveToTarget(shapes)


def restored(shapes: VGroup) -> Restore:
    shapes.save_state()
    shapes.scale(0.3).set_color(WHITE)
    return Restore(shapes)


def bent(point: np.ndarray) -> np.ndarray:
    return point + 0.3 * np.sin(point[[1, 0, 2]])


PLAYED: dict[str, Callable[[Scene], None]] = {
    "Add": once(Add, shown=False),
    "AnimationGroup": once(lambda s: AnimationGroup(FadeOut(s[0]), Rotate(s[1]), lag_ratio=0.3)),
    "LaggedStart": once(lambda s: LaggedStart(*map(FadeIn, s), lag_ratio=0.5), shown=False),
    "LaggedStartMap": once(lambda s: LaggedStartMap(FadeOut, s, lag_ratio=0.2)),
    "Succession": once(
        lambda s: Succession(FadeIn(s[0]), Create(s[1]), FadeOut(s[0])), shown=False
    ),
    "Create": once(Create, shown=False),
    "DrawBorderThenFill": once(DrawBorderThenFill, shown=False),
    "SpiralIn": once(SpiralIn, shown=False),
    "Uncreate": once(Uncreate),
    "Unwrite": once(Unwrite),
    "Write": once(Write, shown=False),
    "FadeIn": once(lambda s: FadeIn(s, shift=UP, scale=0.5), shown=False),
    "FadeOut": once(lambda s: FadeOut(s, target_position=2 * RIGHT)),
    "GrowArrow": once(lambda s: GrowArrow(Arrow(LEFT, 2 * UP))),
    "GrowFromCenter": once(GrowFromCenter, shown=False),
    "GrowFromEdge": once(lambda s: GrowFromEdge(s, DOWN), shown=False),
    "GrowFromPoint": once(lambda s: GrowFromPoint(s, 3 * UP, point_color=RED), shown=False),
    "SpinInFromNothing": once(SpinInFromNothing, shown=False),
    "Circumscribe": once(lambda s: Circumscribe(s[1], fade_out=True)),
    "Flash": once(lambda s: Flash(s[0])),
    "FocusOn": once(lambda s: FocusOn(s[2])),
    "Indicate": once(Indicate),
    "ShowPassingFlash": once(lambda s: ShowPassingFlash(s[1].copy().set_color(YELLOW))),
    "Wiggle": once(Wiggle),
    "Rotate": once(lambda s: Rotate(s, PI, about_point=ORIGIN)),
    "Rotating": once(lambda s: Rotating(s[2], angle=PI)),
    "ApplyMatrix": once(lambda s: ApplyMatrix([[1, 0.5], [0, 1]], s)),
    "ApplyMethod": once(lambda s: ApplyMethod(s[1].scale, 2)),
    "ApplyPointwiseFunction": once(lambda s: ApplyPointwiseFunction(bent, s)),
    "ClockwiseTransform": once(lambda s: ClockwiseTransform(s[0], Star().shift(2 * LEFT))),
    "CounterclockwiseTransform": once(lambda s: CounterclockwiseTransform(s[0], Star())),
    "CyclicReplace": once(lambda s: CyclicReplace(*s)),
    "FadeToColor": once(lambda s: FadeToColor(s, WHITE)),
    "FadeTransform": once(lambda s: FadeTransform(s, Star(color=RED))),
    "FadeTransformPieces": once(lambda s: FadeTransformPieces(s, row().shift(UP))),
    "MoveToTarget": once(targeted),
    "ReplacementTransform": once(lambda s: ReplacementTransform(s[0], Star(5, color=RED))),
    "Restore": once(restored),
    "ScaleInPlace": once(lambda s: ScaleInPlace(s, 0.3)),
    "ShrinkToCenter": once(lambda s: ShrinkToCenter(s[0])),
    "Swap": once(lambda s: Swap(s[0], s[2])),
    "Transform": once(lambda s: Transform(s, VGroup(Star(), Dot(UP)), path_arc=PI / 2)),
    "TransformFromCopy": once(lambda s: TransformFromCopy(s[0], Star().shift(3 * LEFT))),
    "TransformMatchingShapes": once(
        lambda s: TransformMatchingShapes(Text("no").shift(UP), Text("on").shift(DOWN))
    ),
}
"""By the name of the animation."""


def pointed(scene: Scene) -> None:
    """Corners that reach out far beyond the points, and turn."""
    star = Star(7, outer_radius=2, density=3, color=YELLOW, stroke_width=20)
    star.joint_type = LineJointType.MITER
    scene.add(Square(3), star)
    scene.play(Rotate(star, PI / 5), run_time=1)


def behind(scene: Scene) -> None:
    shapes = row().set_stroke(WHITE, 20, background=True)
    scene.add(shapes)
    scene.play(shapes[1].animate.shift(2 * UP), FadeOut(shapes[0]), run_time=0.8)


def coloured(scene: Scene) -> None:
    square = Square(3).set_fill([RED, BLUE], opacity=0.8).set_stroke([GREEN, WHITE], 8)
    scene.add(square)
    scene.play(square.animate.set_sheen_direction(DR).set_fill([BLUE, YELLOW]), run_time=0.8)
    scene.play(Rotate(square, PI / 2, rate_func=there_and_back), run_time=0.8)


def layered(scene: Scene) -> None:
    shapes = row()
    shapes[0].set_z_index(2).set_fill(opacity=0.9)
    scene.add(shapes, Dot(radius=0.5, z_index=1))
    scene.play(shapes[2].animate.set_z_index(3).shift(UP), run_time=0.6)
    scene.play(shapes[1].animate.shift(UP), run_time=0.6)


def added_meanwhile(scene: Scene) -> None:
    """Something comes in the middle of what is played, and something else goes."""
    shapes, frames = row(), iter(range(100))
    follower = Dot(color=YELLOW)

    def follow(dot: VMobject) -> None:
        dot.move_to(shapes[0])
        turn = next(frames)
        if turn == 3:
            scene.add(Star(color=WHITE).shift(2 * LEFT))
        if turn == 5:
            shapes.remove(shapes[2])
            scene.bring_to_back(shapes)

    scene.add(shapes, follower.add_updater(follow))
    scene.play(shapes[0].animate.shift(3 * RIGHT), FadeOut(shapes[1]), run_time=1.6)
    follower.clear_updaters()
    scene.play(FadeOut(follower), run_time=0.4)


def growing(scene: Scene) -> None:
    """What gets new parts in each frame."""
    dots = VGroup(Dot())
    dots.add_updater(lambda group, dt: group.add(Dot(len(group) * 0.3 * RIGHT)))
    scene.add(dots)
    scene.wait(1)


def nested(scene: Scene) -> None:
    shapes = row()
    scene.play(
        Succession(
            LaggedStart(*map(Create, shapes), lag_ratio=0.4, run_time=0.6),
            AnimationGroup(
                Rotate(shapes[0], PI, rate_func=linear), shapes[1].animate.shift(UP), lag_ratio=0.2
            ),
        ),
        run_time=1.6,
    )


def twice_the_same(scene: Scene) -> None:
    """A mobject that two animations change."""
    square = Square()
    scene.add(square)
    scene.play(
        AnimationGroup(square.animate(run_time=0.6).shift(UP), FadeToColor(square, RED)),
        Rotate(square, PI / 4),
        run_time=0.8,
    )


COMBINED: dict[str, Callable[[Scene], None]] = {
    each.__name__: each for each in (pointed, behind, coloured, layered, nested, twice_the_same)
}
"""Where it can be said at once how it ends."""
FOLLOWED: dict[str, Callable[[Scene], None]] = {
    **{each.__name__: each for each in (added_meanwhile, growing)},
    # to the last bit, where it is depends on where it was
    "MoveAlongPath": once(lambda s: MoveAlongPath(s[0], Circle(2))),
}
"""Where every frame must be gone through."""
EVERYTHING = PLAYED | COMBINED | FOLLOWED

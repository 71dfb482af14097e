"""Scenes that use of manim what attnviz's own scenes do not: each shows one thing, in one to three seconds.

They are pictures to compare: whatever draws them has to draw what manim draws. All but `Random` draw the same frames
each time; `Failing` raises on purpose.
"""

from __future__ import annotations

import math
import random
import tempfile
import wave
from pathlib import Path

import numpy as np
from manim import (
    BLUE,
    DEGREES,
    DOWN,
    GREEN,
    LEFT,
    ORANGE,
    ORIGIN,
    PI,
    PURPLE,
    RED,
    RESAMPLING_ALGORITHMS,
    RIGHT,
    TAU,
    TEAL,
    UP,
    WHITE,
    YELLOW,
    Animation,
    AnimationGroup,
    ApplyMethod,
    Axes,
    Circle,
    Circumscribe,
    Create,
    DashedLine,
    Dot,
    FadeIn,
    FadeOut,
    FadeTransform,
    GrowArrow,
    ImageMobject,
    LaggedStart,
    Line,
    ManimColor,
    MarkupText,
    MathTypst,
    MovingCameraScene,
    NumberLine,
    PMobject,
    PointCloudDot,
    ReplacementTransform,
    Rotate,
    Scene,
    Sphere,
    Square,
    Star,
    Succession,
    Surface,
    Text,
    ThreeDAxes,
    ThreeDScene,
    TracedPath,
    Transform,
    TransformMatchingShapes,
    Triangle,
    Typst,
    ValueTracker,
    Vector,
    VGroup,
    Write,
    ZoomedScene,
    always_redraw,
    config,
    linear,
    rush_into,
    smooth,
    there_and_back,
)


def gradient_picture(height: int = 48, width: int = 64) -> np.ndarray:
    """A picture with colours and transparency, (height, width, 4)."""
    rows, columns = np.mgrid[0:height, 0:width]
    red, green = 255 * columns // (width - 1), 255 * rows // (height - 1)
    blue = 255 * ((rows // 8 + columns // 8) % 2)
    opacity = np.where(np.hypot(rows - height / 2, columns - width / 2) < height / 2, 255, 90)
    return np.stack([red, green, blue, opacity], axis=-1).astype(np.uint8)


class Images(Scene):
    """Pictures from arrays that come, move, turn and go, over and under other things."""

    def construct(self):
        picture = ImageMobject(gradient_picture()).scale_to_fit_height(3)
        grey = ImageMobject(np.uint8([[0, 100, 30, 200], [255, 0, 5, 33]])).scale_to_fit_height(1.5)
        grey.set_resampling_algorithm(RESAMPLING_ALGORITHMS["nearest"]).to_edge(LEFT)
        line = Line(4 * LEFT, 4 * RIGHT, color=YELLOW)
        self.play(FadeIn(picture), Create(line), run_time=0.4)
        self.add(grey)
        self.play(picture.animate.shift(2 * RIGHT).rotate(PI / 6).set_opacity(0.6), run_time=0.6)
        self.wait(0.2)
        self.play(FadeOut(picture, shift=UP), grey.animate.scale(1.5), run_time=0.4)


class Gradients(Scene):
    """Several colours in a fill and in a stroke, sheen, and a stroke behind the fill."""

    def construct(self):
        square = Square(2, stroke_width=12).set_color_by_gradient(RED, YELLOW, GREEN)
        square.set_fill([BLUE, PURPLE], opacity=0.8)
        circle = Circle(1, color=TEAL, fill_opacity=1).set_sheen(0.7, UP + LEFT)
        star = Star(color=WHITE, fill_opacity=0.5).set_stroke(RED, 20, 0.7, background=True)
        text = Text("gradient", gradient=(ORANGE, PURPLE)).set_stroke(WHITE, 3, background=True)
        row = VGroup(circle, square, star).arrange(RIGHT, buff=1)
        self.add(row, text.next_to(row, DOWN, buff=0.8))
        self.play(square.animate.rotate(PI / 4), circle.animate.set_sheen(-0.5, DOWN), run_time=0.6)
        self.play(
            star.animate.set_color_by_gradient(GREEN, ORANGE),
            square.animate.set_sheen_direction(RIGHT).set_opacity(0.4),
            run_time=0.6,
        )


class PointCloud(Scene):
    """Points without outlines, which the camera draws one by one."""

    def construct(self):
        turns = np.linspace(0, 6 * PI, 800)
        points = np.stack([turns / 9 * np.cos(turns), turns / 9 * np.sin(turns), 0 * turns], -1)
        spiral = PMobject(stroke_width=6).add_points(points, color=YELLOW)
        spiral.set_color_by_gradient(RED, BLUE)
        dot = PointCloudDot(radius=1, density=15, color=GREEN).to_edge(RIGHT)
        self.play(FadeIn(spiral), run_time=0.4)
        self.play(spiral.animate.rotate(PI / 2), FadeIn(dot), run_time=0.6)
        self.play(dot.animate.shift(2 * LEFT).set_color(ORANGE), run_time=0.4)
        self.wait(0.2)


class ThreeD(ThreeDScene):
    """A camera that turns round solids, with a text that stays in the frame."""

    def construct(self):
        axes = ThreeDAxes(x_length=4, y_length=4, z_length=3)
        sphere = Sphere(radius=0.7, resolution=(8, 8)).shift(RIGHT)
        wave_surface = Surface(
            lambda u, v: np.array([u, v, 0.4 * math.sin(2 * u) * math.cos(2 * v)]),
            u_range=(-1.5, 0.5),
            v_range=(-1.5, 1.5),
            resolution=(8, 8),
        )
        caption = Text("three dimensions", font_size=28).to_corner(UP + LEFT)
        label = Text("x", font_size=28).move_to(2.3 * RIGHT)
        self.set_camera_orientation(phi=65 * DEGREES, theta=-50 * DEGREES)
        self.add_fixed_in_frame_mobjects(caption)
        self.add_fixed_orientation_mobjects(label)
        self.add(axes, wave_surface)
        self.play(Create(sphere), run_time=0.4)
        self.move_camera(phi=40 * DEGREES, theta=-20 * DEGREES, zoom=1.2, run_time=0.6)
        self.begin_ambient_camera_rotation(rate=0.8)
        self.wait(0.6)
        self.stop_ambient_camera_rotation()
        self.play(sphere.animate.shift(UP), run_time=0.4)
        self.wait(0.2)


class Updaters(Scene):
    """What moves by itself: each frame, with the time that passed, by a tracker, and by the scene."""

    def construct(self):
        tracker = ValueTracker(0)
        arm = always_redraw(
            lambda: Line(ORIGIN, 2 * RIGHT, color=BLUE).rotate(
                tracker.get_value(), about_point=ORIGIN
            )
        )
        tip = Dot(color=RED).add_updater(lambda dot: dot.move_to(arm.get_end()))
        wheel = Square(1, color=GREEN).to_edge(LEFT)
        wheel.add_updater(lambda square, dt: square.rotate(2 * dt))
        falling = Circle(0.3, color=YELLOW).to_corner(UP + RIGHT)
        self.add(arm, tip, wheel, falling)
        self.play(tracker.animate.set_value(PI / 2), run_time=0.6)
        self.wait(0.4)
        fall = falling.shift

        def gravity(dt):
            fall(2 * dt * DOWN)

        self.add_updater(gravity)
        self.wait(0.4)
        self.play(FadeIn(Triangle(color=ORANGE).to_edge(DOWN)), run_time=0.4)
        self.remove_updater(gravity)
        wheel.suspend_updating()
        self.wait(0.2)
        wheel.resume_updating()
        self.wait(0.2, frozen_frame=False)


class Swapped(Scene):
    """Things that an updater adds, takes away, and puts into another order."""

    def construct(self):
        squares = VGroup(*(Square(0.8, color=BLUE, fill_opacity=0.7) for _ in range(4)))
        squares.arrange(RIGHT, buff=-0.2)
        frames = iter(range(1000))

        def change(group, dt):
            group.submobjects.append(group.submobjects.pop(0))
            group[0].set_fill(RED if next(frames) % 2 else YELLOW)

        squares.add_updater(change)
        self.add(squares)
        self.wait(0.6)
        squares.remove_updater(change)
        self.wait(0.4)


class MovingCamera(MovingCameraScene):
    """A camera that comes nearer, follows, and goes back."""

    def construct(self):
        dots = VGroup(*(Dot([x, math.sin(x), 0], color=BLUE) for x in range(-5, 6)))
        follower = Dot(color=RED).move_to(dots[4])
        self.add(NumberLine((-6, 6), include_numbers=False), dots, follower)
        self.camera.frame.save_state()
        self.play(self.camera.frame.animate.scale(0.4).move_to(follower), run_time=0.6)
        self.camera.frame.add_updater(lambda frame: frame.move_to(follower))
        self.play(follower.animate.shift(2 * RIGHT), run_time=0.6)
        self.camera.frame.clear_updaters()
        self.wait(0.2)
        self.play(self.camera.frame.animate.restore(), run_time=0.4)


class Zoomed(ZoomedScene):
    """A part of the picture seen again, larger, in a window of its own."""

    def construct(self):
        dots = VGroup(*(Dot(radius=0.05) for _ in range(60))).arrange_in_grid(6, 10, buff=0.2)
        dots.set_color_by_gradient(RED, BLUE)
        self.add(dots)
        self.activate_zooming(animate=False)
        self.play(self.zoomed_camera.frame.animate.shift(RIGHT + 0.3 * UP), run_time=0.6)
        self.play(
            dots.animate.rotate(PI / 12), self.zoomed_display.animate.shift(DOWN), run_time=0.6
        )
        self.wait(0.2)


def write_tone(path: Path, seconds: float = 0.5, rate: int = 8000) -> None:
    """A quiet tone of 440 Hz, as .wav."""
    moments = np.arange(int(seconds * rate)) / rate
    with wave.open(str(path), "wb") as sound:
        sound.setparams((1, 2, rate, 0, "NONE", ""))
        sound.writeframes((6000 * np.sin(TAU * 440 * moments)).astype("<i2").tobytes())


class Sounds(Scene):
    """Tones at 0.0, 0.7 and 1.0 s, the last one quieter."""

    def construct(self):
        dot = Dot(color=GREEN)
        with tempfile.TemporaryDirectory() as folder:
            tone = Path(folder) / "tone.wav"
            write_tone(tone)
            self.add_sound(str(tone))
            self.play(FadeIn(dot), run_time=0.6)
            self.add_sound(str(tone), time_offset=0.1)
            self.wait(0.4)
            self.add_sound(str(tone), gain=-12)
            self.play(dot.animate.shift(RIGHT), run_time=0.6)


class Traced(Scene):
    """A line that grows behind a point, and one that is forgotten again."""

    def construct(self):
        dot = Dot(2 * LEFT, color=RED)
        short = TracedPath(dot.get_center, stroke_color=YELLOW, dissipating_time=0.3)
        self.add(TracedPath(dot.get_center, stroke_color=BLUE, stroke_width=6), short, dot)
        self.play(Rotate(dot, 1.5 * PI, about_point=ORIGIN), run_time=0.8)
        self.play(dot.animate.shift(RIGHT), run_time=0.4)
        self.wait(0.4)


class WaitUntil(Scene):
    """A wait that ends when something has happened, and one that never does."""

    def construct(self):
        dot = Dot(3 * LEFT)
        dot.add_updater(lambda each, dt: each.shift(4 * dt * RIGHT))
        self.add(dot)

        def has_arrived():
            return dot.get_x() > 0

        def never():
            return False

        self.wait_until(has_arrived, max_time=5)
        dot.clear_updaters().set_color(RED)
        self.wait_until(never, max_time=0.4)
        self.play(dot.animate.shift(UP), run_time=0.4)


class Foreground(Scene):
    """Something that stays in front of whatever is added or moved later."""

    def construct(self):
        front = Square(1.5, color=WHITE, fill_color=RED, fill_opacity=1)
        self.add_foreground_mobject(front)
        circle = Circle(2, color=BLUE, fill_opacity=0.8).shift(3 * LEFT)
        self.play(FadeIn(circle), run_time=0.3)
        self.play(circle.animate.shift(3 * RIGHT), run_time=0.5)
        self.remove_foreground_mobject(front)
        self.bring_to_front(circle)
        self.play(circle.animate.shift(RIGHT), run_time=0.4)
        self.bring_to_back(circle)
        self.wait(0.2)


class ZIndex(Scene):
    """What lies in front changes from one animation to the next, and within one."""

    def construct(self):
        colours = (RED, GREEN, BLUE)
        discs = VGroup(*(Circle(1, color=each, fill_opacity=1) for each in colours))
        discs.arrange(RIGHT, buff=-1)
        discs[0].set_z_index(2)
        self.add(discs)
        self.play(discs[2].animate.shift(0.5 * LEFT), run_time=0.4)
        discs[1].set_z_index(5)
        self.wait(0.2)
        self.play(discs[2].animate.set_z_index(9).shift(0.5 * LEFT), run_time=0.4)
        self.play(FadeIn(Square(1, color=WHITE, fill_opacity=1, z_index=-1)), run_time=0.4)


def scattered(count: int) -> VGroup:
    """Dots at places that both of the usual sources of chance say."""
    return VGroup(
        *(
            Dot(
                [random.uniform(-5, 5), np.random.uniform(-3, 3), 0],
                color=random.choice([RED, BLUE]),
            )
            for _ in range(count)
        )
    )


class Random(Scene):
    """Chance that nobody seeds: each run is another film."""

    def construct(self):
        dots = scattered(12)
        self.play(FadeIn(dots), run_time=0.4)
        self.play(*(dot.animate.shift(np.random.normal(size=3)) for dot in dots), run_time=0.6)


class Seeded(Scene):
    """Chance that is seeded, asked for before, between and during the animations."""

    def construct(self):
        random.seed(5)
        np.random.seed(5)
        dots = scattered(12)
        self.play(FadeIn(dots), run_time=0.4)
        self.play(*(dot.animate.shift(np.random.normal(size=3)) for dot in dots), run_time=0.4)
        dots.add_updater(lambda group: group[0].shift(0.1 * np.random.normal() * UP))
        self.wait(0.2)
        self.play(dots.animate.set_color(random.choice([YELLOW, TEAL])), run_time=0.4)
        self.add(scattered(5))
        self.wait(0.2)


class Sections(Scene):
    """Sections, one of which is left out, and subtitles."""

    def construct(self):
        square = Square(color=BLUE)
        self.next_section("beginning")
        self.add_subcaption("A square.", duration=0.6)
        self.play(Create(square), run_time=0.6)
        self.next_section("left out", skip_animations=True)
        self.play(square.animate.shift(2 * RIGHT), run_time=0.6)
        self.wait(0.4)
        self.next_section("end")
        self.play(square.animate.rotate(PI / 4), run_time=0.4, subcaption="It turns.")
        self.next_section()
        self.wait(0.4)


class NoPlays(Scene):
    """Nothing is played: the picture is what was added."""

    def construct(self):
        self.add(Circle(color=RED, fill_opacity=0.5), Text("still").to_edge(DOWN))


class Words(Scene):
    """Texts that Pango and Typst set, written and turned into each other."""

    def construct(self):
        text = Text("attention", font_size=60)
        markup = MarkupText('all <b>you</b> <span foreground="#ff8800">need</span>', font_size=48)
        formula = MathTypst('"softmax"(Q K^T / sqrt(d_k)) V')
        note = Typst("*bold* and _slanted_", font_size=30).to_edge(DOWN)
        self.play(Write(text), run_time=0.6)
        self.play(ReplacementTransform(text, markup), FadeIn(note), run_time=0.4)
        self.play(FadeTransform(markup, formula), run_time=0.6)
        self.play(Circumscribe(formula), run_time=0.4)


class Bouncing(Animation):
    """Remembers how often it was asked: what it draws depends on the frames before."""

    def __init__(self, mobject, **kwargs):
        super().__init__(mobject, **kwargs)
        self.asked, self.last = 0, 0.0

    def interpolate_mobject(self, alpha):
        self.asked += 1
        self.mobject.shift((alpha - self.last) * 3 * RIGHT + (-1) ** self.asked * 0.1 * UP)
        self.last = alpha


class OwnAnimation(Scene):
    """An animation that the author wrote, with a memory, alone and beside others."""

    def construct(self):
        ball = Circle(0.4, color=ORANGE, fill_opacity=1).to_edge(LEFT)
        self.play(Bouncing(ball), run_time=0.6)
        self.play(Bouncing(ball, rate_func=linear), FadeIn(Square()), run_time=0.6)
        self.wait(0.2)


class ChangingBackground(Scene):
    """Another background from one animation to the next."""

    def construct(self):
        dot = Dot(color=WHITE)
        self.camera.background_color = ManimColor("#203050")
        self.play(FadeIn(dot), run_time=0.4)
        self.wait(0.2)
        self.camera.background_color = ManimColor("#502030")
        self.play(dot.animate.shift(RIGHT), run_time=0.4)
        self.camera.background_color = ManimColor("#305020")
        self.wait(0.2)


class Nested(Scene):
    """Animations of animations, each at its own rate."""

    def construct(self):
        squares = VGroup(*(Square(0.7, color=each) for each in (RED, GREEN, BLUE, YELLOW)))
        squares.arrange(RIGHT, buff=0.5)
        self.play(
            Succession(
                LaggedStart(*map(Create, squares), lag_ratio=0.4, run_time=0.8),
                AnimationGroup(
                    Rotate(squares[0], PI, rate_func=there_and_back),
                    squares[1].animate(rate_func=rush_into).shift(UP),
                    Succession(
                        ApplyMethod(squares[2].shift, DOWN, rate_func=linear, run_time=0.3),
                        ApplyMethod(squares[2].scale, 1.5, run_time=0.3),
                    ),
                    lag_ratio=0.2,
                ),
                rate_func=linear,
            )
        )
        self.play(LaggedStart(*(FadeOut(each) for each in squares), rate_func=smooth, run_time=0.6))
        self.play(GrowArrow(Vector(RIGHT)), run_time=0.3)


class MatchingShapes(Scene):
    """Letters that find their places in another word."""

    def construct(self):
        first, second = Text("the eyes"), Text("they see")
        self.add(first)
        self.wait(0.2)
        self.play(TransformMatchingShapes(first, second, path_arc=PI / 2), run_time=0.8)
        self.wait(0.2)


class Short(Scene):
    """Animations and a wait that are shorter than a frame."""

    def construct(self):
        dot = Dot(color=RED)
        self.add(dot)
        self.play(dot.animate.shift(RIGHT), run_time=0.01)
        self.wait(0.01)
        self.play(dot.animate.shift(RIGHT), run_time=0.4)
        self.play(FadeIn(Square()), run_time=0.01)


class Drawn(Scene):
    """Dashes, a plot, and a shape that becomes another while the list of what is seen changes."""

    def construct(self):
        axes = Axes((-3, 3), (-1.5, 1.5), x_length=6, y_length=3, tips=False)
        graph = axes.plot(np.sin, color=BLUE, stroke_width=1)
        self.add(axes, DashedLine(3 * LEFT, 3 * RIGHT, color=YELLOW, dash_length=0.1))
        self.play(Create(graph), run_time=0.6)
        self.play(Transform(graph, Circle(1, color=RED, stroke_width=20)), run_time=0.4)
        self.remove(axes)
        self.wait(0.2)
        self.clear()
        self.wait(0.2)


class Overflowing(Scene):
    """Things beyond the edges, nothing at all in the middle, and a stroke without width."""

    def construct(self):
        wide = Circle(config.frame_width, color=GREEN, stroke_width=4)
        away = Square(color=RED, fill_opacity=1).shift(30 * RIGHT)
        hidden = Square(3, stroke_width=0, fill_opacity=0)
        self.add(wide, away, hidden)
        self.play(away.animate.shift(24 * LEFT), wide.animate.scale(0.45), run_time=0.8)
        self.play(hidden.animate.set_fill(BLUE, 0.5).set_stroke(WHITE, 0.3), run_time=0.4)


class Failing(Scene):
    """Raises in the middle."""

    def construct(self):
        self.play(Create(Square()), run_time=0.4)
        raise RuntimeError("the scene's own mistake")

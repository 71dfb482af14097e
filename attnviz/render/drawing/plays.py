"""Plays of manim in three kinds: those that stand still, can be jumped over, or must be stepped through."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from enum import Enum
from functools import partial

import manim
import numpy as np
from manim import Animation, AnimationGroup, Mobject, Scene, Succession, Transform
from manim.animation.fading import _Fade
from manim.animation.transform import _MethodAnimation
from manim.animation.transform_matching_parts import TransformMatchingAbstractBase
from manim.utils.iterables import list_update

from attnviz.render.code_identity import OWN, NotFingerprintableError, behaves_as_manims
from attnviz.render.drawing.fingerprint import (
    Digest,
    camera_digest,
    digest,
    looks_digest,
    program_digest,
)


class PlayKind(Enum):
    """The way in which a play can be passed without drawing it."""

    STILL = "nothing moves"
    PLAIN = "what is seen depends on nothing but how far the play is: its end can be had at once"
    STEPPED = "what is seen may depend on the frame before: every frame must be gone through"


_PLAIN: frozenset[type] = frozenset(
    {
        _Fade,
        _MethodAnimation,
        TransformMatchingAbstractBase,
        *(
            getattr(manim, name)
            for name in (
                *("Add", "AnimationGroup", "LaggedStart", "LaggedStartMap", "Succession"),
                *("Create", "DrawBorderThenFill", "SpiralIn", "Uncreate", "Unwrite", "Write"),
                *("FadeIn", "FadeOut", "GrowArrow", "GrowFromCenter", "GrowFromEdge"),
                *("GrowFromPoint", "SpinInFromNothing", "Circumscribe", "Flash", "FocusOn"),
                *("Indicate", "ShowPassingFlash", "Wiggle", "Rotate", "Rotating"),
                *("ApplyMatrix", "ApplyMethod", "ApplyPointwiseFunction", "ClockwiseTransform"),
                *("CounterclockwiseTransform", "CyclicReplace", "FadeToColor", "FadeTransform"),
                *("FadeTransformPieces", "MoveToTarget", "ReplacementTransform", "Restore"),
                *("ScaleInPlace", "ShrinkToCenter", "Swap", "Transform", "TransformFromCopy"),
                *("TransformMatchingShapes", "TransformMatchingTex"),
            )
        ),
    }
)
"""manim's animations whose every frame is made from the beginning and from how far they are."""


def kind_of(scene: Scene) -> PlayKind:
    """The kind of the play that the scene has compiled and not yet begun."""
    if scene.is_current_animation_frozen_frame():
        return PlayKind.STILL
    plain = (
        all(map(_is_plain, scene.animations))
        and not (scene.updaters or scene.always_update_mobjects or scene.stop_condition)
        and not any(_updated(each) for each in (*scene.mobjects, *scene.foreground_mobjects))
    )
    return PlayKind.PLAIN if plain else PlayKind.STEPPED


def _is_plain(animation: Animation) -> bool:
    kind = type(animation)
    if kind not in _PLAIN and not kind.__module__.startswith(OWN):
        return False
    if isinstance(animation, AnimationGroup) and not all(map(_is_plain, animation.animations)):
        return False
    target = getattr(animation, "target_mobject", None)
    return all(_is_passive(each) for each in (animation.mobject, target) if each is not None)


def _is_passive(mobject: Mobject) -> bool:
    """True if the mobject changes only as animations change manim's own."""
    family = mobject.get_family()
    kinds: set[type] = {type(each) for each in family}
    return not any(each.updaters for each in family) and all(map(behaves_as_manims, kinds))


def _updated(mobject: Mobject) -> bool:
    return any(each.updaters for each in mobject.get_family())


def begin(scene: Scene) -> None:
    """Begins the animations without finding out what has to be drawn."""
    for animation in scene.animations:
        animation._setup_scene(scene)
        animation.begin()


def finish(scene: Scene, kind: PlayKind) -> None:
    """Ends the animations as manim does."""
    if kind is PlayKind.STILL:
        return
    for animation in scene.animations:
        animation.finish()
        animation.clean_up_from_scene(scene)
    if kind is PlayKind.STEPPED:
        scene.update_mobjects(0)


def count_of(scene: Scene, kind: PlayKind, rate: float) -> int:
    """Number of frames that manim gives it, to the last bit; a stepped play may stop earlier."""
    step = 1 / rate
    if kind is PlayKind.STILL:
        return int(scene.duration / step)
    return len(np.arange(0, scene.duration, step))


def frames(scene: Scene, kind: PlayKind, rate: float) -> Iterator[None]:
    """The frames of a play that moves and has begun, the scene being as it is seen in each."""
    scene.duration = scene.get_run_time(scene.animations)
    began = scene.renderer.time
    for number, moment in enumerate(np.arange(0, scene.duration, 1 / rate)):
        if kind is PlayKind.PLAIN:
            for animation in scene.animations:
                animation.interpolate(moment / animation.run_time)
        else:
            scene.update_to_time(moment)
        yield
        scene.renderer.time = began + (number + 1) / rate
        if scene.stop_condition is not None and scene.stop_condition():
            return


def displayed(scene: Scene) -> list[Mobject]:
    """All that is drawn, in order."""
    everything = list_update(scene.mobjects, scene.foreground_mobjects)
    shown: list[Mobject] = scene.camera.get_mobjects_to_display(everything)
    return shown


def changing(animations: Iterable[Animation]) -> set[int]:
    """The ids of the mobjects that plain animations may change."""
    found: set[int] = set()
    for animation in animations:
        found.update(id(each) for each in animation.mobject.get_family())
        if isinstance(animation, AnimationGroup):
            found |= changing(animation.animations)
    return found


def keeps_parts(animations: Iterable[Animation]) -> bool:
    """True if plain animations leave the families of the mobjects on the screen as they are until they end."""
    return not any(
        isinstance(each, Succession)  # brings in what moves later
        or (isinstance(each, AnimationGroup) and not keeps_parts(each.animations))
        for each in animations
    )


def remember_families(animations: Iterable[Animation]) -> None:
    """Keeps manim from finding out in every frame which mobjects an animation changes: here they remain the same."""
    for each in animations:
        if isinstance(each, AnimationGroup):
            remember_families(each.animations)
        elif (
            isinstance(each, (_Fade, Transform))
            and type(each).interpolate_mobject is Animation.interpolate_mobject
        ):
            families = list(each.get_all_families_zipped())
            each.get_all_families_zipped = partial(iter, families)


class Fingerprint:
    """Digest of everything that decides the pictures of one play, taken before it begins and as it goes on."""

    def __init__(self, scene: Scene, kind: PlayKind) -> None:
        self._scene, self._kind = scene, kind
        self._so_far: str | None = ""
        self._note(self._before)

    def _note(self, what: Callable[[], object]) -> None:
        if self._so_far is None:
            return
        try:
            self._so_far = digest(self._so_far, what())
        except NotFingerprintableError:
            self._so_far = None

    def _before(self) -> str:
        scene = self._scene
        summed = Digest()
        shown = displayed(scene)
        summed.add_looks(shown)
        if self._kind is PlayKind.PLAIN:
            # what is animated is told as one of those that are seen
            summed.add(list(scene.animations))
        return summed.text

    def frame(self) -> None:
        """To be called in every frame of a stepped play."""
        self._note(lambda: looks_digest(displayed(self._scene)))

    def key(self, frames: int) -> str | None:
        """Returns the key of the play, once it has ended; None if its pictures cannot be hashed."""
        if self._kind is PlayKind.PLAIN:
            self.frame()
        if self._so_far is None:
            return None
        camera = camera_digest(self._scene.camera)
        return digest(program_digest(), camera, self._kind, frames, self._so_far)

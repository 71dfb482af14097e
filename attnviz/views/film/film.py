"""The definition of a film: a storyboard, its scene and its style."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import field

from manim import CairoRenderer, Camera

from attnviz.records import record
from attnviz.render.quality import Quality
from attnviz.safe_text import safe_text
from attnviz.story.exhibits import texts_of
from attnviz.story.storyboard import Storyboard
from attnviz.typeset.fonts import check_characters
from attnviz.typeset.typefaces import Typeface
from attnviz.views.film.production.session import session
from attnviz.views.film.stage import Beat, Stage
from attnviz.views.film.style import Style


@record(eq=False)
class Film:
    """A film to be planned and drawn."""

    scene: type[Stage]
    storyboard: Storyboard
    style: Style
    quality: Quality
    only: tuple[str, ...] = ()
    """The steps that are played; all if empty."""
    font: Typeface | None = None
    """The typeface for characters that Inter lacks; None is the one found on the machine."""
    voice_seconds: Mapping[str, float] = field(default_factory=dict)
    """Seconds that a voice takes for a beat, by the beat's name."""
    card_seconds: float | None = None
    """Seconds that a title card stands; None is as long as it takes to read."""

    def session(self) -> AbstractContextManager[None]:
        """manim, set up for it."""
        return session(self.quality, self.style.theme.background, self.font)

    def camera_class(self) -> type[Camera]:
        """The class of its camera."""
        return Camera

    def build_scene(
        self,
        renderer: CairoRenderer,
        on_beat: Callable[[Stage, Beat], None] | None = None,
    ) -> Stage:
        """The scene, ready to be told within `session`. `on_beat` sees it at the end of every beat.

        Raises InputError if the typeface lacks a character that would be shown.
        """
        check_characters(texts_shown(self))
        scene = self.scene(renderer=renderer)
        scene.storyboard, scene.style, scene.only = self.storyboard, self.style, self.only
        scene.voice_seconds, scene.card_seconds = self.voice_seconds, self.card_seconds
        if on_beat is not None:
            scene.beat_ended = lambda beat: on_beat(scene, beat)  # type: ignore[method-assign]
        return scene


def texts_shown(film: Film) -> list[str]:
    """Every word and name that the film may show, as it is shown."""
    storyboard = film.storyboard
    texts = [storyboard.title, *storyboard.brief_notes]
    for step in storyboard.steps:
        texts += [step.title, step.omitted or "", *step.narration.values()]
        for exhibit in step.exhibits:
            texts += texts_of(exhibit)
    return [safe_text(each, lines=True) for each in texts]

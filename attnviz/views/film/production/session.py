"""manim, set up for one film: its size, its background, and the font for what Inter lacks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from attnviz.render.drawing import session as any_scene
from attnviz.render.quality import Quality
from attnviz.typeset.fonts import typeface
from attnviz.typeset.typefaces import Typeface


@contextmanager
def session(
    quality: Quality, background: str | None = None, font: Typeface | None = None
) -> Iterator[None]:
    """manim for one film of that size; its files live in a folder that goes when the film is done.

    `background` is None for manim's own; `font` draws what Inter lacks, None is the font that is found on the machine.
    What the user has configured of manim plays no part.
    """
    with any_scene.session(quality, background), typeface(font):
        yield

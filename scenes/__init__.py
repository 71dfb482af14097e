"""The scenes, one a file: `attnviz render` tells them, and so does `manim render scenes/NAME.py`."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from attnviz.film.scene import LessonScene
    from attnviz.lessons.catalogue import Lesson


def scene_of(lesson: Lesson) -> type[LessonScene]:
    """The scene that films the lesson: of `any-length` the class AnyLength in any_length.py."""
    module = importlib.import_module(f"attnviz.scenes.{lesson.module}")
    name = "".join(word.capitalize() for word in lesson.module.split("_"))
    scene: type[LessonScene] = getattr(module, name)
    return scene

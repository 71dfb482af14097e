"""The scenes, one a file: `attnviz render` tells them, and so does `manim render scenes/NAME.py`."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from attnviz.lessons.lesson import Lesson
    from attnviz.story.storyboard import Storyboard
    from attnviz.views.film.stage import Stage


def scene_of(lesson: Lesson) -> type[Stage]:
    """The scene that films the lesson: of `any-length` the class AnyLength in any_length.py.

    Lessons from outside of the package share one scene.
    """
    if not lesson.package.startswith("attnviz.lessons."):
        from attnviz.views.film.other_lesson import OtherLesson

        return OtherLesson
    module = importlib.import_module(f"attnviz.scenes.{lesson.module}")
    name = "".join(word.capitalize() for word in lesson.module.split("_"))
    scene: type[Stage] = getattr(module, name)
    return scene


def default_storyboard(name: str) -> Storyboard:
    """The lesson as it is told where nothing is asked for: on its own input, in English."""
    from attnviz.core.self_attention import trace_of
    from attnviz.inputs import InputRequest, problem_from
    from attnviz.lessons.registry import build_storyboard, lesson_named
    from attnviz.lessons.request import LessonRequest
    from attnviz.views.film.style import MOST_WORKED

    lesson = lesson_named(name)
    trace = None
    if lesson.takes_sequence:
        trace = trace_of(problem_from(InputRequest(**lesson.default)))
    return build_storyboard(name, LessonRequest(trace, most=MOST_WORKED))

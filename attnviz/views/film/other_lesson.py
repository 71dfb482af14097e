"""The scene of lessons that come from outside of the package."""

from __future__ import annotations

import importlib
import importlib.util

from attnviz.lessons.registry import LESSONS
from attnviz.views.film.acts.act import Acts
from attnviz.views.film.scene import LessonScene


class OtherLesson(LessonScene):
    """Plays any lesson: with the `ACTS` of `film` in its package, or each step in the usual way."""

    def setup(self) -> None:
        super().setup()
        self.acts = acts_of(self.storyboard.lesson)  # type: ignore[misc]


def acts_of(name: str) -> Acts:
    """The acts of the lesson with that name; none where it is not known here, or has no module `film`."""
    lesson = LESSONS.get(name)
    if lesson is None or importlib.util.find_spec(f"{lesson.package}.film") is None:
        return {}
    acts: Acts = importlib.import_module(f"{lesson.package}.film").ACTS
    return acts

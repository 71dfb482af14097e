"""All lessons by name: those in the folders beside this file, those that a program registers, and those that installed
packages bring (entry points of the group `attnviz.lessons`).
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from attnviz.core.argument_kinds import checked_arguments, checked_kind
from attnviz.errors import InputError, unknown_name
from attnviz.lessons.lesson import Lesson
from attnviz.story.i18n import register_words

if TYPE_CHECKING:
    from attnviz.lessons.request import LessonRequest
    from attnviz.story.storyboard import Storyboard

DEFAULT = "self-attention"
ENTRY_POINTS = "attnviz.lessons"
_HERE = Path(__file__).parent


class _Lessons(Mapping[str, Lesson]):
    """The lessons in order of their numbers. A lesson's record is imported when it is asked for, not before."""

    def __init__(self) -> None:
        self._registered: dict[str, Lesson] = {}

    def __getitem__(self, name: str) -> Lesson:
        if name in _folders():
            return _in_folder(name)
        lesson = self._registered[name] if name in self._registered else _installed()[name]
        register_words(name, _folder_of(lesson))
        return lesson

    def __iter__(self) -> Iterator[str]:
        every = {name: _in_folder(name) for name in _folders()} | _installed() | self._registered
        return iter(sorted(every, key=lambda name: (every[name].number, name)))

    def __len__(self) -> int:
        return len(list(iter(self)))

    def add(self, lesson: Lesson) -> None:
        """Registers a lesson under its name."""
        self._registered[lesson.name] = lesson

    def remove(self, name: str) -> None:
        """Takes a registered lesson out again. Raises KeyError if there is none."""
        del self._registered[name]


LESSONS = _Lessons()


@checked_arguments
def register_lesson(lesson: Lesson) -> None:
    """Adds a lesson from outside of the package; `explain`, `render` and `attnviz.lesson` then know it by its name.

    The folder of `lesson.package` holds `steps.py` with `STEPS` and `open_lesson`, and the words, `en.toml` at least.
    An installed package needs no call: it names its lesson as an entry point of the group `attnviz.lessons`.

    Raises InputError for a name that another lesson has, and for a package that cannot be found.

    >>> register_lesson(Lesson("cost", "my_package.cost"))
    Traceback (most recent call last):
    attnviz.errors.InputError: there is a lesson cost already: give this one another name
    """
    for name in ("name", "package"):
        checked_kind(f"{name} of the lesson", getattr(lesson, name), "str")
    if lesson.name in LESSONS and LESSONS[lesson.name] != lesson:
        raise InputError(f"there is a lesson {lesson.name} already: give this one another name")
    _folder_of(lesson)
    LESSONS.add(lesson)


def lesson_named(name: str) -> Lesson:
    """The lesson with that name. Raises InputError with the nearest name if there is none.

    >>> lesson_named("self-attention").steps[0]
    'inputs'
    """
    try:
        return LESSONS[name]
    except KeyError:
        raise unknown_name("lesson", name, list(LESSONS)) from None


def build_storyboard(name: str, request: LessonRequest) -> Storyboard:
    """The storyboard of that lesson. Raises InputError for an unknown lesson, and what the lesson itself raises.

    >>> from attnviz import self_attention
    >>> from attnviz.lessons.request import LessonRequest
    >>> trace = self_attention([[1.0]], [[2.0]], [[3.0]], [[4.0]])
    >>> build_storyboard("self-attention", LessonRequest(trace)).step("scores").worked[0].total.text
    '6'
    """
    return lesson_named(name).build(request)


def _folder_of(lesson: Lesson) -> Path:
    try:
        spec = find_spec(lesson.package)
    except (
        ImportError,
        ValueError,
        AttributeError,
    ):  # no such parent, no name, a parent that is no package
        spec = None
    if spec is None or not spec.submodule_search_locations:
        raise InputError(
            f"the lesson {lesson.name} is to be in the package {lesson.package}, which cannot be found: "
            "install it, or put its folder on sys.path"
        )
    return Path(spec.submodule_search_locations[0])


@cache
def _folders() -> frozenset[str]:
    """The names of the lessons in the folders here."""
    return frozenset(path.parent.name.replace("_", "-") for path in _HERE.glob("*/lesson.py"))


@cache
def _in_folder(name: str) -> Lesson:
    module = importlib.import_module(f"attnviz.lessons.{name.replace('-', '_')}.lesson")
    lesson: Lesson = module.LESSON
    return lesson


@cache
def _installed() -> dict[str, Lesson]:
    from importlib.metadata import entry_points  # slow to import, and rarely needed

    found: dict[str, Lesson] = {}
    for each in entry_points(group=ENTRY_POINTS):
        lesson: Lesson = each.load()
        found[lesson.name] = lesson
    return found

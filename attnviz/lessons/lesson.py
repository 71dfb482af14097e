"""A lesson as it is listed: its name, what it takes, and where its steps and words are."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import field
from types import ModuleType
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from attnviz.progress import reporting
from attnviz.records import record

if TYPE_CHECKING:
    from attnviz.core.trace import Trace
    from attnviz.lessons.request import LessonRequest
    from attnviz.story.numbers import Numbers
    from attnviz.story.step import StepDefinition
    from attnviz.story.storyboard import Storyboard

Context = TypeVar("Context")
LAST = 1000


@record
class Lesson:
    """One lesson: the record in `lesson.py` of its folder. Its steps are imported when they are first needed."""

    name: str
    package: str
    """The full name of its folder, `__package__` there. It holds `steps.py`, `en.toml` and the other languages; and
    `film.py` where steps are not played in the usual way."""
    number: int = LAST
    """Its place in the list of lessons."""
    takes_sequence: bool = False
    """True if the lesson runs on the user's own input."""
    takes: frozenset[str] = frozenset()
    """Further options that it obeys: "seed", "distance"."""
    most_distant: int | None = None
    """The largest distance, where it obeys that option and has one."""
    default: Mapping[str, Any] = field(default_factory=dict)
    """Its own input where none is given, as fields of an InputRequest; empty for the built-in example."""

    @property
    def module(self) -> str:
        """The name of its folder, which is the name of its scene in `attnviz.scenes` too."""
        return self.package.rpartition(".")[2]

    @property
    def definitions(self) -> tuple[StepDefinition[Any], ...]:
        """Every step that it can have, in order."""
        definitions: tuple[StepDefinition[Any], ...] = self._steps_module().STEPS
        return definitions

    @property
    def steps(self) -> tuple[str, ...]:
        """The names of these steps."""
        return tuple(each.id for each in self.definitions)

    def definition(self, step: str) -> StepDefinition[Any] | None:
        """The step of that name; None if it has none."""
        return next((each for each in self.definitions if each.id == step), None)

    def build(self, request: LessonRequest) -> Storyboard:
        """The storyboard on what was asked for. Raises InputError as the lesson's own `open_lesson` does."""
        open_lesson: Callable[[LessonRequest], Opening[Any]] = self._steps_module().open_lesson
        return open_lesson(request).storyboard(self, request.language)

    def _steps_module(self) -> ModuleType:
        return importlib.import_module(f"{self.package}.steps")


@record(eq=False)
class Opening(Generic[Context]):
    """A lesson on one request, before its steps are built."""

    context: Context
    """The object from which every step is built."""
    title: str
    numbers: Numbers
    trace: Trace | None = None
    """The trace that the lesson is told on; None where it measures something itself."""
    query: int = 0
    """The row that it follows, counted from 0."""
    in_full: bool = False
    """True if that row is worked in full, from the scores to the output."""
    keys: tuple[int, ...] = ()
    """The keys on which that row is worked, counted from 0."""
    head: int | None = None
    """The number of the head that it follows, where there are several."""
    untrained: str | None = None
    """The source of the numbers (seed 0), where nothing has learned them."""
    notes: tuple[str, ...] = ()
    brief_notes: tuple[str, ...] = ()

    def storyboard(self, lesson: Lesson, language: str) -> Storyboard:
        """The steps built, those left out that have nothing to show."""
        from attnviz.story.storyboard import Storyboard

        steps = reporting(lesson.definitions, "Building the steps", len(lesson.definitions))
        built = (each.build_step(self.context, self.head) for each in steps)
        return Storyboard(
            lesson=lesson.name,
            language=language,
            title=self.title,
            steps=tuple(step for step in built if step is not None),
            numbers=self.numbers,
            source_trace=self.trace,
            query=self.query,
            in_full=self.in_full,
            keys=self.keys,
            untrained=self.untrained,
            notes=self.notes,
            brief_notes=self.brief_notes,
        )

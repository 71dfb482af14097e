"""The steps that a user asks for by name."""

from __future__ import annotations

from collections.abc import Sequence

from attnviz.errors import InputError, unknown_name
from attnviz.lessons.lesson import Lesson
from attnviz.lessons.registry import lesson_named
from attnviz.story.storyboard import Storyboard


def check_step_names(lesson: Lesson, names: Sequence[str]) -> None:
    """Raises InputError, with the nearest name, for a step that the lesson never has."""
    for name in names:
        if name not in lesson.steps:
            raise unknown_name("step", name, lesson.steps)


def chosen_steps(storyboard: Storyboard, names: Sequence[str]) -> tuple[str, ...] | None:
    """The steps of that name in the lesson's order; None, for all, where no name is given.

    Raises InputError for a step that this input does not have; the message says how to get it.
    """
    present = [step.id for step in storyboard.steps]
    for name in names:
        if name not in present:
            why = _reason(storyboard, name) or f"it has {', '.join(present)}"
            raise InputError(f"there is no step {name!r} for this input: {why}")
    return tuple(each for each in present if each in names) or None


def _reason(storyboard: Storyboard, name: str) -> str | None:
    """Why that step is missing, as its definition says; None where it says nothing."""
    definition = lesson_named(storyboard.lesson).definition(name)
    absence = None if definition is None else definition.absence
    if absence is None:
        return None
    problem = storyboard.trace.problem
    if "model" in problem.provenance:
        return absence.with_model or absence.why
    return absence.why if problem.projects else absence.with_qkv or absence.why

"""The steps that a user asks for by name."""

from __future__ import annotations

from collections.abc import Sequence

from attnviz.errors import InputError, unknown_name
from attnviz.lessons.catalogue import Lesson
from attnviz.lessons.storyboard import Storyboard

_WHY_NOT = {
    "scale": "the scores stay as they are; say --scale sqrt",
    "bias": "nothing is added to the scores; a bias is given to attnviz.self_attention, in Python",
    "mask": "nothing is hidden; say --causal or --mask FILE",
    "heads": "there is one head and no w_o; say --heads 2, or give a w_o with --weights",
    "why-scale": "√d_k changes nothing; choose a --query that sees something, and --d-k 2 or more; "
    "with --rounding article it is left out",
}


def check_step_names(lesson: Lesson, names: Sequence[str]) -> None:
    """Raises InputError, with the nearest name, for a step that the lesson never has."""
    for name in names:
        if name not in lesson.steps:
            raise unknown_name("step", name, lesson.steps)


def chosen_steps(storyboard: Storyboard, names: Sequence[str]) -> tuple[str, ...] | None:
    """The steps of that name in the lesson's order; None, for all, where no name is given.

    Raises InputError for a step that this input does not have; the message says how to get it.
    """
    told = [step.id for step in storyboard.steps]
    for name in names:
        if name not in told:
            why = _WHY_NOT.get(name, f"it has {', '.join(told)}")
            raise InputError(f"there is no step {name!r} for this input: {why}")
    return tuple(each for each in told if each in names) or None

"""The steps that a user asks for by name."""

from __future__ import annotations

from collections.abc import Sequence

from attnviz.errors import InputError, unknown_name
from attnviz.lessons.catalogue import Lesson
from attnviz.story.storyboard import Storyboard

_WHY_NOT = {
    "scale": "the scores stay as they are; say --scale sqrt",
    "bias": "nothing is added to the scores; a bias is given to attnviz.self_attention, in Python",
    "mask": "nothing is hidden; say --causal or --mask FILE",
    "heads": "there is one head and no w_o; say --heads 2, or give a w_o with --weights",
    "why-scale": "√d_k changes nothing; choose a --query that sees something, and --d-k 2 or more; "
    "with --rounding article it is left out",
    "places": "queries and keys are compared as they are projected; a model with RoPE turns them",
    "cap": "the scores have no bound; models such as Gemma 2 have one",
    "given": "queries, keys and values are made of the inputs; --qkv FILE gives them",
    "pair": "the vectors are short, and every product is written out",
    "links": "it is told of a trained model; say --model",
}
_WHY_NOT_OF_MODEL = {
    "bias": "this model adds nothing to the scores",
    "mask": "this model lets every token see all others; one that writes, such as smollm2, hides what comes later",
    "heads": "one head is shown; say --head 0,1 or --head all",
    "links": "there is no other token to look at",
}
"""Where its own reason differs: what a model does is not for the user to choose."""
_WHY_NOT_OF_GIVEN = {
    "heads": "one head is shown; several are (heads, n, d) in the file, and --head all",
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
            why = _reasons(storyboard).get(name, f"it has {', '.join(told)}")
            raise InputError(f"there is no step {name!r} for this input: {why}")
    return tuple(each for each in told if each in names) or None


def _reasons(storyboard: Storyboard) -> dict[str, str]:
    """Why a step may be missing, by its name."""
    if storyboard.told_on is None:
        return {}
    problem = storyboard.told_on.problem
    if problem.provenance.model is not None:
        return _WHY_NOT | _WHY_NOT_OF_MODEL
    return _WHY_NOT if problem.projects else _WHY_NOT | _WHY_NOT_OF_GIVEN

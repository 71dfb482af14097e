"""Lessons for a program: by name, on a trace of one's own."""

from __future__ import annotations

from attnviz.core.argument_kinds import checked_arguments
from attnviz.core.trace import Trace
from attnviz.errors import InputError, unknown_name
from attnviz.lessons.lesson_checks import check_position
from attnviz.lessons.registry import DEFAULT, build_storyboard, lesson_named
from attnviz.lessons.request import LessonRequest
from attnviz.story.roundings import ROUNDINGS
from attnviz.story.storyboard import Storyboard


@checked_arguments
def lesson(
    name: str = DEFAULT,
    trace: Trace | None = None,
    *,
    query: int | None = None,
    language: str = "en",
    precision: int | None = None,
    rounding: str = "sum-preserving",
    seed: int | None = None,
    distance: int | None = None,
) -> Storyboard:
    """A lesson told: its steps with their matrices, numbers and words. `attnviz.LESSONS` has all names.

    `trace` is the sequence of a lesson that takes one; `cnn-limits`, `context`, `scaling` and `cost` take none. `query`
    is the row worked in full, counted from 0; `language` is a code such as "en"; `precision` the number of decimals,
    None as many as the numbers need; `rounding` is "sum-preserving", "plain" or "article". `seed` is where a lesson
    draws its own numbers, and `distance` how far apart `context` plants a match.

    Raises InputError for an unknown name, with the nearest; for a trace that is missing; for what the lesson would not
    obey; and what the lesson itself refuses.

    >>> import attnviz
    >>> board = attnviz.lesson("context", distance=5)
    >>> [step.id for step in board.steps]
    ['receptive-field', 'layers', 'planted', 'sweep', 'inductive-bias']
    >>> trace = attnviz.self_attention([[1.0], [2.0]], [[1.0]], [[1.0]], [[1.0]])
    >>> attnviz.lesson("masking", trace, language="zh").title
    '掩码'
    """
    found = lesson_named(name)
    if found.takes_sequence and trace is None:
        raise InputError(
            f"the lesson {name} is told on a sequence: give a trace, as attnviz.self_attention makes one"
        )
    if not found.takes_sequence and trace is not None:
        raise InputError(f"the lesson {name} takes no sequence: leave trace out")
    if not found.takes_sequence and query is not None:
        raise InputError(f"the lesson {name} takes no sequence: leave query out")
    for option, value in (("seed", seed), ("distance", distance)):
        if value is not None and option not in found.takes:
            raise InputError(f"the lesson {name} has no such option: leave {option} out")
    if query is not None and trace is not None:
        check_position("query", query, trace.problem.n_q)
    if rounding not in ROUNDINGS:
        raise unknown_name("rounding", rounding, ROUNDINGS)
    request = LessonRequest(
        trace, query or 0, language, precision, rounding, seed=seed or 0, distance=distance
    )
    return build_storyboard(name, request)

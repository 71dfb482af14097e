"""All lessons by name: what each takes, and its steps. A lesson's module is imported when it is told, not before."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from attnviz.errors import unknown_name

if TYPE_CHECKING:
    from attnviz.lessons.request import LessonRequest
    from attnviz.story.storyboard import Storyboard


@dataclass(frozen=True)
class Lesson:
    """One lesson, as it is listed."""

    name: str
    steps: tuple[str, ...]
    """Every step that it can have, in order."""
    takes_sequence: bool = False
    """Whether it is told on the user's own input."""
    takes: frozenset[str] = frozenset()
    """Which further options it obeys: "seed", "distance"."""
    default: Mapping[str, Any] = field(default_factory=dict)
    """What it is told on where no input is given: fields of an InputRequest, or nothing for the built-in example."""

    @property
    def module(self) -> str:
        """The name of its module, in `attnviz.lessons` and, for its scene, in `attnviz.scenes`."""
        return self.name.replace("-", "_")


_ALL = (
    Lesson(
        "self-attention",
        (
            *("inputs", "weights", "queries", "keys", "values", "places", "given"),
            *(
                "scores",
                "pair",
                "scale",
                "cap",
                "bias",
                "mask",
                "softmax",
                "weighted-values",
                "output",
            ),
            *("all-rows", "links", "heads", "formula", "why-scale"),
        ),
        takes_sequence=True,
    ),
    Lesson(
        "cnn-limits",
        (
            *("convolution", "sharing", "channels", "features", "wrong-channels", "remedies"),
            *("fixed-size", "any-size", "attention"),
        ),
        takes=frozenset({"seed"}),
    ),
    Lesson(
        "context",
        ("receptive-field", "layers", "planted", "sweep", "inductive-bias"),
        takes=frozenset({"seed", "distance"}),
    ),
    Lesson(
        "any-length",
        ("same-weights", "map", "append", "share", "causal", "generation"),
        takes_sequence=True,
        default={"text": "our small old cat sleeps on the mat"},
    ),
    Lesson(
        "order",
        ("permute", "attention", "convolution", "positions", "with-positions", "compare"),
        takes_sequence=True,
        takes=frozenset({"seed"}),
        default={"text": "dog bites man"},
    ),
    Lesson(
        "scaling",
        ("score", "variance", "weights", "saturation", "gradient", "formula"),
        takes=frozenset({"seed"}),
    ),
    Lesson(
        "masking",
        ("unmasked", "before-softmax", "after-softmax", "padding", "padding-hidden"),
        takes_sequence=True,
        default={"example": "causal"},
    ),
    Lesson(
        "multi-head",
        ("one-head", "cut", "heads", "concat", "project", "formula"),
        takes_sequence=True,
        default={"example": "two-heads"},
    ),
    Lesson(
        "cost",
        ("operations", "sequential-steps", "path-length", "memory", "comparison"),
    ),
)

LESSONS = {lesson.name: lesson for lesson in _ALL}
DEFAULT = "self-attention"


def lesson_named(name: str) -> Lesson:
    """The lesson with that name. Raises InputError with the nearest name if there is none.

    >>> lesson_named("self-attention").steps[0]
    'inputs'
    """
    if name not in LESSONS:
        raise unknown_name("lesson", name, LESSONS)
    return LESSONS[name]


def told(name: str, asked: LessonRequest) -> Storyboard:
    """That lesson told as asked. Raises InputError for an unknown lesson, and what the lesson itself raises.

    >>> from attnviz import self_attention
    >>> from attnviz.lessons.request import LessonRequest
    >>> trace = self_attention([[1.0]], [[2.0]], [[3.0]], [[4.0]])
    >>> told("self-attention", LessonRequest(trace)).step("scores").worked[0].total.text
    '6'
    """
    module = importlib.import_module(f"attnviz.lessons.{lesson_named(name).module}.lesson")
    board: Storyboard = module.storyboard(asked)
    return board

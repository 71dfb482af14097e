"""A step of a lesson as one object: its id, its narration parts, its builder, and settings for views."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from enum import StrEnum
from typing import Generic, TypeVar

from attnviz.records import record
from attnviz.story.storyboard import Step

Context = TypeVar("Context", contravariant=True)


@record
class Absence:
    """The reason that an input lacks a step, and how to get it, as the end of an error message."""

    why: str
    with_model: str | None = None
    """The reason where a trained model is shown; None is `why`."""
    with_qkv: str | None = None
    """The reason where queries, keys and values are given; None is `why`."""


@record
class StepDefinition(Generic[Context]):
    """One step of a lesson. The list of a lesson's steps, the rows of the score stack, the sidebar and the reason that
    an error gives for a missing step follow from it.
    """

    id: str
    parts: type[StrEnum]
    """Everything that it can say, in order. An input may lack some of it, never add to it."""
    build: Callable[[Context], Step | None]
    """Makes the step from the context of its lesson; None where this input has nothing to show."""
    absence: Absence | None = None
    """Why there may be nothing to show; None where there always is something, or no more to say."""
    on_one_head: bool = False
    """True if it is about one head of several, and every view names that head."""
    on_score_stack: bool = False
    """True if its result is a row of the stack from scores to weights."""
    on_sidebar: bool = False
    """True if its result stays in the sidebar of the film."""

    def build_step(self, context: Context, head: int | None) -> Step | None:
        """The step, with what the definition says of it; `head` is the number of the head that the lesson follows.

        Raises LookupError for a step under another name, and for a part that the definition does not have: a mistake
        in the program.
        """
        step = self.build(context)
        if step is None:
            return None
        self._check(step)
        return replace(
            step,
            head=head if self.on_one_head else step.head,
            on_score_stack=self.on_score_stack,
            on_sidebar=self.on_sidebar,
        )

    def _check(self, step: Step) -> None:
        if step.id != self.id:
            raise LookupError(f"the step {self.id} was built as {step.id}")
        known = [str(part) for part in self.parts]
        if [part for part in known if part in step.narration] != list(step.narration):
            raise LookupError(
                f"the step {self.id} says {list(step.narration)}, and its parts are {known}, in that order"
            )
        shown = {exhibit.part for exhibit in step.exhibits} | {each.part for each in step.worked}
        if unsaid := shown - set(step.narration):
            raise LookupError(
                f"the step {self.id} shows something with {unsaid}, and says no such part"
            )

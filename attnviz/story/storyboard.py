"""A storyboard: a lesson's steps with what they show, the worked row and the words. Knows no screen.

A view reads these and draws them; it computes nothing. Numbers stay exact here and become text through
`attnviz.story.numbers.Numbers`, so that every view rounds the same way.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from dataclasses import field

from attnviz.core.argument_kinds import checked_arguments
from attnviz.core.trace import Trace
from attnviz.errors import unknown_name
from attnviz.records import record
from attnviz.story.calculation import Calculation
from attnviz.story.exhibits import Exhibit, Product, in_matrices
from attnviz.story.formula import Formula
from attnviz.story.matrix import Label, Matrix
from attnviz.story.numbers import Numbers


@record(eq=False)
class Step:
    """One step of a lesson."""

    id: str
    title: str
    formula: Formula
    narration: Mapping[str, str]
    """The narration by part, in order. The same words are captions in a film."""
    worked: tuple[Calculation, ...] = ()
    """The row that is worked in full, one calculation an entry."""
    omitted: str | None = None
    """The entries that `worked` leaves out, in words; None if it leaves out none."""
    exhibits: tuple[Exhibit, ...] = ()
    """The exhibits, part by part."""
    head: int | None = None
    """The head that it is told on, as `Matrix.head`; None where there is only one, or it is told on all of them."""
    on_score_stack: bool = False
    """True if its result is a row of the stack from scores to weights."""
    on_sidebar: bool = False
    """True if its result stays in the sidebar of the film."""

    @property
    def product(self) -> Product | None:
        """The first product among its exhibits, which its calculations are about; None if it has none."""
        return next((each.item for each in self.exhibits if isinstance(each.item, Product)), None)

    @property
    def beside_product(self) -> tuple[Exhibit, ...]:
        """All other exhibits, matrix by matrix where one is a product too."""
        product = self.product
        return in_matrices(each for each in self.exhibits if each.item is not product)

    @property
    def operands(self) -> tuple[Matrix, ...]:
        """The matrices that its product starts from."""
        return () if self.product is None else self.product.operands

    @property
    def results(self) -> tuple[Matrix, ...]:
        """The matrices that its product makes."""
        return () if self.product is None else self.product.results


@record(eq=False)
class Storyboard:
    """A lesson in one language: on one trace, or on the lesson's own measurements."""

    lesson: str
    language: str
    title: str
    steps: tuple[Step, ...]
    numbers: Numbers
    """The number format of every view."""
    source_trace: Trace | None = None
    """The trace of a lesson on one; None for others."""
    query: int = 0
    """The row that a lesson on one trace follows, counted from 0."""
    in_full: bool = False
    """True if that row is worked in full, from the scores to the output."""
    untrained: str | None = None
    """The source of the numbers (seed 0), where nothing has learned them."""
    notes: tuple[str, ...] = field(default=())
    """The notes on what is untrained, rounded or left out: every view shows them."""
    brief_notes: tuple[str, ...] = ()
    """The same in a few words each, for a view with little room."""
    keys: tuple[int, ...] = ()
    """The keys on which that row is worked, counted from 0; none in a lesson that works on no single keys."""

    def __repr__(self) -> str:
        return f"Storyboard({self.lesson}, {self.language}, {len(self.steps)} steps)"

    def __rich_console__(self, console: object, options: object) -> Iterator[object]:
        """The lesson as a page, for rich."""
        # The front door alone knows the views, and this room may not import it.
        yield importlib.import_module("attnviz").explain(self)

    @property
    def trace(self) -> Trace:
        """The trace that the lesson shows. Raises LookupError in a lesson without one."""
        if self.source_trace is None:
            raise LookupError(f"the lesson {self.lesson} is not told on one trace")
        return self.source_trace

    @property
    def warning(self) -> str | None:
        """The note that says so where numbers are untrained: a reader must see it first."""
        if not self.untrained:
            return None
        return next((note for note in self.notes if self.untrained in note), self.notes[0])

    def is_followed(self, label: Label) -> bool:
        """Tests if a label names the row that the lesson follows: in self-attention its key and value too."""
        if self.source_trace is None or label.position != self.query:
            return False
        return not (label.names_key and self.source_trace.problem.is_cross_attention)

    @checked_arguments
    def step(self, name: str) -> Step:
        """The step with that id. Raises InputError with the nearest name if there is none."""
        for each in self.steps:
            if each.id == name:
                return each
        raise unknown_name("step", name, [each.id for each in self.steps])

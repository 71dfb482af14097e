"""What a lesson hands to every view: steps with matrices, worked arithmetic and words. Knows no screen.

A view reads these and draws them; it computes nothing. Numbers stay exact here and become text through
`attnviz.story.numbers.Numbers`, so that every view rounds the same way.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import TYPE_CHECKING, Literal, TypeAlias

from attnviz.core.arrays import FloatArray
from attnviz.core.trace import Trace
from attnviz.errors import unknown_name
from attnviz.story.numbers import Numbers
from attnviz.theme import Role

if TYPE_CHECKING:
    from attnviz.story.exhibits import Exhibit, Product


@dataclass(frozen=True)
class Label:
    """The name of a row or a column: its symbol, and its token where it has one."""

    symbol: str
    token: str | None = None
    role: Role | None = None
    position: int | None = None
    """The position in the sequence that it names, counted from 0; None where it names something else."""


class MatrixKind(Enum):
    """Relation of a matrix to the array that its role names."""

    WHOLE = auto()
    """That array itself: X, Q, K, V, S, A, O, Y."""
    OTHER = auto()
    """Another array with the role: q₁, Concat, a kernel, a channel."""
    MAKES = auto()
    """A weight matrix that makes the array: W_Q."""
    ADDED = auto()
    """A bias that is added to it: b_Q."""
    WEIGHTED = auto()
    """The array with its rows multiplied by weights: αV."""
    UNNAMED = auto()
    """None that words could name: sums, a positional encoding."""


@dataclass(frozen=True, eq=False)
class Matrix:
    """A matrix as it is shown: values with a symbol, a role and named axes."""

    symbol: str
    values: FloatArray
    """(rows, columns). −inf is a hidden score."""
    role: Role
    rows: tuple[Label, ...] = ()
    """One a row, or none where the rows have no names."""
    columns: tuple[Label, ...] = ()
    head: int | None = None
    """The head it belongs to, counted from 1; None if there is only one, or it belongs to all."""
    sums: Literal["rows", "columns"] | None = None
    """Along which axis its entries are parts of a sum that a reader may check; text is rounded to add up there."""
    totals: FloatArray | None = None
    """What the columns add up to, where `sums` is "columns": (columns,); or the rows, where it is "rows": (rows,)."""
    kind: MatrixKind = MatrixKind.WHOLE
    """How its role is to be read: W_Q has the role of the queries and is none."""

    @property
    def shape(self) -> tuple[int, int]:
        return int(self.values.shape[0]), int(self.values.shape[1])


@dataclass(frozen=True)
class Number:
    """A number of the trace, how it is written, and the role of the array that it is an entry of."""

    value: float
    text: str
    role: Role | None = None


@dataclass(frozen=True)
class Vector:
    """A vector of the trace."""

    values: tuple[float, ...]
    texts: tuple[str, ...]
    role: Role | None = None
    omitted: int = 0
    """How many further entries are left out."""


@dataclass(frozen=True)
class Symbol:
    """A letter with a role (q₁), or an operator or bracket, which has none."""

    text: str
    role: Role | None = None


Piece: TypeAlias = Number | Vector | Symbol


@dataclass(frozen=True)
class Term:
    """One summand: how it is written (1 · 4) and what it is worth (4)."""

    pieces: tuple[Piece, ...]
    value: float | None
    """None where the term is a vector."""
    text: str
    merged: int = 0
    """More than 0: this stands for that many smaller terms together, and has no pieces."""


@dataclass(frozen=True)
class Calculation:
    """One result written out: left = term + term + … = total. No terms: left = total.

    As shown, the texts of the terms add up to the text of the total; but for exponentials, where equal scores must give
    equal numbers, the "≈" is all that is claimed.
    """

    part: str
    """The narration part that it belongs to."""
    left: tuple[Piece, ...]
    terms: tuple[Term, ...]
    relation: Literal["=", "≈"]
    """ "≈" where one of its numbers is rounded; see `attnviz.story.exactness`."""
    total: Number | Vector
    position: int = 0
    """Which entry of the step's result this is, counted from 0: a key, or a component."""

    @property
    def shows_products(self) -> bool:
        """Whether a reader needs the worth of each term: the factors as shown do not give the total, or some terms
        are not shown.
        """
        rounded = self.relation == "≈" and any(len(term.pieces) > 1 for term in self.terms)
        return len(self.terms) > 1 and (rounded or any(term.merged for term in self.terms))


@dataclass(frozen=True)
class Formula:
    """One formula in three spellings; `attnviz.story.expressions` makes them of one tree."""

    plain: str
    typst: str
    latex: str
    marked: str = ""
    """The Typst with the parts that a film lights between {{ and }}; "" where there are none."""
    parts: tuple[str, ...] = ()
    """The names of these parts."""


@dataclass(frozen=True, eq=False)
class Step:
    """One step of a lesson."""

    id: str
    title: str
    formula: Formula
    narration: Mapping[str, str]
    """What is said, by part, in the order it is said. The same words are captions in a film."""
    worked: tuple[Calculation, ...] = ()
    """The row that is worked in full, one calculation an entry."""
    omitted: str | None = None
    """In words, which entries `worked` leaves out; None if it leaves out none."""
    exhibits: tuple[Exhibit, ...] = ()
    """What is shown, part by part."""
    head: int | None = None
    """The head that it is told on, as `Matrix.head`; None where there is only one, or it is told on all of them."""
    on_score_stack: bool = False
    """Whether its result is a row of the stack from scores to weights."""
    on_sidebar: bool = False
    """Whether its result stays in sight in the film."""

    @property
    def product(self) -> Product | None:
        """The product among its exhibits; None if it has none."""
        from attnviz.story.exhibits import Product

        return next((each.item for each in self.exhibits if isinstance(each.item, Product)), None)

    @property
    def operands(self) -> tuple[Matrix, ...]:
        """The matrices that its product starts from."""
        return () if self.product is None else self.product.operands

    @property
    def results(self) -> tuple[Matrix, ...]:
        """The matrices that its product makes."""
        return () if self.product is None else self.product.results


@dataclass(frozen=True, eq=False)
class Storyboard:
    """A lesson told in one language: on one trace, or on what the lesson measures itself."""

    lesson: str
    language: str
    title: str
    steps: tuple[Step, ...]
    numbers: Numbers
    """How numbers become text, in every view."""
    told_on: Trace | None = None
    """What a lesson on one trace is told on."""
    query: int = 0
    """The row that a lesson on one trace follows, counted from 0."""
    in_full: bool = False
    """Whether that row is worked in full, from the scores to the output."""
    untrained: str | None = None
    """How the numbers came about (seed 0), where nothing has learned them."""
    notes: tuple[str, ...] = field(default=())
    """What is untrained, rounded or left out, in words: every view shows them."""
    brief_notes: tuple[str, ...] = ()
    """The same in a few words each, for a view with little room."""
    keys: tuple[int, ...] = ()
    """The keys on which that row is worked, counted from 0; none in a lesson that works on no single keys."""

    def __repr__(self) -> str:
        return f"Storyboard({self.lesson}, {self.language}, {len(self.steps)} steps)"

    def __rich_console__(self, console: object, options: object) -> Iterator[object]:
        """The lesson as a page, for rich."""
        import attnviz  # which alone knows the views

        yield attnviz.explain(self)

    @property
    def trace(self) -> Trace:
        """The one that the lesson is told on. Raises LookupError in a lesson that is not told on one."""
        if self.told_on is None:
            raise LookupError(f"the lesson {self.lesson} is not told on one trace")
        return self.told_on

    @property
    def warning(self) -> str | None:
        """The note that says so where numbers are untrained: a reader must see it first."""
        if not self.untrained:
            return None
        return next((note for note in self.notes if self.untrained in note), self.notes[0])

    def step(self, name: str) -> Step:
        """The step with that id. Raises InputError with the nearest name if there is none."""
        for each in self.steps:
            if each.id == name:
                return each
        raise unknown_name("step", name, [each.id for each in self.steps])

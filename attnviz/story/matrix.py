"""Matrices as they are shown: values with a symbol, a role, and names of rows and columns."""

from __future__ import annotations

from enum import Enum, auto
from typing import Literal

from attnviz.core.arrays import FloatArray
from attnviz.records import record
from attnviz.theme import Role


@record
class Label:
    """The name of a row or a column: its symbol, and its token where it has one."""

    symbol: str
    token: str | None = None
    role: Role | None = None
    position: int | None = None
    """The position in the sequence that it names, counted from 0; None where it names something else. In
    cross-attention keys and values have positions of their own."""

    @property
    def names_key(self) -> bool:
        """True if it names a key or its value, False for a query and what is made of it."""
        return self.role in (Role.KEY, Role.VALUE)


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


@record(eq=False)
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
    """The sums of the columns, where `sums` is "columns": (columns,); or of the rows, where it is "rows": (rows,)."""
    kind: MatrixKind = MatrixKind.WHOLE
    """The relation to its role: W_Q has the role of the queries and is none."""
    decimals: int = 0
    """Decimals beyond those of other numbers, so that results follow from its entries as they are written."""

    @property
    def shape(self) -> tuple[int, int]:
        return int(self.values.shape[0]), int(self.values.shape[1])

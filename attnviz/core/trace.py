"""The record of one attention: the problem, every stage, the result. Frozen, validated, serialisable."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path

from attnviz.core import serialisation
from attnviz.core.argument_kinds import checked_arguments
from attnviz.core.arrays import FloatArray
from attnviz.core.head_trace import HeadTrace
from attnviz.core.problem import Problem, counted
from attnviz.core.serialisation import TraceFields
from attnviz.records import record


@record(eq=False)
class Trace:
    """Everything one attention computed, in order. No view computes: it reads this."""

    problem: Problem
    heads: tuple[HeadTrace, ...]
    concat: FloatArray
    """The heads' outputs side by side: (n_q, h·d_v)."""
    output: FloatArray
    """concat · w_o + b_o, or concat where there is no w_o: (n_q, d_out)."""
    rounded: str | None = None
    """`"article"` where the weights were rounded to one decimal and carried on so; None where nothing was rounded."""

    def to_json(self) -> str:
        """The whole trace as JSON text, schema `attnviz.trace/1`.

        Numbers keep every digit. −∞ (a hidden score) is written as null: JSON has no infinity.
        """
        return serialisation.to_json(self._fields)

    def json_pieces(self) -> Iterator[str]:
        """The text of `to_json` in pieces, to be written one after the other: whole, it would fill the memory."""
        return serialisation.json_pieces(self._fields)

    @classmethod
    @checked_arguments
    def from_json(cls, text: str) -> Trace:
        """The trace that `to_json` wrote. Raises InputError, naming the field, if it is not one."""
        return cls(*serialisation.from_json(text))

    @checked_arguments
    def to_npz(self, path: str | Path) -> None:
        """Writes the trace as NumPy arrays, without pickle. Raises OutputError where the file cannot be written."""
        serialisation.to_npz(self._fields, path)

    @classmethod
    @checked_arguments
    def from_npz(cls, path: str | Path) -> Trace:
        """The trace that `to_npz` wrote. Raises InputError if the file is not one."""
        return cls(*serialisation.from_npz(path))

    def __eq__(self, other: object) -> bool:
        """Equal in every array, bit for bit (a NaN equals a NaN), every name and every option."""
        return isinstance(other, Trace) and serialisation.traces_equal(self._fields, other._fields)

    __hash__ = None  # type: ignore[assignment]

    @property
    def _fields(self) -> TraceFields:
        return TraceFields(self.problem, self.heads, self.concat, self.output, self.rounded)

    def __repr__(self) -> str:
        problem, heads = self.problem, len(self.heads)
        counts = f"{counted(problem.n, 'token')}, {counted(heads, 'head')}"
        return f"Trace({counts}, d_k {problem.d_k})"

    def __rich_console__(self, console: object, options: object) -> Iterator[object]:
        """The lesson self-attention on this trace, for rich."""
        # The front door alone knows the views, and the core may not import it.
        yield importlib.import_module("attnviz").explain(self)

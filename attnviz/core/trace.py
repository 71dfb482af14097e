"""The record of one self-attention: what was asked, every stage, the result. Frozen, validated, serialisable."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from attnviz.core.arrays import FloatArray
from attnviz.core.attention import AttentionStages
from attnviz.core.problem import Problem, counted


@dataclass(frozen=True, eq=False)
class HeadTrace:
    """One head: its queries, keys and values, and what attention made of them."""

    q: FloatArray
    """As they are compared with the keys: (n, d_k)."""
    k: FloatArray
    """(n, d_k). Heads that share keys have the same."""
    v: FloatArray
    """(n, d_v)."""
    stages: AttentionStages
    """Each stage (n, n), the output (n, d_v)."""
    projected_q: FloatArray | None = None
    """The queries as they were projected, where they are normalised or turned before they are compared; else None."""
    projected_k: FloatArray | None = None


@dataclass(frozen=True, eq=False)
class Trace:
    """Everything one self-attention computed, in order. No view computes: it reads this."""

    problem: Problem
    heads: tuple[HeadTrace, ...]
    concat: FloatArray
    """The heads' outputs side by side: (n, h·d_v)."""
    output: FloatArray
    """concat · w_o + b_o, or concat where there is no w_o: (n, d_out)."""
    rounded: str | None = None
    """`"article"` where the weights were rounded to one decimal and carried on so; None where nothing was rounded."""

    def to_json(self) -> str:
        """The whole trace as JSON text, schema `attnviz.trace/1`.

        Numbers keep every digit. −∞ (a hidden score) is written as null: JSON has no infinity.
        """
        from attnviz.core import serialisation

        return serialisation.to_json(self)

    @classmethod
    def from_json(cls, text: str) -> Trace:
        """The trace that `to_json` wrote. Raises InputError, naming the field, if it is not one."""
        from attnviz.core import serialisation

        return serialisation.from_json(text)

    def to_npz(self, path: str | Path) -> None:
        """Writes the trace as NumPy arrays, without pickle."""
        from attnviz.core import serialisation

        serialisation.to_npz(self, path)

    @classmethod
    def from_npz(cls, path: str | Path) -> Trace:
        """The trace that `to_npz` wrote. Raises InputError if the file is not one."""
        from attnviz.core import serialisation

        return serialisation.from_npz(path)

    def __eq__(self, other: object) -> bool:
        """Equal in every array, bit for bit (a NaN equals a NaN), every name and every option."""
        from attnviz.core import serialisation

        return isinstance(other, Trace) and serialisation.same(self, other)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        problem, heads = self.problem, len(self.heads)
        counts = f"{counted(problem.n, 'token')}, {counted(heads, 'head')}"
        return f"Trace({counts}, d_k {problem.d_k})"

    def __rich_console__(self, console: object, options: object) -> Iterator[object]:
        """The lesson self-attention on this trace, for rich."""
        import attnviz  # which alone knows the views

        yield attnviz.explain(self)

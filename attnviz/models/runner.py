"""The interface of whatever runs a model: this program in NumPy, or another program that is watched."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

import numpy.typing as npt

from attnviz.core.arrays import FloatArray
from attnviz.core.problem import Problem
from attnviz.core.provenance import Provenance


class LayerAttention(Protocol):
    """The attention of one layer, with all its heads."""

    def problem(
        self,
        heads: Sequence[int],
        tokens: Sequence[str] | None = None,
        provenance: Provenance | None = None,
    ) -> Problem:
        """The attention of these heads, counted from 0."""

    def weights(self, head: int) -> FloatArray:
        """The weights (n, n) of a head, computed by the core."""


class Runner(Protocol):
    """Runs a model over token ids. Layers and heads are counted from 0."""

    @property
    def kind(self) -> str:
        """The kind of model, as config.json calls it."""

    @property
    def program(self) -> str | None:
        """The program that is watched, with its version; None where this program runs the model."""

    @property
    def layers(self) -> int:
        """The number of layers."""

    @property
    def heads(self) -> int:
        """The number of heads of each layer."""

    @property
    def context_length(self) -> int:
        """The number of tokens that the model takes."""

    @property
    def files(self) -> Sequence[Path]:
        """The files of its weights."""

    def run(
        self, ids: Sequence[int], dtype: npt.DTypeLike, segments: Sequence[int] = ()
    ) -> Iterator[LayerAttention]:
        """The layers one after the other, computed in that type; () is the first segment for all tokens."""

    def layer_at(
        self, ids: Sequence[int], layer: int, dtype: npt.DTypeLike, segments: Sequence[int] = ()
    ) -> LayerAttention:
        """That layer; nothing beyond it is computed."""

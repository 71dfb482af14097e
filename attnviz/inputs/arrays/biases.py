"""Reads from a file what is added to the scores: a bias of pairs, of keys, or one for each head."""

from __future__ import annotations

from attnviz.core.arrays import FloatArray
from attnviz.core.provenance import Reading
from attnviz.errors import InputError
from attnviz.inputs.arrays.score_files import (
    TRUTHS,
    ScoreNumbers,
    chosen_heads,
    fitted,
    read_scores,
    score,
)
from attnviz.inputs.arrays.scores_shape import ScoresShape
from attnviz.inputs.files.tables import readings_of


def bias_numbers(path: str, shape: ScoresShape) -> ScoreNumbers:
    """The numbers of a file for --bias. Raises InputError for what are none, and for true and false: a mask."""
    read = read_scores(path, "bias", score, shape)
    if read.kind == TRUTHS:
        raise InputError(
            f"{path} holds true and false, which say who sees whom: give it with --mask, and where true is hidden add "
            "--mask-true hidden"
        )
    return read


def bias_of(
    read: ScoreNumbers, path: str, shape: ScoresShape
) -> tuple[FloatArray, tuple[Reading, ...]]:
    """The bias that `bias_numbers` read from that file, and how it was read: (n_q, n_k), or (heads, n_q, n_k) where the
    chosen heads differ.

    The file has one of the shapes of `fitted`. Raises InputError for another.
    """
    ways: list[tuple[str, str]] = []
    added = fitted(read.values, shape, path, ways)
    if added.shape[-2] == 1 < shape.n_q:
        ways.append(("key_bias", ""))
    return chosen_heads(added, shape), (*read.readings, *readings_of(path, ways))

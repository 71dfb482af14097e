"""Reads from a file what is added to the scores: a bias of pairs, of keys, or one for each head."""

from __future__ import annotations

from attnviz.core.arrays import FloatArray
from attnviz.core.provenance import Reading
from attnviz.inputs.arrays.score_files import chosen_heads, fitted, read_scores, score
from attnviz.inputs.arrays.scores_shape import ScoresShape
from attnviz.inputs.files.tables import readings_of


def read_bias(path: str, shape: ScoresShape) -> tuple[FloatArray, tuple[Reading, ...]]:
    """The bias of a file and how it was read: (n_q, n_k), or (heads, n_q, n_k) where the chosen heads differ.

    The file has one of the shapes of `fitted`. Raises InputError for another, and for a number that is neither finite
    nor −∞.
    """
    values, readings = read_scores(path, "bias", score, shape)
    ways: list[tuple[str, str]] = []
    added = fitted(values, shape, path, ways)
    if added.shape[-2] == 1 < shape.n_q:
        ways.append(("key_bias", ""))
    return chosen_heads(added, shape), (*readings, *readings_of(path, ways))

"""Reads a mask from a file: 0 and 1, or what is added to scores, of pairs or of keys."""

from __future__ import annotations

from typing import Any

import numpy as np

from attnviz.core.arrays import BoolArray, FloatArray
from attnviz.core.provenance import Reading
from attnviz.errors import InputError
from attnviz.inputs.arrays.score_files import chosen_heads, fitted, read_scores, score, unfit
from attnviz.inputs.arrays.scores_shape import ScoresShape
from attnviz.inputs.files.grids import first_place
from attnviz.inputs.files.tables import readings_of
from attnviz.records import record

SEEN, HIDDEN = "seen", "hidden"
_WORDS = {"0": 0.0, "1": 1.0, "false": 0.0, "true": 1.0, "0.0": 0.0, "1.0": 1.0}
_NEGLIGIBLE = -1e4
"""What is added to a score that counts for nothing is this or less: BERT's first masks held −10000."""
_NEITHER = "is neither 0 nor 1: write 1 where a query may attend, 0 where not"
_ADDED = "; what is added to scores is for --bias"
_LISTED = 4


@record(eq=False)
class Mask:
    """The mask of a file, and how it was read."""

    seen: BoolArray
    """(n_q, n_k), or (heads, n_q, n_k) where heads differ: True where the query of the row may attend to the key of
    the column."""
    readings: tuple[Reading, ...] = ()


def read_mask(
    path: str,
    shape: ScoresShape,
    *,
    true: str | None = None,
) -> Mask:
    """The mask of a file for scores of that shape.

    The file has a row a query and a column a key, (n_q, n_k), or another of the shapes of `fitted`. It holds 0 and 1,
    of which 1 (true) may attend, or is hidden where `true` is "hidden"; or what is added to scores: 0, and −10000 or
    less where a key is hidden.

    Raises InputError: not a mask, or not one for so many heads, queries and keys.
    """
    values, readings = read_scores(path, "mask", _cell, shape)
    ways: list[tuple[str, str]] = []
    added = fitted(values, shape, path, ways)
    is_additive = _is_additive(added, path)
    if is_additive and true is not None:
        raise InputError(
            f"{path} is added to scores, where 0 is seen and {added.min():g} hidden: leave --mask-true out"
        )
    seen: BoolArray = added == (0 if is_additive or true == HIDDEN else 1)
    if is_additive:
        ways.append(("additive", _short(float(added[~seen].max()))))
    elif true == HIDDEN:
        ways.append(("true_hidden", ""))
    if added.shape[-2] == 1 < shape.n_q:
        ways.append(("key_mask", ""))
    seen = chosen_heads(seen, shape)
    ways += _doubts(seen, true, is_finite=is_additive and bool(np.isfinite(added).all()))
    return Mask(seen, (*readings, *readings_of(path, ways)))


def as_mask(values: FloatArray, n: int, where: str) -> BoolArray:
    """Numbers as a mask for n tokens. Raises InputError: another shape, or a number (with its place) but 0 and 1.

    >>> as_mask(np.array([[1.0, 0.0], [1.0, 1.0]]), 2, "mask.csv")
    array([[ True, False],
           [ True,  True]])
    """
    if values.shape != (n, n):
        raise unfit(values, (n, n), where)
    wrong = first_place((values != 0) & (values != 1))
    if wrong is not None:
        raise _neither(values, wrong, where)
    mask: BoolArray = values == 1
    return mask


def _is_additive(values: FloatArray, where: str) -> bool:
    """Tells whether the numbers are added to scores. Raises InputError, with its place, for one that is no mask's."""
    if ((values == 0) | (values == 1)).all():
        return False
    if ((values == 0) | (values <= _NEGLIGIBLE)).all():
        return True
    # a mask of 0 and 1 is wrong in what is neither; one that is added, in what is between
    allowed = (values == 0) | ((values == 1) if (values == 1).any() else (values <= _NEGLIGIBLE))
    raise _neither(values, first_place(~allowed), where, _ADDED)


def _neither(values: FloatArray, place: Any, where: str, hint: str = "") -> InputError:
    *head, row, column = place
    of_head = f"head {head[0]}, counted from 0, " if head else ""
    return InputError(
        f"{where}, {of_head}row {row + 1}, column {column + 1}: {values[tuple(place)]:g} {_NEITHER}{hint}"
    )


def _doubts(seen: BoolArray, true: str | None, *, is_finite: bool) -> list[tuple[str, str]]:
    """The warnings about a mask: `is_finite` says that large numbers are added, and not −∞."""
    n_q, n_k = seen.shape[-2:]
    of_itself = seen.diagonal(axis1=-2, axis2=-1)
    if true is None and n_q == n_k > 1 and not of_itself.any(axis=-1).all():
        return [("hides_itself", "")]
    unseeing = ~seen.any(axis=-1)
    blind = (np.flatnonzero(unseeing.reshape(-1, n_q).any(axis=0)) + 1).tolist()
    if not (is_finite and blind):
        return []
    shown = ", ".join(f"q{each}" for each in blind[:_LISTED])
    return [("unseeing_rows", shown + (", …" if len(blind) > _LISTED else ""))]


def _short(value: float) -> str:
    return "−∞" if value == -np.inf else f"{value:.3g}".replace("-", "−", 1)


def _cell(text: str) -> float:
    known = _WORDS.get(text.lower())
    if known is None:
        try:
            known = score(text)
        except ValueError:
            raise ValueError(_NEITHER) from None
        if not (known in (0, 1) or known <= _NEGLIGIBLE):
            raise ValueError(_NEITHER + _ADDED)
    return known

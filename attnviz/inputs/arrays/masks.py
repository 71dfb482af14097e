"""Reads a mask from a file: 0 and 1, or what is added to scores, of pairs or of keys."""

from __future__ import annotations

from typing import Any

import numpy as np

from attnviz.core.arrays import BoolArray, FloatArray
from attnviz.core.provenance import Reading
from attnviz.errors import InputError
from attnviz.inputs.arrays.score_files import (
    REAL,
    ScoreNumbers,
    chosen_heads,
    fitted,
    read_scores,
    score,
    unfit,
)
from attnviz.inputs.arrays.scores_shape import ScoresShape
from attnviz.inputs.files.grids import first_place
from attnviz.inputs.files.tables import readings_of
from attnviz.records import record

SEEN, HIDDEN = "seen", "hidden"
_TRUE_FALSE = {
    "true": "false",
    "wahr": "falsch",
    "vrai": "faux",
    "verdadero": "falso",
    "verdadeiro": "falso",
    "vero": "falso",
    "waar": "onwaar",
    "sant": "falskt",
    "sand": "falsk",
    "sann": "usann",
    "tosi": "epätosi",
    "prawda": "fałsz",
    "pravda": "nepravda",
    "истина": "ложь",
    "doğru": "yanliş",
    "igaz": "hamis",
}
"""True and false as spreadsheets write them into .csv, in the language that they are set to, in small letters."""
_NUMBERS = {"0": 0.0, "1": 1.0, "0.0": 0.0, "1.0": 1.0}
_WORDS = _NUMBERS | dict.fromkeys(_TRUE_FALSE, 1.0) | dict.fromkeys(_TRUE_FALSE.values(), 0.0)
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
    less where a key is hidden. Zeros alone, written as numbers that are not whole, hide nothing.

    Raises InputError: not a mask, or not one for so many heads, queries and keys.
    """
    return mask_of(mask_numbers(path, shape), path, shape, true=true)


def mask_numbers(path: str, shape: ScoresShape) -> ScoreNumbers:
    """The numbers of a file for --mask. Raises InputError for what are none."""
    return read_scores(path, "mask", _cell, shape)


def mask_of(read: ScoreNumbers, path: str, shape: ScoresShape, *, true: str | None = None) -> Mask:
    """The mask that `mask_numbers` read from that file. Raises InputError as `read_mask` does."""
    ways: list[tuple[str, str]] = []
    added = fitted(read.values, shape, path, ways)
    # (1 - mask) * finfo.min of a text without padding: nobody hides everything by writing 0.0
    is_nothing_added = read.kind == REAL and true is None and not added.any()
    is_additive = is_nothing_added or _is_additive(added, path)
    if is_additive and true is not None:
        raise InputError(
            f"{path} is added to scores, where 0 is seen and {added.min():g} hidden: leave --mask-true out"
        )
    seen: BoolArray = added == (0 if is_additive or true == HIDDEN else 1)
    if is_additive:
        ways.append(("additive", _hidden_by(added[~seen])))
    elif true == HIDDEN:
        ways.append(("true_hidden", ""))
    if added.shape[-2] == 1 < shape.n_q:
        # of torch's key_padding_mask 1 is hidden
        ways.append(("key_mask" if is_additive or true == HIDDEN else "keys_seen", ""))
    if _may_be_texts(seen, shape):
        last = len(seen) - 1
        cure = "(batch, 1, 1, n)" if shape.is_batch_chosen else f"--batch 0 … --batch {last}"
        ways.append(("row_a_query", cure))
    seen = chosen_heads(seen, shape)
    ways += _doubts(seen, true)
    return Mask(seen, (*read.readings, *readings_of(path, ways)))


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


def _may_be_texts(seen: BoolArray, shape: ScoresShape) -> bool:
    """True for (n_q, n_k) that looks like the padding of as many texts: each row sees keys from the first on, or up to
    the last, and a query does not see all that those before it do, as in a causal mask, or not itself.
    """
    if seen.ndim != 2 or len(seen) == 1 or (seen == seen[:1]).all():
        return False
    seen_first, seen_last = seen, seen[::-1, ::-1]
    return any(_are_runs(each) and not _is_causal(each, shape) for each in (seen_first, seen_last))


def _are_runs(seen: BoolArray) -> bool:
    """True where each row sees a key or more, from the first on and without a gap."""
    return bool(seen[:, 0].all() and (seen[:, 1:] <= seen[:, :-1]).all())


def _is_causal(seen: BoolArray, shape: ScoresShape) -> bool:
    grows = bool((seen[1:] >= seen[:-1]).all())
    return grows and (shape.n_q != shape.n_k or bool(seen.diagonal().all()))


def _doubts(seen: BoolArray, true: str | None) -> list[tuple[str, str]]:
    """The warnings about a mask."""
    n_q, n_k = seen.shape[-2:]
    of_itself = seen.diagonal(axis1=-2, axis2=-1)
    if true is None and n_q == n_k > 1 and not of_itself.any(axis=-1).all():
        return [("hides_itself", "")]
    if true is None and not seen.any():
        return [("hides_all", "")]
    unseeing = ~seen.any(axis=-1)
    blind = (np.flatnonzero(unseeing.reshape(-1, n_q).any(axis=0)) + 1).tolist()
    if not blind:
        return []
    shown = ", ".join(f"q{each}" for each in blind[:_LISTED])
    return [("unseeing_rows", shown + (", …" if len(blind) > _LISTED else ""))]


def _hidden_by(added: FloatArray) -> str:
    """The number that hides a key, that which is nearest to 0; "−∞" where all are seen."""
    value = float(added.max(initial=-np.inf))
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

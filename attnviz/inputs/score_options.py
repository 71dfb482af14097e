"""The input options about the scores: a field each, with its help, and what it makes of the options of attention.

The command line, lecture files and the check for contradictions are made from these fields. A further option is a field
of `ScoreRequest` and its lines in `score_options`.
"""

from __future__ import annotations

from dataclasses import field, fields, replace
from typing import TYPE_CHECKING, Any, Literal

from attnviz.records import record

if TYPE_CHECKING:
    from attnviz.core.options import AttentionOptions


@record
class ScoreOption:
    """The description of an option. Its flag is the name of its field: --scale."""

    kind: Literal["switch", "file", "number"]
    """"switch" is on or off, "file" a path, "number" a number or a word in place of one."""
    help: str
    metavar: str = "FILE"
    """The placeholder after the flag; a switch has none."""
    expected: str = ""
    """The end of an error message about a value of the wrong kind; for a "number" alone."""


def _option(kind: Literal["switch", "file", "number"], help: str, **texts: str) -> Any:
    return field(default=None, metadata={"option": ScoreOption(kind, help, **texts)})


@record(kw_only=True)
class ScoreRequest:
    """The options about the scores, as given; None is "not said"."""

    scale: str | None = _option(
        "number",
        "What the scores are multiplied by: sqrt is 1/√d_k, none is 1. Default sqrt, or the example's own.",
        metavar="sqrt|none|NUMBER",
        expected="sqrt, none or a number",
    )
    causal: bool | None = _option("switch", "Whether a token sees only itself and those before it.")
    mask: str | None = _option(
        "file",
        "Who sees whom, a row a query: 1 or true may attend, 0 or false may not. "
        ".csv .tsv .json .npy .npz.",
    )


SCORE_OPTIONS: dict[str, ScoreOption] = {
    each.name: each.metadata["option"] for each in fields(ScoreRequest)
}
"""The descriptions of the options by name, in the order in which help lists them."""


@record
class ScoresShape:
    """The scores that options are for: n queries and keys in each of the chosen heads."""

    n: int
    heads: tuple[int, ...]
    """The chosen heads, counted from 0."""
    of: int
    """The number of heads that there are to choose from."""


def score_options(
    request: ScoreRequest, options: AttentionOptions, shape: ScoresShape
) -> AttentionOptions:
    """The `options`, but for those that were asked for. Raises InputError for a value or a file that is wrong.

    >>> from attnviz.core.options import AttentionOptions
    >>> shape = ScoresShape(2, heads=(0,), of=1)
    >>> score_options(ScoreRequest(scale="none"), AttentionOptions(causal=True), shape).scale
    1.0
    """
    # Imports stand where they are needed: the command line takes the fields above, and starts without NumPy.
    if request.scale is not None:
        from attnviz.inputs.scale import scale_from

        options = replace(options, scale=scale_from(request.scale))
    if request.causal is not None:
        options = replace(options, causal=request.causal)
    if request.mask is not None:
        from attnviz.inputs.masks import read_mask

        options = replace(options, mask=read_mask(request.mask, shape.n))
    return options

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
    from attnviz.core.provenance import Reading
    from attnviz.inputs.arrays.scores_shape import ScoresShape


@record
class ScoreOption:
    """The description of an option. Its flag is the name of its field: --scale."""

    kind: Literal["switch", "file", "number", "choice"]
    """"switch" is on or off, "file" a path, "number" a number or a word in place of one, "choice" one of `choices`."""
    help: str
    metavar: str = "FILE"
    """The placeholder after the flag; a switch has none."""
    expected: str = ""
    """The end of an error message about a value of the wrong kind; for a "number" alone."""
    choices: tuple[str, ...] = ()
    """The words of a "choice"."""


def _option(kind: Literal["switch", "file", "number", "choice"], help: str, **texts: Any) -> Any:
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
        "Who sees whom, a row a query: 1 or true may attend, 0 or false may not; or what is added to scores, 0 and "
        "-inf. One row is for all queries; (heads, n, n) is one for each head. .csv .tsv .xlsx .json .npy .npz.",
    )
    bias: str | None = _option(
        "file",
        "What is added to the scaled scores: a row a query, or one row for all queries, or (heads, n, n). "
        ".csv .tsv .xlsx .json .npy .npz.",
    )
    mask_true: str | None = _option(
        "choice",
        "What 1 or true is in --mask: seen, or hidden as in torch.nn.MultiheadAttention. Default seen.",
        choices=("seen", "hidden"),
    )


SCORE_OPTIONS: dict[str, ScoreOption] = {
    each.name: each.metadata["option"] for each in fields(ScoreRequest)
}
"""The descriptions of the options by name, in the order in which help lists them."""


def flag_of(name: str) -> str:
    """The flag of that field.

    >>> flag_of("mask_true")
    '--mask-true'
    """
    return f"--{name.replace('_', '-')}"


def score_options(
    request: ScoreRequest, options: AttentionOptions, shape: ScoresShape
) -> tuple[AttentionOptions, tuple[Reading, ...]]:
    """The `options`, but for those that were asked for, and how their files were read.

    A causal mask counts queries and keys from the first, which is said where they are not as many. Raises InputError
    for a value or a file that is wrong.

    >>> from attnviz.core.options import AttentionOptions
    >>> from attnviz.inputs.arrays.scores_shape import ScoresShape
    >>> shape = ScoresShape(2, 2, heads=(0,), of=1)
    >>> made, readings = score_options(ScoreRequest(scale="none"), AttentionOptions(causal=True), shape)
    >>> made.scale, made.causal, readings
    (1.0, True, ())
    """
    readings: tuple[Reading, ...] = ()
    # Imports stand where they are needed: the command line takes the fields above, and starts without NumPy.
    if request.scale is not None:
        from attnviz.inputs.arrays.scale import scale_from

        options = replace(options, scale=scale_from(request.scale))
    if request.causal is not None:
        options = replace(options, causal=request.causal)
    if options.causal and shape.n_q != shape.n_k:
        from attnviz.core.provenance import Reading

        # programs differ in which keys come later
        readings = (Reading("--causal", "upper_left", f"{shape.n_q} × {shape.n_k}"),)
    if request.mask is None and request.bias is None:
        return options, readings
    from attnviz.inputs.arrays.biases import bias_numbers, bias_of
    from attnviz.inputs.arrays.masks import mask_numbers, mask_of
    from attnviz.inputs.arrays.score_files import has_batch

    of_mask = None if request.mask is None else mask_numbers(request.mask, shape)
    of_bias = None if request.bias is None else bias_numbers(request.bias, shape)
    # (3, 3) is a batch of masks of keys only where --batch can mean no other file
    read_files = [each.values for each in (of_mask, of_bias) if each is not None]
    if any(len(each) > 1 and has_batch(each, shape) for each in read_files):
        shape = replace(shape, is_batch_chosen=True)
    if request.mask is not None and of_mask is not None:
        read = mask_of(of_mask, request.mask, shape, true=request.mask_true)
        options, readings = replace(options, mask=read.seen), (*readings, *read.readings)
    if request.bias is not None and of_bias is not None:
        bias, read_as = bias_of(of_bias, request.bias, shape)
        options, readings = replace(options, bias=bias), (*readings, *read_as)
    return options, readings

"""Options that several commands share."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import fields
from typing import Any, TypeVar

import click

from attnviz.cli.shared.help_sections import Decorator, option
from attnviz.cli.shared.whole_numbers import WholeNumber
from attnviz.errors import InputError
from attnviz.inputs.files.reading import STDIN
from attnviz.inputs.request import InputRequest
from attnviz.inputs.score_options import SCORE_OPTIONS, ScoreOption, flag_of
from attnviz.lecture.naming import is_lecture
from attnviz.lessons.registry import DEFAULT, lesson_named
from attnviz.story.languages import LANGUAGES, language_codes
from attnviz.story.roundings import DEFAULT_ROUNDING, MOST_DECIMALS, ROUNDINGS

COLOURS = ("auto", "always", "never")

BY_LESSON = "\0lesson"
"""The value of --split where none is given."""

READ_OUTSIDE = (
    "Lets a lecture file name files outside its own folder: for one whose author you trust."
)
"""The help of --read-outside."""

_Function = TypeVar("_Function", bound=Callable[..., Any])


_SEQUENCE, _MODEL, _NUMBERS = "Input", "Trained model", "Vectors and weights"
_ATTENTION, _VIEW = "Attention", "View"
_POSITIVE = WholeNumber(min=1)
_FILE = {"metavar": "FILE"}

BACKEND: dict[str, Any] = {
    "type": click.Choice(["numpy", "transformers"]),
    "help": "Who runs the model: this program, which knows some kinds, or transformers, which is watched: attention "
    "is computed again here, and shown if it is the model's own. Default numpy.",
}


def _score_option(name: str, described: ScoreOption) -> Decorator:
    flag = flag_of(name)
    if described.kind == "switch":
        return option(_ATTENTION, f"{flag}/--no-{flag[2:]}", default=None, help=described.help)
    if described.kind == "choice":
        return option(_ATTENTION, flag, type=click.Choice(described.choices), help=described.help)
    return option(_ATTENTION, flag, metavar=described.metavar, help=described.help)


_INPUT_OPTIONS: tuple[Decorator, ...] = (
    click.argument("text", required=False, metavar="[TEXT]"),
    option(
        _SEQUENCE,
        "--example",
        metavar="NAME",
        help="A built-in example (attnviz examples lists them) or a .toml file of the same form.",
    ),
    option(
        _SEQUENCE,
        "--split",
        is_flag=False,
        flag_value=BY_LESSON,
        metavar="words|chars|SEP",
        help="How TEXT is taken apart: words and punctuation (a Chinese character is a word), characters, or at SEP. "
        "Alone, in render with a lecture file: a film a lesson, not one of all.",
    ),
    option(
        _SEQUENCE,
        "--tokens",
        metavar="NAMES",
        help="The tokens, already taken apart: 'a b c' or '[\"a\", \"b\"]'.",
    ),
    option(
        _SEQUENCE,
        "--vectors",
        **_FILE,
        help="The input vectors, one row a token: .csv .tsv .xlsx .json .npy .npz, or - for stdin. "
        "TEXT or --tokens names the rows.",
    ),
    option(
        _MODEL,
        "--model",
        metavar="NAME|PATH|HUB_ID",
        help="A trained model reads TEXT: one that attnviz models lists, a folder with config.json, safetensors and "
        "tokenizer.json, a .gguf file, or the id of one in the hub's cache.",
    ),
    option(_MODEL, "--backend", **BACKEND),
    option(
        _MODEL,
        "--layer",
        type=WholeNumber(min=0),
        metavar="N",
        help="Which of its layers, counted from 0. Default 0.",
    ),
    option(
        _MODEL,
        "--head",
        metavar="N|N,N|all",
        help="Which of the layer's heads, counted from 0. Default 0. Of --qkv, which of its heads; default all.",
    ),
    option(
        _NUMBERS,
        "--qkv",
        **_FILE,
        help="Queries, keys and values of your own, as they are compared, in place of vectors and weights: q, k and v, "
        "each (n, d), (heads, n, d) or (n, heads, d): .npz .npy .json .safetensors. TEXT or --tokens names "
        "the queries.",
    ),
    option(
        _NUMBERS,
        "--key-tokens",
        metavar="TOKENS",
        help="Of --qkv, the names of keys that are other positions than the queries: 'a b c' or '[\"a\", \"b\"]'.",
    ),
    option(
        _NUMBERS,
        "--layout",
        type=click.Choice(["hnd", "nhd"]),
        help="The axes of --qkv: (heads, n, d) or (n, heads, d). Default what fits, or hnd "
        "where both do, which is said.",
    ),
    option(
        _NUMBERS,
        "--batch",
        type=WholeNumber(min=0),
        metavar="N",
        help="Which of a batch in --qkv or --mask, counted from 0, where it has several.",
    ),
    option(
        _NUMBERS,
        "--weights",
        **_FILE,
        help="w_q, w_k, w_v and optionally w_o and biases, by these names or those of torch and transformers: "
        ".npz .json .safetensors.",
    ),
    option(
        _NUMBERS,
        "--prefix",
        metavar="NAME",
        help="Which layer of --weights, where it holds several: what its names begin with, as model.layers.0.",
    ),
    option(
        _NUMBERS,
        "--fused",
        type=click.Choice(["stacked", "by-head"]),
        help="How one array in --weights holds queries, keys and values: stacked, all queries first, or by-head. "
        "Default as its name has it: query_key_value is by-head, others are stacked.",
    ),
    option(
        _NUMBERS,
        "--transpose-weights/--no-transpose-weights",
        default=None,
        help="Whether the matrices of --weights are (out, in), as torch.nn.Linear keeps them.",
    ),
    option(
        _NUMBERS,
        "--seed",
        type=WholeNumber(min=0),
        metavar="N",
        help="Draws the vectors and weights that are not given: untrained, and a word has the same "
        "vector wherever it stands. Default 0.",
    ),
    option(
        _NUMBERS,
        "--d-model",
        type=_POSITIVE,
        metavar="N",
        help="Length of an input vector. Default 4.",
    ),
    option(
        _NUMBERS,
        "--d-k",
        type=_POSITIVE,
        metavar="N",
        help="Length of a query and a key. Default 3.",
    ),
    option(_NUMBERS, "--d-v", type=_POSITIVE, metavar="N", help="Length of a value. Default 3."),
    option(_ATTENTION, "--heads", type=_POSITIVE, metavar="N", help="Number of heads. Default 1."),
    *(_score_option(name, each) for name, each in SCORE_OPTIONS.items()),
)


_LESSON = "Lesson"
_LESSON_OPTIONS: tuple[Decorator, ...] = (
    option(
        _LESSON,
        "--lesson",
        metavar="NAME",
        default=DEFAULT,
        show_default=True,
        help="What is taught: attnviz lessons lists them.",
    ),
    option(
        _LESSON,
        "--distance",
        type=_POSITIVE,
        metavar="N",
        help="How far apart the lesson context plants a match.",
    ),
)

_VIEW_OPTIONS: tuple[Decorator, ...] = (
    option(
        _VIEW,
        "--query",
        metavar="TOKEN|N",
        help="The row that is worked in full. Default 1, with --causal the middle one, which sees more "
        "than itself, with --model the one with the strongest link.",
    ),
    option(
        _VIEW,
        "--key",
        metavar="TOKEN|N",
        help="Whose product with that row is followed entry by entry, where vectors are long. Default the strongest.",
    ),
    option(
        _VIEW,
        "--precision",
        type=WholeNumber(0, MOST_DECIMALS),
        metavar="N",
        help="Decimals shown. Default 2, or more where the numbers are small.",
    ),
    option(
        _VIEW,
        "--rounding",
        type=click.Choice(ROUNDINGS),
        default=DEFAULT_ROUNDING,
        show_default=True,
        help="How shown weights are rounded: each by itself, so that a row sums to 1, or "
        "to one decimal and carried on, as the article does.",
    ),
    option(
        _VIEW,
        "--lang",
        type=click.Choice(language_codes()),
        default=LANGUAGES[0],
        show_default=True,
        help="Language of the words.",
    ),
)


def input_options(command: _Function) -> Callable[..., Any]:
    """Adds TEXT and every option that says what is attended over; the command gets them as `request`."""

    @functools.wraps(command)
    def with_request(**parameters: Any) -> Any:
        given = {each.name: parameters.pop(each.name) for each in fields(InputRequest)}
        if given["text"] is None and is_lecture(given["split"]):
            raise InputError(
                f"--split takes what comes after it: write {given['split']} before --split"
            )
        if given["split"] == BY_LESSON and not is_lecture(given["text"]):
            raise InputError(
                "--split alone is for a lecture file: say how TEXT is taken apart, "
                "--split words, --split chars or a separator"
            )
        if given["text"] == STDIN:
            from attnviz.cli.shared.piped import piped_input

            given |= piped_input(given)
        return command(request=InputRequest(**given), **parameters)

    return _with_options(with_request, _INPUT_OPTIONS)


def view_options(command: _Function) -> Callable[..., Any]:
    """Adds the options about the presentation: `query`, `precision`, `rounding` and `lang`."""
    return _with_options(command, _VIEW_OPTIONS)


def lesson_options(command: _Function) -> Callable[..., Any]:
    """Adds the options that choose a lesson: `lesson`, a Lesson, and `distance`."""

    @functools.wraps(command)
    def with_lesson(*, lesson: str, **parameters: Any) -> Any:
        return command(lesson=lesson_named(lesson), **parameters)

    return _with_options(with_lesson, _LESSON_OPTIONS)


def numbers_options(command: _Function) -> Callable[..., Any]:
    """Adds the options about the presentation but for the language: `query`, `precision` and `rounding`."""
    return _with_options(command, _VIEW_OPTIONS[:-1])


def given_options(context: click.Context) -> dict[str, str]:
    """The parameters that the user gave, by name, each as it is written: TEXT, --heads."""
    command = context.command.params
    source = click.core.ParameterSource.COMMANDLINE
    return {
        str(each.name): each.opts[0] if isinstance(each, click.Option) else str(each.name).upper()
        for each in command
        if each.name and each.expose_value and context.get_parameter_source(each.name) is source
    }


def language_option(command: _Function) -> Callable[..., Any]:
    """Adds `lang` alone, for a command that shows words but no numbers."""
    return _with_options(command, _VIEW_OPTIONS[-1:])


def add_debug_option(command: click.Command) -> None:
    """Adds --debug, once. It sets `debug` in the state that `attnviz.cli.failures.run` made."""
    if not any(parameter.name == "debug" for parameter in command.params):
        command.params.append(
            click.Option(
                ["--debug"],
                is_flag=True,
                is_eager=True,
                expose_value=False,
                callback=_remember_debug,
                help="Show the traceback of an error.",
            )
        )


def _remember_debug(ctx: click.Context, parameter: click.Parameter, value: bool) -> None:
    if value and isinstance(ctx.obj, dict):
        ctx.obj["debug"] = True


def _with_options(
    command: Callable[..., Any], options: tuple[Decorator, ...]
) -> Callable[..., Any]:
    for decorate in reversed(options):
        command = decorate(command)
    return command

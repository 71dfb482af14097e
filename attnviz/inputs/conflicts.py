"""Checks for options that contradict each other: none is ignored in silence."""

from __future__ import annotations

from attnviz.errors import InputError
from attnviz.inputs.request import InputRequest
from attnviz.inputs.score_options import SCORE_OPTIONS, flag_of

_FLAGS = {
    "text": "TEXT",
    "tokens": "--tokens",
    "vectors": "--vectors",
    "weights": "--weights",
    "split": "--split",
    "transpose_weights": "--transpose-weights",
    "prefix": "--prefix",
    "fused": "--fused",
    "seed": "--seed",
    "d_model": "--d-model",
    "d_k": "--d-k",
    "d_v": "--d-v",
    "heads": "--heads",
}


_NOT_WITH_GIVEN = {
    name: flag for name, flag in _FLAGS.items() if name not in ("text", "tokens", "split")
} | {"example": "--example"}
_ABOUT_FILES = (
    ("transpose_weights", "--transpose-weights", ("weights",), "--weights"),
    ("prefix", "--prefix", ("weights",), "--weights"),
    ("fused", "--fused", ("weights",), "--weights"),
    ("layout", "--layout", ("qkv",), "--qkv"),
    ("key_tokens", "--key-tokens", ("qkv",), "--qkv"),
    ("batch", "--batch", ("qkv", "mask", "bias"), "--qkv, --mask or --bias"),
    ("mask_true", "--mask-true", ("mask",), "--mask"),
)
"""Options that say how a file is read, and the options that name such a file."""
_OF_MODEL = {"backend": "--backend", "layer": "--layer", "head": "--head"}
_NOT_WITH_MODEL = {name: flag for name, flag in _FLAGS.items() if name not in ("text", "heads")} | {
    "example": "--example",
    "qkv": "--qkv",
    "layout": "--layout",
    "key_tokens": "--key-tokens",
    "batch": "--batch",
}
_NOT_WITH_MODEL |= {name: flag_of(name) for name in SCORE_OPTIONS}


_WORDS = {
    "fused": ("stacked", "by-head"),
    "layout": ("hnd", "nhd"),
    "mask_true": ("seen", "hidden"),
}
"""The words that an option takes; the command line knows them too, a lecture and a program do not."""


def check_request(request: InputRequest) -> None:
    """Raises InputError, naming the two options and the cure, if some cannot be obeyed together.

    >>> check_request(InputRequest(text="a b", heads=2))
    """
    for name, words in _WORDS.items():
        if getattr(request, name) not in (None, *words):
            raise InputError(
                f"{flag_of(name)} is {getattr(request, name)!r}: say {' or '.join(words)}"
            )
    if request.batch is not None and request.batch < 0:
        raise InputError(f"--batch is {request.batch}: say which, counted from 0")
    if request.model is not None:
        _check_model(request)
        return
    if request.qkv is not None:
        _check_given(request)
    for name, flag in _OF_MODEL.items():
        if getattr(request, name) is not None and (request.qkv is None or name != "head"):
            other = ", or give --qkv" if name == "head" else ""
            raise InputError(
                f"{flag} is for a trained model: say which with --model{other}, or leave {flag} out"
            )
    given = {name: flag for name, flag in _FLAGS.items() if getattr(request, name) is not None}
    if request.qkv is None and (
        not given.keys() & {"text", "tokens", "vectors"} or request.example is not None
    ):
        _check_example(request, given)
    clashes = (
        (
            {"text", "tokens"},
            "TEXT and --tokens both name the positions: give one of them",
        ),
        (
            {"vectors", "d_model"},
            "--vectors brings d_model with it: leave --d-model out",
        ),
        ({"weights", "d_k"}, "--weights brings d_k with it: leave --d-k out"),
        ({"weights", "d_v"}, "--weights brings d_v with it: leave --d-v out"),
        (
            {"vectors", "weights", "seed"},
            "with --vectors and --weights nothing is drawn from a seed: leave --seed out",
        ),
    )
    for names, message in clashes:
        if names <= given.keys():
            raise InputError(message)
    if "split" in given and "text" not in given:
        raise InputError("--split says how TEXT is taken apart: give TEXT, or leave --split out")
    for name, flag, needed, file in _ABOUT_FILES:
        if getattr(request, name) is not None and all(
            getattr(request, each) is None for each in needed
        ):
            raise InputError(f"{flag} is about the file of {file}: give one, or leave it out")


def _check_given(request: InputRequest) -> None:
    for name, flag in _NOT_WITH_GIVEN.items():
        if getattr(request, name) is not None:
            raise InputError(
                f"--qkv brings queries, keys and values, heads and their lengths: leave {flag} out"
            )


def _check_model(request: InputRequest) -> None:
    if request.heads is not None:
        raise InputError("--model brings its heads: choose with --head, and leave --heads out")
    for name, flag in _NOT_WITH_MODEL.items():
        if getattr(request, name) is not None:
            raise InputError(
                f"--model takes the text apart and brings vectors, weights and mask: leave {flag} out"
            )
    if request.text is None:
        raise InputError("--model needs a text to read: write it in quotation marks")


def _check_example(request: InputRequest, given: dict[str, str]) -> None:
    if not given:
        return
    flag = next(iter(given.values()))
    if request.example is not None:
        raise InputError(f"--example brings its own vectors and weights: leave {flag} out")
    raise InputError(
        f"{flag} needs vectors to work on: give TEXT or --vectors "
        "(without them the built-in example is shown, which brings its own)"
    )

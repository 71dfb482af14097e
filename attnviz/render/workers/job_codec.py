"""A job on its way to another process and back: packed here, run there, its outcome opened here.

A worker runs what is sent to it: the order is a pickle, as it may name any scene with any exhibits, and who may send
one may have any code run there anyway. What a worker sends back is not believed as much: JSON and bytes, of which
nothing but plain values and exceptions of known kinds are made.

Nothing is imported that takes long: a dask scheduler, which only hands jobs on, has to import this.
"""

from __future__ import annotations

import builtins
import json
import pickle
import threading
import traceback
from collections.abc import Callable
from typing import Any, TypeAlias, TypeVar

from attnviz import errors
from attnviz.errors import EnvironmentFault
from attnviz.safe_text import safe_text

Plain: TypeAlias = "bool | int | float | str | bytes | tuple[Plain, ...] | None"
"""What a worker can send."""
_Result = TypeVar("_Result")
_Job = TypeVar("_Job", bound=Callable[..., Any])

_ALONE = threading.Lock()
"""Held by the job that a process runs: manim's configuration is global, and a dask worker may have several threads."""
_TO_PLAIN, _FROM_PLAIN = "_to_plain", "_from_plain"
"""Attributes of a job whose result is no plain value."""
_OURS = ("InputError", "ShapeError", "OutputError", "EnvironmentFault", "UnknownExhibitError")
_PYTHONS = (
    *("ArithmeticError", "AssertionError", "AttributeError", "EOFError", "FloatingPointError"),
    *("ImportError", "IndexError", "KeyError", "LookupError", "MemoryError"),
    *("ModuleNotFoundError", "NameError", "NotImplementedError", "OSError", "OverflowError"),
    *("RecursionError", "RuntimeError", "SyntaxError", "TypeError", "UnboundLocalError"),
    *("ValueError", "ZeroDivisionError"),
)
_KINDS: dict[str, type[Exception]] = {
    **{name: getattr(builtins, name) for name in _PYTHONS},
    **{name: getattr(errors, name) for name in _OURS},
}
"""The exceptions that are raised here as what they were; any other is a RuntimeError."""
_ANOTHER_SCENE = "NonDeterministicSceneError"


def sent_as(
    to_plain: Callable[[_Result], Plain], from_plain: Callable[[Plain], _Result]
) -> Callable[[_Job], _Job]:
    """Decorates a job whose result is no plain value: how it becomes one, and is made of one again.

    `from_plain` may raise anything where the value is not as `to_plain` makes it.
    """

    def mark(job: _Job) -> _Job:
        setattr(job, _TO_PLAIN, to_plain)
        setattr(job, _FROM_PLAIN, from_plain)
        return job

    return mark


def packed(job: Callable[[Any], Any], argument: object) -> bytes:
    """The job and its argument as bytes, for `run_packed`.

    Raises TypeError if they cannot be sent to another process.

    >>> len(packed(len, "four")) < 100
    True
    """
    try:
        return pickle.dumps((job, argument), pickle.HIGHEST_PROTOCOL)
    except Exception as error:  # pickle lets through whatever the objects raise
        name = getattr(job, "__qualname__", repr(job))
        raise TypeError(
            f"{name} and its argument cannot be sent to another process: {error}"
        ) from error


def run_packed(packed_job: bytes) -> bytes:
    """Runs a packed job, one at a time in a process; returns what it gave or raised, for `unpacked`. Raises nothing."""
    with _ALONE:
        try:
            job, argument = pickle.loads(packed_job)
            result = job(argument)
            return returned(getattr(job, _TO_PLAIN, _as_it_is)(result))
        except BaseException as error:
            return failed(error)


def returned(value: Plain) -> bytes:
    """The outcome of a job that returned a plain value, for `unpacked`. Raises TypeError for any other value.

    >>> returned((1, b"film"))
    b'{"returned": [1, {"bytes": 4}]}\\nfilm'
    """
    parts: list[bytes] = []
    head = json.dumps({"returned": _written(value, parts)})
    return b"".join((head.encode(), b"\n", *parts))


def failed(error: BaseException) -> bytes:
    """The outcome of a job that ended with `error`, for `unpacked`: its kind, what it says, and where it happened."""
    try:
        raised: dict[str, str | int | None] = {
            "kind": type(error).__name__,
            "text": _text_of(error),
            "where": "".join(traceback.format_exception(error)),
        }
        if isinstance(error, OSError) and isinstance(error.errno, int):
            name = error.filename if isinstance(error.filename, str) else None
            raised |= {"errno": error.errno, "reason": str(error.strerror), "name": name}
    except Exception:  # what it says is up to the class, which may be anybody's
        raised = {"kind": type(error).__name__, "text": "", "where": ""}
    return json.dumps({"raised": raised}).encode() + b"\n"


def unpacked(outcome: object, job: Callable[..., Any] | None = None) -> Any:
    """Returns what the job returned, sequences in it as tuples. Raises what it raised.

    Raises EnvironmentFault if it is no outcome, and RuntimeError for an exception of a kind that is not known here.

    >>> unpacked(run_packed(packed(len, "four")))
    4
    >>> unpacked(pickle.dumps(4))
    Traceback (most recent call last):
        ...
    attnviz.errors.EnvironmentFault: a worker sent back what is no result: install the same attnviz there, as it is here
    """
    try:
        error, value = _read(outcome)
        if error is None:
            return getattr(job, _FROM_PLAIN, _as_it_is)(value)
    except Exception as mistake:
        raise EnvironmentFault(
            "a worker sent back what is no result: install the same attnviz there, as it is here"
        ) from mistake
    raise error


def _as_it_is(value: Any) -> Any:
    return value


def _written(value: object, parts: list[bytes]) -> object:
    """The value as JSON, whose bytes are added to `parts`."""
    if value is None or type(value) in (bool, int, float, str):
        return value
    if isinstance(value, bytes):
        parts.append(value)
        return {"bytes": len(value)}
    if isinstance(value, tuple | list):
        return [_written(each, parts) for each in value]
    raise TypeError(f"{value!r} cannot be sent to another process: it is no plain value")


def _read(outcome: object) -> tuple[Exception | None, Plain]:
    """What was raised, or else what was returned. Raises anything where it is not as `returned` and `failed` write."""
    if not isinstance(outcome, bytes):
        raise TypeError("it is not bytes")
    end = outcome.index(b"\n")
    ((which, said),) = json.loads(outcome[:end]).items()
    begin = end + 1

    def plain(value: object) -> Plain:
        nonlocal begin
        if isinstance(value, dict):
            size = value["bytes"]
            if type(size) is not int or not 0 <= size <= len(outcome) - begin:
                raise ValueError("there are fewer bytes")
            begin += size
            return outcome[begin - size : begin]
        if isinstance(value, list):
            return tuple(plain(each) for each in value)
        if value is None or isinstance(value, bool | int | float | str):
            return value
        raise TypeError("JSON has no other values")

    if which == "raised":
        return _exception(**said), None
    if which != "returned":
        raise ValueError("it is neither a result nor an error")
    result = plain(said)
    if begin != len(outcome):
        raise ValueError("there are more bytes")
    return None, result


def _text_of(error: BaseException) -> str:
    """What was given to the exception, if that is a text; else what it makes of it."""
    match error.args:
        case (str() as text,):
            return text
    return str(error)


def _exception(
    kind: str,
    text: str,
    where: str,
    errno: int | None = None,
    reason: str = "",
    name: str | None = None,
) -> Exception:
    """An exception of that kind. Where it happened is added as a note."""
    for each in (kind, text, where, reason, name or ""):
        if not isinstance(each, str):
            raise TypeError("an exception is described by texts")
    text = safe_text(text, lines=True, named=True)
    error: Exception
    if kind == _ANOTHER_SCENE:
        # it loads manim, which a scheduler need not have
        from attnviz.render.drawing.scene_replay import NonDeterministicSceneError

        error = NonDeterministicSceneError(text)
    elif errno is not None:
        error = OSError(int(errno), safe_text(reason, named=True), name)
    elif kind in _KINDS:
        error = _KINDS[kind](text)
    else:
        error = RuntimeError(safe_text(f"{kind}: {text}", lines=True, named=True))
    error.add_note(safe_text(f"In a worker process:\n{where}", lines=True, named=True))
    return error

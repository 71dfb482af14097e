"""Exceptions for everything that cannot be done.

Every message is one line: what is wrong, where, and what to do about it. The command line prints the
message and leaves with `exit_code`; a library user catches the class.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from attnviz.safe_text import safe_text

_LONGEST, _END = 900, 250
"""Characters of a message, and of its end where its middle is left out."""


class AttnvizError(Exception):
    """Something attnviz was asked to do cannot be done.

    `exit_code` is 2 where the input or the usage is at fault, 1 for anything else.
    """

    exit_code = 2

    def __str__(self) -> str:
        """The message, harmless wherever it is printed: it may quote a file's name or a cell."""
        return safe_text(in_short(super().__str__()), named=True)


def in_short(message: str) -> str:
    """A message that quotes something long, without its middle: the start names the fault, the end the cure.

    >>> len(in_short("a" * 5000)), in_short("a fault: the cure")
    (900, 'a fault: the cure')
    """
    if len(message) <= _LONGEST:
        return message
    return f"{message[: _LONGEST - _END - 3]} … {message[-_END:]}"


class InputError(AttnvizError, ValueError):
    """A file, a text or an option that does not hold what it should."""


class ShapeError(AttnvizError, ValueError):
    """An array whose shape does not fit the others."""


class OutputError(AttnvizError, OSError):
    """A result that cannot be written where it was asked for."""


class EnvironmentFault(AttnvizError, RuntimeError):  # noqa: N818  "EnvironmentError" is Python's own
    """Something outside the input is missing or broken: an optional package, a font, the disk."""

    exit_code = 1


class UnknownExhibitError(AttnvizError, TypeError):
    """A type of exhibit for which a view has no handler."""

    exit_code = 1


@contextmanager
def parsing(
    what: str, cure: str, failure: str = "cannot be read", mark: str = ":"
) -> Iterator[None]:
    """Makes of any failure of a parser an InputError: `what`, `failure`, the reason, and the `cure` after a `mark`.

    It stands around code that reads what others wrote, and around nothing else: a mistake of our own must not look like
    one of the user's. Errors of this package pass as they are.

    >>> with parsing("talk.json", "write it anew"):
    ...     {}["a"]
    Traceback (most recent call last):
        ...
    attnviz.errors.InputError: talk.json cannot be read (KeyError: 'a'): write it anew
    """
    try:
        yield
    except AttnvizError:
        raise
    except Exception as error:
        raise InputError(f"{what} {failure} ({reason_of(error)}){mark} {cure}") from error
    except BaseException as error:
        # Libraries written in Rust raise this one, which is no Exception, where they fail in earnest.
        if type(error).__name__ != "PanicException":
            raise
        raise InputError(f"{what} {failure} ({reason_of(error)}){mark} {cure}") from error


def reason_of(error: BaseException) -> str:
    """The first line of an exception's message, of at most 100 characters.

    >>> reason_of(RecursionError("maximum recursion depth exceeded")), reason_of(MemoryError())
    ('it is nested too deeply', 'it takes more memory than there is')
    """
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    if isinstance(error, MemoryError):
        return "it takes more memory than there is"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    lines = str(error).splitlines()
    said = lines[0][:100] if lines else type(error).__name__
    # The message of a KeyError is no more than the key.
    return f"{type(error).__name__}: {said}" if isinstance(error, LookupError) and lines else said


def closest(name: str, known: Iterable[str], likeness: float = 0.6) -> str | None:
    """The known name that is most like `name`, capitals aside; None if none is as like as `likeness`, from 0 to 1.

    >>> closest("scors", ["scores", "softmax"])
    'scores'
    """
    import difflib  # only errors need it

    names = {each.lower(): each for each in reversed(list(known))}
    near = difflib.get_close_matches(name.lower(), names, n=1, cutoff=likeness)
    return names[near[0]] if near else None


def unknown_name(kind: str, name: str, known: Iterable[str]) -> InputError:
    """An error for a name that is not one of `known`, with the nearest that is.

    >>> print(unknown_name("step", "scors", ["scores", "softmax"]))
    unknown step 'scors': did you mean 'scores'? Known: scores, softmax
    """
    names = list(known)
    match = closest(name, names, likeness=0.5)
    hint = f"did you mean {match!r}? Known: " if match else "use one of "
    return InputError(f"unknown {kind} {name!r}: {hint}{', '.join(names)}")

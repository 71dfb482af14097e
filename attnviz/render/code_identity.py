"""Identity of code: that of libraries by their versions, any other by its file."""

from __future__ import annotations

import hashlib
import sys
from functools import cache
from pathlib import Path

SIZE = 20
"""Bytes of a digest: two different pictures will not have the same."""
OWN = __name__.partition(".")[0] + "."
"""Begins the names of the modules that are known here: those of the package that this room is in."""
_LIBRARIES = {"manim", "numpy", *sys.stdlib_module_names}
_SEEN = {"generate_points", "init_points", "init_colors", "animation_overrides"}
"""Methods whose effect is seen before an animation begins: in how a mobject looks, or in which animation it is."""


class NotFingerprintableError(TypeError):
    """Something cannot be hashed, so a change in it could not be noticed."""


def is_library(module: str) -> bool:
    """True if the module is identified by the version of a library.

    >>> is_library("manim.mobject.geometry.arc"), is_library("my_scene")
    (True, False)
    """
    return module.split(".")[0] in _LIBRARIES


def digest_of_source(module: str) -> bytes:
    """The digest of a module's file, which decides what its classes and functions do.

    Raises NotFingerprintableError if it has none.
    """
    path = getattr(sys.modules.get(module), "__file__", None)
    if path is None or not Path(path).is_file():
        raise NotFingerprintableError(f"the module {module}, which has no file")
    state = Path(path).stat()
    return _digest_of_state(path, state.st_size, state.st_mtime_ns)


def digest_of_file(path: Path) -> bytes:
    """Digest of the contents of a file."""
    return hashlib.blake2b(path.read_bytes(), digest_size=SIZE).digest()


@cache
def from_library(kind: type) -> type:
    """The nearest class of a library that it is, or extends.

    >>> from fractions import Fraction
    >>> class Share(Fraction): ...
    >>> from_library(Share)
    <class 'fractions.Fraction'>
    """
    return next(each for each in kind.__mro__ if is_library(each.__module__))


@cache
def behaves_as_manims(kind: type) -> bool:
    """True if animations change a mobject of that class as they do manim's own: other classes may add to
    what manim has, but not do it in their own way.
    """
    base = from_library(kind)
    return not any(
        hasattr(base, name) and not name.startswith("_") and name not in _SEEN
        for each in kind.__mro__[: kind.__mro__.index(base)]
        for name in vars(each)
        if not each.__module__.startswith(OWN)
    )


@cache
def _digest_of_state(path: str, size: int, changed: int) -> bytes:
    """Digest of a file of that size and time of change, so that a changed file is read again."""
    return digest_of_file(Path(path))

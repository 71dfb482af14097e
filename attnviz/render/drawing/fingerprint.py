"""Digests of what decides a picture: of mobjects, of animations, of a whole film, of the program that draws them.

Equal digests mean equal pictures. What cannot be hashed gets no digest and is always redrawn.
"""

from __future__ import annotations

import enum
import functools
import hashlib
import importlib.metadata
import sys
import types
from collections.abc import Iterable, Mapping, Sequence, Set
from contextlib import suppress
from dataclasses import fields, is_dataclass
from functools import cache
from pathlib import Path
from typing import Any

import av
import cairo
import numpy as np
from manim import Animation, Camera, ManimColor, Mobject, PMobject, VMobject
from manim.mobject.types.image_mobject import AbstractImageMobject

from attnviz.render.code_identity import (
    SIZE,
    NotFingerprintableError,
    digest_of_file,
    digest_of_source,
    from_library,
    is_library,
)
from attnviz.render.drawing.camera import FastCamera, look_of
from attnviz.render.video import codec

_PLAIN = (type(None), bool, int, float, complex, str, bytes, np.number, np.bool_, Path)
_DRAWN_BY = (
    *("drawing/camera", "drawing/canvas", "drawing/plays", "drawing/renderer"),
    *("video/codec", "video/encoder", "video/picture", "video/skip_frames"),
)
"""The modules of the renderer that decide what a picture is like."""
_NEVER_READ = {"starting_mobject", "time_progression"}
"""Attributes that an animation sets itself when it begins."""


class Digest:
    """Hashes one thing after another; the result depends on all of them and on their order."""

    def __init__(self) -> None:
        self._hash = hashlib.blake2b(digest_size=SIZE)
        self._seen: dict[int, int] = {}
        self._kept: list[object] = []

    def add(self, thing: object) -> Digest:
        """Raises NotFingerprintableError where what it is made of cannot be told."""
        self._add(thing)
        return self

    def add_looks(self, mobjects: Iterable[Mobject]) -> None:
        """Adds how they look, without their submobjects; what names one of them later is told by its place among them.

        Raises NotFingerprintableError if one is drawn in a way that is not known here.
        """
        for each in mobjects:
            self._is_repeated(each)
            self._hash.update(look_bytes(each))

    @property
    def text(self) -> str:
        """Hexadecimal."""
        return self._hash.hexdigest()

    def _add(self, thing: Any) -> None:
        update = self._hash.update
        if isinstance(thing, _PLAIN):
            update(f"{type(thing).__name__}:{thing!r};".encode())
        elif isinstance(thing, np.ndarray) and thing.dtype.hasobject:
            self._add(thing.tolist())
        elif isinstance(thing, np.ndarray):
            update(f"array:{thing.dtype.str}{thing.shape};".encode())
            update(np.ascontiguousarray(thing).tobytes())
        elif isinstance(thing, (types.CodeType, types.BuiltinFunctionType, np.ufunc)):
            self._add_code(thing)
        elif isinstance(thing, types.ModuleType):
            self._add_module(thing.__name__)
        elif isinstance(thing, ManimColor):
            update(repr(tuple(thing.to_rgba())).encode())
        elif isinstance(thing, type):
            self._add_type(thing)
        elif isinstance(thing, enum.Enum):
            update(f"enum:{type(thing).__qualname__}.{thing.name};".encode())
        elif not self._is_repeated(thing):
            self._add_parts(thing)

    def _is_repeated(self, thing: object) -> bool:
        """Adds the number of a thing that was added before, instead of its contents: references may form cycles."""
        known = self._seen.get(id(thing))
        if known is not None:
            self._hash.update(f"again:{known};".encode())
            return True
        self._seen[id(thing)] = len(self._seen)
        self._kept.append(thing)  # so that its id is not given to another
        return False

    def _add_parts(self, thing: Any) -> None:
        self._hash.update(f"{type(thing).__qualname__}(".encode())
        if isinstance(thing, Mobject):
            self._add_mobject(thing)
        elif isinstance(thing, Animation):
            self._add_animation(thing)
        elif isinstance(thing, Mapping):
            for key, value in thing.items():
                self._add(key)
                self._add(value)
        elif isinstance(thing, Set):
            for each in sorted(thing, key=repr):
                self._add(each)
        elif isinstance(thing, Sequence):
            for each in thing:
                self._add(each)
        elif is_dataclass(thing):
            self._add_type(type(thing))
            for field in fields(thing):
                self._add(getattr(thing, field.name))
        elif isinstance(thing, (types.FunctionType, types.MethodType, functools.partial)):
            self._add_function(thing)
        else:
            raise NotFingerprintableError(f"{type(thing).__module__}.{type(thing).__qualname__}")
        self._hash.update(b")")

    def _add_mobject(self, mobject: Mobject) -> None:
        for member in mobject.get_family():
            # what an animation makes of it depends on how it is put together, and on what manim takes it for
            kind: type = type(member)
            put = f"{from_library(kind).__qualname__},{len(member.submobjects)};"
            self._hash.update(put.encode())
            if member is mobject or not self._is_repeated(member):
                self._hash.update(look_bytes(member))

    def _add_animation(self, animation: Animation) -> None:
        self._add_type(type(animation))
        for name, value in sorted(vars(animation).items()):
            if name not in _NEVER_READ:
                self._hash.update(name.encode())
                self._add(value)

    def _add_function(self, function: Any) -> None:
        if isinstance(function, types.MethodType):
            self._add(function.__self__)
            self._add(function.__func__)
        elif isinstance(function, functools.partial):
            self._add(function.func)
            self._add(function.args)
            self._add(function.keywords)
        else:
            self._hash.update(f"{function.__qualname__};".encode())
            self._add_module(function.__module__)
            self._add(function.__code__)
            self._add(function.__defaults__)
            for cell in function.__closure__ or ():
                with suppress(ValueError):  # nothing is in it yet
                    self._add(cell.cell_contents)
            if not is_library(function.__module__):
                self._add_globals(function)

    def _add_globals(self, function: types.FunctionType) -> None:
        """Adds the globals that a function may call or read, which may be of another file."""
        for name in sorted(_names(function.__code__)):
            if name in function.__globals__:
                self._hash.update(f"{name}=".encode())
                self._add(function.__globals__[name])

    def _add_code(self, code: Any) -> None:
        if not isinstance(code, types.CodeType):
            self._hash.update(f"{code.__name__};".encode())
            if isinstance(code, types.BuiltinFunctionType):
                self._add(code.__self__)
            return
        self._hash.update(code.co_code)
        self._hash.update(repr(code.co_names).encode())
        for constant in code.co_consts:
            if isinstance(constant, frozenset):
                self._hash.update(repr(sorted(constant, key=repr)).encode())
            else:
                self._add(constant)

    def _add_type(self, kind: type) -> None:
        self._hash.update(f"{kind.__qualname__};".encode())
        self._add_module(kind.__module__)

    def _add_module(self, name: str) -> None:
        """Adds the version of a library, or the file of any other module."""
        self._hash.update(f"{name};".encode())
        if not is_library(name):
            self._hash.update(digest_of_source(name))


def digest(*things: object) -> str:
    """One digest of several things.

    Raises NotFingerprintableError where what they are made of cannot be told.

    >>> digest("a", 1.5) == digest("a", 1.5), digest("a", 1.5) == digest("a", 1)
    (True, False)
    """
    summed = Digest()
    for each in things:
        summed.add(each)
    return summed.text


def look_bytes(mobject: Mobject) -> bytes:
    """Returns what decides how a mobject looks, without its submobjects.

    Raises NotFingerprintableError if it is drawn in a way that is not known here.
    """
    if isinstance(mobject, VMobject):
        if mobject.background_image is not None:
            raise NotFingerprintableError("a background image")
        return _outline_bytes(mobject)
    if isinstance(mobject, AbstractImageMobject):
        pixels = mobject.get_pixel_array()
        how = repr((pixels.shape, mobject.resampling_algorithm)).encode()
        return mobject.points.tobytes() + how + np.ascontiguousarray(pixels).tobytes()
    if isinstance(mobject, PMobject):
        how = repr(mobject.stroke_width).encode()
        return mobject.points.tobytes() + mobject.rgbas.tobytes() + how
    if mobject.has_points():
        raise NotFingerprintableError(f"{type(mobject).__qualname__}")
    return b""


def _outline_bytes(mobject: VMobject) -> bytes:
    """With the lengths of what is joined: the colours of a fill are not to be taken for those of the stroke."""
    points, fill, stroke, stroke_width, behind, behind_width, joint, cap, gradient = look_of(
        mobject
    )
    lengths = (len(points), len(fill), len(stroke), len(behind))
    rest = (stroke_width, behind_width, joint.value, cap.value, gradient)
    return b"".join((repr((lengths, rest)).encode(), points, fill, stroke, behind))


def looks_digest(mobjects: Iterable[Mobject]) -> bytes:
    """Digest of how all of them look, drawn in this order."""
    summed = hashlib.blake2b(digest_size=SIZE)
    for each in mobjects:
        summed.update(look_bytes(each))
    return summed.digest()


def camera_digest(camera: Camera) -> str:
    """Digest of what else a picture depends on: its size, what it shows of the plane, the background."""
    flat = isinstance(camera, FastCamera) and camera.is_flat
    background = camera.background[0, 0] if flat else camera.background
    size = (camera.pixel_width, camera.pixel_height, float(camera.frame_rate))
    plane = (camera.frame_width, camera.frame_height, [float(each) for each in camera.frame_center])
    return digest(size, plane, background, camera.cairo_line_width_multiple, camera.use_z_index)


@cache
def program_digest() -> str:
    """The libraries that draw and encode, and this renderer: what another one draws may look otherwise."""
    versions = [importlib.metadata.version(each) for each in ("manim", "numpy", "pycairo", "av")]
    renderer = Path(__file__).parents[1]
    here = [renderer / f"{each}.py" for each in _DRAWN_BY]
    libraries = (cairo.cairo_version_string(), sorted(av.library_versions.items()))
    encoder = codec.fingerprint()
    return digest(sys.version_info[:3], versions, libraries, encoder, *map(digest_of_file, here))


def _names(code: types.CodeType) -> set[str]:
    """The global names that the code, and code nested in it, uses."""
    inside = (each for each in code.co_consts if isinstance(each, types.CodeType))
    return set(code.co_names).union(*map(_names, inside))

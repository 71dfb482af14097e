"""Versions that decide a picture: two machines that agree on these draw the same frames."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from functools import cache
from importlib import metadata

from attnviz.render.program import Program

_PACKAGES = ("manim", "numpy", "av", "pycairo", "uharfbuzz", "fontpkg-inter", "distributed")

Versions = Mapping[str, str]


@cache
def versions(program: Program) -> Versions:
    """The versions here of the program and of what it draws with, by name; "none" for what is not installed.

    The program's is followed by a digest of its files: two clones may call themselves the same.

    >>> sorted(versions(Program("attnviz", ("attnviz.render",))))[:3]
    ['Python', 'attnviz', 'av']
    """
    major, minor, _ = platform.python_version_tuple()
    return {
        "Python": f"{major}.{minor}",
        program.package: f"{program.version} (sources {program.digest()[:8]})",
        **{name: _installed(name) for name in _PACKAGES},
        "cairo": _cairo(),
    }


def differences(here: Versions, there: Versions) -> list[str]:
    """Lists what another machine has otherwise, in words.

    >>> differences({"numpy": "2.2", "av": "17"}, {"numpy": "2.1", "av": "17"})
    ['numpy 2.1, here 2.2']
    """
    return [
        f"{name} {there.get(name, 'none')}, here {version}"
        for name, version in here.items()
        if there.get(name, "none") != version
    ]


def _installed(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "none"


def _cairo() -> str:
    """The library that draws, which is not the package that calls it."""
    try:
        import cairo
    except ImportError:
        return "none"
    return cairo.cairo_version_string()

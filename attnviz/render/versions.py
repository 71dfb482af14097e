"""What makes a picture what it is, in versions: two machines that agree on these draw the same frames."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Mapping
from functools import cache
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

_PACKAGES = ("manim", "numpy", "av", "pycairo", "uharfbuzz", "fontpkg-inter", "distributed")
_SOURCES = ("*.py", "*.toml", "*.json")

Versions = Mapping[str, str]


@cache
def versions() -> Versions:
    """The versions here, by name; "none" for what is not installed.

    >>> sorted(versions())[:3]
    ['Python', 'attnviz', 'av']
    """
    major, minor, _ = platform.python_version_tuple()
    return {
        "Python": f"{major}.{minor}",
        "attnviz": _own(),
        **{name: _installed(name) for name in _PACKAGES},
        "cairo": _cairo(),
    }


def differences(here: Versions, there: Versions) -> list[str]:
    """What another machine has otherwise, in words.

    >>> differences({"numpy": "2.2", "av": "17"}, {"numpy": "2.1", "av": "17"})
    ['numpy 2.1, here 2.2']
    """
    return [
        f"{name} {there.get(name, 'none')}, here {version}"
        for name, version in here.items()
        if there.get(name, "none") != version
    ]


def _own() -> str:
    """The version of attnviz and a digest of its sources: two clones may call themselves the same."""
    import attnviz

    digest = hashlib.sha256()
    for package in ("attnviz", "attnviz.scenes"):
        for root in _folders(package):
            for path in sorted(each for pattern in _SOURCES for each in root.rglob(pattern)):
                digest.update(path.relative_to(root).as_posix().encode())
                digest.update(path.read_bytes().replace(b"\r\n", b"\n"))
    return f"{attnviz.__version__} (sources {digest.hexdigest()[:8]})"


def _folders(package: str) -> list[Path]:
    spec = find_spec(package)
    return [] if spec is None else [Path(each) for each in spec.submodule_search_locations or ()]


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

"""Keeps the working directory out of Python: no module and no manim.cfg that lies there is read.

A process that is started as `python -c` looks for modules in the working directory first, where a `random.py` of the
user's would be run in place of the one of the standard library.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType
from typing import Any

SAFE_PATH = "PYTHONSAFEPATH"
"""The environment variable by which Python leaves the working directory out; the flag -P does the same."""
_MANIM_SETTINGS = "manim._config.utils"
_changing = threading.Lock()
"""Held while the environment of this process differs: several threads may start processes."""


@contextmanager
def safe_path_for_helpers() -> Iterator[None]:
    """Inside, a Python process that is started does not import from the working directory."""
    with _changing:
        before = os.environ.get(SAFE_PATH)
        os.environ[SAFE_PATH] = "1"
        try:
            yield
        finally:
            restore_safe_path(before)


def restore_safe_path(before: str | None) -> None:
    """Sets the environment variable to what it was before, or removes it where that is None.

    A program that a user's scene starts is not ours, and finds its modules as it always does.
    """
    if before is None:
        os.environ.pop(SAFE_PATH, None)
    else:
        os.environ[SAFE_PATH] = before


def ignore_manim_cfg() -> None:
    """Keeps manim from reading the manim.cfg of the working directory when it is imported.

    Changes nothing if manim has been imported before.
    """
    if not any(isinstance(each, _SettingsFinder) for each in sys.meta_path):
        sys.meta_path.insert(0, _SettingsFinder())


class _SettingsFinder(MetaPathFinder):
    """Finds manim's module of settings, and changes where it looks for files before it is used."""

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name != _MANIM_SETTINGS:
            return None
        spec = PathFinder.find_spec(name, path, target)
        if spec is None or spec.loader is None:
            return spec
        run: Any = spec.loader.exec_module

        def run_and_change(module: ModuleType) -> None:
            run(module)
            without_folder(module)

        spec.loader.exec_module = run_and_change  # type: ignore[method-assign]
        return spec


def without_folder(settings: Any) -> None:
    """Replaces the last file that the module `manim._config.utils` reads, ./manim.cfg, by an empty one."""
    find = settings.config_file_paths

    def config_file_paths() -> list[Path]:
        *others, _ = find()
        return [*others, Path(os.devnull)]

    settings.config_file_paths = config_file_paths

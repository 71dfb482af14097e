"""A folder that Python imports from as it does from that of a script, and what was imported from it.

One folder is open at a time. Opening another one closes it, so that `import helpers` in one scene never gets the
`helpers` of another: `sys.path` and `sys.modules` belong to the process, so all of this is for one thread.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from attnviz.errors import InputError

_PREFIX = "scene_file_"
"""Begins the name of a scene's module, so that a file named random.py hides nothing."""
_OTHER_MANIMS = frozenset({"manimlib", "manim_imports_ext", "big_ol_pile_of_manim_imports"})
"""Modules that the scenes of 3Blue1Brown import; their manim is another program by now."""


class SceneFolder:
    """The folder of a user's scene. It is open from the moment it is made until another one is opened."""

    def __init__(self, path: Path) -> None:
        """`path` is absolute."""
        close_folders()
        self.path = path
        self._modules: dict[str, ModuleType] = {}
        self._search = [str(path), *sys.path]
        self._others = [Path(each).absolute() for each in sys.path if Path(each).absolute() != path]
        # What is loaded already is not the scene's, even if it lies in its folder: attnviz itself, in a clone.
        self._before = {_top(name) for name in sys.modules}
        self.open()

    def open(self) -> None:
        """Puts the folder first on `sys.path`, and the modules that were imported from it back into their places."""
        if self in _OPEN:
            return
        close_folders()
        self._outside = sys.path[:], sys.dont_write_bytecode
        sys.path[:] = self._search
        # nothing is left in the user's folder, and what is edited within a second is never taken for what it was
        sys.dont_write_bytecode = True
        sys.modules.update(self._modules)
        importlib.invalidate_caches()
        _OPEN.append(self)

    def close(self) -> None:
        """Takes the folder and its modules out again, with all that these have put on `sys.path`."""
        self._modules = dict(self._imported())
        for name in self._modules:
            del sys.modules[name]
        self._search = sys.path[:]
        sys.path[:], sys.dont_write_bytecode = self._outside
        _OPEN.remove(self)

    def run(self, file: Path, shown: Path) -> ModuleType:
        """The module that a file of the open folder makes when it is run.

        Raises InputError if it cannot be run, with the file and line as seen from `shown`; then the folder is closed.
        """
        name = _PREFIX + file.stem.replace(".", "_")
        spec = importlib.util.spec_from_file_location(name, file)
        assert spec is not None and spec.loader is not None  # as for every name that ends in .py
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        # A module beside it that imports the scene's file by its own name gets the same one, not a second.
        sys.modules.setdefault(file.stem, module)
        try:
            spec.loader.exec_module(module)
        except (Exception, SystemExit) as error:
            place = _place_of(error, self, file, shown)
            self.close()
            raise InputError(f"{place}: {_message(error)}") from error
        return module

    def sources(self) -> dict[str, bytes]:
        """The .py files that were imported from the folder, by their names in it with "/" between parts."""
        places = {Path(place) for _, module in self._imported() if (place := _place(module))}
        return {
            place.relative_to(self.path).as_posix(): place.read_bytes()
            for place in sorted(places)
            if place.suffix == ".py"
        }

    def owns(self, file: str) -> bool:
        """True if a file lies in the folder, and in no other that Python imports from, such as a .venv in it."""
        path = Path(file)
        return path.is_relative_to(self.path) and not any(
            other.is_relative_to(self.path) and path.is_relative_to(other) for other in self._others
        )

    def loaded_before(self) -> set[str | None]:
        """The files of the modules that were there before the folder was opened."""
        return {
            _place(module)
            for name, module in list(sys.modules.items())
            if _top(name) in self._before and isinstance(module, ModuleType)
        }

    def _imported(self) -> Iterator[tuple[str, ModuleType]]:
        for name, module in list(sys.modules.items()):
            if _top(name) not in self._before and isinstance(module, ModuleType):
                place = _place(module)
                if place is not None and self.owns(place):
                    yield name, module


_OPEN: list[SceneFolder] = []


def close_folders() -> None:
    """Leaves `sys.path` and `sys.modules` as they were before a folder was opened."""
    for each in tuple(_OPEN):
        each.close()


def _top(name: str) -> str:
    return name.partition(".")[0]


def _place(module: ModuleType) -> str | None:
    """The file of a module, or the first folder of a package that has none. Runs nothing: some modules load late."""
    inside = vars(module)
    file = inside.get("__file__")
    return str(file) if file else next(map(str, inside.get("__path__") or ()), None)


def _place_of(error: BaseException, folder: SceneFolder, path: Path, shown: Path) -> str:
    """The file of the folder, and the line in it, where an error came up while `path` was run."""
    others = folder.loaded_before()
    places = [(each.filename, each.lineno) for each in traceback.extract_tb(error.__traceback__)]
    if isinstance(error, SyntaxError) and error.filename is not None:
        places.append((error.filename, error.lineno))
    own = [(file, line) for file, line in places if folder.owns(file) and file not in others]
    file, line = own[-1] if own else (str(path), None)
    name = shown / Path(file).relative_to(folder.path)
    return f"{name}:{line}" if line else str(name)


def _message(error: BaseException) -> str:
    """Describes an error in a scene's file, and says what to do about it."""
    reason, cure = " ".join(str(error).split()), "correct it there; --debug shows the traceback"
    if isinstance(error, ModuleNotFoundError) and error.name:
        reason, cure = f"imports {error.name}, which is not here", _cure_of(_top(error.name))
    elif isinstance(error, SyntaxError):
        reason = error.msg
    elif isinstance(error, SystemExit):
        reason, cure = "ends the program when it is imported", "only a script may do so"
    else:
        reason = f"{type(error).__name__}: {reason}" if reason else type(error).__name__
    return f"{reason}: {cure}"


def _cure_of(missing: str) -> str:
    if missing in _OTHER_MANIMS:
        return "that is ManimGL, whose scenes are others; attnviz films scenes of Manim Community (from manim import *)"
    return "put it beside the file, or install it for the Python that runs attnviz"

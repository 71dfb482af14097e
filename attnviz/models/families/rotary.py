"""The angles of rotary position embedding, as a model's configuration asks for them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from attnviz.core.arrays import FloatArray
from attnviz.core.positions import rotary_angles
from attnviz.errors import InputError
from attnviz.models.config import Config

KNOWN = ("default", "linear", "llama3")
SLOWED = "slowed"
"""Of .gguf files, which no config.json has: `slowed_by` is a number for each pair of entries."""


def angles(config: Config, n: int, d_k: int) -> FloatArray:
    """The angle of each pair of entries at each of n positions: (n, r), r at most d_k / 2.

    Raises InputError for a kind of scaling that is not known here.
    Source: `rope_parameters` of transformers (before its version 5: `rope_theta` and `rope_scaling`); "llama3" as in
    Grattafiori et al., "The Llama 3 Herd of Models" (2024).
    """
    settings = _rope_settings(config)
    base = _number(config, settings.get("rope_theta", config.get("rope_theta")), 10000.0)
    part = _number(
        config, settings.get("partial_rotary_factor", config.get("partial_rotary_factor")), 1.0
    )
    turned = int(d_k * part) // 2 * 2
    plain = rotary_angles(max(n, 1), turned, base)[:n]
    kind = settings.get("rope_type", settings.get("type", "default"))
    if kind == "default":
        return plain
    if kind == "linear":
        return plain / _number(config, settings.get("factor"), None)
    if kind == "llama3":
        return plain * _llama3_factors(config, settings, turned, base)
    if kind == SLOWED:
        factors = np.asarray(settings["slowed_by"])
        if factors.shape != plain.shape[1:]:
            raise InputError(
                f"{config.path}: {factors.size} factors slow rotary positions of {plain.shape[1]} pairs: download "
                "it anew"
            )
        slower: FloatArray = plain / factors
        return slower
    raise InputError(
        f"{config.path}: rotary positions of the type {kind!r} are not known here, only {', '.join(KNOWN)}: "
        "see attnviz models for what is known"
    )


def _rope_settings(config: Config) -> Mapping[str, Any]:
    for name in ("rope_parameters", "rope_scaling"):
        value = config.get(name)
        if isinstance(value, dict):
            return value
        if value is not None:
            raise config.wrong(name, "an object")
    return {}


def _llama3_factors(
    config: Config, settings: Mapping[str, Any], turned: int, base: float
) -> FloatArray:
    """Factors on the angles: 1/factor for long waves, 1 for short ones, a mix for those between."""
    factor, low, high, context = (
        _number(config, settings.get(name), None)
        for name in (
            "factor",
            "low_freq_factor",
            "high_freq_factor",
            "original_max_position_embeddings",
        )
    )
    waves = context * base ** (-2 * np.arange(turned // 2) / turned) / (2 * math.pi)
    between = (waves - low) / (high - low)
    smooth = (1 - between) / factor + between
    return np.where(waves < low, 1 / factor, np.where(waves > high, 1.0, smooth))


def _number(config: Config, value: Any, default: float | None) -> float:
    if value is None and default is not None:
        return default
    if type(value) not in (int, float) or not value > 0:
        raise InputError(
            f"{config.path}: a setting of the rotary positions is {value!r}, expected a number above 0"
        )
    return float(value)

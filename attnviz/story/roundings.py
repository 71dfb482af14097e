"""Rounding of what is shown: how, by name, and to how many decimals at most."""

from __future__ import annotations

ROUNDINGS = ("plain", "sum-preserving", "article")
"""Each by itself; so that a row sums to 1; to one decimal and carried on, as the article does."""
DEFAULT_ROUNDING = "sum-preserving"
MOST_DECIMALS = 12
"""More than these float64 does not hold."""

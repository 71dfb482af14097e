"""Whole numbers as people write them: in the digits of any script, with any dash as a minus sign."""

from __future__ import annotations

from typing import Any

import click

from attnviz.core.digits import plain_digits


class WholeNumber(click.IntRange):
    """A whole number within bounds."""

    name = "whole number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The number. Raises BadParameter for what is none, or out of its bounds."""
        text: Any = plain_digits(str(value))
        return super().convert(text, param, ctx)

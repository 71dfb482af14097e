"""A length of time as an option."""

from __future__ import annotations

import re
from typing import Any

import click

from attnviz.core.digits import plain_digits


class Duration(click.ParamType):  # type: ignore[type-arg]
    """A time as people write it: 90s, 90, 1m30s, 1:30. Becomes seconds."""

    name = "duration"
    _LONGEST = 24 * 3600
    _CLOCK = re.compile(r"(?:(\d+):)?(\d{1,2}):([0-5]\d(?:\.\d+)?)")
    _UNITS = re.compile(r"(?:(\d+)h)?(?:(\d+)m(?:in)?)?(?:(\d+(?:\.\d+)?)s?)?")

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        text = plain_digits(str(value)).strip().lower()
        match = self._CLOCK.fullmatch(text) or self._UNITS.fullmatch(text)
        parts = [float(each or 0) for each in match.groups()] if match and text else []
        seconds = sum(each * unit for each, unit in zip(parts, (3600, 60, 1), strict=False))
        if seconds <= 0:
            self.fail(f"{value!r} is no time: write 90s, 1m30s or 1:30", param, ctx)
        if seconds > self._LONGEST:
            self.fail(f"{value!r} is more than a day: write 90s, 1m30s or 1:30", param, ctx)
        return seconds

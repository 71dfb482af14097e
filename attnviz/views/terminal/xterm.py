"""The 256 colours of xterm, and which of them a colour looks most like."""

from __future__ import annotations

from functools import cache

import numpy as np

from attnviz.core.arrays import FloatArray

_CUBE = (0, 95, 135, 175, 215, 255)
_FIRST = 16
"""The colours before it are whatever the user's terminal makes of them."""
_HUE = 2.0
"""The weight of a difference in hue or chroma against one in lightness: a role is recognised by its hue."""
_TO_CONES = np.array(
    [[0.4122214708, 0.5363325363, 0.0514459929],
     [0.2119034982, 0.6806995451, 0.1073969566],
     [0.0883024619, 0.2817188376, 0.6299787005]]
)  # fmt: skip
_TO_OKLAB = np.array(
    [[0.2104542553, 0.7936177850, -0.0040720468],
     [1.9779984951, -2.4285922050, 0.4505937099],
     [0.0259040371, 0.7827717662, -0.8086757660]]
)  # fmt: skip


@cache
def nearest_xterm(colour: str) -> int:
    """The number, 16 to 255, of the colour most like #RRGGBB. Distances are in Oklab (Ottosson, 2020).

    >>> nearest_xterm("#FFFFFF"), xterm_hex(nearest_xterm("#2A303B"))
    (231, '#303030')
    """
    difference = (_oklab_of_all() - _oklab(np.array([_rgb(colour)]))) * (1.0, _HUE, _HUE)
    return int((difference**2).sum(axis=1).argmin()) + _FIRST


def xterm_hex(number: int) -> str:
    """Colour `number`, 16 to 255, as #RRGGBB."""
    return "#" + "".join(f"{channel:02X}" for channel in _channels()[number - _FIRST])


@cache
def _channels() -> tuple[tuple[int, int, int], ...]:
    cube = [(r, g, b) for r in _CUBE for g in _CUBE for b in _CUBE]
    return (*cube, *((grey, grey, grey) for grey in range(8, 248, 10)))


@cache
def _oklab_of_all() -> FloatArray:
    return _oklab(np.array(_channels()))


def _rgb(colour: str) -> tuple[int, int, int]:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return red, green, blue


def _oklab(rgb: FloatArray) -> FloatArray:
    """(n, 3) of 0 to 255 as lightness, green to red, blue to yellow."""
    share = rgb / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    oklab: FloatArray = np.cbrt(linear @ _TO_CONES.T) @ _TO_OKLAB.T
    return oklab

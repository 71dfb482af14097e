"""Fields as exhibits: the positions that feed one unit, through convolutions or in one step of attention."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from attnviz.core.convolution.receptive_fields import receptive_positions
from attnviz.story.exhibits import Field, FieldLayer
from attnviz.theme import Role

Mark = tuple[int, int, str]
"""(layer, position, name) of a position that is named."""


def convolution_field(
    n: int, kernel: int, position: int, names: Sequence[str], marks: Sequence[Mark] = ()
) -> Field:
    """The positions that feed the unit at `position` through same-padded convolutions of stride 1.

    `names` are those of the layers from the inputs up: one more than there are convolutions. Raises InputError as
    `receptive_positions` does.

    >>> field = convolution_field(5, kernel=3, position=0, names=("x", "1", "2"))
    >>> [sum(layer.lit) for layer in field.layers]
    [3, 2, 1]
    >>> field.links[1]
    ((0, 0), (1, 0))
    """
    lit = receptive_positions(n, kernel, len(names) - 1, position)
    links = tuple(
        tuple(
            (below, above)
            for above in np.flatnonzero(row).tolist()
            for below in np.flatnonzero(receptive_positions(n, kernel, 1, above)[0]).tolist()
        )
        for row in lit[1:]
    )
    roles = [Role.INPUT] + [Role.KERNEL] * (len(names) - 1)
    layers = tuple(
        FieldLayer(name, tuple(row.tolist()), role)
        for name, row, role in zip(names, lit, roles, strict=True)
    )
    return Field(layers, links, tuple(marks))


def attention_field(
    n: int, position: int, names: tuple[str, str], marks: Sequence[Mark] = ()
) -> Field:
    """The positions that feed the output at `position` in one step of attention: all of them.

    >>> attention_field(3, position=1, names=("x", "o")).links
    (((0, 1), (1, 1), (2, 1)),)
    """
    inputs, outputs = names
    layers = (
        FieldLayer(inputs, (True,) * n, Role.INPUT),
        FieldLayer(outputs, tuple(each == position for each in range(n)), Role.WEIGHT),
    )
    return Field(layers, (tuple((each, position) for each in range(n)),), tuple(marks))

"""What a step puts before the viewer besides the matrices of attention: plots, tables, fields, and matrices with marks.

Each exhibit belongs to a part of the step's narration: a view shows it when that part is said, and keeps what was
shown before. Exhibits of one `line` stand side by side; the next line stands below.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TypeAlias

from attnviz.story.storyboard import Matrix
from attnviz.theme import Role


@dataclass(frozen=True)
class Region:
    """A block of a matrix, as half-open ranges of rows and columns, that a view puts a frame around.

    >>> Region.row(1, 4)
    Region(rows=(1, 2), columns=(0, 4))
    """

    rows: tuple[int, int]
    columns: tuple[int, int]

    @staticmethod
    def row(i: int, width: int) -> Region:
        """All of row i of a matrix with that many columns."""
        return Region((i, i + 1), (0, width))

    @staticmethod
    def column(j: int, height: int) -> Region:
        """All of column j of a matrix with that many rows."""
        return Region((0, height), (j, j + 1))


@dataclass(frozen=True)
class Series:
    """One curve of a plot: points in order of x."""

    name: str
    role: Role
    x: tuple[float, ...]
    y: tuple[float, ...]
    texts: tuple[str, ...]
    """The y of each point as it is written."""
    dashed: bool = False
    """Told apart by more than colour from the curve it is compared with."""


@dataclass(frozen=True)
class Plot:
    """Measured or counted numbers as curves over a common x axis."""

    x_name: str
    y_name: str
    series: tuple[Series, ...]
    x_texts: tuple[str, ...]
    """The x of each point as it is written; all series have the same x."""
    x_log: bool = False
    y_log: bool = False


@dataclass(frozen=True)
class Row:
    """One row of a table."""

    cells: tuple[str, ...]
    good: bool | None = None
    """Whether what it tells works (marked ✓) or fails (marked ✗); None where that is no question."""


@dataclass(frozen=True)
class Table:
    """Facts in rows and columns: shapes, counts, what fits and what does not."""

    header: tuple[str, ...]
    rows: tuple[Row, ...]
    roles: tuple[Role | None, ...] = ()
    """The role of each column, or none at all."""


@dataclass(frozen=True)
class Turn:
    """Two entries of a vector, turned together as a point in the plane."""

    entries: tuple[int, int]
    """Which they are, counted from 0."""
    angle: float
    """In radians, from the first entry towards the second."""
    before: tuple[float, float]
    after: tuple[float, float]


@dataclass(frozen=True)
class Turns(Table):
    """Some pairs of entries of one vector as its position turns them; a row of the table each."""

    name: str = ""
    """The vector, in words."""
    role: Role | None = None
    turns: tuple[Turn, ...] = ()


@dataclass(frozen=True)
class Link:
    """What one query gives to one key; both counted from 0 among the positions that are shown."""

    query: int
    key: int
    weight: float


@dataclass(frozen=True)
class Links(Table):
    """Weights as arcs between tokens; the strongest of them as the rows of the table."""

    tokens: tuple[str, ...] = ()
    """Those that are shown, in order."""
    query: int = 0
    """Whose arcs are spoken of, counted from 0 among them."""
    links: tuple[Link, ...] = ()
    texts: tuple[str, ...] = ()
    """What the query gives to each of the tokens, as it is written."""
    gaps: tuple[int, ...] = ()
    """Before which of the tokens others are left out; their number where the last ones are."""


@dataclass(frozen=True)
class Layer:
    """The positions of one layer and which of them matter to the position that is asked about."""

    name: str
    lit: tuple[bool, ...]
    role: Role


@dataclass(frozen=True)
class Field:
    """Which positions of each layer feed one position of the last: a receptive field, or one step of attention."""

    layers: tuple[Layer, ...]
    """From the inputs up."""
    links: tuple[tuple[tuple[int, int], ...], ...]
    """Between each layer and the next: pairs (position below, position above) that are lit."""
    marks: tuple[tuple[int, int, str], ...] = ()
    """(layer, position, name) of positions that are named, such as the planted match."""


@dataclass(frozen=True, eq=False)
class Product:
    """Matrices that a step starts from, and those that it makes of them. The calculations of its part say how."""

    operands: tuple[Matrix, ...] = ()
    results: tuple[Matrix, ...] = ()


Item: TypeAlias = Matrix | Plot | Table | Field | Product


@dataclass(frozen=True, eq=False)
class Exhibit:
    """An item, when it is shown, and what stands with it."""

    part: str
    """The narration part that it belongs to."""
    item: Item
    name: str | None = None
    """A few words above it, such as "n = 5" or "with 1/√d_k"."""
    joint: str = ""
    """What stands between the exhibit before it in the line and this one: → * = + ≠."""
    line: int = 0
    marks: tuple[Region, ...] = ()
    """Blocks of a matrix that a view frames."""


def in_matrices(exhibits: Iterable[Exhibit]) -> tuple[Exhibit, ...]:
    """The exhibits, each product as its matrices side by side: operands, an arrow, results.

    >>> one = Matrix("S", np.zeros((1, 1)), Role.SCORE)
    >>> [each.joint for each in in_matrices([Exhibit("why", Product((one,), (one,)))])]
    ['', '→']
    """
    shown: list[Exhibit] = []
    for exhibit in exhibits:
        item = exhibit.item
        if not isinstance(item, Product):
            shown.append(exhibit)
            continue
        shown += [replace(exhibit, item=each) for each in item.operands]
        joints = ["→" if item.operands else "", *[""] * len(item.results)]
        shown += [
            replace(exhibit, item=each, joint=joint)
            for each, joint in zip(item.results, joints, strict=False)
        ]
    return tuple(shown)


def texts_of(exhibit: Exhibit) -> list[str]:
    """Every word and name that a view of the exhibit may show, but for numbers."""
    item, texts = exhibit.item, [exhibit.name or "", exhibit.joint]
    if isinstance(item, Matrix):
        labels = (*item.rows, *item.columns)
        texts += [item.symbol, *(each.symbol for each in labels)]
        texts += [each.token for each in labels if each.token]
    elif isinstance(item, Product):
        for matrix in (*item.operands, *item.results):
            texts += [each.token for each in (*matrix.rows, *matrix.columns) if each.token]
    elif isinstance(item, Plot):
        texts += [item.x_name, item.y_name, *(each.name for each in item.series)]
    elif isinstance(item, Table):
        texts += [*item.header, *(cell for row in item.rows for cell in row.cells)]
        texts += item.tokens if isinstance(item, Links) else ()
    else:
        texts += [layer.name for layer in item.layers] + [name for _, _, name in item.marks]
    return [each for each in texts if each]

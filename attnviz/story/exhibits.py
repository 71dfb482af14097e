"""The exhibits of a step: products of matrices, plots, tables, fields, and matrices with marks.

Each exhibit belongs to a part of the step's narration: a view shows it when that part is said, and keeps what was
shown before. Exhibits of one `line` stand side by side; the next line stands below.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any

from attnviz.records import record
from attnviz.story.handlers import Handlers
from attnviz.story.matrix import Matrix
from attnviz.theme import Role


@record
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


@record
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


@record
class Plot:
    """Measured or counted numbers as curves over a common x axis."""

    x_name: str
    y_name: str
    series: tuple[Series, ...]
    x_texts: tuple[str, ...]
    """The x of each point as it is written; all series have the same x."""
    x_log: bool = False
    y_log: bool = False


@record
class Row:
    """One row of a table."""

    cells: tuple[str, ...]
    good: bool | None = None
    """True for what works (marked ✓), False for what fails (marked ✗); None for neither."""


@record
class Table:
    """Facts in rows and columns: shapes, counts, what fits and what does not."""

    header: tuple[str, ...]
    rows: tuple[Row, ...]
    roles: tuple[Role | None, ...] = ()
    """The role of each column, or none at all."""


@record
class Turn:
    """Two entries of a vector, turned together as a point in the plane."""

    entries: tuple[int, int]
    """The indices of the entries, counted from 0."""
    angle: float
    """The angle in radians, from the first entry towards the second."""
    before: tuple[float, float]
    after: tuple[float, float]


@record
class Turns(Table):
    """Some pairs of entries of one vector as its position turns them; a row of the table each."""

    name: str = ""
    """The vector, in words."""
    role: Role | None = None
    turns: tuple[Turn, ...] = ()


@record
class Link:
    """The weight of one query on one key. Positions are counted from 0 among those that are shown."""

    query: int
    key: int
    weight: float


@record
class Links(Table):
    """Weights as arcs between tokens; the strongest of them as the rows of the table."""

    tokens: tuple[str, ...] = ()
    """Those that are shown, in order."""
    query: int = 0
    """The query whose arcs the narration is about, counted from 0 among them."""
    links: tuple[Link, ...] = ()
    texts: tuple[str, ...] = ()
    """The weight of the query on each of the tokens, as text."""
    gaps: tuple[int, ...] = ()
    """The tokens before which others are left out; the number of tokens where the last ones are."""


@record
class FieldLayer:
    """The positions of one layer, each marked whether it feeds the position of interest."""

    name: str
    lit: tuple[bool, ...]
    role: Role


@record
class Field:
    """The positions of each layer that feed one position of the last: a receptive field, or one step of attention."""

    layers: tuple[FieldLayer, ...]
    """The layers from the inputs up."""
    links: tuple[tuple[tuple[int, int], ...], ...]
    """Between each layer and the next: pairs (position below, position above) that are lit."""
    marks: tuple[tuple[int, int, str], ...] = ()
    """(layer, position, name) of positions that are named, such as the planted match."""


@record(eq=False)
class Product:
    """Matrices that a step starts from, and those that it makes of them. The calculations of its part say how."""

    operands: tuple[Matrix, ...] = ()
    results: tuple[Matrix, ...] = ()


@record(eq=False)
class Exhibit:
    """An item, when it is shown, and what stands with it."""

    part: str
    """The narration part that it belongs to."""
    item: object
    """A Matrix, Plot, Table or Field, or of a type that is registered in the views."""
    name: str | None = None
    """A few words above it, such as "n = 5" or "with 1/√d_k"."""
    joint: str = ""
    """The operator between the exhibit before it in the line and this one: → * = + ≠."""
    line: int = 0
    marks: tuple[Region, ...] = ()
    """Blocks of a matrix that a view frames."""
    head: int | None = None
    """The head that `name` gives, as `Matrix.head`; a view need not say it again."""


_TEXTS = Handlers[Callable[[Any], Iterable[str]]]("attnviz.story.exhibits.register_texts")
register_texts = _TEXTS.register
"""Adds a type of exhibit: `register_texts(Kind, texts)`, texts: an item → its words and names."""


def in_matrices(exhibits: Iterable[Exhibit]) -> tuple[Exhibit, ...]:
    """The exhibits, each product as its matrices side by side: operands, an arrow, results.

    >>> import numpy as np
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
    """Every word and name that a view of the exhibit may show, but for numbers.

    Raises UnknownExhibitError for a type that is not registered.
    """
    texts = [exhibit.name or "", exhibit.joint, *_TEXTS.of(exhibit.item)(exhibit.item)]
    return [each for each in texts if each]


@_TEXTS.handles(Matrix)
def _texts_of_matrix(matrix: Matrix) -> Iterator[str]:
    labels = (*matrix.rows, *matrix.columns)
    yield matrix.symbol
    yield from (each.symbol for each in labels)
    yield from (each.token for each in labels if each.token)


@_TEXTS.handles(Product)
def _texts_of_product(product: Product) -> Iterator[str]:
    for matrix in (*product.operands, *product.results):
        yield from _texts_of_matrix(matrix)


@_TEXTS.handles(Plot)
def _texts_of_plot(plot: Plot) -> Iterator[str]:
    yield plot.x_name
    yield plot.y_name
    yield from (each.name for each in plot.series)


@_TEXTS.handles(Table)
def _texts_of_table(table: Table) -> Iterator[str]:
    yield from table.header
    yield from (cell for row in table.rows for cell in row.cells)


@_TEXTS.handles(Links)
def _texts_of_links(links: Links) -> Iterator[str]:
    yield from _texts_of_table(links)
    yield from links.tokens


@_TEXTS.handles(Field)
def _texts_of_field(field: Field) -> Iterator[str]:
    yield from (layer.name for layer in field.layers)
    yield from (name for _, _, name in field.marks)

"""A lesson as JSON, schema `attnviz.lesson/1`: the contents of every view, with all digits.

    {"schema": "attnviz.lesson/1", "lesson", "language", "title", "untrained", "query", "notes": […],
     "steps": [{"id", "title", "formula": {"plain", "typst", "latex"}, "narration": {part: words}, "omitted",
                "operands": [matrix …], "results": [matrix …], "worked": [calculation …],
                "exhibits": [{"part", "name", "joint", "line", "marks": [region …], "kind", "item"} …]} …]}

A matrix is {"symbol", "role", "shape", "values", "texts", "rows", "columns", "head"}; a calculation {"part",
"position", "text", "left", "terms", "relation", "total"}. The kinds of exhibits are "matrix", "plot", "table" and
"field". Positions and regions count from 0 and end before their end; `query`, the row that is worked, is null in a
lesson that is not about one sequence.

null among numbers is −∞, a hidden score; NaN and +∞, which JSON lacks too, are the words "NaN" and "Infinity".
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any

from attnviz.records import record
from attnviz.safe_text import safe_json
from attnviz.story.calculation import Calculation, Number, Piece, Symbol, Term, Vector
from attnviz.story.calculation_text import written
from attnviz.story.exhibits import Exhibit, Field, Plot, Region, Series, Table
from attnviz.story.handlers import Handlers
from attnviz.story.i18n import Words, words
from attnviz.story.matrix import Label, Matrix
from attnviz.story.numbers import Numbers
from attnviz.story.storyboard import Step, Storyboard

SCHEMA = "attnviz.lesson/1"

Json = dict[str, Any]


@record
class ExhibitJson:
    """A type of exhibit in JSON."""

    kind: str
    """Its name in the file."""
    body: Callable[[Any, Numbers], Json]
    """(item, how numbers become text) → all that the item holds."""


_AS_JSON = Handlers[ExhibitJson]("attnviz.views.document.lesson_json.register")
register = _AS_JSON.register
"""Adds a type of exhibit to this format: `register(Kind, ExhibitJson(name, body))`."""


def storyboard_json(storyboard: Storyboard) -> str:
    """JSON text of the storyboard, one line.

    >>> from attnviz import self_attention
    >>> from attnviz.lessons.self_attention.steps import self_attention_storyboard
    >>> board = self_attention_storyboard(self_attention([[1.0]], [[2.0]], [[3.0]], [[4.0]]))
    >>> body = json.loads(storyboard_json(board))
    >>> body["schema"], [step["id"] for step in body["steps"]][:2]
    ('attnviz.lesson/1', ['inputs', 'weights'])
    >>> scores = next(step for step in body["steps"] if step["id"] == "scores")
    >>> scores["results"][0]["values"], scores["worked"][0]["text"]
    ([[6.0]], 'q₁·k₁ = 2·3 = 6')
    """
    board = storyboard
    body = {
        "schema": SCHEMA,
        "lesson": board.lesson,
        "language": board.language,
        "title": board.title,
        "untrained": board.untrained,
        "query": None if board.source_trace is None else board.query,
        "notes": list(board.notes),
        "steps": [_step(step, board.numbers, words(board.language)) for step in board.steps],
    }
    return safe_json(json.dumps(body, ensure_ascii=False, allow_nan=False))


def _step(step: Step, numbers: Numbers, spoken: Words) -> Json:
    return {
        "id": step.id,
        "title": step.title,
        "formula": {name: getattr(step.formula, name) for name in ("plain", "typst", "latex")},
        "narration": dict(step.narration),
        "omitted": step.omitted,
        "operands": [_matrix(each, numbers) for each in step.operands],
        "results": [_matrix(each, numbers) for each in step.results],
        "worked": [_calculation(each, spoken) for each in step.worked],
        "exhibits": [_exhibit(each, numbers) for each in step.beside_product],
    }


def _number(value: float | None) -> float | str | None:
    if value is None or math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else None


def _matrix(matrix: Matrix, numbers: Numbers) -> Json:
    return {
        "symbol": matrix.symbol,
        "role": matrix.role,
        "shape": list(matrix.shape),
        "values": [[_number(value) for value in row] for row in matrix.values.tolist()],
        "texts": numbers.cells(matrix),
        "rows": [_label(label) for label in matrix.rows],
        "columns": [_label(label) for label in matrix.columns],
        "head": matrix.head,
    }


def _label(label: Label) -> Json:
    return {"symbol": label.symbol, "token": label.token, "role": label.role}


def _calculation(calculation: Calculation, spoken: Words) -> Json:
    stages = ("".join(run.text for run in stage) for stage in written(calculation, spoken))
    return {
        "part": calculation.part,
        "position": calculation.position,
        "text": " ".join(stages),
        "left": [_piece(piece) for piece in calculation.left],
        "terms": [_term(term) for term in calculation.terms],
        "relation": calculation.relation,
        "total": _piece(calculation.total),
    }


def _term(term: Term) -> Json:
    return {
        "pieces": [_piece(piece) for piece in term.pieces],
        "value": _number(term.value),
        "text": term.text,
        "merged": term.merged,
    }


def _piece(piece: Piece) -> Json:
    if isinstance(piece, Symbol):
        return {"symbol": piece.text, "role": piece.role}
    if isinstance(piece, Number):
        return {"value": _number(piece.value), "text": piece.text, "role": piece.role}
    return _vector(piece)


def _vector(vector: Vector) -> Json:
    return {
        "values": [_number(value) for value in vector.values],
        "texts": vector.texts,
        "role": vector.role,
        "omitted": vector.omitted,
    }


def _exhibit(exhibit: Exhibit, numbers: Numbers) -> Json:
    as_json = _AS_JSON.of(exhibit.item)
    return {
        "part": exhibit.part,
        "name": exhibit.name,
        "joint": exhibit.joint,
        "line": exhibit.line,
        "marks": [_region(mark) for mark in exhibit.marks],
        "kind": as_json.kind,
        "item": as_json.body(exhibit.item, numbers),
    }


def _region(region: Region) -> Json:
    return {"rows": region.rows, "columns": region.columns}


def _plot(plot: Plot, numbers: Numbers) -> Json:
    axes = {name: getattr(plot, name) for name in ("x_name", "y_name", "x_log", "y_log", "x_texts")}
    return {**axes, "series": [_series(series) for series in plot.series]}


def _series(series: Series) -> Json:
    axes = {name: [_number(each) for each in getattr(series, name)] for name in ("x", "y")}
    rest = {name: getattr(series, name) for name in ("name", "role", "texts", "dashed")}
    return {**axes, **rest}


def _table(table: Table, numbers: Numbers) -> Json:
    rows = [{"cells": row.cells, "good": row.good} for row in table.rows]
    return {"header": table.header, "rows": rows, "roles": table.roles}


def _field(field: Field, numbers: Numbers) -> Json:
    return {
        "layers": [vars(layer) for layer in field.layers],
        "links": field.links,
        "marks": [
            {"layer": layer, "position": position, "name": name}
            for layer, position, name in field.marks
        ],
    }


register(Matrix, ExhibitJson("matrix", _matrix))
register(Plot, ExhibitJson("plot", _plot))
register(Table, ExhibitJson("table", _table))
register(Field, ExhibitJson("field", _field))

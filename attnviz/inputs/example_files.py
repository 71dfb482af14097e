"""Examples: small readable .toml files, built in or the user's own.

title.en = "…"            # and title.zh, description.en, description.zh
source = "…"              # where the numbers come from
tokens = ["a", "b"]       # optional
x = [[1, 0], [0, 1]]      # (n, d_model); w_q, w_k (d_model, h·d_k); w_v (d_model, h·d_v)
w_q = …                   # w_o, b_q, b_k, b_v, b_o are optional
[options]                 # heads = 1, scale = "sqrt" | "none" | number, causal = false, mask = [[1, 0], [1, 1]]
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from attnviz.core.options import AttentionOptions
from attnviz.core.problem import Problem
from attnviz.core.provenance import Provenance, Source
from attnviz.errors import AttnvizError, InputError, unknown_name
from attnviz.inputs.arrays.scale import scale_from
from attnviz.inputs.arrays.weight_names import NEEDED, ROLES
from attnviz.inputs.files.grids import grid, vector
from attnviz.inputs.files.reading import as_text, read_file
from attnviz.inputs.files.toml_files import read_toml
from attnviz.inputs.tokens import checked_tokens
from attnviz.records import record

DEFAULT = "illustrated"
SUFFIX = ".toml"
_FOLDER = Path(__file__).parent / "examples"
_TEXTS = ("title", "description")
_KEYS = (*_TEXTS, "source", "tokens", "query", "x", *ROLES, "options")
_OPTIONS = ("heads", "scale", "causal", "mask")


@record(eq=False)
class Example:
    """One example: a Problem, and what it shows, by language."""

    name: str
    title: Mapping[str, str]
    description: Mapping[str, str]
    source: str
    problem: Problem
    query: str | None
    """The row to be worked in full where the user names none, as --query takes it."""

    def title_in(self, language: str) -> str:
        """The title in that language; in English, or the name, where the file has none."""
        return self.title.get(language) or self.title.get("en") or self.name


def example_names() -> tuple[str, ...]:
    """The names of the built-in examples, the default first.

    >>> example_names()[0]
    'illustrated'
    """
    names = sorted(file.stem for file in _FOLDER.glob(f"*{SUFFIX}"))
    return (DEFAULT, *(name for name in names if name != DEFAULT))


def example_text(name: str) -> str:
    """A built-in example's data file, as it is. Raises InputError for an unknown name, with the nearest."""
    if name not in example_names():
        raise unknown_name("example", name, example_names())
    return (_FOLDER / f"{name}{SUFFIX}").read_text(encoding="utf-8")


def load_example(name: str) -> Example:
    """A built-in example, or the .toml file `name`.

    Raises InputError: unknown name, no such file, not TOML (with the line), a key or a number that is wrong;
    ShapeError where the arrays do not fit.

    >>> load_example("illustrated").problem.x.shape
    (3, 4)
    """
    if name.lower().endswith(SUFFIX):
        data, _ = read_file(name, (SUFFIX,), "--example")
        text, where, origin = as_text(data, name), name, f"file {name}"
    else:
        text, where, origin = example_text(name), f"example {name}", f"example {name}"
    body = read_toml(text, where, "an example")
    return Example(
        name=Path(name).stem,
        title=_by_language(body, "title", where),
        description=_by_language(body, "description", where),
        source=str(body.get("source", "")),
        problem=_problem(body, where, origin),
        query=None if "query" not in body else str(body["query"]),
    )


def _problem(body: Mapping[str, Any], where: str, origin: str) -> Problem:
    for key in body:
        if key not in _KEYS:
            raise _in_file(where, unknown_name("key", key, _KEYS))
    missing = [key for key in ("x", *NEEDED) if key not in body]
    if missing:
        raise InputError(
            f"{where}: {', '.join(missing)} missing: add {missing[0]} = [[1, 2], [3, 4]]"
        )
    arrays = {
        key: vector(body[key], f"{where}, {key}")
        if key.startswith("b_")
        else grid(body[key], f"{where}, {key}")
        for key in ("x", *ROLES)
        if key in body
    }
    heads, options = _options(body.get("options", {}), len(arrays["x"]), where)
    tokens = _tokens(body, where)
    citation = str(body.get("source", "")) or None
    sources = dict.fromkeys(arrays, Source.from_text(origin))
    named: dict[str, Any] = dict(arrays)
    try:
        return Problem(
            **named,
            heads=heads,
            tokens=tokens,
            options=options,
            provenance=Provenance(sources, citation=citation),
        )
    except AttnvizError as error:
        raise _in_file(where, error) from error


def _options(given: Any, n: int, where: str) -> tuple[int, AttentionOptions]:
    if not isinstance(given, dict):
        raise InputError(f"{where}: options is not a table: write [options] on a line of its own")
    for key in given:
        if key not in _OPTIONS:
            raise _in_file(where, unknown_name("option", key, _OPTIONS))
    heads, causal = given.get("heads", 1), given.get("causal", False)
    if not isinstance(heads, int) or isinstance(heads, bool) or heads < 1:
        raise InputError(f"{where}: heads is {heads!r}, expected a whole number from 1")
    if not isinstance(causal, bool):
        raise InputError(f"{where}: causal is {causal!r}, expected true or false")
    mask = None
    if "mask" in given:
        from attnviz.inputs.arrays.masks import as_mask

        mask = as_mask(grid(given["mask"], f"{where}, mask", booleans=True), n, f"{where}, mask")
    scale = scale_from(str(given.get("scale", "sqrt")), f"{where}: scale")
    return heads, AttentionOptions(scale=scale, causal=causal, mask=mask)


def _tokens(body: Mapping[str, Any], where: str) -> tuple[str, ...] | None:
    tokens = body.get("tokens")
    if tokens is None:
        return None
    if not isinstance(tokens, list) or not all(isinstance(each, str) for each in tokens):
        raise InputError(f'{where}: tokens is not a list of words: write ["a", "b"]')
    return checked_tokens(tokens, where)


def _by_language(body: Mapping[str, Any], key: str, where: str) -> Mapping[str, str]:
    texts = body.get(key, {})
    if not isinstance(texts, dict) or not all(isinstance(each, str) for each in texts.values()):
        raise InputError(f'{where}: {key} is not text by language: write {key}.en = "…"')
    return texts


def _in_file(where: str, error: AttnvizError) -> AttnvizError:
    return type(error)(f"{where}: {error}")

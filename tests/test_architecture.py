"""Arrows never point back: what each room may import, and what must stay out of a fast start."""

import ast
import importlib.util
import subprocess
import sys
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

import pytest

import attnviz

PACKAGE = Path(attnviz.__file__).parent
SCENES = PACKAGE.parent / "scenes"

FOUNDATION = {"safe_text", "errors", "records", "progress", "theme", "typeset"}
CORE = {"safe_text", "errors", "records", "progress", "core"}
STORY = FOUNDATION | {"core", "story"}
FILM = STORY | {"lessons", "render"}
ROOMS = {
    "safe_text": set(),
    "errors": {"safe_text"},
    "records": set(),
    "progress": set(),
    "theme": {"records"},
    "typeset": {"errors"},
    "render": {"safe_text", "errors"},
    "core": {"safe_text", "errors", "records", "progress"},
    "models": CORE,
    "inputs": CORE | {"models"},
    "story": FOUNDATION | {"core"},
    "survey": STORY,
    "lessons": STORY,
    "lecture": STORY | {"render", "inputs", "lessons"},
    "views.terminal": STORY | {"survey"},
    "views.document": STORY | {"survey"},
    "views.picture": STORY | {"survey"},
    "views.film": FILM,
    "lessons.film": FILM | {"views.film"},
    "scenes": FILM | {"views.film", "lessons.film", "inputs"},
    "library": FILM
    | {"models", "inputs", "lecture", "survey", "scenes"}
    | {"views.terminal", "views.document", "views.picture", "views.film"},
    "cli": FILM
    | {"models", "inputs", "lecture", "survey", "scenes", "library"}
    | {"views.terminal", "views.document", "views.picture", "views.film"},
}
"""The rooms that each room may import; all may import the package itself, which imports lazily."""

LIBRARIES = {
    "safe_text": set(),
    "errors": set(),
    "records": set(),
    "progress": set(),
    "theme": set(),
    "typeset": {"fontpkg", "numpy", "uharfbuzz", "wcwidth"},
    "render": {"av", "cairo", "distributed", "manim", "numpy", "platformdirs", "pydub", "srt"},
    "core": {"numpy"},
    "models": {"huggingface_hub", "gguf", "numpy", "platformdirs", "safetensors", "tokenizers"},
    "inputs": {"numpy", "openpyxl", "safetensors", "wcwidth"},
    "story": {"numpy"},
    "survey": {"numpy"},
    "lessons": {"numpy"},
    "lecture": set(),
    "views.terminal": {"numpy", "rich"},
    "views.document": {"numpy"},
    "views.picture": {"cairo", "numpy"},
    "views.film": {"av", "manim", "numpy", "pydub", "uharfbuzz"},
    "lessons.film": {"manim", "numpy"},
    "scenes": {"manim", "numpy"},
    "library": {"rich"},
    "cli": {"click", "rich"},
}
"""The libraries that each room may import."""


def modules() -> Iterator[tuple[str, Path]]:
    """Every module of the distribution under its full name."""
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = ("attnviz", *path.relative_to(PACKAGE).with_suffix("").parts)
        yield ".".join(part for part in parts if part != "__init__"), path
    for path in sorted(SCENES.glob("*.py")):
        yield ("attnviz.scenes" if path.stem == "__init__" else f"attnviz.scenes.{path.stem}"), path


MODULES = dict(modules())
LAZY = {"attnviz", "attnviz.__main__", "attnviz.views"}
"""The front doors: they belong to no room."""


def room_of(name: str) -> str:
    """The first folder; of the views the second too, and the films of lessons are a room of their own."""
    _, first, *further = name.split(".")
    if first == "views" and further:
        return f"views.{further[0]}"
    return "lessons.film" if first == "lessons" and further[1:2] == ["film"] else first


def _imports_of(name: str) -> frozenset[str]:
    """The full names of all that a module imports, wherever in its text."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(MODULES[name].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {each.name for each in node.names}
        elif isinstance(node, ast.ImportFrom):
            start = _start(name, node)
            # `from attnviz import errors` names a module, `from attnviz import attend` does not.
            found |= {
                inner if (inner := f"{start}.{each.name}") in MODULES else start
                for each in node.names
            }
    return frozenset(found)


def _start(name: str, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    package = name if MODULES[name].name == "__init__.py" else name.rpartition(".")[0]
    return importlib.util.resolve_name("." * node.level + (node.module or ""), package)


IMPORTS = {name: _imports_of(name) for name in MODULES}
"""The imports of each module, also those inside functions: they hide a cycle, and do not end it."""

Graph = Mapping[str, Collection[str]]


def cycles(graph: Graph) -> set[frozenset[str]]:
    """The largest sets of nodes of which each is reached from each; a node that points at itself is one."""
    reached = {node: _reached_from(node, graph) for node in graph}
    return {
        frozenset(other for other in reached[node] if node in reached.get(other, ()))
        for node in graph
        if node in reached[node]
    }


def _reached_from(node: str, graph: Graph) -> set[str]:
    reached: set[str] = set()
    ahead = list(graph[node])
    while ahead:
        if (each := ahead.pop()) not in reached:
            reached.add(each)
            ahead += graph.get(each, ())
    return reached


def offences(imports: Graph) -> set[tuple[str, str]]:
    """Each module with a room that it imports and may not."""
    found = set()
    for name, imported in imports.items():
        front = name in LAZY
        allowed = _LAZY_ROOMS if front else ROOMS[room_of(name)] | {room_of(name)}
        rooms = {room_of(each) for each in imported if each.startswith("attnviz.")}
        found |= {(name, room) for room in rooms - allowed}
    return found


_LAZY_ROOMS = ROOMS.keys() - {"views.film", "lessons.film", "scenes"}


def foreign_libraries(imports: Graph) -> set[tuple[str, str]]:
    """Each module with a library that it imports and may not."""
    found = set()
    for name, imported in imports.items():
        allowed = set() if name in LAZY else LIBRARIES[room_of(name)]
        tops = {each.partition(".")[0] for each in imported}
        found |= {(name, top) for top in tops - sys.stdlib_module_names - {"attnviz"} - allowed}
    return found


def test_every_room_is_one_that_the_rules_know():
    rooms = {room_of(name) for name in MODULES if name not in LAZY}

    assert rooms == ROOMS.keys() == LIBRARIES.keys()


def test_no_rule_lets_an_arrow_point_back():
    assert cycles(ROOMS) == set()
    assert set().union(*ROOMS.values()) <= ROOMS.keys()


def test_a_rule_that_lets_an_arrow_point_back_is_found():
    assert cycles({**ROOMS, "core": {"errors", "views.terminal"}}) == {
        frozenset({"core", "story", "survey", "views.terminal"})
    }


def test_a_module_imports_only_rooms_that_come_before_its_own():
    assert offences(IMPORTS) == set()


def test_a_module_imports_only_the_libraries_its_room_may_use():
    assert foreign_libraries(IMPORTS) == set()


@pytest.mark.parametrize(
    ("name", "imported", "offence"),
    [
        ("attnviz.core.masks", "attnviz.story.labels", "story"),
        ("attnviz.lessons.cost.lesson", "attnviz.lessons.cost.film", "lessons.film"),
        ("attnviz.views.terminal.page", "attnviz.views.film.scene", "views.film"),
        ("attnviz", "attnviz.scenes.cost", "scenes"),
    ],
)
def test_an_arrow_that_points_back_is_found(name, imported, offence):
    assert offences({name: {"sys", imported}}) == {(name, offence)}


def test_a_library_that_does_not_belong_to_the_room_is_found():
    imports = {"attnviz.core.masks": {"sys", "numpy.linalg", "rich.text"}, "attnviz": {"numpy"}}

    assert foreign_libraries(imports) == {("attnviz.core.masks", "rich"), ("attnviz", "numpy")}


def test_no_modules_import_one_another():
    # the front doors import when a name is first used
    graph = {name: imported for name, imported in IMPORTS.items() if name not in LAZY}

    assert cycles(graph) == set()


def test_a_cycle_of_imports_is_found_however_long():
    graph = {"a": {"b", "os"}, "b": {"c"}, "c": {"a"}, "d": {"a"}, "e": {"e"}}

    assert cycles(graph) == {frozenset("abc"), frozenset("e")}


def test_scenes_are_imported_only_as_a_part_of_the_package():
    found = {
        (name, each)
        for name, imported in IMPORTS.items()
        for each in imported
        if each.partition(".")[0] == "scenes"
    }

    assert found == set()


def test_no_scene_file_hides_a_module_of_the_standard_library():
    # manim puts the folder of a scene file first on sys.path.
    assert not {path.stem for path in SCENES.glob("*.py")} & sys.stdlib_module_names


def loaded_by(statement: str) -> set[str]:
    """The names of all modules that a new interpreter holds after the statement."""
    done = subprocess.run(
        [sys.executable, "-c", f"{statement}\nimport sys; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.split())


@pytest.mark.parametrize(
    ("statement", "absent"),
    [
        ("import attnviz", {"numpy", "manim", "rich", "click"}),
        ("from attnviz import attend", {"manim", "rich", "click", "attnviz.core.trace"}),
        ("import attnviz.cli.explain.command", {"manim", "av", "safetensors"}),
        ("import attnviz.cli.commands", {"manim", "av", "safetensors"}),
        ("import attnviz.views.terminal", {"manim", "av"}),
        ("import attnviz.views.film.video.embedded_spec", {"manim"}),
        ("import attnviz.render.video.container", {"manim"}),
    ],
)
def test_what_must_start_fast_does_not_load_what_is_slow(statement, absent):
    loaded = loaded_by(statement)

    assert "attnviz" in loaded
    assert not loaded & absent


def test_everything_public_in_the_core_says_what_it_is():
    silent = [
        f"{name}.{node.name}"
        for name in MODULES
        if name.startswith("attnviz.core.")
        for node in ast.parse(MODULES[name].read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
        if not node.name.startswith("_") and not ast.get_docstring(node)
    ]

    assert silent == []


def test_the_public_names_are_all_there_and_documented():
    for name in attnviz.__all__:
        assert getattr(attnviz, name).__doc__
    assert sorted(attnviz.__all__) == sorted(attnviz._HOMES)


def test_a_name_that_the_package_does_not_have_is_an_attribute_error():
    with pytest.raises(AttributeError, match="module 'attnviz' has no attribute 'attention'"):
        _ = attnviz.attention

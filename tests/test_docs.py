"""What the documentation says, held to the program: commands are run, options and files looked up."""

import doctest
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import click
import numpy as np
import pytest
from PIL import Image

import attnviz
from attnviz import trace_of
from attnviz.cli.commands import attnviz as program
from attnviz.inputs import InputRequest, problem_from
from attnviz.lecture.reading import read_lecture
from attnviz.library.lecture_plan import plan_chapters
from attnviz.theme import DARK

ROOT = Path(attnviz.__file__).parents[1]
GUIDES = ("README.md", "README.zh.md", "docs/help.md", "docs/lecture.md")
"""The documents whose commands are run."""
DOCUMENTS = (
    *GUIDES,
    *(
        "docs/python.md",
        "docs/inputs.md",
        "ARCHITECTURE.md",
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        "examples/README.md",
    ),
)
ELLIPSIS = "…"
MOST_BYTES_OF_A_PICTURE = 300_000
MOST_DIFFERENCE = 0.5
"""Of two pictures, 0 to 255 a channel on average: other versions of the libraries smooth edges otherwise."""


def text_of(document: str) -> str:
    return (ROOT / document).read_text(encoding="utf-8")


def fenced(document: str, language: str) -> Iterator[str]:
    """The contents of the fenced blocks of that language."""
    for match in re.finditer(rf"^```{language}\n(.*?)^```$", text_of(document), re.M | re.S):
        yield match.group(1)


@dataclass(frozen=True)
class Call:
    """A command and the lines that are shown below it."""

    command: str
    shown: tuple[str, ...]


def calls(block: str) -> tuple[Call, ...]:
    first, *rest = re.split(r"^\$ ", block, flags=re.M)
    assert not first, f"a block begins without a command: {block}"
    lines = [each.splitlines() for each in rest]
    return tuple(Call(command, tuple(shown)) for command, *shown in lines)


SESSIONS = [
    pytest.param(
        session,
        id=f"{document}:{session[0].command}",
        marks=[pytest.mark.films]
        if any("attnviz render" in call.command for call in session)
        else [],
    )
    for document in GUIDES
    for session in map(calls, fenced(document, "console"))
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where a reader stands: the files of examples/ are there."""
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    return tmp_path


def run(command: str, folder: Path) -> tuple[int, str]:
    """Exit code and all that was printed, as on a plain terminal of 80 columns."""
    unwanted = {"NO_COLOR", "FORCE_COLOR", "COLORTERM"}
    environment = {name: value for name, value in os.environ.items() if name not in unwanted}
    environment |= {"COLUMNS": "80", "PYTHONUTF8": "1", "TERM": "dumb"}
    environment["PATH"] = os.pathsep.join([sysconfig.get_path("scripts"), os.environ["PATH"]])
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )
    return done.returncode, done.stdout


def fits(shown: tuple[str, ...], printed: list[str]) -> bool:
    """Whether the lines were printed in that order. A line … stands for any lines, a … that ends one for its rest."""
    pattern = "".join(
        r"(?:.*\n)*?" if line == ELLIPSIS else f"{_line_pattern(line)}\n" for line in shown
    )
    return re.fullmatch(pattern, "".join(f"{line}\n" for line in printed)) is not None


def _line_pattern(line: str) -> str:
    whole = line.removesuffix(ELLIPSIS)
    return re.escape(whole) + ("" if whole == line else ".*")


@pytest.mark.render
@pytest.mark.parametrize("session", SESSIONS)
def test_documented_commands_print_what_is_shown(session, folder):
    for call in session:
        code, printed = run(call.command, folder)
        expected = 2 if call.shown and call.shown[0].startswith("Error:") else 0

        assert code == expected, f"$ {call.command}\n{printed}"
        assert fits(call.shown, [line.rstrip() for line in printed.splitlines()]), (
            f"$ {call.command}\nprinted:\n{printed}\n(scripts/help writes docs/help.md anew)"
        )


@pytest.mark.parametrize(
    ("shown", "printed", "fitting"),
    [
        (("a", "b"), ["a", "b"], True),
        (("a",), ["a", "b"], False),
        (("a", ELLIPSIS), ["a", "b"], True),
        ((ELLIPSIS, "b", ELLIPSIS), ["a", "b"], True),
        ((ELLIPSIS, "b", "d", ELLIPSIS), ["a", "b", "c", "d"], False),
        ((ELLIPSIS, "c", ELLIPSIS, "a", ELLIPSIS), ["a", "b", "c"], False),
        (("a is …",), ["a is a letter"], True),
        (("a is …",), ["b is a letter"], False),
    ],
)
def test_an_excerpt_fits_only_what_was_printed_in_that_order(shown, printed, fitting):
    assert fits(shown, printed) is fitting


@pytest.mark.parametrize("document", ["README.md", "docs/python.md"])
def test_the_python_that_is_shown_gives_what_is_shown(document, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    lines = "\n".join(fenced(document, "pycon"))
    examples = doctest.DocTestParser().get_doctest(lines, {}, document, document, 0)

    results = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(examples)

    assert results.attempted > 5
    assert results.failed == 0


@pytest.mark.render
def test_the_script_that_is_shown_makes_its_film(folder):
    [script] = fenced("docs/python.md", "python")
    (folder / "script.py").write_text(script, encoding="utf-8")

    code, printed = run(f"{sys.executable} script.py", folder)

    assert (code, printed) == (0, "")
    made = {path.name for path in folder.glob("softmax.*")}
    assert made == {"softmax.mp4", "softmax.srt", "softmax.vtt"}
    assert "cat" in (folder / "softmax.srt").read_text(encoding="utf-8")


LECTURES = [
    pytest.param(block, id=f"{document}:{block.splitlines()[0]}")
    for document in GUIDES
    for block in fenced(document, "toml")
]


@pytest.mark.parametrize("block", LECTURES)
def test_every_lecture_file_that_is_shown_can_be_filmed(block, tmp_path):
    path = tmp_path / "lecture.toml"
    path.write_text(block, encoding="utf-8")

    lecture = read_lecture(path)

    assert all(plan_chapters(version) for version in lecture.versions.values())


@pytest.mark.parametrize("name", program.list_commands(click.Context(program)))
def test_the_help_of_every_command_is_documented(name):
    assert f"$ attnviz {name} --help" in text_of("docs/help.md")


def options() -> set[str]:
    """Every option of every command."""
    context = click.Context(program)
    commands = [
        program,
        *(program.get_command(context, name) for name in program.list_commands(context)),
    ]
    named = {
        spelling
        for command in commands
        for parameter in command.get_params(context)
        for spelling in (*parameter.opts, *parameter.secondary_opts)
    }
    return {each for each in named if each.startswith("--")}


SCRIPT_OPTION = r"(scripts/\w+)\s(--[a-z]+)"
"""A script with an option; both are groups."""


@pytest.mark.parametrize(
    "document",
    [
        "README.md",
        "README.zh.md",
        "CHANGELOG.md",
        "docs/lecture.md",
        "docs/inputs.md",
        "examples/README.md",
    ],
)
def test_every_documented_option_exists(document):
    # dask and the scripts have options of their own
    text = re.sub(rf"^    dask .*$|{SCRIPT_OPTION}", "", text_of(document), flags=re.MULTILINE)
    spoken_of = set(re.findall(r"(?<![\w-])--[a-z][\w-]*", text))

    assert spoken_of
    assert spoken_of <= options()


def test_every_option_of_a_script_that_is_spoken_of_is_in_its_usage():
    spoken_of = {
        each for document in DOCUMENTS for each in re.findall(SCRIPT_OPTION, text_of(document))
    }

    assert spoken_of
    for script, option in spoken_of:
        [usage] = re.findall(r"^# Usage: (.*)$", text_of(script), re.M)
        assert option in usage


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_file_that_is_linked_or_shown_exists(document):
    linked = re.findall(r"\]\(([^)#\s]+)", text_of(document))
    shown = re.findall(r'src(?:set)?="([^"]+)"', text_of(document))
    local = [each for each in (*linked, *shown) if not each.startswith("https://")]

    assert [each for each in local if not (ROOT / document).parent.joinpath(each).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_path_that_is_named_in_passing_exists(document):
    rooms = "|".join([*sorted(rules().ROOMS), "tests", "scripts", "docs", "examples", "attnviz"])
    named = re.findall(rf"(?<![\w./])(?:{rooms})/[\w./-]*\w", text_of(document))

    missing = [
        path for path in named if not any((at / path).exists() for at in (ROOT, ROOT / "attnviz"))
    ]

    assert missing == []


def test_the_set_up_is_the_two_commands_that_are_there():
    commands = re.findall(r"^    (\./scripts/\w+)$", text_of("README.md"), re.M)

    assert commands == ["./scripts/demo", "./scripts/test"]
    assert all(os.access(ROOT / command, os.X_OK) for command in commands)


def test_the_required_python_is_that_of_the_package():
    project = tomllib.loads(text_of("pyproject.toml"))["project"]
    version = project["requires-python"].removeprefix(">=")

    assert f"Python {version} or newer" in text_of("README.md")
    assert f"Python {version}" in text_of("README.zh.md").replace("\n", " ")


def test_the_changelog_begins_with_the_current_version():
    versions = re.findall(r"^## \[([^\]]+)\]", text_of("CHANGELOG.md"), re.M)

    assert versions[0] == attnviz.__version__


REQUESTS = {
    "x.csv": InputRequest(vectors="x.csv"),
    "x.npy": InputRequest(vectors="x.npy"),
    "weights.json": InputRequest(vectors="x.csv", weights="weights.json", heads=2),
    "mask.csv": InputRequest(vectors="x.csv", mask="mask.csv"),
    "qkv.json": InputRequest(qkv="qkv.json", scale="none"),
}
"""An example file and what it is given for."""


def test_every_example_file_is_explained_beside_it():
    files = {path.name for path in (ROOT / "examples").iterdir()} - {"README.md"}

    assert files == REQUESTS.keys() | {"lecture.toml", "mean_lesson"}
    assert all(f"| `{name}` |" in text_of("examples/README.md") for name in files)


@pytest.mark.parametrize("name", REQUESTS)
def test_every_example_file_is_read(name, monkeypatch):
    monkeypatch.chdir(ROOT / "examples")

    problem = problem_from(REQUESTS[name])

    assert problem.x.shape == ((3, 0) if name == "qkv.json" else (4, 4))


def test_the_example_of_queries_keys_and_values_is_the_worked_example(monkeypatch):
    monkeypatch.chdir(ROOT / "examples")

    given, worked = (
        trace_of(problem_from(each)) for each in (REQUESTS["qkv.json"], InputRequest())
    )

    np.testing.assert_array_equal(given.output, worked.output)


def test_the_example_array_holds_the_numbers_of_the_example_table(monkeypatch):
    monkeypatch.chdir(ROOT / "examples")

    table, array = (problem_from(REQUESTS[name]) for name in ("x.csv", "x.npy"))

    np.testing.assert_array_equal(table.x, array.x)
    assert table.tokens == ("we", "like", "green", "tea")
    assert array.tokens is None


def loaded(path: str) -> ModuleType:
    """A Python file that is not part of the package."""
    spec = importlib.util.spec_from_file_location(Path(path).stem, ROOT / path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # where dataclasses look for the names in annotations
    spec.loader.exec_module(module)
    return module


def rules() -> ModuleType:
    """The rules that hold the architecture."""
    return loaded("tests/test_architecture.py")


def test_the_map_of_the_rooms_is_the_one_that_is_enforced():
    rows = re.findall(
        r"^\| `([\w.]+)` \|[^|]+\| ([^|]+) \| ([^|]+) \|$", text_of("ARCHITECTURE.md"), re.M
    )
    order = [room for room, _, _ in rows]

    def listed(cell: str) -> set[str]:
        return set() if cell == "–" else set(cell.split(", "))

    def imported(room: str, cell: str) -> set[str]:
        """The rooms of a cell, which may be "all above but" some."""
        but = cell.removeprefix("all above but ")
        return listed(cell) if but == cell else set(order[: order.index(room)]) - listed(but)

    assert {room: imported(room, rooms) for room, rooms, _ in rows} == rules().ROOMS
    assert {room: listed(libraries) for room, _, libraries in rows} == rules().LIBRARIES
    assert all(
        order.index(each) < order.index(room)
        for room, rooms, _ in rows
        for each in imported(room, rooms)
    )


def pictures(document: str) -> set[str]:
    return set(re.findall(r'src(?:set)?="docs/images/([^"]+)"', text_of(document)))


def test_every_picture_is_shown_and_light_enough_for_a_page():
    files = list((ROOT / "docs" / "images").iterdir())

    assert {path.name for path in files} == pictures("README.md") | pictures("README.zh.md")
    assert all(path.stat().st_size < MOST_BYTES_OF_A_PICTURE for path in files)


@pytest.mark.films
@pytest.mark.render
def test_the_pictures_show_the_program_as_it_is(tmp_path):
    loaded("scripts/pictures.py").main(tmp_path, [DARK])

    kept = ROOT / "docs" / "images"
    assert {path.name for path in tmp_path.iterdir()} == {
        path.name for path in kept.glob("*-dark.png")
    }
    for path in tmp_path.iterdir():
        new, old = (pixels(each) for each in (path, kept / path.name))
        assert new.shape == old.shape, f"{path.name}: run scripts/pictures"
        assert np.abs(new - old).mean() < MOST_DIFFERENCE, f"{path.name}: run scripts/pictures"


def pixels(path: Path) -> np.ndarray:
    with Image.open(path) as picture:
        return np.asarray(picture.convert("RGBA"), dtype=float)

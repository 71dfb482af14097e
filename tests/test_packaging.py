"""The wheel, made by way of the source distribution, installed where this repository cannot be seen, and run."""

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

import attnviz
from attnviz import Trace

ROOT = Path(attnviz.__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy: the build leaves folders behind, and would take stale files from old ones."""
    source = tmp_path_factory.mktemp("source")
    unwanted = shutil.ignore_patterns("__pycache__")
    for name in ("attnviz", "scenes"):
        shutil.copytree(ROOT / name, source / name, ignore=unwanted)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    built = tmp_path_factory.mktemp("built")
    # Without --wheel, build makes the source distribution first and the wheel from that.
    run([sys.executable, "-m", "build", "--no-isolation", "--outdir", str(built), str(source)])
    [found] = built.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of programs of an environment that has the wheel, and borrows only its dependencies."""
    home = tmp_path_factory.mktemp("environment")
    venv.create(home, with_pip=False, symlinks=True)
    programs = home / "bin"
    python = programs / "python"
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", str(python)]
    run([*pip, "install", "--quiet", "--no-deps", "--no-index", str(wheel)])
    site = run([str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"])
    # A path named in a .pth is searched, but the .pth of the editable install inside it is not obeyed.
    borrowed = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (Path(site.strip()) / "borrowed.pth").write_text("\n".join(borrowed))
    return programs


def run(command: list[str], cwd: Path | None = None) -> str:
    """What the command printed. A failure shows what it said."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(command, capture_output=True, text=True, env=clean, cwd=cwd, check=False)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def contents(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_the_wheel_holds_every_file_of_the_package_and_nothing_else(wheel):
    written = {
        path.relative_to(ROOT).as_posix()
        for path in (*(ROOT / "attnviz").rglob("*"), *(ROOT / "scenes").rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }
    expected = {name if name.startswith("attnviz/") else f"attnviz/{name}" for name in written}

    packed = {name for name in contents(wheel) if ".dist-info/" not in name}

    assert packed == expected


def test_the_wheel_holds_the_words_the_examples_and_the_mark_of_being_typed(wheel):
    packed = contents(wheel)

    assert {
        "attnviz/py.typed",
        "attnviz/lessons/words/en.toml",
        "attnviz/lessons/words/zh.toml",
        "attnviz/inputs/examples/illustrated.toml",
        "attnviz/scenes/self_attention.py",
    } <= packed
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in packed)


def test_the_installed_package_is_not_the_one_of_the_repository(installed, tmp_path):
    statement = "import attnviz, attnviz.scenes; print(attnviz.__file__, attnviz.scenes.__file__)"

    printed = run([str(installed / "python"), "-c", statement], cwd=tmp_path)

    assert all(Path(each).is_relative_to(installed.parent) for each in printed.split())


def test_the_installed_program_lists_the_examples(installed, tmp_path):
    assert "illustrated" in run([str(installed / "attnviz"), "examples"], cwd=tmp_path)
    assert "illustrated" in run([str(installed / "python"), "-m", "attnviz", "examples"], tmp_path)


def test_the_installed_program_explains_the_built_in_example(installed, tmp_path):
    text = run([str(installed / "attnviz"), "explain"], cwd=tmp_path)
    trace = Trace.from_json(
        run([str(installed / "attnviz"), "explain", "--format", "json"], cwd=tmp_path)
    )

    assert "softmax" in text
    assert trace.heads[0].stages.scores.tolist() == [[2, 4, 4], [4, 16, 12], [4, 12, 10]]
    assert list(tmp_path.iterdir()) == []


def test_the_scene_of_the_installed_package_can_be_imported(installed, tmp_path):
    statement = "import attnviz.scenes.self_attention as film; print(film.__name__)"

    assert (
        run([str(installed / "python"), "-c", statement], cwd=tmp_path)
        .strip()
        .endswith("attnviz.scenes.self_attention")
    )

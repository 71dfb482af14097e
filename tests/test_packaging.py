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
from attnviz.lessons.registry import LESSONS
from attnviz.story.i18n import LANGUAGES

ROOT = Path(attnviz.__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy: the build leaves folders behind, and would take stale files from old ones."""
    source = tmp_path_factory.mktemp("source")
    unwanted = shutil.ignore_patterns("__pycache__")
    for name in ("attnviz", "scenes"):
        shutil.copytree(ROOT / name, source / name, ignore=unwanted)
    for name in ("pyproject.toml", "setup.py", "README.md", "LICENSE"):
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
    """The output of the command, which a failure shows."""
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


def test_the_wheel_holds_what_is_read_beside_the_code(wheel):
    packed = contents(wheel)

    assert {
        "attnviz/py.typed",
        "attnviz/inputs/examples/illustrated.toml",
        "attnviz/lessons/cnn_limits/pictures/digit.json",
        *(f"attnviz/story/i18n/{language}.toml" for language in LANGUAGES),
        *(f"attnviz/lecture/start.{language}.toml" for language in LANGUAGES),
    } <= packed
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in packed)


@pytest.mark.parametrize("lesson", LESSONS.values(), ids=LESSONS)
def test_the_wheel_holds_of_every_lesson_its_module_its_words_and_its_scene(wheel, lesson):
    assert {
        f"attnviz/lessons/{lesson.module}/lesson.py",
        f"attnviz/scenes/{lesson.module}.py",
        *(f"attnviz/lessons/{lesson.module}/{language}.toml" for language in LANGUAGES),
    } <= contents(wheel)


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


def test_the_installed_package_explains_every_lesson_and_has_its_scene(installed, tmp_path):
    statement = (
        "from attnviz.lessons.registry import LESSONS\n"
        "from attnviz.scenes import default_storyboard, scene_of\n"
        "for name, lesson in LESSONS.items():\n"
        "    print(scene_of(lesson).__module__, default_storyboard(name).lesson)"
    )

    printed = run([str(installed / "python"), "-c", statement], cwd=tmp_path)

    assert printed.splitlines() == [
        f"attnviz.scenes.{lesson.module} {name}" for name, lesson in LESSONS.items()
    ]


@pytest.mark.render
def test_the_installed_program_films_a_lecture_that_says_what_made_it(installed, tmp_path):
    program = str(installed / "attnviz")
    run([program, "new", "talk.toml"], cwd=tmp_path)
    talk = (tmp_path / "talk.toml").read_text(encoding="utf-8")
    words = talk.index("[chapter.words]")
    short = 'steps = ["scores"]\npace = "fast"\n'
    (tmp_path / "talk.toml").write_text(talk[:words] + short + talk[words:], encoding="utf-8")

    run([program, "render", "talk.toml", "--quality", "low"], cwd=tmp_path)

    told = run([program, "explain", "--from", "talk.mp4"], cwd=tmp_path)
    assert "Whom should the cat listen to?" in told

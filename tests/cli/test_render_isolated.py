"""Nothing that lies in the working directory is run by `attnviz render`, whatever it is called."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """import sys
from attnviz.cli import main

if __name__ == "__main__":
    sys.exit(main())
"""
"""What a console script is."""
TRAPS = ("numpy", "random", "tempfile", "typing", "av", "manim", "srt")
SHORT = ("--step", "inputs", "--quality", "low", "--fps", "5", "--pace", "fast", "--no-cache")
SCENE = """
import subprocess, sys
from manim import *

class Mine(Scene):
    def construct(self):
        print(config.background_color.to_hex())
        subprocess.run([sys.executable, "beside.py"], check=True)
        self.play(Create(Square()), run_time=0.5)
"""


@pytest.fixture
def trapped(tmp_path) -> Path:
    """A folder with modules that leave a file when they are run, and settings that would change a film."""
    folder = tmp_path / "trapped"
    folder.mkdir()
    for name in TRAPS:
        trap = f"open({str(tmp_path / f'{name}.ran')!r}, 'w').close()\nraise SystemExit(3)\n"
        (folder / f"{name}.py").write_text(trap)
    (folder / "manim.cfg").write_text("[CLI]\nbackground_color = #ff0000\nno such line\n")
    return folder


def render_in(folder: Path, program: list[str], *arguments: object) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, *program, "render", *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=folder,
        env=os.environ | {"XDG_CACHE_HOME": str(folder.parent / "cache")},
        check=False,
    )


def ran(folder: Path) -> list[str]:
    return sorted(path.stem for path in folder.parent.glob("*.ran"))


@pytest.fixture
def console_script(tmp_path) -> list[str]:
    path = tmp_path / "bin" / "attnviz"
    path.parent.mkdir()
    path.write_text(PROGRAM)
    return [str(path)]


def test_the_traps_are_run_by_a_program_that_looks_into_its_folder(trapped):
    subprocess.run([sys.executable, "-c", "import random"], cwd=trapped, check=False)

    assert ran(trapped) == ["random"]


@pytest.mark.parametrize("jobs", [1, 2])
def test_modules_in_the_working_directory_are_not_run(trapped, console_script, jobs):
    (trapped / "attnviz.py").write_text((trapped / "numpy.py").read_text())

    done = render_in(trapped, console_script, *SHORT, "--jobs", jobs, "-o", "a.mp4")

    assert (done.returncode, done.stderr.count("\n")) == (0, 1), done.stderr
    assert (trapped / "a.mp4").exists()
    assert ran(trapped) == []


def test_nor_are_they_where_python_has_put_that_directory_first(trapped):
    done = render_in(trapped, ["-m", "attnviz"], *SHORT, "--jobs", 2, "-o", "a.mp4")

    assert (done.returncode, done.stderr.count("\n")) == (0, 1), done.stderr
    assert (trapped / "a.mp4").exists()
    assert ran(trapped) == []


@pytest.mark.parametrize("path", ["", ":", ".", "{lib}:", ".:{lib}"])
def test_nor_are_they_where_an_entry_of_the_path_of_modules_is_empty(
    trapped, tmp_path, console_script, path
):
    (tmp_path / "lib").mkdir()
    (trapped / "click.py").write_text((trapped / "numpy.py").read_text())

    done = subprocess.run(
        [sys.executable, *console_script, "explain", "a b"],
        capture_output=True,
        text=True,
        cwd=trapped,
        env=os.environ | {"PYTHONPATH": path.format(lib=tmp_path / "lib")},
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert ran(trapped) == []


def test_where_attnviz_itself_is_imported_from_there_it_still_is(monkeypatch):
    from attnviz.cli import import_path

    root = Path(import_path.__file__).parents[2]
    monkeypatch.chdir(root)
    monkeypatch.setenv("PYTHONPATH", f".{os.pathsep}")
    monkeypatch.setattr(sys, "path", [str(root), "/lib"])

    import_path.leave_out_working_directory()

    assert (sys.path, os.environ["PYTHONPATH"]) == ([str(root), "/lib"], f".{os.pathsep}")


def test_processes_of_this_one_get_the_other_entries(tmp_path, monkeypatch):
    from attnviz.cli import import_path

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(["", "/one", "two", "/three"]))
    monkeypatch.setattr(
        sys, "path", [str(tmp_path), "/one", str(tmp_path / "two"), "/three", "/lib"]
    )

    import_path.leave_out_working_directory()

    assert sys.path == ["/one", "/three", "/lib"]
    assert os.environ["PYTHONPATH"] == os.pathsep.join(["/one", "/three"])


@pytest.mark.render
@pytest.mark.parametrize("jobs", [1, 2])
def test_a_scene_is_run_from_its_own_folder_under_the_settings_there(
    trapped, tmp_path, console_script, jobs
):
    own = tmp_path / "own"
    (own / "lib").mkdir(parents=True)
    (own / "mine.py").write_text(SCENE.replace('"beside.py"', repr(str(own / "lib" / "beside.py"))))
    (own / "lib" / "beside.py").write_text("import helper\n")
    (own / "lib" / "helper.py").write_text("")
    (own / "manim.cfg").write_text("[CLI]\nbackground_color = #0000FF\nframe_rate = 7\n")

    short = ("--quality", "low", "--fps", 5, "--no-cache", "--jobs", jobs)
    done = render_in(trapped, console_script, own / "mine.py", *short, "-o", "a.mp4")

    assert (done.returncode, done.stdout) == (0, "#0000FF\n"), done.stderr
    assert "5 frames a second" in done.stderr
    assert (trapped / "a.mp4").exists()
    assert ran(trapped) == []


def test_settings_of_a_scene_that_manim_cannot_read_are_an_error_in_one_line(attnviz, work):
    (work / "mine.py").write_text(SCENE)
    (work / "manim.cfg").write_text("[CLI]\nframe_rate = many\n")

    done = attnviz("render", "mine.py")

    assert done.status == 2
    assert done.refusal.startswith("manim.cfg is not as manim reads it (")

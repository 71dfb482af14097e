"""A lesson from outside of the package, `examples/mean_lesson`, is explained and filmed like any other."""

import os
import subprocess
import sys
from pathlib import Path

import av
import pytest

import attnviz
from attnviz.errors import InputError
from attnviz.lessons.lesson import Lesson
from attnviz.lessons.registry import LESSONS, lesson_named

EXAMPLES = Path(__file__).parents[1] / "examples"
LESSON_FOLDER = EXAMPLES / "mean_lesson"


@pytest.fixture
def mean(monkeypatch) -> Lesson:
    """The lesson, registered for one test."""
    monkeypatch.syspath_prepend(str(EXAMPLES))
    from mean_lesson.lesson import LESSON

    attnviz.register_lesson(LESSON)
    yield LESSON
    LESSONS.remove(LESSON.name)


def trace() -> attnviz.Trace:
    return attnviz.trace("the cat sat")


@pytest.mark.parametrize("language", [path.stem for path in sorted(LESSON_FOLDER.glob("*.toml"))])
def test_a_registered_lesson_is_built_in_every_language_that_it_has(mean, language):
    board = attnviz.lesson("mean", trace(), language=language)

    assert [step.id for step in board.steps] == list(mean.steps)
    assert all(words for step in board.steps for words in step.narration.values())


def test_a_registered_lesson_is_explained_and_written(mean):
    board = attnviz.lesson("mean", trace())

    assert "Without a choice each of 3 keys" in str(attnviz.explain(board))
    assert "## 2. The mean" in attnviz.markup(board, "markdown")


def test_a_registered_lesson_comes_last_in_the_list(mean):
    assert list(LESSONS)[-1] == mean.name


def test_a_registered_lesson_is_filmed(mean, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    target = tmp_path / "mean.mp4"

    attnviz.film(attnviz.lesson("mean", trace()), target, quality="low", fps=2, pace="fast", jobs=1)

    with av.open(str(target)) as film:
        assert film.streams.video[0].frames > 10


def test_the_name_of_another_lesson_is_refused(mean):
    with pytest.raises(InputError, match=r"^there is a lesson cost already"):
        attnviz.register_lesson(Lesson("cost", "mean_lesson"))


def test_a_lesson_whose_package_is_not_there_is_refused_and_the_cure_said():
    with pytest.raises(InputError, match=r"nowhere\.lessons, which cannot be found: install it"):
        attnviz.register_lesson(Lesson("lost", "nowhere.lessons"))

    assert "lost" not in LESSONS


def test_the_command_line_finds_the_lesson_of_an_installed_package(tmp_path):
    installed = tmp_path / "mean_lesson-1.0.dist-info"
    installed.mkdir()
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: mean-lesson\nVersion: 1.0\n")
    (installed / "entry_points.txt").write_text(
        "[attnviz.lessons]\nmean = mean_lesson.lesson:LESSON\n"
    )
    paths = os.pathsep.join([str(EXAMPLES), str(tmp_path)])

    done = subprocess.run(
        [sys.executable, "-m", "attnviz", "explain", "the cat sat", "--lesson", "mean"],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": paths},
        cwd=tmp_path,
        timeout=120,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert "Attention and the mean" in done.stdout


def test_a_lesson_that_nobody_knows_is_named_with_the_nearest():
    with pytest.raises(InputError, match="did you mean 'masking'"):
        lesson_named("maskin")

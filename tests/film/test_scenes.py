"""The scene files work with manim's own command line, from any folder."""

import os
import subprocess
import sys
from pathlib import Path

import attnviz.scenes
import av
import pytest
from attnviz.scenes import scene_of

from attnviz.lessons.cost import parts
from attnviz.lessons.registry import LESSONS, build_storyboard
from attnviz.lessons.request import LessonRequest
from attnviz.story.storyboard import Step
from attnviz.views.film.acts.act import Act
from attnviz.views.film.production.planning import plan
from attnviz.views.film.stage import Stage
from tests.patience import PATIENCE

from .films import film_of

SCENES = sorted(
    path for path in Path(attnviz.scenes.__file__).parent.glob("*.py") if path.stem != "__init__"
)


@pytest.mark.parametrize("path", SCENES, ids=lambda path: path.stem)
def test_manim_renders_a_scene_file_from_another_folder(tmp_path, path):
    media = tmp_path / "media"
    command = ["-m", "manim", "render", path, "-ql", "-n", "0,1", "--fps", "5"]
    done = subprocess.run(
        [sys.executable, *command, "--media_dir", media, "--progress_bar", "none"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=os.environ | {"XDG_CACHE_HOME": str(tmp_path / "cache")},
        timeout=PATIENCE,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    (film,) = [each for each in media.rglob("*.mp4") if "partial_movie_files" not in each.parts]
    with av.open(str(film)) as opened:
        first = next(opened.decode(video=0))
        assert (first.width, first.height) == (854, 480)


def test_every_lesson_has_a_scene_file_and_so_has_a_title_card():
    lessons = {lesson.module for lesson in LESSONS.values()}

    assert {path.stem for path in SCENES} == lessons | {"title_card"}


def test_an_act_plays_the_parts_of_its_step():
    played = {
        (lesson.name, step): act.parts
        for lesson in LESSONS.values()
        for step, act in scene_of(lesson).acts.items()
    }
    defined = {
        (lesson.name, each.id): each.parts
        for lesson in LESSONS.values()
        for each in lesson.definitions
    }

    assert played.items() <= defined.items()


def test_an_act_that_omits_a_part_is_an_error_that_names_it(monkeypatch):
    def play_nothing(stage: Stage, step: Step) -> None:
        """Says no word."""

    scene = scene_of(LESSONS["cost"])
    monkeypatch.setattr(scene, "acts", {"memory": Act(play_nothing, parts.Memory)})

    with pytest.raises(LookupError, match=r"^the act of the step memory plays \[\], and the step"):
        plan(film_of(build_storyboard("cost", LessonRequest())))

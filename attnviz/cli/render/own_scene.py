"""attnviz render FILE.py:NAME: a user's own manim scene, drawn by the same renderer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from attnviz.cli.shared.lines import echo_line
from attnviz.errors import InputError
from attnviz.library.files import atomic_file, check_writable
from attnviz.library.films.render_job import RenderOptions, files_of, film_path
from attnviz.library.films.render_resources import RenderResources
from attnviz.render.scenes.scene_file import SceneFile

if TYPE_CHECKING:
    from attnviz.render.scenes.own_scene import OwnScene, ScenePlan
    from attnviz.views.film.production.film_service import FilmService

_SCENE_OPTIONS = ("text", "output", "quality", "fps", "jobs", "no_cache", "cluster")
"""The options that go with a scene."""


def check_scene_options(given: Mapping[str, str]) -> None:
    """`given` are the options that were given, by name with their flag. Raises InputError for one of no use."""
    for name, flag in given.items():
        if name not in _SCENE_OPTIONS:
            raise InputError(f"a scene of your own says itself what it shows: leave {flag} out")


def resources(options: RenderOptions) -> RenderResources:
    """The processes and the cache that the options name."""
    return RenderResources(options.jobs, not options.no_cache, options.cluster)


def warn(message: str) -> None:
    """Prints one line on stderr about what may be wrong, or takes longer."""
    echo_line(f"Warning: {message}", err=True)


def film_scene(file: SceneFile, options: RenderOptions) -> None:
    """Plans the scene, draws it, and says where it went.

    Raises InputError as the scene does, and OutputError where the film cannot be written.
    """
    from attnviz.cli.render.progress import drawing, summary
    from attnviz.cli.shared.interrupts import deferred_interrupts
    from attnviz.cli.shared.progress_line import progress_line

    output = None if options.output is None else film_path(options.output)
    with (
        deferred_interrupts() as raise_if_interrupted,
        resources(options).open_service(warn) as service,
    ):
        with progress_line("Planning"):
            scene, planned = _planned(file, options, raise_if_interrupted)
        target = film_path(f"{scene.bundle.scene}.mp4") if output is None else output
        for path in files_of(target):
            check_writable(path)
        with drawing(planned.frames, lambda: service.kept) as bar:

            def on_frames(count: int) -> None:
                bar.advance(count)
                raise_if_interrupted()

            written = _write(scene, planned, target, service, on_frames)
            size = scene.quality
            bar.print_line(summary(target, written.frames / size.fps, size))


def _planned(
    file: SceneFile, options: RenderOptions, raise_if_interrupted: Callable[[], None]
) -> tuple[OwnScene, ScenePlan]:
    from attnviz.render.quality import DEFAULT_QUALITY, quality
    from attnviz.render.scenes.own_scene import OwnScene, plan_scene
    from attnviz.render.scenes.scene_file import bundled, load

    size, found = quality(options.quality or DEFAULT_QUALITY, options.fps), load(file)
    planned = plan_scene(OwnScene(bundled(found), size), lambda count: raise_if_interrupted())
    # by now it has imported all that it needs
    return OwnScene(bundled(found), size), planned


def _write(
    scene: OwnScene,
    planned: ScenePlan,
    target: Path,
    service: FilmService,
    on_frames: Callable[[int], None],
) -> ScenePlan:
    """The film, and its subcaptions beside it, if it has any; all of it, or nothing."""
    from attnviz.render.scenes.own_scene import make
    from attnviz.render.video.captions import subrip, webvtt
    from attnviz.views.film.production.film_service import PROGRAM

    film, *beside = files_of(target)
    with ExitStack() as stack:
        drawn = stack.enter_context(atomic_file(film))
        scenario = make(scene, planned, drawn, service, on_frames, encoding_tool=str(PROGRAM))
        for path, write in zip(beside, (subrip, webvtt), strict=True):
            if scenario.captions:
                written = stack.enter_context(atomic_file(path))
                written.write_text(write(scenario.captions), encoding="utf-8")
        on_frames(0)  # the last moment to be interrupted in
    return scenario

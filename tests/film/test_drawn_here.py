"""Workers that find another film than was planned, as a machine may that reckons otherwise in the last digit."""

import pytest

from attnviz.render.drawing.scene_replay import NonDeterministicSceneError
from attnviz.render.render_queue import RenderTask
from attnviz.render.workers.executor import Executor, executor
from attnviz.render.workers.worker import draw
from attnviz.views.film.production.film_service import FilmService
from attnviz.views.film.production.planning import plan
from tests.film.small import small_film


class Doubtful:
    """Has the first order drawn by a worker process, and finds the second one changed.

    Not in this process: it plans at the same time, and manim's configuration is global.
    """

    workers = 2

    def __init__(self, workers: Executor):
        self._workers = workers

    def results(self, job, arguments, on_wait):
        if job is not draw:
            yield from self._workers.results(job, arguments, on_wait)
            return
        for i, request in enumerate(arguments):
            if i == 1:
                raise NonDeterministicSceneError("play 3 is another one")
            ((_, drawn),) = self._workers.results(job, [request], on_wait)
            yield i, drawn


@pytest.mark.films
@pytest.mark.parametrize("folder", [True, False], ids=["ahead", "planned before"])
def test_a_lesson_is_drawn_here_then_and_every_frame_is_heard_of_once(tmp_path, folder):
    asked, heard = small_film("inputs", "scores", "softmax"), []
    work, parts, again = (tmp_path / name for name in ("work", "parts", "again"))
    for each in (work, parts, again):
        each.mkdir()
    with executor(2) as workers:
        place = FilmService(Doubtful(workers), folder=str(work) if folder else None)

        (told,) = place.plan([asked], ahead=folder)
        (files,) = place.draw(
            [RenderTask(asked, told.segments, is_same_here=True)], parts, heard.append
        )
        place.stop()

    assert told == plan(asked)
    assert sum(heard) == told.frames
    with executor(1) as alone:
        (expected,) = FilmService(alone).draw(
            [RenderTask(asked, told.segments, is_same_here=True)], again
        )
    assert [each.read_bytes() for each in files] == [each.read_bytes() for each in expected]

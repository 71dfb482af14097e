"""A film is drawn while it is being planned, by workers that take orders as they come."""

import threading
from dataclasses import replace
from functools import partial

import pytest
from attnviz.scenes.self_attention import SelfAttention

from attnviz.errors import InputError
from attnviz.render.pipelined_render import PipelinedRender
from attnviz.render.workers.worker import DrawResult
from attnviz.typeset.typefaces import latin
from attnviz.views.film.production.planning import plan
from tests.film.small import small_film


class Scripted:
    """Two workers that draw nothing, and note their orders."""

    workers = 2

    def __init__(self):
        self.requests, self.on_the_way = [], []

    def results(self, job, arguments, on_wait):
        for i, request in enumerate(arguments):
            on_wait()
            self.requests.append(request)
            yield i, DrawResult(tuple(b"film" for _ in request.range.segments), 0.1)


@pytest.fixture
def workers():
    return Scripted()


@pytest.fixture
def pipelined(workers, tmp_path):
    begun = []

    def begin(asked, there=lambda segment: False, keep=lambda segment, data: None):
        begun.append(
            PipelinedRender(
                asked, partial(plan, asked), asked, "one", workers, tmp_path, there, keep
            )
        )
        return begun[-1]

    yield begin
    for each in begun:
        each.close()
    assert threading.active_count() == 1 or not any(
        "_run_planning" in repr(each) for each in threading.enumerate()
    )


def quiet(count=0):
    """Nobody listens."""


def test_the_plan_is_the_same_and_every_segment_is_drawn(pipelined, workers):
    asked, kept = small_film("inputs", "scores"), {}
    drawn = pipelined(asked, keep=lambda segment, data: kept.setdefault(segment.key, data))

    planned = drawn.plan(quiet)
    counted = []
    drawn.rest(counted.append)

    assert planned == plan(asked)
    ordered = [segment for request in workers.requests for segment in request.range.segments]
    assert tuple(ordered) == planned.segments
    assert set(kept) == {each.key for each in planned.segments}
    assert all(drawn.file(each).read_bytes() == b"film" for each in planned.segments)
    assert sum(counted) == planned.frames


def test_what_is_there_is_passed_by_and_all_workers_but_one_follow_until_there_is_something_to_draw(
    pipelined, workers, monkeypatch
):
    monkeypatch.setattr("attnviz.render.pipelined_render._STEP", -1.0)
    asked = small_film("inputs", "scores")
    segments = plan(asked).segments
    missing = segments[2]

    drawn = pipelined(asked, there=lambda segment: segment.key != missing.key)
    drawn.plan(quiet)
    drawn.rest(quiet)

    followed = [request.begin for request in workers.requests if not request.range.segments]
    assert followed == [segments[0].end, segments[1].end]
    ordered = [segment for request in workers.requests for segment in request.range.segments]
    assert ordered == [missing]
    assert drawn.file(segments[1]) is None


def test_an_error_of_the_film_is_raised_by_the_plan(pipelined):
    with pytest.raises(InputError, match="no typeface here has the character"):
        pipelined(replace(small_film("inputs", text="the 😀"), font=latin())).plan(quiet)


def test_it_ends_at_once_when_whoever_waits_is_interrupted(pipelined):
    def interrupt():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        pipelined(small_film("inputs", "scores")).plan(interrupt)


def test_closed_in_the_middle_it_leaves_nothing_running(pipelined, workers):
    reached = threading.Event()

    class Watched(SelfAttention):
        def beat_ended(self, beat):
            reached.set()

    drawn = pipelined(replace(small_film(), scene=Watched))
    assert reached.wait(30)
    drawn.close()

    assert not workers.requests

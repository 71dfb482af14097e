"""A film is drawn as it was planned, and nothing of it twice."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from attnviz.render.drawing.timeline import Segment
from attnviz.render.render_queue import RenderTask
from attnviz.render.store import Store
from attnviz.render.workers.executor import Executor, executor
from attnviz.render.workers.worker import draw
from attnviz.story.storyboard import Storyboard
from attnviz.views.film.film import Film
from attnviz.views.film.production.film_service import FilmService, film_service
from attnviz.views.film.production.planning import Plan, plan
from attnviz.views.film.video.assembly import About, Chapter, FilmPlan, make
from tests.film.small import small_film

pytestmark = pytest.mark.films


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def store(tmp_path) -> Store:
    return Store(tmp_path / "store", limit=10**9)


class WatchedExecutor:
    """An executor that notes its jobs."""

    workers = 1

    def __init__(self, executor: Executor) -> None:
        self._executor = executor
        self.planned: list[object] = []
        self.drawn: list[Segment] = []
        self.scenes: set[str] = set()

    def results(
        self, job: Callable[[Any], Any], arguments: Sequence[Any], on_wait: Callable[[], None]
    ) -> Iterator[tuple[int, Any]]:
        if job is not draw:
            self.planned += arguments
        else:
            self.drawn += [each for request in arguments for each in request.range.segments]
            self.scenes |= {request.scene for request in arguments}
        return self._executor.results(job, arguments, on_wait)


class Made:
    """Films that were made in one go."""

    def __init__(self, films: Sequence[Film], folder: Path, store: Store | None = None) -> None:
        folder.mkdir()
        self.counted: list[int] = []
        with executor(1) as alone:
            watched = WatchedExecutor(alone)
            place = FilmService(watched, store)
            self.plans = place.plan(films)
            tasks = [RenderTask(f, p.segments) for f, p in zip(films, self.plans, strict=True)]
            self.files = place.draw(tasks, folder, self.counted.append)
        self.planned, self.drawn, self.scenes = watched.planned, watched.drawn, watched.scenes

    @property
    def keys(self) -> set[str | None]:
        return {each.key for told in self.plans for each in told.segments}

    @property
    def bytes(self) -> list[bytes]:
        return [path.read_bytes() for paths in self.files for path in paths]


def shown(files: Sequence[Path]) -> list[np.ndarray]:
    """The frames of the files, one after the other, grey."""
    frames = []
    for path in files:
        with av.open(str(path)) as film:
            frames += [each.to_ndarray(format="gray").astype(int) for each in film.decode(video=0)]
    return frames


@pytest.mark.parametrize(
    ("steps", "fps", "pace"),
    [
        (("inputs", "weights"), 5, "fast"),
        (("softmax",), 7, "fast"),
        (("scores", "output"), 3, "fast"),
        (("why-scale",), 12, "fast"),
        # where 0.4 seconds are 6 frames and a little, to the last bit
        (("scores", "softmax"), 15, "normal"),
        (("output",), 30, "normal"),
        (("output",), 60, "slow"),
    ],
)
def test_as_many_frames_are_drawn_as_were_planned(tmp_path, cache, steps, fps, pace):
    made = Made([small_film(*steps, fps=fps, pace=pace)], tmp_path / "parts")

    (planned,), (files,) = made.plans, made.files
    for segment, path in zip(planned.segments, files, strict=True):
        with av.open(str(path)) as film:
            stream = film.streams.video[0]
            assert (stream.width, stream.height) == (160, 90)
            assert stream.average_rate == fps
            assert sum(1 for _ in film.decode(stream)) == segment.frames
    assert planned.frames == sum(each.frames for each in planned.segments) == sum(made.counted)
    assert not list((cache / "attnviz").iterdir())


def test_whoever_listens_hears_of_every_frame_while_it_is_drawn(tmp_path):
    made = Made([small_film("scores")], tmp_path / "parts")

    (planned,) = made.plans
    moving = sum(play.frames for each in planned.segments for play in each.plays if not play.still)
    assert moving > 20
    assert len(made.counted) >= moving


def test_drawing_can_be_interrupted_in_the_middle_of_a_segment(tmp_path):
    calls = []

    def third_time(count: int) -> None:
        calls.append(count)
        if len(calls) == 3:
            raise KeyboardInterrupt

    asked = small_film("scores")
    (tmp_path / "parts").mkdir()
    with film_service() as place, pytest.raises(KeyboardInterrupt):
        place.draw([RenderTask(asked, plan(asked).segments)], tmp_path / "parts", third_time)

    assert calls == [0, 0, 0]
    assert not list((tmp_path / "parts").iterdir())


def test_a_film_made_before_is_neither_planned_nor_drawn_again(tmp_path, store):
    films = [small_film("inputs"), small_film("scores")]
    first = Made(films, tmp_path / "first", store)
    again = Made(films, tmp_path / "again", store)

    assert len(first.planned) == 2
    assert {each.key for each in first.drawn} == first.keys
    assert (again.planned, again.drawn) == ([], [])
    assert again.plans == first.plans
    assert again.bytes == first.bytes
    assert sum(again.counted) == sum(first.counted) == sum(each.frames for each in first.plans)


def test_without_a_store_everything_is_drawn_each_time_and_the_same(tmp_path):
    first, again = (Made([small_film("inputs")], tmp_path / each) for each in ("a", "b"))

    assert len(again.drawn) == len(first.drawn) > 0
    assert again.bytes == first.bytes


def test_what_is_shown_twice_is_drawn_once(tmp_path):
    made = Made([small_film("inputs"), small_film("inputs")], tmp_path / "parts")

    (one, other), (some, same) = made.plans, made.files
    assert one == other
    assert len(made.drawn) == len(one.segments)
    assert [path.read_bytes() for path in some] == [path.read_bytes() for path in same]
    assert sum(made.counted) == 2 * one.frames


def reworded(board: Storyboard, step: str, part: str, text: str) -> Storyboard:
    steps = tuple(
        replace(each, narration={**each.narration, part: text}) if each.id == step else each
        for each in board.steps
    )
    return replace(board, steps=steps)


def test_a_changed_caption_is_drawn_again_and_nothing_else(tmp_path, store):
    asked = small_film("scores", "softmax", "output")
    first = Made([asked], tmp_path / "first", store)
    beats = first.plans[0].beats
    beat, following = next(pair for pair in pairwise(beats) if pair[0].name == "softmax.exp")
    text = "".join(reversed(beat.caption))
    new = replace(asked, storyboard=reworded(asked.storyboard, beat.step, beat.part, text))

    again = Made([new], tmp_path / "again", store)

    (before,), (told,) = first.plans, again.plans
    assert {each.key for each in again.drawn} == again.keys - first.keys
    assert 1 <= len(again.drawn) <= 4 < len(told.segments) / 3
    ends = list(accumulate(each.frames for each in told.segments))
    touched = [i for i, each in enumerate(told.segments) if each in again.drawn]
    assert ends[touched[0]] > beat.start * 5
    assert ends[touched[-1] - 1] < following.end * 5
    if told.frames == before.frames:
        one, other = shown(first.files[0]), shown(again.files[0])
        different = [i for i, (a, b) in enumerate(zip(one, other, strict=True)) if (a != b).any()]
        assert beat.start * 5 <= different[0] <= different[-1] < following.end * 5


OTHERS = {
    "another theme": {"theme": "light"},
    "another size": {"size": (192, 108)},
    "another rate": {"fps": 6},
}


@pytest.mark.parametrize("other", OTHERS)
def test_nothing_is_shared_with_a_film_of(other):
    one, another = plan(small_film("inputs")), plan(small_film("inputs", **OTHERS[other]))

    assert not {each.key for each in one.segments} & {each.key for each in another.segments}


@pytest.mark.parametrize(
    "asked", [{"precision": 3}, {"text": "the cat sat"}, {"language": "zh"}, {"pace": "slow"}]
)
def test_other_numbers_words_and_times_are_drawn(asked):
    one, another = plan(small_film("queries")), plan(small_film("queries", **asked))
    shared = {each.key for each in one.segments} & {each.key for each in another.segments}

    # the title, and what is the same in both
    assert len(shared) < len(another.segments) / 2


def test_a_film_in_another_look_is_planned_anew(tmp_path, store):
    films = [small_film("inputs"), *(small_film("inputs", **each) for each in OTHERS.values())]
    with executor(1) as alone:
        watched = WatchedExecutor(alone)
        plans = FilmService(watched, store).plan(films)

    assert len(watched.planned) == len(films)
    assert len({each.segments for each in plans}) == len(films)


@pytest.mark.parametrize("damage", ["cut off", "another byte", "gone"])
def test_a_stored_part_that_is_damaged_is_drawn_again(tmp_path, store, damage):
    first = Made([small_film("inputs")], tmp_path / "first", store)
    part = max(store.folder.rglob("*.mp4.*"), key=lambda path: path.stat().st_size)
    data = part.read_bytes()
    # what was handed out is the same file
    part.unlink()
    if damage == "cut off":
        part.write_bytes(data[:-100])
    elif damage == "another byte":
        part.write_bytes(data[:500] + bytes([data[500] ^ 1]) + data[501:])

    again = Made([small_film("inputs")], tmp_path / "again", store)

    assert [f"{each.key}.mp4" for each in again.drawn] == [part.name.rpartition(".")[0]]
    assert again.bytes == first.bytes
    assert part.read_bytes() == data


def test_a_stored_plan_that_is_damaged_is_made_again(tmp_path, store):
    films = [small_film("inputs"), small_film("queries")]
    first = Made(films, tmp_path / "first", store)
    for stored in store.folder.rglob("*.json.*"):
        stored.write_bytes(stored.read_bytes().replace(b"1", b"2"))

    again = Made(films, tmp_path / "again", store)

    assert again.plans == first.plans
    assert (len(again.planned), again.drawn) == (2, [])


def test_a_store_that_cannot_be_written_is_no_reason_not_to_draw(tmp_path):
    (tmp_path / "file").touch()
    store = Store(tmp_path / "file" / "store", limit=10**9)

    made = Made([small_film("inputs")], tmp_path / "parts", store)

    assert {each.key for each in made.drawn} == made.keys
    assert len(made.bytes) == len(made.plans[0].segments)


def test_a_store_that_can_be_read_but_not_written_is_read(tmp_path, store, monkeypatch):
    first = Made([small_film("inputs")], tmp_path / "first", store)

    def refuse(*_: object) -> None:
        raise PermissionError("Read-only file system")

    for name in ("os.utime", "os.link", "attnviz.render.store._is_gone"):
        monkeypatch.setattr(name, refuse)
    again = Made([small_film("inputs")], tmp_path / "again", store)

    assert again.drawn == []
    assert again.bytes == first.bytes


def test_a_scene_with_a_play_that_cannot_be_hashed_is_drawn_each_time(tmp_path, store):
    def keyless(told: Plan) -> Plan:
        first, *rest = told.segments
        plays = tuple(replace(each, key=None) for each in first.plays)
        return replace(told, segments=(replace(first, plays=plays), *rest))

    told = keyless(plan(small_film("inputs")))

    assert told.segments[0].key is None
    assert all(each.key for each in told.segments[1:])


def test_a_worker_never_goes_on_with_a_scene_of_an_earlier_film(tmp_path):
    films = [small_film("inputs"), small_film("queries")]
    one, other = (Made(films, tmp_path / each) for each in ("a", "b"))

    assert len(one.scenes) == len(other.scenes) == 2
    assert not one.scenes & other.scenes


ABOUT = About("T", "D", "{}")


def film_of(place: FilmService, films: Sequence[Film], target: Path) -> bytes:
    chapters = tuple(Chapter(each) for each in films)
    make(FilmPlan(chapters, place.plan(films)), target, ABOUT, place)
    return target.read_bytes()


def test_processes_make_the_same_film_to_the_last_byte_and_one_after_the_other(tmp_path, cache):
    """Whoever has drawn a part of one film goes on with the next one from its beginning."""
    orders = [
        [small_film("inputs", "scores", language=lang), small_film("output", language=lang)]
        for lang in ("en", "zh")
    ]
    with film_service(jobs=1) as alone:
        expected = [film_of(alone, films, tmp_path / "a.mp4") for films in orders]
    with film_service(jobs=2) as together:
        found = [film_of(together, films, tmp_path / "b.mp4") for films in orders]

    assert found == expected
    assert not list((cache / "attnviz").iterdir())

"""A whole film: chapters planned, re-timed, drawn one after the other, joined, and given all that a film carries."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path

from attnviz.records import record
from attnviz.render.folders import work_folder
from attnviz.render.render_queue import RenderTask
from attnviz.render.video import container
from attnviz.render.video.captions import TimedCaption
from attnviz.render.video.container import Track, TrackLanguage, assemble
from attnviz.story.i18n import language, words
from attnviz.story.pace import Pace
from attnviz.story.storyboard import Storyboard
from attnviz.views.film.film import Film
from attnviz.views.film.production.film_service import PROGRAM, FilmService
from attnviz.views.film.production.planning import Plan
from attnviz.views.film.stage import Beat
from attnviz.views.film.timing import PacedPart, paces_for, shortest, too_short
from attnviz.views.film.video.embedded_spec import is_png, packed, poster

_POSTER_AT = 2 / 3
"""Share of the film after which no poster is looked for: there is most to be seen at the end of a beat."""
_NEAR_ENOUGH = 0.25
"""Seconds by which a film may miss the time it is to last."""
_PASSES = 3


@record(eq=False)
class Chapter:
    """A lesson or a title card as a part of a film."""

    film: Film
    others: tuple[Storyboard, ...] = ()
    """The same told in other languages, for subtitles."""
    is_card: bool = False


@record
class About:
    """Title, description and spec that are written into the file."""

    title: str
    description: str
    spec: str
    """The input that made it; see `attnviz.lessons.spec`."""


@record(eq=False)
class FilmPlan:
    """The chapters of one film, planned: nothing is drawn yet."""

    chapters: tuple[Chapter, ...]
    plans: tuple[Plan, ...]

    @property
    def frames(self) -> int:
        return sum(each.frames for each in self.plans)

    @property
    def seconds(self) -> float:
        return sum(self.lengths)

    @property
    def lengths(self) -> tuple[float, ...]:
        """Seconds of each chapter, as many as its frames take."""
        return tuple(
            plan.frames / chapter.film.quality.fps
            for chapter, plan in zip(self.chapters, self.plans, strict=True)
        )

    @property
    def starts(self) -> tuple[float, ...]:
        """When each chapter begins."""
        return tuple(sum(self.lengths[:i]) for i in range(len(self.lengths)))

    def only(self, part: Sequence[int]) -> FilmPlan:
        """Some of the chapters, as a film of their own."""
        return FilmPlan(tuple(self.chapters[i] for i in part), tuple(self.plans[i] for i in part))

    @property
    def languages(self) -> tuple[str, ...]:
        """Those that it has captions in: its own first."""
        first = self.chapters[0]
        return (
            first.film.storyboard.language,
            *(each.language for each in first.others),
        )

    def captions(self, language: str) -> list[TimedCaption]:
        """The captions in that language, with their times."""
        return [
            TimedCaption(start + beat.start, start + beat.end, _text(chapter, beat, language))
            for start, chapter, plan in zip(self.starts, self.chapters, self.plans, strict=True)
            for beat in plan.beats
        ]

    @property
    def chapter_marks(self) -> list[container.ChapterMark]:
        """Places that players may jump to: each step of each lesson, each card."""
        chapter_marks = []
        for start, length, chapter, plan in zip(
            self.starts, self.lengths, self.chapters, self.plans, strict=True
        ):
            steps = [list(beats) for _, beats in groupby(plan.beats, key=lambda beat: beat.step)]
            begins = [0.0, *(beats[0].start for beats in steps[1:]), length]
            for i, beats in enumerate(steps):
                title = self._title(chapter, beats[0])
                chapter_marks.append(
                    container.ChapterMark(title, start + begins[i], start + begins[i + 1])
                )
        return chapter_marks

    def _title(self, chapter: Chapter, beat: Beat) -> str:
        board = chapter.film.storyboard
        step = board.step(beat.step).title
        one_lesson = len(self.chapters) == 1
        if one_lesson or chapter.is_card:
            return step
        return words(board.language).phrase("common", "part", whole=board.title, part=step)


def _text(chapter: Chapter, beat: Beat, language: str) -> str:
    """Returns the caption of the beat in that language."""
    for board in (chapter.film.storyboard, *chapter.others):
        if board.language == language:
            return board.step(beat.step).narration[beat.part]
    raise LookupError(f"no storyboard in {language}")


def planned(
    chapters: Sequence[Chapter],
    service: FilmService,
    duration: float | None = None,
    on_frames: Callable[[int], None] = lambda count: None,
    *,
    ahead: bool = False,
) -> FilmPlan:
    """The chapters with their times; `duration`, in seconds, is how long all of them are to last.

    With `ahead`, drawing begins before all is planned, where it is one chapter at its own pace.

    Raises InputError where that is too short to be read, and where the typeface lacks a character.
    """
    film_plan = FilmPlan(
        tuple(chapters),
        service.plan([each.film for each in chapters], on_frames, ahead=ahead and duration is None),
    )
    if duration is None:
        return film_plan
    paced_parts = [
        PacedPart(plan.time_spans, chapter.film.style.pace)
        for chapter, plan in zip(film_plan.chapters, film_plan.plans, strict=True)
    ]
    target_seconds, least = duration, shortest(paced_parts)
    for _ in range(_PASSES):
        film_plan = _at(film_plan, paces_for(paced_parts, target_seconds), service, on_frames)
        missing = duration - film_plan.seconds
        if abs(missing) <= _NEAR_ENOUGH:
            break
        if target_seconds == least and missing < 0:
            raise too_short(duration, film_plan.seconds)
        # whole frames at the ends of many chapters add up: that is taken off
        target_seconds = max(target_seconds + missing, least)
    return film_plan


def _at(
    film_plan: FilmPlan,
    paces: Sequence[Pace],
    service: FilmService,
    on_frames: Callable[[int], None],
) -> FilmPlan:
    """The same at other paces."""
    films = [
        replace(chapter.film, style=replace(chapter.film.style, pace=pace))
        for chapter, pace in zip(film_plan.chapters, paces, strict=True)
    ]
    return FilmPlan(
        tuple(replace(c, film=film) for c, film in zip(film_plan.chapters, films, strict=True)),
        service.plan(films, on_frames),
    )


def make(
    film_plan: FilmPlan,
    target: Path,
    about: About,
    service: FilmService,
    *,
    sound: Path | None = None,
    on_frames: Callable[[int], None] = lambda count: None,
) -> None:
    """Draws the chapters and joins them into `target`, an .mp4 with chapters, subtitles, poster, sound and spec.

    Works in the user's cache directory and leaves nothing there but what the service stores.
    """
    with tempfile.TemporaryDirectory(prefix="parts-", dir=work_folder()) as folder:
        tasks = [
            RenderTask(chapter.film, plan.segments, is_same_here=True)
            for chapter, plan in zip(film_plan.chapters, film_plan.plans, strict=True)
        ]
        files = service.draw(tasks, Path(folder), on_frames)
        assemble(
            [file for files_of_chapter in files for file in files_of_chapter],
            target,
            chapters=film_plan.chapter_marks,
            tracks=[
                Track(_track_language(each), film_plan.captions(each))
                for each in film_plan.languages
            ],
            title=about.title,
            description=about.description,
            comment=packed(about.spec),
            encoding_tool=str(PROGRAM),
            language=_track_language(film_plan.languages[0]),
            poster=_poster(film_plan, files, service),
            sound=sound,
        )


def _track_language(code: str) -> TrackLanguage:
    """The language as players list it."""
    record = language(code)
    return TrackLanguage(record.iso_639_2, record.name)


def _poster(film_plan: FilmPlan, files: Sequence[Sequence[Path]], service: FilmService) -> bytes:
    """The end of the beat that ends last before two thirds of the longest lesson."""
    lessons = [i for i, each in enumerate(film_plan.chapters) if not each.is_card]
    at = max(lessons or [0], key=lambda i: film_plan.lengths[i])
    ends = [beat.end for beat in film_plan.plans[at].beats]
    early = [end for end in ends if end <= _POSTER_AT * film_plan.lengths[at]] or ends[:1]
    left = round(max(early[-1] - 0.1, 0.0) * film_plan.chapters[at].film.quality.fps)
    parts = list(zip(film_plan.plans[at].segments, files[at], strict=True))
    while len(parts) > 1 and left >= parts[0][0].frames:
        left -= parts.pop(0)[0].frames
    segment, file = parts[0]
    second = left / film_plan.chapters[at].film.quality.fps
    name = None if segment.key is None else f"{segment.key}-{left}.png"
    return service.cached(name, lambda: poster(file, second), is_png)

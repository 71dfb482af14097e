"""What is to be filmed: a lesson or a lecture, told in every language that is asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from attnviz.cli.render.voicing import check_sound_options
from attnviz.cli.shared.computed import Presentation, lesson_request
from attnviz.cli.shared.lecture_plan import Planned, PlannedLesson, planned
from attnviz.cli.shared.options import BY_LESSON
from attnviz.cli.shared.output import check_writable
from attnviz.cli.shared.steps import check_step_names, chosen_steps
from attnviz.errors import InputError
from attnviz.inputs.request import InputRequest
from attnviz.lecture.model import Lecture, LessonChapter, Version
from attnviz.lecture.output import check_inside
from attnviz.lecture.reading import read_lecture
from attnviz.lessons.lesson import Lesson
from attnviz.lessons.registry import build_storyboard
from attnviz.lessons.request import LessonRequest
from attnviz.story.i18n import LANGUAGES
from attnviz.views.film.style import MOST_WORKED

CAPTIONS = (".srt", ".vtt")
_SUFFIX = ".mp4"
_OF_A_LECTURE = (
    *("text", "languages", "output", "quality", "fps", "theme", "pace", "font"),
    *("duration", "split", "narrate", "voice", "jobs", "no_cache", "cluster"),
)
"""The options that go with a lecture file."""


@dataclass(frozen=True)
class Asked:
    """What the user asked of the film, as given; None is "not said"."""

    query: str | None = None
    key: str | None = None
    distance: int | None = None
    precision: int | None = None
    rounding: str = "sum-preserving"
    languages: tuple[str, ...] = ()
    output: str | None = None
    quality: str | None = None
    fps: int | None = None
    theme: str | None = None
    pace: str | None = None
    font: str | None = None
    steps: tuple[str, ...] = ()
    duration: float | None = None
    """In seconds."""
    narrate: str | None = None
    voice: bool = False
    jobs: int | None = None
    """Processes that draw; None is as many as there are cores."""
    no_cache: bool = False
    cluster: str | None = None
    """The address of a scheduler whose workers draw."""


@dataclass(frozen=True, eq=False)
class Order:
    """What is to be filmed, and where the films go."""

    titles: Mapping[str, str]
    """By language."""
    told_in: Mapping[str, Sequence[Planned]]
    """The chapters, by language; each language is a film."""
    output: Path
    quality: str
    fps: int | None
    """None is what goes with the quality."""
    theme: str
    font: str | None
    split: bool = False
    """Whether each lesson becomes a film of its own."""

    @property
    def languages(self) -> tuple[str, ...]:
        return tuple(self.told_in)

    def target(self, language: str) -> Path:
        """Where the film in that language goes; with several, its language is part of the name."""
        return target_of(self.output, language, self.languages)


def target_of(output: Path, language: str, languages: Sequence[str]) -> Path:
    """Where the film in that language goes.

    >>> target_of(Path("talk.mp4"), "zh", ("en", "zh")).name
    'talk.zh.mp4'
    """
    if len(languages) == 1:
        return output
    return output.with_name(f"{output.stem}.{language}{output.suffix}")


def files_of(target: Path) -> tuple[Path, ...]:
    """All that is written for a film: the film, and its captions beside it."""
    return (target, *(target.with_suffix(suffix) for suffix in CAPTIONS))


def lesson_order(request: InputRequest, lesson: Lesson, view: Asked) -> Order:
    """One lesson on the user's input. All that is wrong with the input is found here, before manim is imported.

    Raises InputError as `lesson_request` and the lesson do, and OutputError where the films cannot be written.
    """
    check_step_names(lesson, view.steps)
    output = film_path(f"{lesson.name}{_SUFFIX}" if view.output is None else view.output)
    languages = _unique(view.languages) or LANGUAGES[:1]
    check_sound_options(view.narrate, voice=view.voice, languages=languages)
    _check_targets(output, languages)
    how = Presentation(
        view.query, view.key, view.distance, languages[0], view.precision, view.rounding
    )
    wanted = replace(lesson_request(lesson, request, how), most=MOST_WORKED)
    chapters = {
        language: _chapter(lesson, replace(wanted, language=language), view)
        for language in languages
    }
    return Order(
        titles={language: each.storyboard.title for language, each in chapters.items()},
        told_in={language: (each,) for language, each in chapters.items()},
        output=output,
        quality=view.quality or "medium",
        fps=view.fps,
        theme=view.theme or "dark",
        font=view.font,
    )


def lecture_order(request: InputRequest, view: Asked, given: Mapping[str, str]) -> Order:
    """The chapters of a lecture file. What is said on the command line goes before what the file says.

    `given` are the options that were given, by name with their flag. Raises InputError as the file and its lessons do,
    and for an option that would not be obeyed.
    """
    for name, flag in given.items():
        if name not in _OF_A_LECTURE:
            raise InputError(f"a lecture file says itself what it shows: leave {flag} out")
    if request.split not in (None, BY_LESSON):
        raise InputError(
            "a lecture file says itself how text is taken apart: --split alone makes a film a lesson"
        )
    path, split = str(request.text), request.split is not None
    lecture = read_lecture(path, _unique(view.languages) or None)
    check_sound_options(view.narrate, voice=view.voice, languages=lecture.languages)
    its_own = str(lecture.output or Path(path).stem + _SUFFIX)
    output = film_path(its_own if view.output is None else view.output)
    films = [
        film
        for language, version in lecture.versions.items()
        for film in _films_of(version, target_of(output, language, lecture.languages), split)
    ]
    files = [file for film in films for file in files_of(film)]
    if view.output is None:
        check_inside(lecture, files)
    for file in files:
        check_writable(file)
    if view.pace is not None:
        lecture = _at_pace(lecture, view.pace)
    told_in = {
        language: planned(each, most=MOST_WORKED) for language, each in lecture.versions.items()
    }
    return Order(
        titles={language: each.title for language, each in lecture.versions.items()},
        told_in=told_in,
        output=output,
        quality=view.quality or lecture.quality,
        fps=view.fps or lecture.fps,
        theme=view.theme or lecture.theme,
        font=lecture.font if view.font is None else view.font,
        split=split,
    )


def _films_of(version: Version, target: Path, split: bool) -> tuple[Path, ...]:
    """The films of one language, one a lesson where the lecture is split."""
    if not split:
        return (target,)
    names = [
        each.lesson.name if isinstance(each, LessonChapter) else None for each in version.chapters
    ]
    return tuple(film for film, _ in split_films(target, names))


def split_films(
    target: Path, names: Sequence[str | None]
) -> tuple[tuple[Path, tuple[int, ...]], ...]:
    """The films of a lecture that is split, each with the chapters in it: title cards lead into the lesson that follows,
    and those after the last lesson end its film. `names` are the lessons of the chapters, None for a title card.

    >>> [(film.name, chapters) for film, chapters in split_films(Path("t.mp4"), [None, "cost", "order", None])]
    [('t-01-cost.mp4', (0, 1)), ('t-02-order.mp4', (2, 3))]
    >>> [(film.name, chapters) for film, chapters in split_films(Path("t.mp4"), [None, None])]
    [('t-01-card.mp4', (0, 1))]
    """
    ends = [i + 1 for i, name in enumerate(names) if name is not None] or [len(names)]
    ends[-1] = len(names)
    starts = [0, *ends[:-1]]
    films = []
    for number, (start, end) in enumerate(zip(starts, ends, strict=True), start=1):
        name = next((name for name in names[start:end] if name is not None), "card")
        film = target.with_name(f"{target.stem}-{number:02d}-{name}{target.suffix}")
        films.append((film, tuple(range(start, end))))
    return tuple(films)


def _chapter(lesson: Lesson, wanted: LessonRequest, view: Asked) -> PlannedLesson:
    board = build_storyboard(lesson.name, wanted)
    steps = chosen_steps(board, view.steps) or ()
    return PlannedLesson(lesson, wanted, board, steps, view.pace or "normal")


def _at_pace(lecture: Lecture, pace: str) -> Lecture:
    """Every chapter at that pace."""
    versions = {
        language: replace(
            version, chapters=tuple(replace(each, pace=pace) for each in version.chapters)
        )
        for language, version in lecture.versions.items()
    }
    return replace(lecture, versions=versions)


def _unique(languages: Sequence[str]) -> tuple[str, ...]:
    """Each language once, in the order given."""
    return tuple(dict.fromkeys(languages))


def _check_targets(output: Path, languages: Sequence[str]) -> None:
    for language in languages:
        for path in files_of(target_of(output, language, languages)):
            check_writable(path)


def film_path(output: str) -> Path:
    """Where the film goes. Raises InputError if that is no name of an .mp4."""
    path = Path(output)
    if path.name in ("", "..", _SUFFIX):
        folder = path.parent if path.name == _SUFFIX else path
        raise InputError(f"-o {output!r} names no file: write -o {folder / 'self-attention.mp4'}")
    if path.suffix.lower() != _SUFFIX:
        found = f"the suffix {path.suffix!r}" if path.suffix else "no suffix"
        raise InputError(
            f"{output} has {found}, and films are .mp4: write -o {path.with_suffix(_SUFFIX)}"
        )
    return path

"""Films to be made: of a lesson or a lecture, in one or several languages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from attnviz.errors import InputError
from attnviz.inputs.request import InputRequest
from attnviz.lecture.model import Lecture, LessonChapter, Version
from attnviz.lecture.output import check_inside
from attnviz.lecture.reading import read_lecture
from attnviz.lecture.reads import check_reads_inside
from attnviz.lessons.lesson import Lesson
from attnviz.lessons.registry import build_storyboard
from attnviz.lessons.request import LessonRequest
from attnviz.library.files import check_writable
from attnviz.library.films.render_resources import check_jobs
from attnviz.library.films.voice import check_sound_options
from attnviz.library.lecture_plan import PlannedChapter, PlannedLesson, plan_versions
from attnviz.library.lesson_input import Presentation, lesson_request
from attnviz.library.steps import check_step_names, chosen_steps
from attnviz.records import record
from attnviz.render.quality import DEFAULT_QUALITY
from attnviz.story.i18n import LANGUAGES
from attnviz.story.pace import DEFAULT_PACE
from attnviz.story.roundings import DEFAULT_ROUNDING
from attnviz.theme import DARK
from attnviz.views.film.style import MOST_WORKED

CAPTIONS = (".srt", ".vtt")
_SUFFIX = ".mp4"
_LECTURE_OPTIONS = (
    *("text", "languages", "output", "quality", "fps", "theme", "pace", "font"),
    *("duration", "split", "narrate", "voice", "jobs", "no_cache", "cluster", "read_outside"),
)
"""The options that go with a lecture file."""


@record
class RenderOptions:
    """The options of `attnviz render` but for the input, as given; None is "not given"."""

    query: str | None = None
    key: str | None = None
    distance: int | None = None
    precision: int | None = None
    rounding: str = DEFAULT_ROUNDING
    languages: tuple[str, ...] = ()
    output: str | None = None
    quality: str | None = None
    fps: int | None = None
    theme: str | None = None
    pace: str | None = None
    font: str | None = None
    steps: tuple[str, ...] = ()
    duration: float | None = None
    """Seconds."""
    narrate: str | None = None
    voice: bool = False
    jobs: int | None = None
    """Processes that draw; None is as many as there are cores."""
    no_cache: bool = False
    cluster: str | None = None
    """The address of a scheduler whose workers draw."""
    read_outside: bool = False
    """True if a lecture may name files outside its folder."""

    def __post_init__(self) -> None:
        check_jobs(self.jobs, "--jobs")


@record(eq=False)
class RenderJob:
    """The chapters of one film a language, and where the films go."""

    titles: Mapping[str, str]
    """Titles by language."""
    chapters: Mapping[str, Sequence[PlannedChapter]]
    """Chapters by language; each language is a film."""
    output: Path
    quality: str
    fps: int | None
    """None is what goes with the quality."""
    theme: str
    font: str | None
    split: bool = False
    """True if each lesson becomes a film of its own."""

    @property
    def languages(self) -> tuple[str, ...]:
        return tuple(self.chapters)

    def target(self, language: str) -> Path:
        """The file of the film in that language; of several, each has its language in its name."""
        return target_of(self.output, language, self.languages)


def target_of(output: Path, language: str, languages: Sequence[str]) -> Path:
    """The file of the film in that language.

    >>> target_of(Path("talk.mp4"), "zh", ("en", "zh")).name
    'talk.zh.mp4'
    """
    if len(languages) == 1:
        return output
    return output.with_name(f"{output.stem}.{language}{output.suffix}")


def files_of(target: Path) -> tuple[Path, ...]:
    """The files of a film: the film itself, and its captions beside it."""
    return (target, *(target.with_suffix(suffix) for suffix in CAPTIONS))


def lesson_job(request: InputRequest, lesson: Lesson, options: RenderOptions) -> RenderJob:
    """The films of one lesson on the user's input, one a language. Faults of the input are found here, before manim is
    imported.

    Raises InputError as `lesson_request` and the lesson do, and OutputError where the films cannot be written.
    """
    if options.read_outside:
        raise InputError("--read-outside is for a lecture file: leave it out")
    check_step_names(lesson, options.steps)
    output = film_path(f"{lesson.name}{_SUFFIX}" if options.output is None else options.output)
    languages = _unique(options.languages) or LANGUAGES[:1]
    check_sound_options(options.narrate, voice=options.voice, languages=languages)
    _check_targets(output, languages)
    presentation = Presentation(
        options.query,
        options.key,
        options.distance,
        languages[0],
        options.precision,
        options.rounding,
    )
    lesson_input = replace(lesson_request(lesson, request, presentation), most=MOST_WORKED)
    chapters = {
        language: planned_lesson(
            lesson,
            replace(lesson_input, language=language),
            options.steps,
            options.pace or DEFAULT_PACE,
        )
        for language in languages
    }
    return RenderJob(
        titles={language: each.storyboard.title for language, each in chapters.items()},
        chapters={language: (each,) for language, each in chapters.items()},
        output=output,
        quality=options.quality or DEFAULT_QUALITY,
        fps=options.fps,
        theme=options.theme or DARK.name,
        font=options.font,
    )


def lecture_job(
    path: str, options: RenderOptions, given: Mapping[str, str], *, split: bool = False
) -> RenderJob:
    """The films of a lecture file: one a language, or with `split` one a lesson and language. Options go before what
    the file says.

    `given` are the options that were given, by name with their flag. Raises InputError as the file and its lessons do,
    for an option that does not go with a lecture, for an `output` outside the lecture's folder, and for a file
    outside it that is read without `read_outside`; OutputError where the films cannot be written.
    """
    for name, flag in given.items():
        if name not in _LECTURE_OPTIONS:
            raise InputError(f"a lecture file says itself what it shows: leave {flag} out")
    lecture = read_lecture(path, _unique(options.languages) or None)
    if not options.read_outside:
        check_reads_inside(lecture)
    check_sound_options(options.narrate, voice=options.voice, languages=lecture.languages)
    default = str(lecture.output or Path(path).stem + _SUFFIX)
    output = film_path(default if options.output is None else options.output)
    films = [
        film
        for language, version in lecture.versions.items()
        for film in _films_of(version, target_of(output, language, lecture.languages), split)
    ]
    files = [file for film in films for file in files_of(film)]
    if options.output is None:
        check_inside(lecture, files)
    for file in files:
        check_writable(file)
    if options.pace is not None:
        lecture = _at_pace(lecture, options.pace)
    chapters = plan_versions(lecture.versions, most=MOST_WORKED)
    return RenderJob(
        titles={language: each.title for language, each in lecture.versions.items()},
        chapters=chapters,
        output=output,
        quality=options.quality or lecture.quality,
        fps=options.fps or lecture.fps,
        theme=options.theme or lecture.theme,
        font=lecture.font if options.font is None else options.font,
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
    """The films of a lecture that is split, each with the numbers of its chapters. A title card belongs to the lesson
    after it, or to the last. `names` are the lessons of the chapters, None for a title card.

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


def planned_lesson(
    lesson: Lesson, request: LessonRequest, steps: Sequence[str], pace: str
) -> PlannedLesson:
    """The lesson on that request. Raises InputError as the lesson does, and for a step that this input lacks."""
    board = build_storyboard(lesson.name, request)
    return PlannedLesson(lesson, request, board, chosen_steps(board, steps) or (), pace)


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
    """The path of a film. Raises InputError if it does not name an .mp4."""
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

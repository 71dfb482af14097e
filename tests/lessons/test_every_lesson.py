"""What holds for every lesson, in both languages and on any input. What a lesson claims of its subject is tested in the
module of that lesson.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from attnviz import Problem, Trace, trace_of
from attnviz.errors import InputError
from attnviz.inputs import InputRequest, problem_from
from attnviz.lessons.catalogue import LESSONS, lesson_named, told
from attnviz.lessons.request import LessonRequest
from attnviz.story.captions import LINES, caption_lines
from attnviz.story.i18n import LANGUAGES
from attnviz.story.numbers import LONGEST_SUM
from attnviz.story.storyboard import Matrix, Step, Storyboard
from attnviz.theme import Role
from attnviz.typeset.text_width import columns_of

from .conftest import SEQUENCES, random_trace

CAPTION_COLUMNS = {"en": 60, "zh": 2 * 28}
TITLE_COLUMNS = 30
TAKES_SEQUENCE = [name for name, lesson in LESSONS.items() if lesson.takes_sequence]
SEEDED = [name for name, lesson in LESSONS.items() if "seed" in lesson.takes]

OPTIONS: dict[str, tuple[str | None, dict[str, Any]]] = {
    "as it is": (None, {}),
    "plain rounding": (None, {"rounding": "plain"}),
    "five decimals": (None, {"precision": 5}),
    "seed 7": ("seed", {"seed": 7}),
    "side by side": ("distance", {"distance": 1, "precision": 6}),
    "as far apart as there is room": ("distance", {"distance": 31, "precision": 6}),
}
"""What a lesson that takes no sequence is asked for, each after the option that it must take for that."""

OWN = "its own example"
"""What a lesson on a sequence is told on where none is given."""


@dataclass(frozen=True)
class Told:
    """A lesson on one input, in every language."""

    lesson: str
    trace: Trace | None
    boards: dict[str, Storyboard]

    @property
    def steps(self) -> Iterator[tuple[str, Step]]:
        return ((language, step) for language in LANGUAGES for step in self.boards[language].steps)


def inputs_of(name: str) -> list[str]:
    """The names of all inputs that a lesson is told on: multi-head compares heads, and refuses a single one."""
    lesson = lesson_named(name)
    if not lesson.takes_sequence:
        return [each for each, (option, _) in OPTIONS.items() if option in (None, *lesson.takes)]
    several = name == "multi-head"
    return [
        OWN,
        *(each for each, make in SEQUENCES.items() if not several or len(make().heads) > 1),
    ]


def sequence(lesson: str, given: str) -> Trace:
    if given == OWN:
        return trace_of(problem_from(InputRequest(**lesson_named(lesson).default)))
    return SEQUENCES[given]()


@pytest.fixture(
    scope="module",
    params=[(name, given) for name in LESSONS for given in inputs_of(name)],
    ids=lambda param: ", ".join(param),
)
def telling(request: pytest.FixtureRequest) -> Told:
    name, given = request.param
    trace = sequence(name, given) if lesson_named(name).takes_sequence else None
    options = {"precision": 5} if trace else OPTIONS[given][1]
    asked = LessonRequest(trace, **options)
    return Told(
        name, trace, {each: told(name, replace(asked, language=each)) for each in LANGUAGES}
    )


def visible(problem: Problem) -> np.ndarray:
    """Which keys each query sees: (n, n)."""
    options, everything = problem.options, np.ones((problem.n, problem.n), dtype=bool)
    seen = everything if options.mask is None else everything & options.mask
    return np.tril(seen, k=options.offset) if options.causal else seen


def without_subject(lesson: str, problem: Problem) -> set[str]:
    """The steps that have nothing to show on a sequence."""
    n, scale, options = problem.n, problem.scale, problem.options
    heads_are_joined = problem.heads > 1 or problem.w_o is not None or problem.b_o is not None
    alike = bool((problem.x == problem.x[0]).all())
    hidden = not visible(problem).all()
    hides = hidden if options.causal or options.mask is not None else n > 1  # causal by itself
    idle = {
        "self-attention": {
            "places": problem.rotation is None and problem.q_norm is None,
            "given": problem.projects,
            "cap": options.softcap is None,
            "pair": problem.d_k <= 8,
            "links": problem.provenance.model is None or problem.tokens is None,
            "scale": scale == 1,
            "bias": options.bias is None,
            "mask": not hidden,
            "heads": not heads_are_joined,
            "why-scale": problem.d_k == 1 or visible(problem)[0].sum() < 2,
        },
        "order": dict.fromkeys(("attention", "convolution", "with-positions", "compare"), alike),
        "masking": {"before-softmax": not hides, "after-softmax": not hides},
        "multi-head": {"one-head": n == 1, "project": problem.w_o is None},
    }
    return {step for step, missing in idle.get(lesson, {}).items() if missing}


def test_its_steps_are_those_of_the_catalogue_but_for_those_without_a_subject(telling):
    left_out = without_subject(telling.lesson, telling.trace.problem) if telling.trace else set()

    for board in telling.boards.values():
        catalogued = LESSONS[telling.lesson].steps
        assert [step.id for step in board.steps] == [s for s in catalogued if s not in left_out]


def test_where_numbers_come_from_is_said_in_chinese_too(telling):
    board = telling.boards["zh"]
    narrated = (text for step in board.steps for text in step.narration.values())
    said = " ".join((*board.notes, *board.brief_notes, board.untrained or "", *narrated))

    assert "seed " not in said
    assert "file " not in said


def test_every_caption_fits_two_lines(telling):
    for language, step in telling.steps:
        for caption in step.narration.values():
            lines = caption_lines(caption, language)
            assert len(lines) <= LINES, caption
            assert max(map(columns_of, lines)) <= CAPTION_COLUMNS[language], caption


def test_all_that_is_shown_belongs_to_a_part_that_is_said(telling):
    for _, step in telling.steps:
        assert step.narration
        assert {each.part for each in (*step.exhibits, *step.worked)} <= step.narration.keys()


def test_exhibits_stand_in_lines_that_follow_one_another(telling):
    for _, step in telling.steps:
        lines = [each.line for each in step.exhibits]
        assert all(0 <= below - above <= 1 for above, below in pairwise([0, *lines])), step.id


def matrices_of(step: Step) -> list[Matrix]:
    shown = (each.item for each in step.exhibits if isinstance(each.item, Matrix))
    return [*step.operands, *step.results, *shown]


@pytest.mark.parametrize("precision", [2, 5])
def test_every_row_of_weights_as_written_sums_to_exactly_1(telling, precision):
    board = telling.boards["en"]
    numbers = replace(board.numbers, precision=precision, sums=True)
    normalised = (step for step in board.steps if step.id != "after-softmax")  # masked too late
    for weights in (each for step in normalised for each in matrices_of(step)):
        is_shown = weights.shape[0] <= 40 and weights.shape[1] <= LONGEST_SUM
        if weights.role is Role.WEIGHT and weights.sums == "rows" and is_shown:
            written = [sum(map(Decimal, row)) for row in numbers.cells(weights)]
            assert written == [int(row.any()) for row in weights.values]


def test_both_languages_show_the_same_numbers_part_by_part(telling):
    for english, chinese in zip(*(telling.boards[each].steps for each in LANGUAGES), strict=True):
        assert list(english.narration) == list(chinese.narration)
        assert [e.part for e in english.exhibits] == [e.part for e in chinese.exhibits]
        for one, other in zip(matrices_of(english), matrices_of(chinese), strict=True):
            np.testing.assert_array_equal(one.values, other.values)
        worked = ([each.total for each in step.worked] for step in (english, chinese))
        assert next(worked) == next(worked)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", LESSONS)
def test_titles_are_short(default_lesson, name, language):
    board = default_lesson(name, language)

    titles = [board.title, *(step.title for step in board.steps)]
    assert all(0 < columns_of(each) <= TITLE_COLUMNS for each in titles), titles


def asked(name: str, trace: Trace | None = None, **options: Any) -> Storyboard:
    if trace is None and lesson_named(name).takes_sequence:
        trace = random_trace(3, heads=2)
    return told(name, LessonRequest(trace, **options))


@pytest.mark.parametrize("name", [each for each in LESSONS if each != "self-attention"])
def test_only_the_main_lesson_rounds_as_the_article_does(name):
    with pytest.raises(
        InputError,
        match=rf"^the lesson {name} does not round as the article does: leave --rounding out$",
    ):
        asked(name, rounding="article")


@pytest.mark.parametrize("name", LESSONS)
def test_a_precision_that_float64_does_not_hold_is_refused(name):
    with pytest.raises(InputError, match=r"^precision is 13: give 0 to 12 decimals$"):
        asked(name, precision=13)


@pytest.mark.parametrize("name", SEEDED)
def test_a_seed_below_0_is_refused(name):
    with pytest.raises(InputError, match=r"^seed is -1, expected a whole number of at least 0$"):
        asked(name, seed=-1)


@pytest.mark.parametrize("name", TAKES_SEQUENCE)
def test_a_row_that_does_not_exist_is_refused(name):
    with pytest.raises(InputError, match=r"^no row 9: the sequence has 3$"):
        asked(name, query=8)


@pytest.mark.parametrize("name", TAKES_SEQUENCE)
def test_an_empty_sequence_is_refused(name):
    problem = replace(random_trace(1, heads=2).problem, x=np.empty((0, 4)))

    with pytest.raises(
        InputError,
        match=r"^nothing to explain: the sequence is empty, give at least one vector$",
    ):
        asked(name, trace_of(problem))

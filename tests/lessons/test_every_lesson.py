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

from attnviz import Trace, trace_of
from attnviz.errors import InputError
from attnviz.inputs import InputRequest, problem_from
from attnviz.lessons.registry import LESSONS, build_storyboard, lesson_named
from attnviz.lessons.request import LessonRequest
from attnviz.story.captions import LINES, caption_lines
from attnviz.story.i18n import LANGUAGES
from attnviz.story.i18n import language as language_record
from attnviz.story.matrix import Matrix
from attnviz.story.numbers import LONGEST_SUM
from attnviz.story.storyboard import Step, Storyboard
from attnviz.theme import Role
from attnviz.typeset.text_width import columns_of
from tests.cases import CASES, SEQUENCES, random_trace

CAPTION_COLUMNS = {
    code: language_record(code).caption_length * language_record(code).columns for code in LANGUAGES
}
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
    return [OWN, *(each for each in SEQUENCES if not several or len(CASES[each].trace.heads) > 1)]


def sequence(lesson: str, given: str) -> Trace:
    if given == OWN:
        return trace_of(problem_from(InputRequest(**lesson_named(lesson).default)))
    return CASES[given].trace


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
        name,
        trace,
        {each: build_storyboard(name, replace(asked, language=each)) for each in LANGUAGES},
    )


def test_its_steps_are_those_of_the_catalogue_in_order_and_alike_in_all_languages(telling):
    steps = [[step.id for step in board.steps] for board in telling.boards.values()]

    assert steps[0] == [each for each in LESSONS[telling.lesson].steps if each in steps[0]]
    assert all(each == steps[0] for each in steps)


@pytest.mark.parametrize(
    ("lesson", "case", "absent"),
    [
        ("order", "ties", {"attention", "convolution", "with-positions", "compare"}),
        ("order", "two long tokens", set()),
        ("masking", "one token", {"before-softmax", "after-softmax"}),
        ("masking", "mask that hides nothing", {"before-softmax", "after-softmax"}),
        ("masking", "neighbours", set()),
        ("multi-head", "one token, two heads", {"one-head"}),
        ("multi-head", "two heads, d_k 1, not scaled", {"project"}),
        ("multi-head", "eight, four heads", set()),
        ("any-length", "one token", set()),
    ],
)
def test_a_step_with_nothing_to_show_is_left_out(lesson, case, absent):
    board = build_storyboard(lesson, LessonRequest(CASES[case].trace))

    assert set(LESSONS[lesson].steps) - {step.id for step in board.steps} == absent


def prose(board: Storyboard) -> str:
    narrated = (text for step in board.steps for text in step.narration.values())
    return " ".join((*board.notes, *board.brief_notes, board.untrained or "", *narrated))


@pytest.mark.parametrize(
    ("case", "english", "chinese"),
    [("given", "file qkv.npz", "文件 qkv.npz"), ("untrained", "seed 7", "种子 7")],
)
def test_the_source_of_numbers_is_named_in_english_and_chinese(case, english, chinese):
    said, said_in_chinese = (prose(CASES[case].storyboard(language=each)) for each in ("en", "zh"))

    assert english in said
    assert chinese in said_in_chinese
    assert english not in said_in_chinese


def test_every_caption_fits_two_lines(telling):
    for language, step in telling.steps:
        for caption in step.narration.values():
            lines = caption_lines(caption, language)
            assert len(lines) <= LINES, caption
            assert max(map(columns_of, lines)) <= CAPTION_COLUMNS[language], caption


def test_all_exhibits_belong_to_a_part_of_the_narration(telling):
    for _, step in telling.steps:
        assert step.narration
        assert {each.part for each in (*step.exhibits, *step.worked)} <= step.narration.keys()


def test_lines_of_exhibits_are_numbered_without_gaps(telling):
    for _, step in telling.steps:
        lines = [each.line for each in step.exhibits]
        assert all(0 <= below - above <= 1 for above, below in pairwise([0, *lines])), step.id


def matrices_of(step: Step) -> list[Matrix]:
    shown = (each.item for each in step.exhibits if isinstance(each.item, Matrix))
    return [*step.operands, *step.results, *shown]


def has_equal_weights(row: np.ndarray) -> bool:
    weights = [f"{each:.9g}" for each in row.tolist() if each]
    return len(set(weights)) < len(weights)


@pytest.mark.parametrize("precision", [2, 5])
def test_every_row_of_weights_as_written_sums_to_exactly_1_unless_equal_ones_cannot(
    telling, precision
):
    board = telling.boards["en"]
    numbers = replace(board.numbers, precision=precision, sums=True)
    normalised = (step for step in board.steps if step.id != "after-softmax")  # masked too late
    for weights in (each for step in normalised for each in matrices_of(step)):
        is_shown = weights.shape[0] <= 40 and weights.shape[1] <= LONGEST_SUM
        if weights.role is Role.WEIGHT and weights.sums == "rows" and is_shown:
            for values, row in zip(weights.values, numbers.cells(weights), strict=True):
                off = sum(map(Decimal, row)) - int(values.any())
                assert off == 0 or has_equal_weights(values)


def test_all_languages_show_the_same_numbers_part_by_part(telling):
    for board in telling.boards.values():
        for english, step in zip(telling.boards["en"].steps, board.steps, strict=True):
            assert list(english.narration) == list(step.narration)
            assert [e.part for e in english.exhibits] == [e.part for e in step.exhibits]
            for one, other in zip(matrices_of(english), matrices_of(step), strict=True):
                np.testing.assert_array_equal(one.values, other.values)
            assert [each.total for each in english.worked] == [each.total for each in step.worked]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", LESSONS)
def test_titles_are_short(default_lesson, name, language):
    board = default_lesson(name, language)

    titles = [board.title, *(step.title for step in board.steps)]
    assert all(0 < columns_of(each) <= TITLE_COLUMNS for each in titles), titles


def storyboard_of(name: str, trace: Trace | None = None, **options: Any) -> Storyboard:
    if trace is None and lesson_named(name).takes_sequence:
        trace = random_trace(3, heads=2)
    return build_storyboard(name, LessonRequest(trace, **options))


@pytest.mark.parametrize("name", [each for each in LESSONS if each != "self-attention"])
def test_only_the_main_lesson_rounds_as_the_article_does(name):
    with pytest.raises(
        InputError,
        match=rf"^the lesson {name} does not round as the article does: leave --rounding out$",
    ):
        storyboard_of(name, rounding="article")


@pytest.mark.parametrize("name", LESSONS)
def test_a_precision_that_float64_does_not_hold_is_refused(name):
    with pytest.raises(InputError, match=r"^precision is 13: give 0 to 12 decimals$"):
        storyboard_of(name, precision=13)


@pytest.mark.parametrize("name", SEEDED)
def test_a_seed_below_0_is_refused(name):
    with pytest.raises(InputError, match=r"^seed is -1, expected a whole number of at least 0$"):
        storyboard_of(name, seed=-1)


@pytest.mark.parametrize("name", TAKES_SEQUENCE)
def test_a_row_that_does_not_exist_is_refused(name):
    with pytest.raises(InputError, match=r"^no row 9: the sequence has 3$"):
        storyboard_of(name, query=8)


@pytest.mark.parametrize("name", TAKES_SEQUENCE)
def test_an_empty_sequence_is_refused(name):
    problem = replace(random_trace(1, heads=2).problem, x=np.empty((0, 4)))

    with pytest.raises(
        InputError,
        match=r"^nothing to explain: the sequence is empty, give at least one vector$",
    ):
        storyboard_of(name, trace_of(problem))

"""A lecture is told chapter by chapter, and what is wrong with a chapter is known before anything is drawn."""

from pathlib import Path

import numpy as np
import pytest

from attnviz.core import problem_size
from attnviz.errors import AttnvizError, InputError
from attnviz.inputs import InputRequest, problem_from
from attnviz.lecture.reading import read_lecture
from attnviz.library import lesson_input
from attnviz.library.lecture_plan import PlannedCard, plan_chapters, plan_versions

LESSON = '[[chapter]]\nlesson = "self-attention"\n'


@pytest.fixture
def plan(tmp_path, monkeypatch):
    """The chapters of the lecture of that text, in its first language."""
    monkeypatch.chdir(tmp_path)

    def plan(text, **options):
        Path("talk.toml").write_text(text, encoding="utf-8")
        lecture = read_lecture("talk.toml")
        return plan_chapters(lecture.versions[lecture.languages[0]], **options)

    return plan


def test_the_chapters_are_planned_in_their_order(plan):
    card, first, second = plan(
        f'[[chapter]]\ncard = "Part one"\ntext = "of two"\n{LESSON}text = "the cat sat"\nquery = "sat"\n'
        f'{LESSON}title = "Mine"\nsteps = ["softmax", "scores"]\npace = "slow"\n'
    )

    assert isinstance(card, PlannedCard)
    assert (card.title, card.lines) == ("Part one", ("of two",))
    assert (first.lesson.name, first.storyboard.title) == ("self-attention", "Self-attention")
    assert first.storyboard.trace.problem.tokens == ("the", "cat", "sat")
    assert (first.storyboard.query, first.steps, first.pace) == (2, (), "normal")
    assert (second.storyboard.title, second.steps) == ("Mine", ("scores", "softmax"))
    assert second.pace == "slow"


def test_the_numbers_are_those_of_the_same_input_elsewhere(plan):
    [chapter] = plan(
        f'{LESSON}text = "the cat sat"\nseed = 7\nheads = 2\nscale = 0.5\ncausal = true'
    )

    problem = problem_from(
        InputRequest(text="the cat sat", seed=7, heads=2, scale="0.5", causal=True)
    )
    np.testing.assert_array_equal(chapter.request.sequence.problem.w_q, problem.w_q)
    options = chapter.request.sequence.problem.options
    assert (options.causal, options.scale) == (True, 0.5)


def test_files_are_read_from_the_folder_of_the_lecture(tmp_path, monkeypatch):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "x.csv").write_text("cat,1,2\nmat,3,4\n")
    (tmp_path / "sub" / "talk.toml").write_text(f'{LESSON}vectors = "x.csv"\n')
    monkeypatch.chdir(tmp_path)

    [chapter] = plan_chapters(read_lecture("sub/talk.toml").versions["en"])

    assert chapter.storyboard.trace.problem.tokens == ("cat", "mat")


def test_language_precision_rounding_and_own_words_reach_the_storyboard(plan):
    [chapter] = plan(
        f'language = "zh"\n{LESSON}text = "我爱猫"\nprecision = 1\nrounding = "plain"\n'
        '[chapter.words]\nscores.why = "谁相配？"\n'
    )

    board = chapter.storyboard
    assert (board.language, board.numbers.precision, board.numbers.sums) == ("zh", 1, False)
    assert board.step("scores").narration["why"] == "谁相配？"


def test_the_number_of_worked_terms_is_an_option_of_the_view(plan):
    text = f'{LESSON}text = "a b c d e f g h"'

    (few,), (all_of_them,) = plan(text, most=3), plan(text, most=8)

    assert len(few.storyboard.step("scores").worked) <= 3
    assert len(all_of_them.storyboard.step("scores").worked) == 8


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ('card = "Part one"', 3.0),
        (f'card = "{30 * "a"}"\ntext = "{30 * "b"}"', 4.0),
        ('card = "Part one"\nseconds = 0.5', 0.5),
    ],
)
def test_a_card_lasts_as_long_as_reading_it_or_as_its_own_duration(plan, text, seconds):
    [card] = plan(f"[[chapter]]\n{text}")

    assert card.seconds == pytest.approx(seconds)


def test_a_slow_lecture_holds_its_cards_longer_and_chinese_is_read_by_the_character(plan):
    card = '[[chapter]]\ncard = "从卷积到自注意力，共分为五个部分来讲"\n'

    [normal], [slow] = (
        plan(f'language = "zh"\n{card}'),
        plan(f'language = "zh"\npace = "slow"\n{card}'),
    )

    assert normal.seconds == pytest.approx(18 / 5)
    assert slow.seconds > normal.seconds


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (
            'text = "a b"\nexample = "retrieval"',
            "example brings its own vectors and weights: leave text",
        ),
        (
            'text = "a b"\ntokens = "a b"',
            "text and tokens both name the positions: give one of them",
        ),
        ('vectors = "x.csv"', "x.csv: no such file (vectors)"),
        (
            'text = "a b"\nquery = "c"',
            "query 'c' is not among the 2 tokens: say one of them, or a pos",
        ),
        ('text = "a a"\nquery = "a"', "'a' stands at positions 1, 2: say query 1 or query 2"),
        ('text = "a b"\nscale = "big"', "scale is 'big': say sqrt, none or a finite number"),
        (
            'text = "a b"\ndistance = 3',
            "the lesson self-attention has no such option: leave distance out",
        ),
        (
            'text = "a b"\nsteps = ["mask"]',
            "there is no step 'mask' for this input: nothing is hidden; ",
        ),
        (
            'text = "a b"\n[chapter.words]\nscores.wy = "a"',
            "words: unknown caption 'scores.wy': did you mean 'scores.why'?",
        ),
        (
            'example = "illustrated"\n[chapter.words]\nmask.causal = "a"',
            "words.mask.causal is never said, as this input has no step mask: leave it out (there",
        ),
    ],
)
def test_a_mistake_in_a_chapter_is_reported_with_its_number_and_in_its_keys(plan, lines, message):
    with pytest.raises(InputError) as caught:
        plan(f'[[chapter]]\ncard = "a"\n{LESSON}{lines}')

    assert str(caught.value).startswith(f"talk.toml, chapter 2: {message}")


def test_a_fault_keeps_its_kind(plan):
    Path("w.json").write_text('{"w_q": [[1]], "w_k": [[1]], "w_v": [[1]]}')
    Path("x.csv").write_text("1,2\n")

    with pytest.raises(AttnvizError, match=r"^talk.toml, chapter 1: w.json: ") as caught:
        plan(f'{LESSON}vectors = "x.csv"\nweights = "w.json"')

    assert type(caught.value).__name__ == "ShapeError"


BYTES = problem_size.trace_bytes(problem_from(InputRequest(text="the cat sat")))
"""Of the trace of the text that these chapters have."""


def test_chapters_that_are_too_large_together_are_refused_before_one_is_computed(plan, monkeypatch):
    computed = []
    trace_of = lesson_input.trace_of
    monkeypatch.setattr(
        lesson_input, "trace_of", lambda each: computed.append(each) or trace_of(each)
    )
    chapter = f'{LESSON}text = "the cat sat"\n'
    monkeypatch.setattr(problem_size, "MOST_BYTES", 3 * BYTES)
    assert len(plan(3 * chapter)) == len(computed) == 3
    computed.clear()

    with pytest.raises(InputError) as caught:
        plan(3 * chapter + '[[chapter]]\ncard = "Part two"\n' + chapter)

    assert str(caught.value) == (
        "talk.toml, chapter 5: the lecture up to here would need 0.0 GiB, "
        f"more than the {3 * BYTES / 2**30:g} GiB allowed: use fewer tokens or heads"
    )
    assert computed == []


def test_the_films_of_all_languages_count_together(plan, tmp_path, monkeypatch):
    text = f'languages = ["en", "zh"]\n{LESSON}text = "the cat sat"\n'
    plan(text)
    versions = read_lecture("talk.toml").versions
    monkeypatch.setattr(problem_size, "MOST_BYTES", 2 * BYTES)
    assert [*plan_versions(versions)] == ["en", "zh"]

    monkeypatch.setattr(problem_size, "MOST_BYTES", 2 * BYTES - 1)
    with pytest.raises(InputError, match="chapter 1: the lecture up to here would need"):
        plan_versions(versions)

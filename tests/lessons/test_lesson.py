"""attnviz.lesson: a lesson by name, for a program."""

import pytest

import attnviz
from attnviz.errors import InputError
from attnviz.story.i18n import LANGUAGES


@pytest.fixture(scope="module")
def trace():
    return attnviz.self_attention(
        [[1.0, 0.5], [2.0, -1.0]], [[1.0], [2.0]], [[1.0], [0.0]], [[1.0], [3.0]]
    )


def test_every_lesson_but_multi_head_can_be_built_on_any_trace(trace):
    for name, each in attnviz.LESSONS.items():
        if name != "multi-head":
            board = attnviz.lesson(name, trace if each.takes_sequence else None)
            assert (board.lesson, board.language) == (name, "en")
            assert {step.id for step in board.steps} <= set(each.steps)


def test_it_follows_the_request(trace):
    board = attnviz.lesson("self-attention", trace, query=1, language="zh", precision=4)

    assert (board.title, board.query, board.numbers.precision) == ("自注意力", 1, 4)
    assert attnviz.lesson("scaling", seed=1).notes != attnviz.lesson("scaling", seed=2).notes


def test_a_storyboard_becomes_a_document(trace):
    assert attnviz.markup(attnviz.lesson("masking", trace), "markdown").startswith("# Masking\n")


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("maskin", {}, "unknown lesson 'maskin': did you mean 'masking'?"),
        ("cost", {"query": 1}, "the lesson cost takes no sequence: leave query out"),
        ("cost", {"seed": 1}, "the lesson cost has no such option: leave seed out"),
        ("scaling", {"distance": 3}, "the lesson scaling has no such option: leave distance out"),
        ("context", {"distance": 99}, "distance is 99, expected 1 to 31: "),
        ("cost", {"language": "fr"}, f"unknown language 'fr': use one of {', '.join(LANGUAGES)}"),
        ("context", {"rounding": "plane"}, "unknown rounding 'plane': did you mean 'plain'?"),
        ("cost", {"precision": 13}, "precision is 13: give 0 to 12 decimals"),
        ("cost", {"rounding": "article"}, "the lesson cost does not round as the article does"),
    ],
)
def test_an_impossible_request_is_refused(name, options, message):
    with pytest.raises(InputError) as caught:
        attnviz.lesson(name, **options)
    assert str(caught.value).startswith(message)


def test_a_trace_that_is_missing_or_too_much_is_refused(trace):
    with pytest.raises(
        InputError, match=r"^the lesson order is told on a sequence: give a trace, as"
    ):
        attnviz.lesson("order")
    with pytest.raises(InputError, match=r"^the lesson cost takes no sequence: leave trace out$"):
        attnviz.lesson("cost", trace)

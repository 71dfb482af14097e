"""A lecturer's own words stand where the lesson's stood, or are told why they cannot."""

import pytest

from attnviz import self_attention
from attnviz.errors import InputError
from attnviz.lecture.own_words import with_own_words
from attnviz.lessons.self_attention.steps import self_attention_storyboard

HEAD = '[[chapter]]\nlesson = "self-attention"\n'


@pytest.fixture
def words_of(read):
    """The own words of a chapter whose table `words` has these lines."""

    def words_of(lines, before="", language="en"):
        lecture = read(f'language = "{language}"\n{HEAD}{before}\n[chapter.words]\n{lines}')
        return lecture.versions[language].chapters[0].words

    return words_of


@pytest.fixture(scope="module")
def board():
    return self_attention_storyboard(
        self_attention([[1.0], [2.0]], [[2.0]], [[3.0]], [[4.0]], tokens=("a", "b"))
    )


def test_words_are_named_by_step_and_part_in_every_way_that_toml_has(words_of):
    expected = {"scores.why": "Who fits?", "all-rows.title": "The rest"}

    for lines in (
        'scores.why = "Who fits?"\nall-rows.title = "The rest"',
        '"scores.why" = "Who fits?"\n"all-rows.title" = "The rest"',
        'scores = { why = "Who fits?" }\n[chapter.words.all-rows]\ntitle = "The rest"',
    ):
        assert words_of(lines) == expected


def test_words_may_have_two_lines(words_of):
    assert words_of('scores.why = """\nWho fits?  \n  Look.\n"""') == {
        "scores.why": "Who fits?\nLook."
    }


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (
            'scors.why = "a"',
            "words: unknown step 'scors': did you mean 'scores'? Known: inputs, weights, ",
        ),
        (
            'scores = "a"',
            'words.scores names no part of the step: write words.scores.title = "…", or the name',
        ),
        ('scores = { en = "a", zh = "一" }', "words.scores names no part of the step"),
        ("scores.why = 3", 'words.scores.why is 3, expected text: write words.scores.why = "…"'),
        ('scores.why = ""', "words.scores.why is empty: write something, or leave it out"),
        (
            'scores.why.zh = "一"',
            'words.scores.why has nothing for the language en: add words.scores.why.en = "…"',
        ),
        ('scores.why = "a"\n"scores.why" = "b"', "words.scores.why is there twice: keep one"),
        ('softmax.why = "a"', "words.softmax.why is never said, as steps leaves softmax out: add"),
        (
            f'scores.why = "{36 * "word "}"',
            "words.scores.why is too long for a caption, which is 2 lines of about 60 characters: "
            "shorten it",
        ),
        ('scores.why = "1\\n2\\n3"', "words.scores.why is too long for a caption"),
        (f'scores.why = "{80 * "w"}"', "words.scores.why is too long for a caption"),
        (f'scores.title = "{41 * "w"}"', "words.scores.title takes 41 columns, and there is room"),
        ('scores.title = "a\\nb"', "words.scores.title has several lines: write it in one"),
    ],
)
def test_words_without_a_place_are_refused_with_chapter_and_name(words_of, lines, message):
    with pytest.raises(InputError) as caught:
        words_of(lines, before='steps = ["scores"]')

    assert str(caught.value).startswith(f"talk.toml, chapter 1: {message}")


def test_words_that_are_no_table_are_refused(read):
    with pytest.raises(InputError, match=r"^talk.toml, chapter 1: words is not a table: write "):
        read(f'{HEAD}words = "a"')


def test_a_chinese_caption_has_two_lines_of_28_characters(words_of):
    line = 13 * "分数" + "，"

    assert words_of(f'scores.why = "{line}{line}"', language="zh")["scores.why"] == line + line
    with pytest.raises(InputError, match=r"2 lines of about 28 characters: shorten it$"):
        words_of(f'scores.why = "{line}{line}{line}"', language="zh")


def test_own_words_replace_the_lessons_and_all_else_stays(board):
    own = {"scores.why": "Who fits?", "scores.title": "Fit", "output.worked": "The sum."}

    told = with_own_words(board, own, "talk.toml")

    scores, before = told.step("scores"), board.step("scores")
    assert scores.title == "Fit"
    assert scores.narration == {**before.narration, "why": "Who fits?"}
    assert list(scores.narration) == list(before.narration)
    assert told.step("output").narration["worked"] == "The sum."
    assert (scores.results, scores.worked) == (before.results, before.worked)
    assert [each.id for each in told.steps] == [each.id for each in board.steps]
    assert told.step("softmax").narration == board.step("softmax").narration


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (
            "scores.wy",
            "talk.toml: words: unknown caption 'scores.wy': did you mean 'scores.why'? "
            "Known: scores.why, scores.worked, scores.contrast, scores.title",
        ),
        (
            "mask.title",
            "talk.toml: words.mask.title is never said, as this input has no step mask: "
            "leave it out (there are inputs, weights, queries, ",
        ),
    ],
)
def test_words_for_a_caption_that_is_not_there_are_refused(board, name, message):
    with pytest.raises(InputError) as caught:
        with_own_words(board, {name: "a"}, "talk.toml")

    assert str(caught.value).startswith(message)

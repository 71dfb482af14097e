"""attnviz lessons, as a user runs it."""

import tomllib

import pytest

from attnviz.cli.failures import run
from attnviz.lecture.reading import read_lecture
from attnviz.lessons.registry import LESSONS
from attnviz.library.lecture_plan import plan_chapters
from attnviz.story.i18n import LANGUAGES


@pytest.fixture
def printed(capsys):
    """What the command prints where it succeeds."""

    def ran(*arguments: str) -> str:
        assert run(["lessons", *arguments]) == 0
        out, err = capsys.readouterr()
        assert err == ""
        return out

    return ran


def test_every_lesson_has_a_line_that_says_what_it_is_about(printed):
    lines = printed().splitlines()

    assert [line.split()[0] for line in lines] == list(LESSONS)
    assert "masking         −∞ before softmax, zeros after: no look ahead, and padding" in printed()


def test_the_list_can_be_chinese(printed):
    assert "感受野一层一层长大" in printed("--lang", "zh")


@pytest.mark.parametrize("name", LESSONS)
def test_every_step_that_a_lesson_can_have_is_listed_with_its_title(printed, name):
    lines = printed(name).splitlines()

    assert tuple(line.split()[0] for line in lines) == LESSONS[name].steps
    assert all(line[18:].strip() for line in lines)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", LESSONS)
def test_the_words_of_a_lesson_can_be_put_into_a_lecture_as_they_are(
    printed, tmp_path, name, language
):
    words = printed(name, "--words", "--lang", language)
    path = tmp_path / "lecture.toml"
    head = f'title = "mine"\nlanguage = "{language}"\n[[chapter]]\nlesson = "{name}"\n'
    plain, own = head, f"{head}[chapter.words]\n{words}"

    boards = []
    for text in (plain, own):
        path.write_text(text, encoding="utf-8")
        [chapter] = plan_chapters(read_lecture(path).versions[language])
        boards.append(chapter.storyboard)

    said = [[(each.title, each.narration) for each in board.steps] for board in boards]
    assert said[0] == said[1]
    assert {
        (step, part): text
        for step, table in tomllib.loads(words).items()
        for part, text in table.items()
    } == {
        (step.id, part): text
        for step in boards[0].steps
        for part, text in {"title": step.title, **step.narration}.items()
    }


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["maskin"],
            "unknown lesson 'maskin': did you mean 'masking'? Known: self-attention, cnn-limits, ",
        ),
        (
            ["maskin", "--words"],
            "unknown lesson 'maskin': did you mean 'masking'? Known: self-attention, cnn-limits, ",
        ),
        (
            ["--words"],
            "--words needs a lesson: write attnviz lessons self-attention --words\n",
        ),
    ],
)
def test_a_mistake_is_reported_in_one_line(capsys, arguments, message):
    assert run(["lessons", *arguments]) == 2

    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"Error: {message}")

"""attnviz explain lecture.toml: the lessons of a lecture file as text."""

import json

import pytest

from attnviz.cli.failures import run

LECTURE = """
title = {en = "Talk", zh = "讲座"}
languages = ["en", "zh"]

[[chapter]]
card = {en = "Part one", zh = "第一部分"}

[[chapter]]
lesson = "self-attention"
text = "the cat"
steps = ["scores"]
title = {en = "My scores", zh = "我的分数"}
[chapter.words]
scores.why = {en = "Who fits?", zh = "谁合适？"}

[[chapter]]
lesson = "masking"
text = "a b c"
"""


@pytest.fixture
def lecture(tmp_path):
    path = tmp_path / "talk.toml"
    path.write_text(LECTURE, encoding="utf-8")
    return str(path)


def test_every_lesson_is_explained_in_turn_with_own_words_and_only_the_chosen_steps(
    lecture, capsys
):
    assert run(["explain", lecture]) == 0

    said = capsys.readouterr().out
    assert said.index("My scores") < said.index("Who fits?") < said.index("Masking")
    assert "Softmax turns scores" not in said
    assert "Part one" not in said


def test_the_language_is_the_requested_one(lecture, capsys):
    assert run(["explain", lecture, "--lang", "zh", "--lesson", "self-attention"]) == 0

    said = capsys.readouterr().out
    assert "谁合适？" in said
    assert "掩码" not in said


def test_json_of_several_lessons_is_a_list(lecture, capsys):
    assert run(["explain", lecture, "--format", "json"]) == 0

    trace, masking = json.loads(capsys.readouterr().out)
    assert (trace["schema"], masking["schema"]) == ("attnviz.trace/1", "attnviz.lesson/1")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--heads", "2"], "a lecture file says itself what it shows: leave --heads out"),
        (["--query", "1"], "a lecture file says itself what it shows: leave --query out"),
        (["--lesson", "cost"], "{} has no lesson cost: choose one of self-attention, masking"),
        (
            ["--format", "latex"],
            "there are 2 lessons, and a latex document holds one: choose it with --lesson self-attention",
        ),
    ],
)
def test_what_does_not_go_with_a_lecture_is_refused(lecture, capsys, arguments, message):
    assert run(["explain", lecture, *arguments]) == 2
    assert capsys.readouterr().err == f"Error: {message.format(lecture)}\n"


def test_of_chapters_with_the_same_lesson_none_can_be_chosen(tmp_path, capsys):
    path = tmp_path / "twice.toml"
    chapter = '[[chapter]]\nlesson = "self-attention"\ntext = "a b"\n'
    path.write_text(f'title = "T"\n{chapter * 3}', encoding="utf-8")

    assert run(["explain", str(path), "--format", "latex"]) == 2

    assert capsys.readouterr().err == (
        "Error: there are 3 lessons, and a latex document holds one: "
        "make a lecture file of each chapter, or Markdown of all of them\n"
    )


def test_a_lecture_of_cards_alone_has_nothing_to_explain(tmp_path, capsys):
    path = tmp_path / "cards.toml"
    path.write_text('title = "T"\n[[chapter]]\ncard = "One"\n', encoding="utf-8")

    assert run(["explain", str(path)]) == 2
    assert "has title cards only: there is nothing to explain" in capsys.readouterr().err

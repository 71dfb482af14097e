"""A lecture file writes nowhere but into its own folder; only -o may name another place."""

from pathlib import Path

import pytest

from .conftest import left_over, names

LECTURE = 'quality = "low"\npace = "fast"\n[[chapter]]\nlesson = "self-attention"\ntext = "a b"\nsteps = ["inputs"]\n'
SPLIT = LECTURE + LECTURE[LECTURE.index("[[") :]
SUFFIXES = (".mp4", ".srt", ".vtt")


@pytest.fixture
def lecture(work):
    """Writes talks/talk.toml with that output; beside talks/ is a folder that it has no business in."""
    (work / "talks").mkdir()
    (work / "other").mkdir()

    def write(output: object, text: str = LECTURE) -> Path:
        path = work / "talks" / "talk.toml"
        path.write_text(f"output = '{output}'\n{text}", encoding="utf-8")
        return path

    return write


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def refusal(value: str, target: Path, given: str) -> str:
    return (
        f"talks/talk.toml: output is {value!r}, and that writes {target}, outside the lecture's folder: "
        f"name a file in that folder, or give -o {given}"
    )


def test_an_output_above_the_folder_is_refused_and_nothing_is_written_over(attnviz, work, lecture):
    lecture("../other/x.mp4")
    for suffix in SUFFIXES:
        (work / "other" / f"x{suffix}").write_text("mine")

    done = attnviz("render", "talks/talk.toml")

    assert done.status == 2
    assert done.refusal == refusal("../other/x.mp4", work / "other/x.mp4", "talks/../other/x.mp4")
    assert files(work) == {"talks/talk.toml", *(f"other/x{suffix}" for suffix in SUFFIXES)}
    assert all((work / "other" / f"x{suffix}").read_text() == "mine" for suffix in SUFFIXES)
    assert not left_over(work.parent / "cache")


def test_an_absolute_output_outside_the_folder_is_refused(attnviz, work, lecture):
    target = work / "other" / "x.mp4"
    lecture(target)

    done = attnviz("render", "talks/talk.toml")

    assert done.refusal == refusal(str(target), target, str(target))
    assert files(work) == {"talks/talk.toml"}


def test_an_output_through_a_linked_folder_is_refused(attnviz, work, lecture):
    lecture("films/x.mp4")
    (work / "talks" / "films").symlink_to(work / "other", target_is_directory=True)

    done = attnviz("render", "talks/talk.toml")

    assert done.refusal == refusal("films/x.mp4", work / "other/x.mp4", "talks/films/x.mp4")
    assert files(work) == {"talks/talk.toml"}


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_film_or_its_captions_that_are_links_out_of_the_folder_are_refused(
    attnviz, work, lecture, suffix
):
    lecture("x.mp4")
    kept = work / "other" / "kept"
    kept.write_text("mine")
    (work / "talks" / f"x{suffix}").symlink_to(kept)

    done = attnviz("render", "talks/talk.toml")

    assert done.refusal == refusal("x.mp4", kept, "talks/x.mp4")
    assert kept.read_text() == "mine"
    assert names(work / "talks") == {"talk.toml", f"x{suffix}"}


@pytest.mark.parametrize("arguments", [("--split",), ("--lang", "en", "--lang", "zh")])
def test_the_films_of_several_lessons_or_languages_are_refused_as_one_is(
    attnviz, work, lecture, arguments
):
    lecture("../other/x.mp4", SPLIT)

    done = attnviz("render", "talks/talk.toml", *arguments)

    assert done.status == 2
    assert "talks/talk.toml: output is '../other/x.mp4', and that writes " in done.refusal
    assert files(work) == {"talks/talk.toml"}


def test_a_link_in_place_of_the_second_film_is_found_before_the_first_is_made(
    attnviz, work, lecture
):
    lecture("x.mp4", SPLIT)
    kept = work / "other" / "kept"
    kept.write_text("mine")
    (work / "talks" / "x-02-self-attention.vtt").symlink_to(kept)

    done = attnviz("render", "talks/talk.toml", "--split")

    assert done.refusal == refusal("x.mp4", kept, "talks/x.mp4")
    assert files(work) == {"talks/talk.toml", "other/kept", "talks/x-02-self-attention.vtt"}
    assert kept.read_text() == "mine"


def test_without_an_output_a_link_is_not_followed_out_of_the_working_directory(attnviz, work):
    (work / "here").mkdir()
    (work / "talk.toml").write_text(LECTURE, encoding="utf-8")
    target = work.parent / "elsewhere.srt"
    target.write_text("mine")
    (work / "talk.srt").symlink_to(target)

    done = attnviz("render", "talk.toml")

    assert done.refusal == (
        f"talk.toml has no output, and talk.srt leads to {target}, outside the working directory: "
        "remove the link, or give -o talk.srt"
    )
    assert target.read_text() == "mine"


def test_an_output_below_the_folder_is_written_there_wherever_the_command_runs(
    attnviz, work, lecture
):
    lecture(work / "talks" / "films" / ".." / "films" / "x.mp4")
    (work / "talks" / "films").mkdir()

    done = attnviz("render", "talks/talk.toml")

    assert done.status == 0, done.err
    assert files(work) == {"talks/talk.toml", *(f"talks/films/x{suffix}" for suffix in SUFFIXES)}


def test_only_the_command_line_may_leave_the_folder(attnviz, work, lecture):
    lecture("../../never.mp4")

    done = attnviz("render", "talks/talk.toml", "-o", "talks/../other/x.mp4")

    assert done.status == 0, done.err
    assert files(work) == {"talks/talk.toml", *(f"other/x{suffix}" for suffix in SUFFIXES)}


def test_a_lecture_whose_films_may_not_be_written_can_still_be_read(attnviz, lecture):
    lecture("../other/x.mp4")

    assert attnviz("explain", "talks/talk.toml").status == 0

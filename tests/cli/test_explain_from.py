"""`attnviz explain --from`: a film says what made it, through a real process."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from fractions import Fraction

import av
import numpy as np
import pytest
from click.testing import CliRunner

from attnviz import Trace
from attnviz.cli.explain.command import explain as command
from attnviz.inputs import InputRequest
from attnviz.lessons import spec
from attnviz.lessons.registry import LESSONS
from attnviz.lessons.spec import FilmLesson, spec_text
from attnviz.library.lesson_input import Presentation, lesson_request
from attnviz.progress import watched
from attnviz.render.video.container import TrackLanguage, assemble
from attnviz.views.film.video.embedded_spec import packed

QUIET = {"NO_COLOR", "FORCE_COLOR", "COLORTERM", "COLUMNS", "TERM"}
ENVIRONMENT = {name: value for name, value in os.environ.items() if name not in QUIET}
ENVIRONMENT["PYTHONIOENCODING"] = "utf-8"
MAIN = LESSONS["self-attention"]
CAT = {"text": "the cat sat", "causal": True}


@pytest.fixture
def explain(tmp_path):
    """Runs `attnviz explain` in an empty folder."""

    def run(*arguments):
        return subprocess.run(
            [sys.executable, "-m", "attnviz", "explain", *arguments],
            capture_output=True,
            cwd=tmp_path,
            env=ENVIRONMENT,
            check=False,
        )

    return run


def stdout_of(done):
    """stdout of a process that ended well and said nothing else."""
    assert (done.returncode, done.stderr) == (0, b"")
    return done.stdout.decode()


def refused(done):
    """The one line of a process that found the user's input at fault."""
    assert (done.returncode, done.stdout) == (2, b"")
    (line,) = done.stderr.decode().splitlines()
    return line.removeprefix("Error: ")


@pytest.fixture(scope="module")
def frame(tmp_path_factory):
    """A video of one frame: what it shows does not matter here."""
    path = tmp_path_factory.mktemp("video") / "frame.mp4"
    with av.open(path, "w") as video:
        stream = video.add_stream("libx264", rate=15)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        picture = av.VideoFrame.from_ndarray(np.zeros((48, 64, 3), np.uint8), format="rgb24")
        picture.pts, picture.time_base = 0, Fraction(1, 15)
        video.mux(stream.encode(picture))
        video.mux(stream.encode(None))
    return path


@pytest.fixture
def film(frame, tmp_path):
    """A film that carries a spec."""

    def make(text: str) -> None:
        nothing = {
            "chapters": [],
            "tracks": [],
            "title": "",
            "description": "",
            "encoding_tool": "",
        }
        assemble(
            [frame],
            tmp_path / "film.mp4",
            comment=packed(text),
            language=TrackLanguage("eng", "English"),
            **nothing,
        )

    return make


def made(lesson="self-attention", title=None, steps=(), words=None, how=None, **given):
    """A lesson of a film as attnviz render makes it from such options."""
    asked = lesson_request(LESSONS[lesson], InputRequest(**given), how or Presentation())
    own = "The title of the film" if title is None else title
    return FilmLesson(LESSONS[lesson], own, asked, steps, words or {})


def test_json_is_the_same_byte_for_byte_when_the_files_of_the_input_are_gone(
    explain, film, tmp_path
):
    rng = np.random.default_rng(3)
    vectors, weights = tmp_path / "x.npy", tmp_path / "w.npz"
    np.save(vectors, rng.normal(size=(5, 4)).astype(np.float32))
    projections = {name: rng.normal(size=(4, 6)) for name in ("w_q", "w_k", "w_v")}
    np.savez(weights, **projections, w_o=rng.normal(size=(6, 4)))
    given = ("--vectors", str(vectors), "--weights", str(weights), "--heads", "2", "--causal")
    before = explain(*given, "--format", "json")
    asked = {"vectors": str(vectors), "weights": str(weights), "heads": 2, "causal": True}
    film(spec_text([made(**asked)]))
    vectors.unlink()
    weights.unlink()

    after = explain("--from", "film.mp4", "--format", "json")

    assert stdout_of(after) == stdout_of(before)
    assert Trace.from_json(stdout_of(after)).problem.heads == 2


@pytest.mark.parametrize(
    ("options", "how", "given"),
    [
        (["the cat sat", "--causal"], {}, CAT),
        (
            ["我爱猫", "--lang", "zh", "--query", "猫", "--precision", "4"],
            {"lang": "zh", "query": "猫", "precision": 4},
            {"text": "我爱猫"},
        ),
        (["--rounding", "article"], {"rounding": "article"}, {}),
    ],
)
@pytest.mark.parametrize("format", ["text", "markdown", "latex", "json"])
def test_every_format_is_what_the_options_of_the_film_give(
    explain, film, options, how, given, format
):
    how = Presentation(**how)
    title = {"en": "Self-attention", "zh": "自注意力"}[how.lang]
    film(spec_text([made(title=title, how=how, **given)]))

    again = explain("--from", "film.mp4", "--format", format)

    assert stdout_of(again) == stdout_of(explain(*options, "--format", format))


def test_the_film_says_its_steps_its_title_and_its_own_words(explain, film):
    lesson = made(title="My talk", steps=("scores",), words={"scores.why": "Who fits whom?"}, **CAT)
    film(spec_text([lesson]))

    text = stdout_of(explain("--from", "film.mp4"))

    assert "My talk" in text
    assert "Who fits whom?" in text
    assert "Scores" in text
    assert "Softmax" not in text


def test_what_is_given_of_the_view_goes_before_what_the_film_had(explain, film):
    words = {"scores.why": "Who fits whom?"}
    lesson = made(title="My talk", steps=("scores", "softmax"), words=words, **CAT)
    film(spec_text([lesson]))
    view = ("--lang", "zh", "--query", "1", "--precision", "5", "--rounding", "plain")

    text = stdout_of(explain("--from", "film.mp4", "--step", "softmax", *view))

    assert text == stdout_of(explain("the cat sat", "--causal", "--step", "softmax", *view))


def test_the_lessons_of_a_lecture_come_in_turn(explain, film):
    lessons = [
        made(title="First", how=Presentation(precision=3), **CAT),
        made("scaling", "Second", seed=4),
        made(title="Third", steps=("softmax",), text="one two"),
    ]
    film(spec_text(lessons))

    text = stdout_of(explain("--from", "film.mp4"))
    assert text.index("First") < text.index("Second") < text.index("Third")
    document = stdout_of(explain("--from", "film.mp4", "--format", "markdown"))
    titles = [line for line in document.splitlines() if line.startswith("# ")]
    assert titles == ["# First", "# Second", "# Third"]

    first, second, third = json.loads(stdout_of(explain("--from", "film.mp4", "--format", "json")))
    assert [first["schema"], third["schema"]] == ["attnviz.trace/1"] * 2
    assert (first["tokens"], third["tokens"]) == (["the", "cat", "sat"], ["one", "two"])
    alone = json.loads(stdout_of(explain("--lesson", "scaling", "--seed", "4", "--format", "json")))
    assert second == alone | {"title": "Second"}


def test_a_lesson_or_a_step_can_be_chosen_of_a_lecture(explain, film):
    film(spec_text([made(title="First", **CAT), made("scaling", "Second"), made(title="Third")]))

    only = stdout_of(explain("--from", "film.mp4", "--lesson", "scaling"))
    softmax = stdout_of(explain("--from", "film.mp4", "--step", "softmax"))

    assert "Second" in only
    assert "First" not in only
    assert "First" in softmax
    assert "Third" in softmax
    assert "Second" not in softmax


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["the cat"], "--from brings its own input, that of film.mp4: leave TEXT out"),
        (["--vectors", "x.csv"], "--from brings its own input, that of film.mp4: leave --vectors"),
        (["--seed", "0"], "--from brings its own input, that of film.mp4: leave --seed out"),
        (["--no-causal"], "--from brings its own input, that of film.mp4: leave --causal out"),
        (["--distance", "3"], "--from brings its own input, that of film.mp4: leave --distance"),
        (
            ["--lesson", "order"],
            "film.mp4 has no lesson order: choose one of self-attention, scaling",
        ),
        (["--step", "sofmax"], "unknown step 'sofmax': did you mean 'softmax'?"),
        (["--query", "dog"], "--query 'dog' is not among the 3 tokens"),
        (["--format", "latex"], "there are 2 lessons, and a latex document holds one: choose"),
        (["--step", "softmax", "--format", "json"], "--step does not go with JSON"),
    ],
)
def test_an_option_that_does_not_go_with_a_film_is_refused(explain, film, options, says):
    film(spec_text([made(**CAT), made("scaling")]))

    assert refused(explain("--from", "film.mp4", *options)).startswith(says)


def test_a_row_cannot_be_chosen_where_no_lesson_has_a_sequence(explain, film):
    film(spec_text([made("scaling")]))

    line = refused(explain("--from", "film.mp4", "--query", "2"))

    assert line == "no lesson in film.mp4 takes a sequence: leave --query out"


@pytest.mark.parametrize(
    ("text", "lesson", "how", "format", "says"),
    [
        ("a b", "masking", {"rounding": "article"}, "text", "the lesson masking does not round as"),
        ("a b", "masking", {"rounding": "article"}, "json", "the lesson masking does not round as"),
        ("a b", "multi-head", {}, "markdown", "the lesson multi-head compares heads, and this in"),
        ("a b", MAIN.name, {"key": 1}, "text", "--key follows one product where d_k is more than"),
        ("a " * 11, MAIN.name, {"rounding": "article"}, "text", "the article's rounding shares te"),
        ("a " * 11, MAIN.name, {"rounding": "article"}, "json", "the article's rounding shares te"),
    ],
)
def test_a_request_that_does_not_fit_its_lesson_is_an_error_of_the_film(
    explain, film, text, lesson, how, format, says
):
    request = lesson_request(MAIN, InputRequest(text=text), Presentation())
    film(spec_text([FilmLesson(LESSONS[lesson], "A title", replace(request, **how))]))

    line = refused(explain("--from", "film.mp4", "--format", format, "--lang", "en"))

    assert line.startswith(f"film.mp4: what made the film does not fit the lesson {lesson} ({says}")
    assert line.endswith("): render the film again")


def test_an_option_that_does_not_fit_a_lesson_of_a_film_is_named_as_it_was_given(explain, film):
    film(spec_text([made("masking", text="the cat")]))

    line = refused(explain("--from", "film.mp4", "--rounding", "article"))

    assert line == "the lesson masking does not round as the article does: leave --rounding out"


@pytest.mark.parametrize("format", ["text", "json", "markdown"])
def test_of_many_lessons_it_is_reported_which_is_computed_and_which_is_written(
    film, tmp_path, format
):
    film(spec_text([made(**CAT), made("scaling"), made("context")]))
    said = []

    with watched(lambda work, done, total: said.append(work)):
        done = CliRunner().invoke(
            command, ["--from", str(tmp_path / "film.mp4"), "--format", format]
        )

    assert done.exit_code == 0
    numbers = [f"Chapter {number} of 3" for number in (1, 2, 3)]
    of_chapters = [each for each in said if each.endswith((": Computing", ": Writing"))]
    assert list(dict.fromkeys(of_chapters)) == [
        *(f"{number}: Computing" for number in numbers),
        *(f"{number}: Writing" for number in numbers),
    ]
    assert all(work.startswith("Chapter ") for work in said)


def test_an_input_that_was_left_out_is_reported(explain, film, monkeypatch):
    monkeypatch.setattr(spec, "MOST_CHARACTERS", 10)
    film(spec_text([made(**CAT)]))

    assert refused(explain("--from", "film.mp4")) == (
        "film.mp4: chapter 1: its input was too large for a film to carry, and was left out: "
        "give the input itself"
    )


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Made by hand", "film.mp4 was not made by attnviz render, or before it wrote what made"),
        (
            '{"schema": "attnviz.film/2"}',
            "film.mp4: what made the film has the schema 'attnviz",
        ),
        ('{"schema": "attnviz.film/1", ', "film.mp4: what made the film is not JSON ("),
    ],
)
def test_a_film_without_a_spec_is_reported(explain, film, text, says):
    film(text)

    assert refused(explain("--from", "film.mp4")).startswith(says)


def test_a_file_that_is_no_film_is_reported(explain, tmp_path):
    (tmp_path / "words.mp4").write_text("hello")

    assert refused(explain("--from", "none.mp4")) == (
        "none.mp4: no such file: give a film that attnviz render made"
    )
    assert refused(explain("--from", "words.mp4")).startswith(
        "words.mp4 is no film that can be read (invalid data found when processing input)"
    )
    assert refused(explain("--from", ".")).startswith(". is no film that can be read (")

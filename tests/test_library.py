"""What a Python program calls: the same numbers, pages and films as on the command line."""

import io
import subprocess
import sys
from pathlib import Path

import av
import numpy as np
import pytest
from rich.console import Console

import attnviz
from attnviz.cli.failures import run
from attnviz.errors import InputError, OutputError
from attnviz.views.film.video.embedded_spec import read_spec

SHORT = {"steps": ["inputs"], "quality": "low", "fps": 2, "pace": "fast", "jobs": 1}


@pytest.fixture
def work(tmp_path, monkeypatch) -> Path:
    """An empty folder that programs run in, with a cache of its own beside it, 80 columns wide."""
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    return folder


@pytest.fixture
def printed(work, capsys):
    """Runs the command line, and gives what it prints."""

    def command(*arguments: str) -> str:
        assert run(list(arguments)) == 0
        return capsys.readouterr().out

    return command


def in_rich(thing: object, width: int = 80, colours: str | None = None) -> str:
    """The text that a rich console prints."""
    target = io.StringIO()
    console = Console(
        file=target, width=width, color_system=colours, force_terminal=colours is not None
    )
    console.print(thing)
    return target.getvalue()


def plain(text: str) -> list[str]:
    return [line.rstrip() for line in text.strip("\n").splitlines()]


@pytest.mark.parametrize(
    ("options", "arguments"),
    [
        ({}, ()),
        ({"text": "the cat sat", "heads": 2}, ("the cat sat", "--heads", "2")),
        ({"example": "retrieval"}, ("--example", "retrieval")),
        ({"text": "a b", "scale": 0.5, "causal": True}, ("a b", "--scale", "0.5", "--causal")),
    ],
)
def test_a_trace_is_that_of_the_command_line(printed, options, arguments):
    there = attnviz.Trace.from_json(printed("explain", *arguments, "--format", "json"))

    assert attnviz.trace(**options) == there


def test_files_may_be_paths(work):
    path = work / "x.npy"
    np.save(path, np.eye(3))

    np.testing.assert_array_equal(attnviz.trace(vectors=path).problem.x, np.eye(3))


def test_an_option_that_does_not_exist_is_a_type_error():
    with pytest.raises(TypeError, match="hats"):
        attnviz.trace("a b", hats=2)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"d_model": 3}, "d_model needs vectors to work on: give text or vectors"),
        ({"text": "a b", "model": "minilm", "heads": 2}, "heads"),
    ],
)
def test_a_message_names_arguments_and_no_flags(options, message):
    with pytest.raises(InputError) as caught:
        attnviz.trace(**options)

    assert message in str(caught.value)
    assert "--" not in str(caught.value)


@pytest.mark.parametrize(
    ("options", "arguments"),
    [
        ({}, ()),
        ({"steps": ["softmax"], "query": "cat"}, ("--step", "softmax", "--query", "cat")),
        ({"query": 2, "language": "zh"}, ("--query", "3", "--lang", "zh")),
        ({"lesson": "masking"}, ("--lesson", "masking")),
        ({"precision": 3, "rounding": "plain"}, ("--precision", "3", "--rounding", "plain")),
        ({"width": 60}, ("--width", "60")),
    ],
)
def test_an_explanation_is_the_page_of_the_command_line(printed, options, arguments):
    page = printed("explain", "the cat sat", *arguments)

    explanation = attnviz.explain(attnviz.trace("the cat sat"), **options)

    assert plain(str(explanation)) == plain(page)


@pytest.mark.parametrize("key", ["sat", 2])
def test_a_key_is_followed_where_vectors_are_long(printed, key):
    page = printed("explain", "the cat sat", "--d-k", "12", "--key", "sat")

    explanation = attnviz.explain(attnviz.trace("the cat sat", d_k=12), key=key)

    assert plain(str(explanation)) == plain(page)


@pytest.mark.parametrize("lesson", ["cost", "order", "context"])
def test_without_a_trace_a_lesson_has_its_own_input(printed, lesson):
    page = printed("explain", "--lesson", lesson)

    assert plain(str(attnviz.explain(lesson=lesson))) == plain(page)


def test_a_causal_trace_is_worked_in_the_middle_as_on_the_command_line(printed):
    page = printed("explain", "a b c d", "--causal")

    assert plain(str(attnviz.explain(attnviz.trace("a b c d", causal=True)))) == plain(page)


def test_a_storyboard_is_explained_as_it_is():
    trace = attnviz.trace("the cat sat")
    board = attnviz.lesson("masking", trace, language="zh")

    assert str(attnviz.explain(board, width=70)) == str(
        attnviz.explain(trace, lesson="masking", language="zh", width=70)
    )


@pytest.mark.parametrize("name", ["lesson", "language", "rounding"])
def test_a_storyboard_is_built_already(name):
    board = attnviz.lesson("cost")

    with pytest.raises(InputError, match=f"leave {name} out, or give the trace"):
        attnviz.explain(board, **{name: "cost"})


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"lesson": "cots"}, "unknown lesson 'cots': did you mean 'cost'?"),
        ({"lesson": "cost"}, "the lesson cost takes no sequence: leave the trace out"),
        ({"lesson": "masking", "seed": 3}, "the lesson masking has no such option: leave seed out"),
        ({"lesson": "masking", "key": 1}, "the lesson masking has no such option: leave key out"),
        ({"distance": 3}, "the lesson self-attention has no such option: leave distance out"),
        ({"query": "dog"}, "query 'dog' is not among the 3 tokens"),
        ({"key": 1}, "key follows one product where d_k is more than 8, and here it is 3"),
        ({"query": 3}, "no row 4: the sequence has 3"),
        ({"steps": ["sofmax"]}, "unknown step 'sofmax': did you mean 'softmax'?"),
        ({"language": "fr"}, "unknown language 'fr'"),
        ({"rounding": "up"}, "unknown rounding 'up'"),
        ({"theme": "drak"}, "unknown theme 'drak': did you mean 'dark'?"),
    ],
)
def test_what_cannot_be_explained_is_refused_in_one_line(options, message):
    with pytest.raises(InputError) as caught:
        attnviz.explain(attnviz.trace("the cat sat"), **options)

    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)


def test_a_lesson_without_a_sequence_has_no_query():
    with pytest.raises(InputError, match="the lesson cost takes no sequence: leave query out"):
        attnviz.explain(lesson="cost", query=0)


def test_a_page_has_colours_only_if_requested(work):
    trace = attnviz.trace("the cat sat")

    plain_page = attnviz.explain(trace)
    coloured = attnviz.explain(trace, colour=True)

    assert "\x1b[" not in str(plain_page) + repr(plain_page)
    assert "\x1b[38;2;" in str(coloured)


@pytest.mark.parametrize("width", [60, 100])
def test_rich_prints_a_trace_and_a_storyboard_as_the_lesson_in_its_own_width(width):
    trace = attnviz.trace("the cat sat")
    board = attnviz.lesson("self-attention", trace)
    page = plain(str(attnviz.explain(trace, width=width)))

    assert plain(in_rich(trace, width)) == page
    assert plain(in_rich(board, width)) == page
    assert plain(in_rich(attnviz.explain(trace), width)) == page


@pytest.mark.parametrize(("colours", "code"), [("truecolor", "38;2;"), ("256", "38;5;")])
def test_rich_prints_in_the_colours_that_it_has(colours, code):
    page = attnviz.explain(attnviz.trace("the cat sat"), steps=["softmax"])

    assert f"\x1b[{code}" in in_rich(page, colours=colours)
    assert "\x1b[" not in in_rich(page)


@pytest.mark.parametrize(
    ("thing", "shown"),
    [
        (lambda: attnviz.trace("the cat sat"), "Trace(3 tokens, 1 head, d_k 3)"),
        (lambda: attnviz.trace("a", heads=2), "Trace(1 token, 2 heads, d_k 3)"),
        (lambda: attnviz.load("the cat sat"), "Problem(3 tokens, 1 head, d_model 4, d_k 3)"),
        (lambda: attnviz.lesson("cost"), "Storyboard(cost, en, 5 steps)"),
    ],
)
def test_a_repr_is_one_line_that_says_how_large_it_is(thing, shown):
    assert repr(thing()) == shown


@pytest.fixture
def weights(work) -> Path:
    """A file of weights of two layers of three heads on four tokens: each query sees itself and those before it."""
    path = work / "weights.npy"
    np.save(path, np.tril(np.ones((2, 3, 4, 4))) / np.arange(1, 5)[:, None])
    return path


def test_a_survey_prints_what_the_command_line_prints(printed, weights):
    page = printed("heads", "the cat sat down", "--attention", str(weights))

    survey = attnviz.heads("the cat sat down", attention=weights)

    assert plain(str(survey)) == plain(page)
    assert plain(in_rich(survey)) == plain(page)
    assert repr(survey) == "Survey(weights.npy, 2 layers, 3 heads each, 4 tokens)"


def test_a_survey_ranks_a_pair_and_looks_at_one_layer(weights):
    survey = attnviz.heads(
        "the cat sat down", attention=weights, query="sat", key="the", layer=1, language="zh"
    )

    assert {head.layer for head in survey.heads} == {1}
    assert survey.heads[0].between == pytest.approx(1 / 3)
    assert "层" in str(survey)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "whose heads? Give a trained model with model, or weights with attention"),
        ({"attention": "w.npy", "query": "the"}, "a pair is a query and a key: give query and key"),
        ({"attention": "w.npy", "language": "fr"}, "unknown language 'fr'"),
    ],
)
def test_a_survey_of_nothing_is_refused_by_the_names_of_arguments(work, options, message):
    with pytest.raises(InputError) as caught:
        attnviz.heads("the cat", **options)

    assert str(caught.value).startswith(message)


def duration(path: Path) -> float:
    with av.open(str(path)) as film:
        return float(film.streams.video[0].frames / film.streams.video[0].average_rate)


@pytest.mark.render
def test_a_film_of_a_trace_is_written_with_its_captions_and_its_input(printed, work):
    trace = attnviz.trace("the cat sat")

    path = attnviz.film(trace, work / "cat.mp4", query="cat", **SHORT)

    assert path == work / "cat.mp4"
    assert {each.name for each in work.iterdir()} == {"cat.mp4", "cat.srt", "cat.vtt"}
    assert "A sequence goes in" in (work / "cat.srt").read_text(encoding="utf-8").replace("\n", " ")
    there = printed("explain", "--from", str(path), "--format", "json")
    assert attnviz.Trace.from_json(there) == trace
    assert "q₂ (“cat”)" in printed("explain", "--from", str(path))


@pytest.mark.render
def test_a_film_of_a_storyboard_is_that_of_its_words_and_carries_no_input(work):
    board = attnviz.lesson("self-attention", attnviz.trace("大 猫"), language="zh")

    attnviz.film(board, "cat.mp4", duration=6, **SHORT)

    assert duration(work / "cat.mp4") == pytest.approx(6, abs=0.5)
    captions = (work / "cat.srt").read_text(encoding="utf-8").replace("\n", "")
    for caption in board.step("inputs").narration.values():
        assert caption.replace("\n", "") in captions
    with pytest.raises(InputError, match=r"cat\.mp4 was not made by attnviz render"):
        read_spec(work / "cat.mp4")


@pytest.mark.render
def test_a_script_needs_no_guard_to_make_a_film_in_several_processes(work):
    options = SHORT | {"jobs": 2}
    (work / "script.py").write_text(
        f"import attnviz\nprint('once')\nattnviz.film(attnviz.trace('a b'), 'x.mp4', **{options})\n"
    )

    done = subprocess.run(
        [sys.executable, "script.py"], capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, "once\n", "")
    assert (work / "x.mp4").exists()


@pytest.mark.parametrize(
    ("path", "options", "error", "message"),
    [
        ("x.mov", {}, InputError, "x.mov has the suffix '.mov', and films are .mp4: write x.mp4"),
        ("no/x.mp4", {}, OutputError, "no/x.mp4 cannot be written: the folder no does not exist"),
        ("x.mp4", {"quality": "hihg"}, InputError, "unknown quality 'hihg': did you mean 'high'?"),
        ("x.mp4", {"pace": "fsat"}, InputError, "unknown pace 'fsat': did you mean 'fast'?"),
        ("x.mp4", {"fps": 0}, InputError, "fps is 0: give 1 to 120"),
        ("x.mp4", {"narrate": "no.wav"}, InputError, "no.wav: no such file: give a sound file"),
        ("x.mp4", {"narrate": "a", "voice": True}, InputError, "narrate and voice are two voices"),
        ("x.mp4", {"steps": ["mask"]}, InputError, "there is no step 'mask' for this input"),
    ],
)
def test_a_film_that_cannot_be_made_is_refused_and_nothing_is_written(
    work, path, options, error, message
):
    with pytest.raises(error) as caught:
        attnviz.film(attnviz.trace("the cat sat"), path, **options)

    assert str(caught.value).startswith(message)
    assert not list(work.iterdir())

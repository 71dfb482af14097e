"""How a file was read is said in every view, and on stderr where the view does not show notes."""

import json

import numpy as np
import pytest

from attnviz import heads, trace
from attnviz.cli.failures import run as main
from attnviz.core.provenance import Provenance
from attnviz.core.trace import Trace
from attnviz.lessons.registry import build_storyboard
from attnviz.lessons.request import LessonRequest

READ_AS = "w.npz read as (out, in) w_q (5, 2)"


@pytest.fixture
def files(tmp_path, monkeypatch):
    """Vectors of two numbers and weights (5, 2), which fit only transposed; the folder is the current one."""
    monkeypatch.chdir(tmp_path)
    np.save("x.npy", [[1.0, 0], [0, 2]])
    np.savez("w.npz", w_q=np.ones((5, 2)), w_k=np.eye(5, 2), w_v=np.ones((5, 2)))
    np.save("m.npy", np.eye(2) == 0)
    return ("--vectors", "x.npy", "--weights", "w.npz")


@pytest.mark.parametrize("format", ["text", "markdown", "latex"])
def test_a_page_has_it_among_its_notes(files, capsys, format):
    assert main(["explain", *files, "--format", format]) == 0

    assert "read as (out, in)" in " ".join(capsys.readouterr().out.replace("\\", "").split())


def test_json_has_it_in_the_provenance_and_stderr_says_it(files, capsys):
    assert main(["explain", *files, "--format", "json"]) == 0

    printed = capsys.readouterr()
    read = json.loads(json.loads(printed.out)["provenance"]["read"])
    assert read == [["w.npz", "out_in", "w_q (5, 2)"]]
    assert printed.err == f"Note: {READ_AS}.\n"


def test_the_brief_notes_of_a_film_have_it_in_both_languages(files):
    computed = trace(vectors="x.npy", weights="w.npz")

    for language, said in (("en", "read as (out, in)"), ("zh", "读作 (out, in)")):
        for lesson in ("self-attention", "order", "any-length", "masking"):
            board = build_storyboard(lesson, LessonRequest(computed, language=language))
            assert any(said in note for note in board.brief_notes), lesson
            assert any("(out, in) w_q (5, 2)" in note for note in board.notes), lesson


def test_a_warning_is_on_stderr_even_beside_a_page_that_shows_it(files, capsys):
    assert main(["explain", *files, "--mask", "m.npy"]) == 0

    printed = capsys.readouterr()
    assert printed.err.startswith("Warning: m.npy hides every token from itself.")
    assert "--mask-true hidden" in printed.err
    assert printed.err.count("\n") == 1
    assert "m.npy hides every token from itself" in " ".join(printed.out.split())


def test_heads_say_it_too(tmp_path, capsys):
    weights = np.full((2, 3, 4, 4), 0.2)
    np.save(tmp_path / "a.npy", weights)
    path = str(tmp_path / "a.npy")

    assert main(["heads", "--attention", path]) == 0
    page = capsys.readouterr()
    assert main(["heads", "--attention", path, "-o", str(tmp_path / "a.svg")]) == 0
    picture = capsys.readouterr()

    assert "a.npy read as (layers, heads, n, n) (2, 3, 4, 4)." in " ".join(page.out.split())
    assert "call model.eval() before the model runs" in " ".join(page.out.split())
    assert page.err.startswith("Warning: a.npy has rows that do not sum to 1")
    assert picture.err.startswith("Note: a.npy read as (layers, heads, n, n)")
    assert "(layers, heads, n, n)" in (tmp_path / "a.svg").read_text("utf-8")
    assert heads(attention=path).provenance.readings[0].way == "four_axes"


def test_plain_input_says_nothing(files, capsys):
    np.savez("w.npz", w_q=np.eye(2), w_k=np.eye(2), w_v=np.eye(2))

    assert main(["explain", *files, "--format", "json"]) == 0

    printed = capsys.readouterr()
    assert printed.err == ""
    assert "read" not in json.loads(printed.out)["provenance"]


def test_it_survives_being_written_down(files):
    computed = trace(vectors="x.npy", weights="w.npz", mask="m.npy")

    again = Trace.from_json(computed.to_json())

    assert again.problem.provenance == computed.problem.provenance
    assert [each.way for each in again.problem.provenance.readings] == ["out_in", "hides_itself"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[1]",
        "[[]]",
        '[["a", "no such way", ""]]',
        '[["a", "out_in", 1]]',
        '[["a", "out_in"]]',
        "[" * 10_000,
        json.dumps([["a", "out_in", ""]] * 65),
    ],
)
def test_a_reading_that_cannot_be_understood_is_kept_as_text_and_not_said(text):
    made = Provenance.from_plain({"read": text})

    assert made.readings == ()
    assert made.to_plain() == {"read": text}


@pytest.fixture
def drawn(files, tmp_path):
    """`attnviz render` of one short step, and what it printed on stderr about how files were read."""

    def draw(*more):
        film = ["-o", "film.mp4", "--quality", "low", "--step", "inputs", "--jobs", "1"]
        assert main(["render", *files, *more, *film]) == 0
        films = list(tmp_path.glob("*.mp4"))
        assert films and all(each.stat().st_size > 1000 for each in films)

    return draw


def said_of_files(capsys):
    lines = capsys.readouterr().err.splitlines()
    return [line for line in lines if line.startswith(("Note:", "Warning:"))]


def test_render_says_on_stderr_how_files_were_read_each_once(drawn, capsys):
    drawn("--mask", "m.npy", "--lang", "en", "--lang", "zh")

    note, warning = said_of_files(capsys)

    assert note == f"Note: {READ_AS}."
    assert warning.startswith("Warning: m.npy hides every token from itself.")


def test_render_says_nothing_of_plain_input(drawn, capsys):
    np.savez("w.npz", w_q=np.eye(2), w_k=np.eye(2), w_v=np.eye(2))

    drawn()

    assert said_of_files(capsys) == []


def test_the_name_of_a_file_is_harmless_where_a_terminal_shows_it(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    name = "a\x1b[31m\u202eb.csv"
    (tmp_path / name).write_text("a;1,5\nb;2,5\n", encoding="utf-8")

    assert main(["explain", "--vectors", name, "-o", "page.md"]) == 0

    printed = capsys.readouterr().err
    assert "Note: a�[31m�b.csv read as ; between cells" in printed
    assert not {"\x1b", "\u202e"} & set(printed)

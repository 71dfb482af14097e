"""`attnviz explain` through a real process: what it writes, where, and how it ends."""

import json
import os
import re
import subprocess
import sys

import numpy as np
import pytest

from attnviz import Trace
from attnviz.library.printing import NARROWEST
from attnviz.views.terminal import page_context

ESCAPE = "\x1b"
QUIET = {"NO_COLOR", "FORCE_COLOR", "COLORTERM", "COLUMNS", "TERM"}
ENVIRONMENT = {name: value for name, value in os.environ.items() if name not in QUIET}
ENVIRONMENT["PYTHONIOENCODING"] = "utf-8"


@pytest.fixture
def explain(tmp_path):
    """Runs `attnviz explain` in an empty folder."""

    def run(*arguments, environment=None, **options):
        return subprocess.run(
            [sys.executable, "-m", "attnviz", "explain", *arguments],
            capture_output=True,
            text=True,
            encoding="utf-8",
            cwd=tmp_path,
            env=ENVIRONMENT | (environment or {}),
            check=False,
            **options,
        )

    return run


def stdout_of(done):
    """stdout of a process that ended well and said nothing else."""
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def refused(done):
    """The one line of a process that found the user's input at fault."""
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    return line


def test_without_input_it_is_the_articles_example_in_plain_text(explain):
    text = stdout_of(explain())

    assert "q₁·k₂ = 1·4 + 0·4 + 2·0 = 4" in text
    assert "o₁[2] = 0.0634·2 + 0.4683·8 + 0.4683·6 ≈ 0.127 + 3.746 + 2.810 ≈ 6.68" in text
    assert ESCAPE not in text
    assert max(map(len, text.splitlines())) <= 80


@pytest.mark.parametrize(
    ("arguments", "environment", "expected"),
    [
        ([], {}, None),
        ([], {"FORCE_COLOR": "1"}, "38;2;"),
        ([], {"FORCE_COLOR": "1", "TERM": "xterm-256color"}, "38;5;"),
        ([], {"FORCE_COLOR": "1", "NO_COLOR": "1"}, None),
        (["--color", "always"], {}, "38;2;"),
        (["--color", "always"], {"NO_COLOR": "1"}, "38;2;"),
        (["--color", "never"], {"FORCE_COLOR": "1"}, None),
    ],
)
def test_a_pipe_has_colour_only_on_request(explain, arguments, environment, expected):
    text = stdout_of(explain("--step", "scores", *arguments, environment=environment))

    if expected is None:
        assert ESCAPE not in text
    else:
        assert f"{ESCAPE}[{expected}" in text
        assert re.search(rf"{ESCAPE}\[[\d;]*48;[25];", text)


def test_a_token_with_an_escape_sequence_is_refused(explain):
    line = refused(explain("--tokens", '["\\u001b[31mred", "b"]'))

    assert line == "Error: --tokens, token 1: it holds the control character U+001B; remove it"


def test_the_light_theme_has_other_colours(explain):
    themes = [
        stdout_of(explain("--step", "scores", "--color", "always", "--theme", theme))
        for theme in ("dark", "light")
    ]

    assert themes[0] != themes[1]
    assert len({re.sub(rf"{ESCAPE}\[[\d;]*m", "", text) for text in themes}) == 1


def test_json_is_the_whole_trace_and_holds_the_articles_numbers(explain):
    trace = Trace.from_json(stdout_of(explain("--format", "json")))

    stages = trace.heads[0].stages
    assert stages.scores.tolist() == [[2, 4, 4], [4, 16, 12], [4, 12, 10]]
    first = np.exp([-2.0, 0.0, 0.0])
    np.testing.assert_allclose(stages.weights[0], first / first.sum(), rtol=0, atol=1e-12)
    np.testing.assert_allclose(
        stages.weights @ [[1, 2, 3], [2, 8, 0], [2, 6, 3]], trace.output, rtol=0, atol=1e-12
    )
    assert Trace.from_json(trace.to_json()) == trace


def test_json_with_the_articles_rounding_holds_what_the_article_prints(explain):
    trace = Trace.from_json(stdout_of(explain("--format", "json", "--rounding", "article")))

    assert trace.rounded == "article"
    np.testing.assert_allclose(trace.heads[0].stages.weights[0], [0.0, 0.5, 0.5], atol=1e-12)
    np.testing.assert_allclose(trace.output[0], [2.0, 7.0, 1.5], atol=1e-12)


@pytest.mark.parametrize(
    ("name", "beginning"),
    [
        ("out.txt", "  Self-attention\n"),
        ("out.json", '{"schema": "attnviz.trace/1"'),
        ("out.md", "# Self-attention"),
        ("out.tex", "%"),
        ("out", "  Self-attention\n"),
    ],
)
def test_the_suffix_of_a_file_says_its_format(explain, tmp_path, name, beginning):
    assert stdout_of(explain("-o", name)) == ""

    assert (tmp_path / name).read_text(encoding="utf-8").startswith(beginning)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_format_that_is_given_wins_over_the_suffix(explain, tmp_path):
    stdout_of(explain("-o", "out.txt", "--format", "json"))

    assert json.loads((tmp_path / "out.txt").read_text(encoding="utf-8"))["heads"] == 1


@pytest.mark.parametrize(
    ("arguments", "coloured"), [([], False), (["--color", "always"], True)], ids=["auto", "always"]
)
def test_a_file_holds_colour_only_by_the_flag(explain, tmp_path, arguments, coloured):
    stdout_of(explain("-o", "out.txt", *arguments, environment={"FORCE_COLOR": "1"}))

    assert (ESCAPE in (tmp_path / "out.txt").read_text(encoding="utf-8")) is coloured


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["--step", "sofmax"],
            "Error: unknown step 'sofmax': did you mean 'softmax'? Known: inputs, ",
        ),
        (
            ["--step", "mask"],
            "Error: there is no step 'mask' for this input: nothing is hidden; say --causal or --mask FILE",
        ),
        (
            ["--step", "scale"],
            "Error: there is no step 'scale' for this input: the scores stay as they are; say --scale sqrt",
        ),
        (
            ["--step", "heads"],
            "Error: there is no step 'heads' for this input: there is one head and no w_o; "
            "say --heads 2, or give a w_o with --weights",
        ),
        (
            ["--step", "bias"],
            "Error: there is no step 'bias' for this input: nothing is added to the scores; "
            "a bias is given to attnviz.self_attention, in Python",
        ),
        (
            ["a b", "--d-k", "1", "--step", "why-scale"],
            "Error: there is no step 'why-scale' for this input: √d_k changes nothing; "
            "choose a --query that sees something, and --d-k 2 or more",
        ),
        (
            ["--format", "json", "--step", "scores"],
            "Error: --step does not go with JSON, which is the whole trace: leave it out",
        ),
        (
            ["-o", "out.pdf"],
            "Error: out.pdf: no format has the suffix '.pdf': use one of .txt .json .md .markdown .tex, or --format",
        ),
        (["-o", "cat.mp4"], "Error: cat.mp4: .mp4 is a film: make it with attnviz render"),
        (["-o", "no/out.txt"], "Error: no/out.txt cannot be written: the folder no does not exist"),
        (["--query", "4"], "Error: --query 4 is out of range: say a position from 1 to 3"),
        (["--width", "39"], "Error: Invalid value for '--width': 39 is not in the range x>=40"),
    ],
)
def test_an_impossible_request_is_reported_in_one_line_with_the_cure(explain, arguments, message):
    assert refused(explain(*arguments)).startswith(message)


def test_the_width_that_is_refused_is_the_width_that_a_page_needs():
    assert page_context.NARROWEST == NARROWEST


def test_steps_come_in_the_order_of_the_lesson_however_they_are_given(explain):
    text = stdout_of(explain("--step", "output", "--step", "scores", "--step", "output"))

    assert re.findall(r"^  (\d+)  ", text, re.MULTILINE) == ["6", "9"]


def test_a_step_that_the_input_has_not_can_be_had_as_the_message_says(explain):
    assert "Mask" in stdout_of(explain("--step", "mask", "--causal"))
    assert "√d_k" in stdout_of(explain("--step", "scale", "--scale", "sqrt"))
    assert "W_O" in stdout_of(explain("a b", "--step", "heads", "--heads", "2"))


@pytest.mark.parametrize("width", [40, 61, 120])
def test_a_page_is_as_wide_as_requested(explain, width):
    lines = stdout_of(explain("--width", str(width))).splitlines()

    assert max(map(len, lines)) == width - 2


def test_the_width_of_the_terminal_is_heard_but_never_below_40(explain):
    assert stdout_of(explain(environment={"COLUMNS": "50"})) == stdout_of(explain("--width", "50"))
    assert stdout_of(explain(environment={"COLUMNS": "20"})) == stdout_of(explain("--width", "40"))


def test_a_pipe_that_closes_early_is_no_traceback(tmp_path):
    script = f"{sys.executable} -m attnviz explain --width 40 | head -1"
    done = subprocess.run(
        ["bash", "-c", script],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=ENVIRONMENT,
        check=True,
    )

    assert done.stdout == "  Self-attention\n"
    assert done.stderr == ""


def test_vectors_come_from_a_pipe(explain):
    text = stdout_of(explain("--vectors", "-", input="1,0,1,0\n0,2,0,2\n"))

    assert "2 vectors of 4 numbers" in text
    assert "Untrained" in text


@pytest.mark.parametrize("count", [1, 200, 2000])
def test_one_token_and_many_are_explained(explain, count):
    text = stdout_of(explain(" ".join(f"w{i}" for i in range(count))))

    assert f"row 1 of {count}." in text
    assert len(text.splitlines()) < 350
    assert max(map(len, text.splitlines())) <= 80


def test_it_can_be_chinese(explain):
    text = stdout_of(explain("我爱猫", "--lang", "zh"))

    assert "自注意力" in text
    assert "未经训练（随机种子 0）" in text


def test_pause_is_ignored_where_nobody_can_answer(explain):
    assert stdout_of(explain("--pause")) == stdout_of(explain())


def test_help_shows_how_it_is_used(explain):
    text = stdout_of(explain("--help"))

    assert "cat x.csv | attnviz explain --vectors -" in text
    assert "--pause" in text


@pytest.mark.parametrize(
    ("rows", "options", "what"),
    [
        ("1e308,1e308\n-1e308,1e308\n", ["--seed", "0"], "the scores"),
        ("1e308,1e308\n1e308,1e308\n", ["--weights", "twos.json"], "the queries"),
        ("1e160,0\n0,1e160\n", ["--format", "json"], "the scores"),
        ("1e160,0\n0,1e160\n", ["--heads", "2"], "the scores of head 1"),
        ("1,0\n0,1\n", ["--weights", "values.json"], "the values"),
    ],
)
def test_numbers_that_overflow_are_refused_with_what_became_of_them(
    explain, tmp_path, rows, options, what
):
    (tmp_path / "huge.csv").write_text(rows, encoding="utf-8")
    twos, huge = [[2, 0], [2, 2]], [[1e308, 1e308], [1e308, 1e308]]
    weights = {"w_q": twos, "w_k": twos, "w_v": twos}
    (tmp_path / "twos.json").write_text(json.dumps(weights), encoding="utf-8")
    (tmp_path / "values.json").write_text(
        json.dumps(weights | {"w_v": huge, "b_v": [1e308, 1e308]}), encoding="utf-8"
    )

    assert refused(explain("--vectors", "huge.csv", *options)) == (
        f"Error: {what} are too large to compute with: scale the numbers of the input down, "
        "below 1e100 or so"
    )


def test_numbers_that_are_large_but_do_not_overflow_are_shown(explain, tmp_path):
    (tmp_path / "x.csv").write_text("1e150,1e150\n-1e150,1e150\n", encoding="utf-8")

    assert "All rows" in stdout_of(explain("--vectors", "x.csv"))

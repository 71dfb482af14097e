"""What a real process says and how it ends when something goes wrong."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

PROBE = '''
import errno, sys, time
import click
from attnviz.cli import commands
from attnviz.cli.shared.options import input_options, view_options
from attnviz.cli.shared.help_sections import SectionedCommand

@click.command(cls=SectionedCommand)
@input_options
@view_options
def probe(request, query, **view):
    """A command that fails in the way that --query names."""
    if query == "interrupt":
        print("ready", flush=True)
        time.sleep(60)
    if query == "bug":
        raise RuntimeError("two\\nlines")
    if query == "disk":
        raise OSError(errno.ENOSPC, "No space left on device", "cat.mp4")
    if query == "memory":
        raise MemoryError
    if query == "many":
        for _ in range(100_000):
            click.echo("a line of output")
    from attnviz.inputs import problem_from
    problem = problem_from(request)
    click.echo(f"{problem.n} × {problem.d_model} {problem.tokens} {view}")

commands._COMMANDS["probe"] = ("__main__:probe", "")
from attnviz.cli import main
main()
'''


@pytest.fixture
def start(tmp_path):
    """Starts `attnviz` with one more command, `probe`, in an empty folder."""
    script = tmp_path / "probe.py"
    script.write_text(PROBE)
    folder = tmp_path / "work"
    folder.mkdir()

    def start(*arguments, **options):
        pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        return subprocess.Popen(
            [sys.executable, str(script), *arguments],
            **pipes | {"text": True, "encoding": "utf-8", "cwd": folder} | options,
        )

    return start


@pytest.fixture
def run(start):
    def run(*arguments, stdin="", **options):
        process = start(*arguments, stdin=subprocess.PIPE, **options)
        out, err = process.communicate(stdin)
        return process.returncode, out, err

    return run


def test_vectors_come_through_a_pipe(run):
    status, out, err = run("probe", "--vectors", "-", stdin="cat,1,2\nmat,3,4\n")
    assert (status, err) == (0, "")
    assert out == (
        "2 × 2 ('cat', 'mat') {'key': None, 'precision': None, 'rounding': 'sum-preserving', 'lang': 'en'}\n"
    )


@pytest.mark.parametrize(
    ("arguments", "stdin", "message"),
    [
        (["--vectors", "x.csv"], "", "x.csv: no such file (--vectors)"),
        (
            ["--vectors", "1,2;3,4"],
            "",
            "1,2;3,4: no such file (--vectors): numbers are read from a file, or from a pipe with -, as in "
            r"printf '1,2\n3,4\n' | attnviz explain --vectors -",
        ),
        (["--scale", "0,5"], "", "--scale is '0,5': write 0.5"),
        (["--scale", "1/4"], "", "--scale is '1/4': write 0.25"),
        (["--vectors", "-"], "", "stdin is empty: it needs at least one row"),
        (
            ["--vectors", "-"],
            "1,2\n3,x\n",
            "stdin, line 2, column 2: 'x' is not a number: put a number such as 0.5 there",
        ),
        (
            ["--example", "retreival"],
            "",
            "unknown example 'retreival': did you mean 'retrieval'? "
            "Known: illustrated, causal, retrieval, two-heads",
        ),
        (["  "], "", "the text is empty: give at least one word"),
        (
            ["--precision", "99"],
            "",
            "Invalid value for '--precision': 99 is not in the range 0<=x<=12. See: attnviz probe --help",
        ),
        (
            ["--lang", "fr"],
            "",
            "Invalid value for '--lang': 'fr' is not one of 'en', 'zh'. See: attnviz probe --help",
        ),
        (
            ["the", "cat"],
            "",
            "Got unexpected extra argument (cat). See: attnviz probe --help",
        ),
        (
            ["the", "—d-k", "2"],
            "",
            "Got unexpected extra arguments (—d-k 2): an option begins with two hyphens, --d-k. "
            "See: attnviz probe --help",
        ),
        (
            ["--vector", "x"],
            "",
            "No such option '--vector'. Did you mean '--vectors'? See: attnviz probe --help",
        ),
    ],
)
def test_the_users_mistake_is_one_line_and_status_2(run, arguments, stdin, message):
    assert run("probe", *arguments, stdin=stdin) == (2, "", f"Error: {message}\n")


def test_an_unknown_command_is_reported_with_the_nearest(run):
    status, out, err = run("explian")
    assert (status, out) == (2, "")
    assert err.startswith(
        "Error: unknown command 'explian': did you mean 'explain'? Known: explain"
    )


@pytest.mark.parametrize(
    ("failure", "message"),
    [
        ("bug", "unexpected RuntimeError: two lines; --debug shows the traceback"),
        ("disk", "no space left on the disk for cat.mp4: free some and run it again"),
        ("memory", "not enough memory: use fewer tokens or smaller vectors"),
    ],
)
def test_any_other_failure_is_one_line_and_status_1(run, failure, message):
    assert run("probe", "--query", failure) == (1, "", f"Error: {message}\n")


@pytest.mark.parametrize("arguments", [["--debug", "probe"], ["probe", "--debug"]])
def test_debug_shows_the_traceback_before_the_line(run, arguments):
    status, out, err = run(*arguments, "--query", "bug")
    assert (status, out) == (1, "")
    assert err.startswith("Traceback (most recent call last):")
    assert err.endswith("Error: unexpected RuntimeError: two lines\n")


def test_a_message_cannot_steer_the_terminal(run):
    status, _, err = run("probe", "--vectors", "\x1b[31mred.csv")
    assert (status, err) == (2, "Error: \\x1b[31mred.csv: no such file (--vectors)\n")


@pytest.mark.parametrize(
    "arguments",
    [
        ["probe", "--vectors", f"{300 * 'a'}.csv"],
        ["explain", f"{300 * 'a'}.toml"],
        ["explain", "-o", f"{300 * 'a'}.json"],
        ["new", f"{300 * 'a'}.toml"],
    ],
)
def test_a_name_that_no_file_can_have_is_one_line_and_status_2(run, arguments):
    status, out, err = run(*arguments)

    assert (status, out) == (2, "")
    assert err.endswith(": the name is too long for a file: choose a shorter one\n")
    assert err.count("\n") == 1


def test_ctrl_c_ends_quietly_with_130(start):
    process = start("probe", "--query", "interrupt")
    assert process.stdout.readline() == "ready\n"
    process.send_signal(signal.SIGINT)
    out, err = process.communicate()
    assert (process.returncode, out, err.strip()) == (130, "", "")


@pytest.mark.parametrize("library", ["click", "numpy"])
def test_ctrl_c_while_libraries_load_ends_quietly_with_130(library):
    program = f"""
import sys
class Interrupt:
    def find_spec(self, name, path=None, target=None):
        if name == {library!r}:
            raise KeyboardInterrupt
sys.meta_path.insert(0, Interrupt())
from attnviz.cli import main
main(["examples"])
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr.strip()) == (130, b"", b"")


def test_a_reader_that_has_seen_enough_causes_no_complaint(start):
    process = start("probe", "--query", "many")
    assert process.stdout.readline() == "a line of output\n"
    process.stdout.close()
    assert process.stderr.read() == ""
    process.stderr.close()
    assert process.wait() == 1


def test_a_full_disk_behind_stdout_is_one_line_and_status_1(run):
    with Path("/dev/full").open("w") as full:
        status, _, err = run("probe", stdout=full)
    assert status == 1
    assert err == "Error: no space left on the disk: free some and run it again\n"


def test_an_option_without_a_sequence_is_refused_in_the_users_own_words(run):
    status, _, err = run("explain", "--lesson", "multi-head", "--heads", "3")
    assert status == 2
    assert err.startswith("Error: --heads needs vectors to work on: give TEXT or --vectors")

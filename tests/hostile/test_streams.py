"""Closed streams, full ones, a folder that is gone, pipes in the place of files: each is a line, or it works."""

import os
import subprocess
import sys
import threading

import pytest

ATTNVIZ = [sys.executable, "-P", "-m", "attnviz"]
SECONDS = 300
"""More than any of it takes on a busy machine; what hangs never ends."""


def shell(command, folder, **options):
    """Runs a line of the shell, in which $A is the program."""
    return subprocess.run(
        ["bash", "-c", f'A() {{ "$PYTHON" -P -m attnviz "$@"; }}\n{command}'],
        capture_output=True, cwd=folder, timeout=SECONDS,
        env=os.environ | {"PYTHON": sys.executable}, **{"stdin": subprocess.DEVNULL} | options,
    )  # fmt: skip


def refusal(done):
    """The one line of a command that did nothing."""
    assert done.returncode == 2, done
    assert done.stdout == b""
    (line,) = done.stderr.decode().splitlines()
    assert line.startswith("Error: ")
    assert "unexpected" not in line
    return line.removeprefix("Error: ")


@pytest.mark.parametrize("command", ["explain a", "--help", "cache", "lessons", "examples"])
def test_a_closed_stdout_is_named(tmp_path, command):
    assert refusal(shell(f"A {command} >&-", tmp_path)).startswith("stdout is closed")


def test_a_file_is_written_where_all_streams_are_closed(tmp_path):
    done = shell("A explain a -o a.md <&- >&- 2>&-", tmp_path)
    assert (done.returncode, done.stderr) == (0, b"")
    assert (tmp_path / "a.md").read_text("utf-8").startswith("# ")


def test_no_file_takes_the_number_of_a_closed_stderr(tmp_path):
    done = shell("A explain a -o a.md 2>&- && cat a.md", tmp_path)
    assert done.stdout.endswith(b"\n")
    assert done.stdout.startswith(b"# ")


@pytest.mark.parametrize("stderr", ["2>&-", "2>/dev/full", ">&- 2>&-"])
def test_without_stderr_the_exit_status_still_says_that_it_failed(tmp_path, stderr):
    assert shell(f"A explain --bad {stderr}", tmp_path).returncode == 2


@pytest.mark.parametrize("command", ["explain a", "lessons", "--help"])
def test_a_full_stdout_is_named(tmp_path, command):
    done = shell(f"A {command} >/dev/full", tmp_path)
    assert (done.returncode, done.stderr.count(b"\n")) == (1, 1)
    assert b"no space left on the disk" in done.stderr


@pytest.mark.parametrize("name", ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1", "out"])
def test_stdout_is_written_to_under_any_of_its_names(tmp_path, name):
    (tmp_path / "out").symlink_to("/dev/stdout")
    plain = shell("A explain a", tmp_path).stdout
    assert shell(f"A explain a -o {name} | cat", tmp_path).stdout == plain


def test_what_is_in_the_file_that_stdout_goes_to_stays(tmp_path):
    (tmp_path / "log").write_text("before\n")
    done = shell("A explain a -o /dev/stdout >> log; A explain a -o /dev/stderr 2>> log", tmp_path)
    assert done.stdout == b""
    text = (tmp_path / "log").read_text("utf-8")
    assert text.startswith("before\n")
    assert text.count("Self-attention\n") == 2


def test_a_closed_stdout_is_named_under_its_other_name_too(tmp_path):
    assert refusal(shell("A explain a -o /dev/stdout >&-", tmp_path)).startswith("stdout is closed")


@pytest.mark.parametrize(
    "command",
    ["explain a -o a.md", "new a.toml", "render a", "explain --vectors a.csv", "render a.toml"],
)
def test_a_working_directory_that_is_gone_is_named_or_does_not_matter(tmp_path, command):
    (tmp_path / "gone").mkdir()
    assert refusal(shell(f"cd gone; rmdir ../gone; A {command}", tmp_path))


def test_what_needs_no_folder_works_without_one(tmp_path):
    (tmp_path / "gone").mkdir()
    done = shell(f"cd gone; rmdir ../gone; A explain a; A explain a -o {tmp_path}/a.md", tmp_path)
    assert (done.returncode, done.stderr) == (0, b"")
    assert (tmp_path / "a.md").exists()


@pytest.mark.parametrize(
    "command",
    [
        "explain --vectors PIPE.csv",
        "explain --qkv PIPE.npz",
        "explain a --weights PIPE.npz",
        "explain a --mask PIPE.npy",
        "explain --example PIPE.toml",
        "explain PIPE.toml",
        "explain --from PIPE.mp4",
        "explain a --model PIPE.gguf",
        "heads a --model PIPE.gguf",
        "explain a -o PIPE.md",
        "render PIPE.toml",
        "render PIPE.py:Talk",
        "render a --narrate PIPE.wav",
        "render a --font ./PIPE.ttf",
    ],
)
def test_a_pipe_that_nobody_serves_is_given_up(tmp_path, command):
    name = next(each for each in command.split() if "PIPE" in each).partition(":")[0]
    os.mkfifo(tmp_path / name)
    said = refusal(shell(f"A {command}", tmp_path))
    assert "pipe" in said or "not a file" in said
    assert os.listdir(tmp_path) == [os.path.basename(name)]  # noqa: PTH119, PTH208


def test_a_pipe_that_somebody_writes_into_is_read(tmp_path):
    pipe = tmp_path / "pipe.csv"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_text, args=("cat,1,2\nmat,3,4\n",), daemon=True)
    writer.start()
    done = shell("A explain --vectors pipe.csv; A explain --vectors <(echo 1,2)", tmp_path)
    assert (done.returncode, done.stderr) == (0, b"")
    assert "“cat”" in done.stdout.decode()


def test_a_pipe_that_somebody_reads_is_written_into(tmp_path):
    os.mkfifo(tmp_path / "pipe.md")
    done = shell("(sleep 1; cat pipe.md) & A explain a -o pipe.md; wait", tmp_path)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.startswith(b"# ")


@pytest.mark.parametrize(
    ("piped", "rows", "how"),
    [
        (b"1,2\n3,4", "row 1 of 2", "read as --vectors -"),
        (b"cat;1;2\nmat;3;4\n", "", "read as --vectors -"),
        (b"a,b\n1,2\n3,4\n", "row 1 of 2", "read as --vectors -"),
        (b"[[1, 2], [3, 4]]", "row 1 of 2", "read as --vectors -"),
        (b"the cat sat\n", "row 1 of 3", "read as TEXT"),
        ("我爱猫".encode(), "row 1 of 3", "read as TEXT"),
    ],
)
def test_what_is_piped_into_a_dash_is_read_and_a_line_says_how(tmp_path, piped, rows, how):
    done = shell("A explain -", tmp_path, stdin=None, input=piped)
    assert rows in done.stdout.decode()
    assert "“-”" not in done.stdout.decode()
    if rows:
        assert done.returncode == 0
        assert how in done.stderr.decode()


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ("A explain - </dev/null", "stdin is empty"),
        ("A explain - <&-", "stdin is closed"),
        ("echo 1,2 | A explain - --vectors -", "stdin is read once"),
        ("printf '\\xff\\xfa' | A explain -", "not UTF-8"),
    ],
)
def test_a_dash_without_anything_to_read_is_refused(tmp_path, command, says):
    assert says in refusal(shell(command, tmp_path))


def test_where_stderr_is_closed_a_film_is_planned_in_silence(monkeypatch):
    from attnviz.cli.render.progress import drawing
    from attnviz.cli.shared.progress_line import progress_line
    from attnviz.cli.shared.streams import replace_closed_streams

    monkeypatch.setattr(sys, "stderr", None)
    replace_closed_streams()
    with progress_line(), drawing(5) as bar:
        bar.advance(5)
        bar.print_line("done")
    sys.stderr.close()


def test_a_page_is_made_where_a_program_has_no_stdout(monkeypatch):
    import attnviz

    monkeypatch.setattr(sys, "stdout", None)
    assert "Self-attention" in repr(attnviz.explain(attnviz.trace("a b")))

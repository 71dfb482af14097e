"""Failures as the user sees them: one line on stderr, and an exit status. Never a traceback."""

from __future__ import annotations

import errno
import os
import re
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import NoReturn

import click

from attnviz.errors import AttnvizError, in_short
from attnviz.safe_text import safe_text

INTERRUPTED = 130
_ASKED_TO_END = 128
"""Added by a shell to the number of the signal that ended a program."""
_FAULT, _USAGE = 1, 2
_OTHER_DASHES = re.compile(
    r"unexpected extra arguments? \(.*?(?<![^\s(])[—–−－]{1,2}([a-z][a-z-]+)"
)


def run(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line and returns the exit status."""
    state = {"debug": False}
    before = _raise_when_asked_to_end()
    try:
        from attnviz.cli.commands import attnviz
        from attnviz.cli.shared.streams import replace_closed_streams

        replace_closed_streams()
        _never_fail_on_a_character()
        args = None if arguments is None else list(arguments)
        # Outside standalone mode click returns the status given to `Context.exit`, and raises the rest.
        result = attnviz.main(args, prog_name="attnviz", obj=state, standalone_mode=False)
        sys.stdout.flush()
        return result if isinstance(result, int) else 0
    except BaseException as error:
        return _status_of(error, debug=state["debug"])
    finally:
        for each in before:
            signal.signal(each, signal.SIG_DFL)


def end(number: int, frame: object) -> NoReturn:
    """Handles a request to end: by an exception, so that temporary files go."""
    raise SystemExit(_ASKED_TO_END + number)


def _raise_when_asked_to_end() -> list[int]:
    """Sets `end` for the signals that would end the program at once, and returns these."""
    asking = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    try:
        # a program that is to outlive its terminal ignores SIGHUP
        usual = [each for each in asking if signal.getsignal(each) is signal.SIG_DFL]
        for each in usual:
            signal.signal(each, end)
    except ValueError:  # only the main thread may set them
        return []
    return usual


def _status_of(error: BaseException, *, debug: bool) -> int:
    if isinstance(error, SystemExit):
        return error.code if isinstance(error.code, int) else _FAULT
    if isinstance(error, BrokenPipeError):
        _discard_stdout()
        return _FAULT
    if isinstance(error, KeyboardInterrupt | click.Abort):
        # A second Ctrl-C must not turn a clean end into a traceback.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        return INTERRUPTED
    if debug:
        import traceback

        report = "".join(traceback.format_exception(error))
        click.echo(safe_text(report, lines=True, named=True), nl=False, err=True)
    message, status = _message_and_status(error, debug=debug)
    _print_error(message)
    if isinstance(error, OSError):
        _discard_stdout()
    return status


def _message_and_status(error: BaseException, *, debug: bool) -> tuple[str, int]:
    """The one line, and the exit status."""
    # Imported here, as a start that goes well does not need it: it loads tempfile and what that imports.
    from attnviz.library.files import disk_full_message, is_disk_full

    if isinstance(error, AttnvizError):
        return str(error), error.exit_code
    if isinstance(error, click.UsageError):
        command = error.ctx.command_path if error.ctx else "attnviz"
        message = _with_dash(error.format_message())
        end = "" if message.endswith((".", "?")) else "."
        return f"{message}{end} See: {command} --help", _USAGE
    if isinstance(error, click.ClickException):
        return error.format_message(), error.exit_code
    if isinstance(error, OSError) and is_disk_full(error):
        return disk_full_message(error.filename), _FAULT
    if isinstance(error, OSError) and error.errno == errno.ENAMETOOLONG:
        return f"{error.filename}: the name is too long for a file: choose a shorter one", _USAGE
    if isinstance(error, FileNotFoundError) and _is_working_directory_gone():
        return "the working directory is gone: change to one that exists and run it again", _USAGE
    if isinstance(error, MemoryError):
        return "not enough memory: use fewer tokens or smaller vectors", _FAULT
    hint = "" if debug else "; --debug shows the traceback"
    return f"unexpected {type(error).__name__}: {error}{hint}", _FAULT


def _with_dash(message: str) -> str:
    """Says which dash an option needs where an editor has put another: click takes such an option for a value."""
    found = _OTHER_DASHES.search(message)
    return f"{message}: an option begins with two hyphens, --{found[1]}" if found else message


def _is_working_directory_gone() -> bool:
    from pathlib import Path

    try:
        Path.cwd()
    except OSError:
        return True
    return False


def _print_error(message: str) -> None:
    """One line, whatever the message holds: a file's name or cell must not steer the terminal."""
    # where stderr is closed or full nobody can be told, and the status says it still
    with suppress(OSError):
        click.echo(f"Error: {in_short(safe_text(message, named=True))}", err=True)


def _discard_stdout() -> None:
    """Sends what is still buffered nowhere: Python would fail once more on it while shutting down."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError, AttributeError):
        return


def _never_fail_on_a_character() -> None:
    """Makes stdout and stderr write "?" for a character that they cannot hold (₁, √, 猫)."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None and stream.encoding.lower().replace("-", "") != "utf8":
            reconfigure(errors="replace")

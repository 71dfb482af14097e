"""The command line. Only `main` lives here: all else is imported inside it, so that Ctrl-C is heard from the start."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Runs attnviz and leaves the process: 0 done, 2 the user's input or usage, 1 anything else, 130 interrupted."""
    import sys

    try:
        from attnviz.cli.failures import run

        status = run(arguments)
    except KeyboardInterrupt:
        status = 130
    sys.exit(status)

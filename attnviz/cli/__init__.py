"""The command line. Only `main` lives here: all else is imported inside it, so that Ctrl-C is heard from the start, and
that nothing of the working directory is imported.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import NoReturn


def main(arguments: "Sequence[str] | None" = None) -> "NoReturn":
    """Runs attnviz and leaves the process: 0 done, 2 the user's input or usage, 1 anything else, 130 interrupted."""
    import sys

    try:
        from attnviz.cli.import_path import leave_out_working_directory

        leave_out_working_directory()
        from attnviz.cli.failures import run

        status = run(arguments)
    except KeyboardInterrupt:
        status = 130
    sys.exit(status)

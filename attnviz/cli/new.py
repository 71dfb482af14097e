"""attnviz new: a lecture file to start from."""

from __future__ import annotations

import click

from attnviz.cli.shared.help_sections import SectionedCommand, option
from attnviz.cli.shared.lines import echo_line
from attnviz.cli.shared.options import language_option


@click.command(cls=SectionedCommand)
@click.argument("file", metavar="FILE")
@option("Output", "--force", is_flag=True, help="Write over a file that is there.")
@language_option
def new(file: str, force: bool, lang: str) -> None:
    """Write a lecture file to start from: it renders as it is, and explains every setting.

    \b
    Examples:
      attnviz new lecture.toml
      attnviz new 讲座.toml --lang zh
      attnviz render lecture.toml
    """
    from pathlib import Path

    from attnviz.cli.shared.output import write_text
    from attnviz.errors import InputError, OutputError
    from attnviz.lecture.starts import start

    path = Path(file)
    if path.suffix.lower() != ".toml":
        found = f"the suffix {path.suffix!r}" if path.suffix else "no suffix"
        # ".toml" is a name without a suffix, and ".." is no name
        name = (
            "lecture.toml"
            if path.stem.startswith(".") or not path.stem
            else path.with_suffix(".toml")
        )
        raise InputError(f"{file} has {found}, and a lecture is a .toml file: write {name}")
    if not force and (path.is_file() or path.is_symlink()):
        raise OutputError(f"{file} is there already: choose another name, or --force replaces it")
    write_text(path, start(lang))
    echo_line(f"{file} is written: change it, then attnviz render {file}", err=True)

"""The films of a lecture stay in the lecture's folder, whatever its file says; only -o may name another place."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from attnviz.errors import InputError
from attnviz.lecture.model import Lecture


def check_inside(lecture: Lecture, files: Iterable[Path]) -> None:
    """Raises InputError for a file that the lecture would write outside its folder, or outside the working directory
    where it names no output. Links are followed, those of folders too.
    """
    folder = Path() if lecture.output is None else lecture.path.parent
    inside = Path(os.path.realpath(folder))
    for file in files:
        target = Path(os.path.realpath(file))
        if target.is_relative_to(inside):
            continue
        if lecture.output is None:
            raise InputError(
                f"{lecture.path} has no output, and {file} leads to {target}, outside the working directory: "
                f"remove the link, or give -o {file}"
            )
        raise InputError(
            f"{lecture.path}: output is {lecture.output_value!r}, and that writes {target}, outside the lecture's "
            f"folder: name a file in that folder, or give -o {lecture.output}"
        )

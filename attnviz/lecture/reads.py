"""A lecture reads files of its own folder; others only where the user allows it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from attnviz.errors import InputError
from attnviz.inputs.example_files import SUFFIX
from attnviz.inputs.request import InputRequest
from attnviz.inputs.score_options import SCORE_OPTIONS
from attnviz.lecture.model import Lecture, LessonChapter

FLAG = "--read-outside"
"""The option that allows it."""
_FILES = (
    *("vectors", "weights", "qkv"),
    *(name for name, each in SCORE_OPTIONS.items() if each.kind == "file"),
)


def check_reads_inside(lecture: Lecture) -> None:
    """Raises InputError for a file outside the lecture's folder that it would read. Links are followed, those of
    folders too: a lecture that a stranger wrote must not show what the user keeps elsewhere.
    """
    inside = Path(os.path.realpath(lecture.path.parent))
    for where, key, file in _named_files(lecture):
        target = Path(os.path.realpath(Path(file).expanduser()))
        if not target.is_relative_to(inside):
            raise InputError(
                f"{where}: {key} reads {target}, outside the lecture's folder: copy it there, or allow it with {FLAG}"
            )


def _named_files(lecture: Lecture) -> Iterator[tuple[str, str, str]]:
    """Every file that the lecture names: the place and the key that name it, and its path."""
    if lecture.font is not None and os.sep in lecture.font:
        yield str(lecture.path), "font", lecture.font
    for version in lecture.versions.values():
        for each in version.chapters:
            if isinstance(each, LessonChapter):
                for key, file in _files_of(each.request):
                    yield each.where, key, file


def _files_of(request: InputRequest) -> Iterator[tuple[str, str]]:
    for key in _FILES:
        file = getattr(request, key)
        if file is not None:
            yield key, file
    if request.example is not None and request.example.lower().endswith(SUFFIX):
        yield "example", request.example
    # What is no path is the name of a model, which is looked for among those that are installed.
    if request.model is not None and (model := Path(request.model).expanduser()).exists():
        yield "model", request.model
        if model.is_dir():
            with os.scandir(model) as entries:  # a model is read from the files of one folder
                links = sorted(each.path for each in entries if each.is_symlink())
            yield from (("model", each) for each in links)

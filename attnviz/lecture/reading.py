"""The lecture file itself: TOML, checked from the first key to the last."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from attnviz.errors import InputError, unknown_name
from attnviz.inputs.files.reading import as_text, read_file
from attnviz.inputs.files.toml_files import read_toml
from attnviz.lecture.chapters import CARD_TITLE_COLUMNS, chapter
from attnviz.lecture.model import Lecture, Version
from attnviz.lecture.naming import SUFFIX, is_lecture
from attnviz.lecture.table import TomlTable
from attnviz.render.quality import DEFAULT_QUALITY, MOST_FPS, QUALITIES
from attnviz.story.i18n import LANGUAGES, language_codes
from attnviz.story.pace import DEFAULT_PACE, PACES
from attnviz.theme import DARK, THEMES

KEYS = (
    *("title", "language", "languages", "theme", "pace", "quality", "fps", "font", "output"),
    "chapter",
)
_FILM = ".mp4"
_FONTS = (".ttf", ".otf", ".ttc", ".otc")
_WHAT = "a lecture file, as attnviz new writes one"


def read_lecture(path: str | Path, languages: Sequence[str] | None = None) -> Lecture:
    """The lecture in that file, in `languages`, or else in its own.

    Files that it names are found from its own folder. Raises InputError that begins with the file, and the chapter by
    its number: no such file, not TOML (with the line), a key or name that is unknown (with the nearest), a value of the
    wrong type, words that a language lacks. Faults of a lesson's input are found later, when the lesson is built.
    """
    body = _parsed(str(path))
    where, folder = str(path), Path(path).parent
    whole = TomlTable(body, where, LANGUAGES[0])
    whole.check_keys(KEYS)
    own = _languages(whole)  # checked even where others are chosen
    chosen = own if languages is None else tuple(languages)
    pace = whole.choice("pace", PACES) or DEFAULT_PACE
    tables = _chapter_tables(whole)
    output = whole.file("output", folder)
    if output is not None and Path(output).suffix.lower() != _FILM:
        found = whole.values["output"]
        raise whole.error(f'output is {found!r}, and films are {_FILM}: write output = "talk.mp4"')
    return Lecture(
        path=Path(path),
        versions={each: _version(replace(whole, language=each), tables, pace) for each in chosen},
        theme=whole.choice("theme", THEMES) or DARK.name,
        pace=pace,
        quality=whole.choice("quality", QUALITIES) or DEFAULT_QUALITY,
        fps=whole.whole("fps", 1, MOST_FPS),
        font=whole.file("font", folder, _is_font_file),
        output=None if output is None else Path(output),
        output_value=whole.word("output"),
    )


def _is_font_file(font: str) -> bool:
    """True for a path or a font's suffix, as --font takes it; anything else is the name of a font."""
    return os.sep in font or font.lower().endswith(_FONTS)


def _parsed(path: str) -> Mapping[str, Any]:
    if not Path(path).is_dir() and not is_lecture(path):
        raise InputError(f"{path}: a lecture is a {SUFFIX} file; rename it")
    if Path(path).is_file() and not Path(path).stat().st_size:
        return {}
    data, _ = read_file(path, (SUFFIX,), _WHAT)
    if not data.strip():
        return {}
    return read_toml(as_text(data, path), path, "a lecture")


def _languages(whole: TomlTable) -> tuple[str, ...]:
    if "language" in whole and "languages" in whole:
        raise whole.error("it has both language and languages: keep one of them")
    one = whole.choice("language", language_codes())
    languages = (one or LANGUAGES[0],) if "languages" not in whole else whole.names("languages")
    if not languages:
        raise whole.error('languages is empty: write languages = ["en", "zh"], or one of them')
    for position, language in enumerate(languages):
        if language not in language_codes():
            raise whole.error(str(unknown_name("language", language, language_codes())))
        if language in languages[:position]:
            raise whole.error(f"languages has {language} twice: keep one of them")
    return languages


def _chapter_tables(whole: TomlTable) -> list[Mapping[str, Any]]:
    from attnviz.lessons.spec import MOST_CHAPTERS

    tables = whole.values.get("chapter", [])
    if not isinstance(tables, list) or not all(isinstance(each, dict) for each in tables):
        raise whole.error("chapter is not a list of tables: write [[chapter]], with two brackets")
    if not tables:
        raise whole.error(
            'it has no chapter: write [[chapter]], and below it lesson = "self-attention"'
        )
    if len(tables) > MOST_CHAPTERS:
        raise whole.error(
            f"it has {len(tables):,} chapters, and at most {MOST_CHAPTERS} are read: make several lectures of it"
        )
    return tables


def _version(whole: TomlTable, tables: Sequence[Mapping[str, Any]], pace: str) -> Version:
    folder, stem = Path(whole.where).parent, Path(whole.where).stem
    chapters = (
        chapter(TomlTable(each, f"{whole.where}, chapter {number}", whole.language), folder, pace)
        for number, each in enumerate(tables, start=1)
    )
    title = whole.text("title", CARD_TITLE_COLUMNS) or stem
    return Version(whole.language, title, tuple(chapters))

"""One chapter of a lecture file: a lesson with its input, or a title card."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

from attnviz.errors import InputError, unknown_name
from attnviz.inputs.example_files import SUFFIX
from attnviz.inputs.request import InputRequest
from attnviz.inputs.score_options import SCORE_OPTIONS, ScoreOption
from attnviz.lecture.model import CardChapter, Chapter, LessonChapter
from attnviz.lecture.own_words import TITLE_COLUMNS, own_words
from attnviz.lecture.table import TomlTable, shown
from attnviz.lessons.lesson import Lesson
from attnviz.lessons.registry import lesson_named
from attnviz.story.pace import PACES
from attnviz.story.roundings import DEFAULT_ROUNDING, MOST_DECIMALS, ROUNDINGS

INPUTS = tuple(each.name for each in fields(InputRequest))
LESSON_KEYS = (
    *("lesson", "title", *INPUTS),
    *("query", "key", "distance", "precision", "rounding", "steps", "words", "pace"),
)
CARD_KEYS = ("card", "text", "seconds")
LONGEST_CARD = 600.0
"""The longest time that a card may be shown, in seconds."""
_GGUF = ".gguf"
CARD_TITLE_COLUMNS, CARD_COLUMNS, CARD_LINES = 60, 76, 6


def chapter(table: TomlTable, folder: Path, pace: str) -> Chapter:
    """The chapter that `table` describes, with files found from `folder`.

    Raises InputError for a key or a value that is wrong, naming the nearest where it is a name.
    """
    table.check_keys((*LESSON_KEYS, *(key for key in CARD_KEYS if key not in LESSON_KEYS)))
    if "lesson" in table and "card" in table:
        raise table.error("it has both a lesson and a card: make two chapters of it")
    if "card" in table:
        return _card(table, pace)
    if "lesson" in table:
        return _lesson(table, folder, pace)
    raise table.error(
        'it has neither a lesson nor a card: add lesson = "self-attention" '
        '(attnviz lessons lists them) or card = "Part one"'
    )


def _card(table: TomlTable, pace: str) -> CardChapter:
    for key in table.values:
        if key not in CARD_KEYS:
            raise table.error(f"a title card has no {key}: leave it out, or name a lesson")
    title = table.line(table.values["card"], "card", CARD_TITLE_COLUMNS)
    seconds = table.seconds("seconds", LONGEST_CARD)
    return CardChapter(table.where, title, _card_lines(table), seconds, pace)


def _card_lines(table: TomlTable) -> tuple[str, ...]:
    """The lines below the title: a string of several lines, or a list."""
    value = table.of_language("text")
    if value is None:
        return ()
    if not isinstance(value, list):
        value = [line for line in table.viewer_text(value, "text").split("\n") if line.strip()]
    if len(value) > CARD_LINES:
        raise table.error(
            f"text has {len(value)} lines, and a card has room for {CARD_LINES}: make two cards of it"
        )
    return tuple(table.line(each, "text", CARD_COLUMNS) for each in value)


def _lesson(table: TomlTable, folder: Path, pace: str) -> LessonChapter:
    if "seconds" in table:
        raise table.error("a lesson has no seconds: pace says how fast it goes")
    name = table.word("lesson") or ""
    try:
        lesson = lesson_named(name)
    except InputError as error:
        raise table.error(str(error)) from error
    steps = _steps(table, lesson)
    return LessonChapter(
        where=table.where,
        lesson=lesson,
        request=_request(table, folder),
        title=table.text("title", TITLE_COLUMNS),
        query=_word_or_number(table, "query", (int,), "a token or a position from 1"),
        key=_word_or_number(table, "key", (int,), "a token or a position from 1"),
        distance=table.whole("distance", 1),
        precision=table.whole("precision", 0, MOST_DECIMALS),
        rounding=table.choice("rounding", ROUNDINGS) or DEFAULT_ROUNDING,
        steps=steps,
        words=own_words(table, lesson, steps),
        pace=table.choice("pace", PACES) or pace,
    )


def _steps(table: TomlTable, lesson: Lesson) -> tuple[str, ...]:
    steps = table.names("steps")
    if steps is None:
        return ()
    if not steps:
        raise table.error("steps is empty: name one, or leave it out for all")
    for step in steps:
        if step not in lesson.steps:
            raise table.error(str(unknown_name("step", step, lesson.steps)))
    return steps


def _request(table: TomlTable, folder: Path) -> InputRequest:
    return InputRequest(
        text=_text_of(table, "text"),
        example=table.file("example", folder, lambda name: name.lower().endswith(SUFFIX)),
        split=table.word("split"),
        tokens=_tokens(table),
        vectors=table.file("vectors", folder),
        qkv=table.file("qkv", folder),
        key_tokens=_tokens(table, "key_tokens"),
        weights=table.file("weights", folder),
        transpose_weights=table.flag("transpose_weights"),
        prefix=table.word("prefix"),
        fused=table.word("fused"),
        layout=table.word("layout"),
        batch=table.whole("batch", 0),
        seed=table.whole("seed", 0),
        model=_model(table, folder),
        backend=table.word("backend"),
        layer=table.whole("layer", 0),
        head=_word_or_number(table, "head", (int,), 'a number from 0, several as "0,3", or "all"'),
        d_model=table.whole("d_model", 1),
        d_k=table.whole("d_k", 1),
        d_v=table.whole("d_v", 1),
        heads=table.whole("heads", 1),
        **{name: _score_option(table, folder, name, each) for name, each in SCORE_OPTIONS.items()},
    )


def _score_option(table: TomlTable, folder: Path, name: str, option: ScoreOption) -> Any:
    """The value of an option about the scores, as the command line has it."""
    if option.kind == "switch":
        return table.flag(name)
    if option.kind == "file":
        return table.file(name, folder)
    if option.kind == "choice":
        return table.word(name)
    return _word_or_number(table, name, (int, float), option.expected)


def _model(table: TomlTable, folder: Path) -> str | None:
    """A name, or a folder or a file beside the lecture file."""
    return table.file("model", folder, lambda name: _is_model_path(folder, name))


def _is_model_path(folder: Path, name: str) -> bool:
    """True for what is there, and for what no name of a model looks like, as `find_model` tells them apart."""
    path = Path(name)
    return (
        (folder / path).exists()
        or path.is_absolute()
        or name.startswith((".", "~"))
        or ".." in path.parts
        or path.suffix.lower() == _GGUF
    )


def _text_of(table: TomlTable, key: str) -> str | None:
    """Words that are attended over: the same in every language, or a table of them."""
    value = table.of_language(key)
    if value is not None and not isinstance(value, str):
        raise table.error(f'{key} is not text: write {key} = "…", or {key}.en = "…"')
    return value


def _tokens(table: TomlTable, key: str = "tokens") -> str | None:
    """Tokens as --tokens takes them; a list of words becomes a JSON list."""
    value = table.of_language(key)
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return json.dumps(value, ensure_ascii=False)
    return _text_of(table, key)


def _word_or_number(
    table: TomlTable, key: str, numbers: tuple[type, ...], expected: str
) -> str | None:
    """A string or a number, as the command line has it."""
    value: Any = table.of_language(key)
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, numbers):
        raise table.error(f"{key} is {shown(value)}, expected {expected}")
    return str(value)

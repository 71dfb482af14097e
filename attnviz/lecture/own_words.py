"""A lecturer's own words in place of a lesson's: read from the file, and put into a storyboard."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any

from attnviz.errors import InputError, unknown_name
from attnviz.lecture.table import TomlTable
from attnviz.lessons.lesson import Lesson
from attnviz.story.captions import LINES, caption_lines
from attnviz.story.i18n import language as language_record
from attnviz.story.i18n import language_codes
from attnviz.story.storyboard import Step, Storyboard
from attnviz.typeset.text_width import columns_of

TITLE = "title"
"""The part of a step that is its title."""
TITLE_COLUMNS = 40
_LEEWAY = 1.25  # a film shrinks a line by so much and no further


def own_words(chapter: TomlTable, lesson: Lesson, steps: Collection[str]) -> dict[str, str]:
    """The table `words` of a chapter, by "step.part" and "step.title".

    `steps` are those that are shown; all where it is empty. Raises InputError for a step that the lesson does not have
    or that is not shown, and for a caption that does not fit its two lines.
    """
    own: dict[str, str] = {}
    for step, part, value in _entries(chapter):
        key = f"words.{step}.{part}"
        if step not in lesson.steps:
            raise chapter.error(f"words: {unknown_name('step', step, lesson.steps)}")
        if steps and step not in steps:
            raise chapter.error(f"{key} is never said, as steps leaves {step} out: add it there")
        if f"{step}.{part}" in own:
            raise chapter.error(f"{key} is there twice: keep one of them")
        own[f"{step}.{part}"] = (
            chapter.line(value, key, TITLE_COLUMNS)
            if part == TITLE
            else _caption(chapter, key, value)
        )
    return own


def with_own_words(storyboard: Storyboard, words: Mapping[str, str], where: str) -> Storyboard:
    """The storyboard with `words`, by "step.part" and "step.title", in place of its own.

    Raises InputError, beginning with `where` and with the nearest name, for a caption that it does not have.

    >>> from attnviz import self_attention
    >>> from attnviz.lessons.self_attention.steps import self_attention_storyboard
    >>> board = self_attention_storyboard(self_attention([[1.0]], [[2.0]], [[3.0]], [[4.0]]))
    >>> with_own_words(board, {"scores.why": "Who fits?"}, "talk.toml").step("scores").narration["why"]
    'Who fits?'
    """
    for name in words:
        _check_said(storyboard, name, where)
    return replace(storyboard, steps=tuple(_step(each, words) for each in storyboard.steps))


def _entries(chapter: TomlTable) -> Iterator[tuple[str, str, Any]]:
    """Step, part and value; scores.why is written with quotation marks around it or without."""
    table = chapter.values.get("words", {})
    if not isinstance(table, dict):
        raise chapter.error(
            "words is not a table: write [chapter.words] on a line of its own, "
            'and below it scores.why = "…"'
        )
    for key, value in table.items():
        step, dot, part = key.partition(".")
        if dot:
            yield step, part, value
        elif isinstance(value, dict) and not value.keys() <= set(language_codes()):
            yield from ((step, part, each) for part, each in value.items())
        else:
            raise chapter.error(
                f"words.{key} names no part of the step: "
                f'write words.{key}.title = "…", or the name of a caption for title'
            )


def _caption(chapter: TomlTable, key: str, value: Any) -> str:
    own, spoken = chapter.viewer_text(value, key), language_record(chapter.language)
    lines = [line.strip() for line in caption_lines(own, spoken.code)]
    length = spoken.caption_length
    widest = max(map(columns_of, lines))
    if len(lines) > LINES or widest > _LEEWAY * length * spoken.columns:
        raise chapter.error(
            f"{key} is too long for a caption, which is {LINES} lines of about {length} characters: "
            "shorten it"
        )
    return "\n".join(lines) if "\n" in own else own


def _check_said(storyboard: Storyboard, name: str, where: str) -> None:
    step = name.partition(".")[0]
    found = [each for each in storyboard.steps if each.id == step]
    if not found:
        there_are = ", ".join(each.id for each in storyboard.steps)
        raise InputError(
            f"{where}: words.{name} is never said, as this input has no step {step}: "
            f"leave it out (there are {there_are})"
        )
    parts = [f"{step}.{part}" for part in (*found[0].narration, TITLE)]
    if name not in parts:
        raise InputError(f"{where}: words: {unknown_name('caption', name, parts)}")


def _step(step: Step, words: Mapping[str, str]) -> Step:
    narration = {part: words.get(f"{step.id}.{part}", own) for part, own in step.narration.items()}
    title = words.get(f"{step.id}.{TITLE}", step.title)
    return replace(step, title=title, narration=narration)

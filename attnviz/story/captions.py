"""Captions: texts whose tokens are read once, in lines and in one line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache, cached_property
from string import Formatter
from typing import Any

from attnviz.records import record
from attnviz.story.caption_tokens import (
    HIDDEN,
    CaptionToken,
    Quoted,
    Run,
    SymbolToken,
    read_tokens,
    runs_of,
)
from attnviz.story.languages import Language, language
from attnviz.theme import Role

LINES = 2
_PAUSES = ",.:;?!，。：；？！、"
_CLOSING = _PAUSES + "）”》"
_HAN = "\u3400-\u9fff"
_TOGETHER = re.compile(r"\n(?:\(“|[=≈√])|[=≈] \n")
"""A break between a symbol and its token, q₁ (“it”), or within an equation."""


@record
class CaptionSpan:
    """A span of a caption whose meaning the lesson gives, so that it is not parsed."""

    start: int
    stop: int
    role: Role | None = None
    """That of a symbol."""
    is_token: bool = False
    """True if it is the name of a token of the text, which holds no symbol whatever its letters are."""


class Caption(str):
    """A text with its tokens. It is a `str` in every other way: equal to the same text, written to JSON as text.

    `spans` are the parts whose meaning the lesson gives; the rest is parsed from the text, once.
    """

    spans: tuple[CaptionSpan, ...]

    def __new__(cls, text: str, spans: Iterable[CaptionSpan] = ()) -> Caption:
        made = super().__new__(cls, text)
        made.spans = tuple(spans)
        return made

    @cached_property
    def tokens(self) -> tuple[CaptionToken, ...]:
        """Symbols, numbers, words and signs, in order; joined, their texts are the caption.

        >>> Caption("the key k₁").tokens[-1].role
        <Role.KEY: 'key'>
        """
        text = str(self)
        return tuple(self._with_known(text)) if self.spans else read_tokens(text)

    def _with_known(self, text: str) -> Iterator[CaptionToken]:
        names = [each for each in self.spans if each.is_token]
        # so that no letter of a name is read
        hidden = list(text)
        for each in names:
            hidden[each.start : each.stop] = HIDDEN * (each.stop - each.start)
        roles = {(each.start, each.stop): each.role for each in self.spans if not each.is_token}
        start = 0
        for token in read_tokens("".join(hidden)):
            stop = start + len(token.text)
            shown = text[start:stop]
            if isinstance(token, SymbolToken) and (start, stop) in roles:
                yield replace(token, role=roles[start, stop])
            else:
                yield Quoted(shown) if isinstance(token, Quoted) else token
            start = stop

    def cut(self, start: int, stop: int) -> Caption:
        """A stretch of it, with what is known of it."""
        inside = (each for each in self.spans if start <= each.start and each.stop <= stop)
        return Caption(
            self[start:stop],
            (replace(each, start=each.start - start, stop=each.stop - start) for each in inside),
        )

    @property
    def runs(self) -> tuple[Run, ...]:
        """It in stretches of one role."""
        return runs_of(self.tokens)

    def lines(self) -> list[Caption]:
        """Its lines."""
        ends = [match.start() for match in re.finditer("\n", self)]
        return [
            self.cut(start, stop)
            for start, stop in zip([0, *(end + 1 for end in ends)], [*ends, len(self)], strict=True)
        ]

    def replaced(self, pattern: re.Pattern[str] | str, by: str) -> Caption:
        """It with `by` wherever the pattern is found."""
        parts: list[str] = []
        end = 0
        for match in re.finditer(pattern, self):
            parts += [self.cut(end, match.start()), by]
            end = match.end()
        return joined([*parts, self.cut(end, len(self))]) if parts else self

    def stripped(self) -> Caption:
        """It without blanks at either end."""
        start = len(self) - len(self.lstrip())
        return self.cut(start, max(len(self.rstrip()), start))


def caption(text: str) -> Caption:
    """The text as a caption: itself if it is one."""
    return text if isinstance(text, Caption) else Caption(text)


def symbol(text: str, role: Role | None) -> Caption:
    """A symbol and its role, for a caption to be filled with."""
    return Caption(text, [CaptionSpan(0, len(text), role)])


def token_name(token: str) -> Caption:
    """The name of a token of the text, for a caption to be filled with: none of its letters is a symbol."""
    return Caption(token, [CaptionSpan(0, len(token), is_token=True)])


def joined(texts: Iterable[str], between: str = "") -> Caption:
    """The texts one after the other, with what is known of them.

    >>> joined([symbol("k₁", Role.KEY), "k₂"], ", ").tokens[0].role
    <Role.KEY: 'key'>
    """
    spans: list[CaptionSpan] = []
    length, parts = 0, []
    for i, text in enumerate(texts):
        if i:
            parts.append(between)
            length += len(between)
        for each in caption(text).spans:
            spans.append(replace(each, start=each.start + length, stop=each.stop + length))
        parts.append(str(text))
        length += len(text)
    return Caption("".join(parts), spans)


def fill_template(template: str, facts: Mapping[str, Any]) -> Caption:
    """The template with its {facts}; one that is a caption keeps its tokens. Raises KeyError for a missing fact.

    >>> fill_template("{symbol} fits", {"symbol": symbol("c₁", Role.KEY)}).tokens[0].role
    <Role.KEY: 'key'>
    """
    formatter = Formatter()
    parts: list[str] = []
    for literal, name, form, conversion in formatter.parse(template):
        parts.append(literal)
        if name is None:
            continue
        fact, _ = formatter.get_field(name, (), facts)
        if conversion:
            fact = formatter.convert_field(fact, conversion)
        parts.append(fact if isinstance(fact, Caption) and not form else format(fact, form or ""))
    return joined(parts)


def in_one_line(text: str, between: str) -> Caption:
    """A caption as prose: `between` where it broke, and a blank where Chinese meets Latin letters or digits there.

    >>> in_one_line("最关注\\nk₁：\\n各 0.5。", "")
    '最关注 k₁：各 0.5。'
    """
    read = caption(text)
    if "\n" in text and not text.isascii():
        read = read.replaced(_between_scripts(), " ")
    return read.replaced("\n", between)


@cache
def _between_scripts() -> re.Pattern[str]:
    """A break between Chinese and Latin letters or digits. Compiled where it is needed: it takes milliseconds."""
    return re.compile(rf"(?<=[{_HAN}])\n(?=[^\W{_HAN}])|(?<=[^\W{_HAN}])\n(?=[{_HAN}])")


def caption_lines(text: str, language_code: str) -> list[Caption]:
    """At most two lines: those of the text; one that is too long is parted near its middle, best after a comma.

    >>> caption_lines("Which keys fit the query q₁₁ (“it”)? Compare it with each of them.", "en")
    ['Which keys fit the query q₁₁ (“it”)?', 'Compare it with each of them.']
    >>> caption_lines("你看到的这一句话比屏幕上的一行字还要长一些，所以要在逗号后面分开。", "zh")
    ['你看到的这一句话比屏幕上的一行字还要长一些，', '所以要在逗号后面分开。']
    """
    whole, spoken = caption(text), language(language_code)
    lines = whole.lines()
    if len(lines) > 1 or len(text) <= spoken.caption_length:
        return lines
    places = _break_positions(text, spoken)
    if not places:
        return lines
    middle = min(places, key=lambda i: abs(i - len(text) / 2) - 15 * (text[i - 1] in _PAUSES))
    return [whole.cut(0, middle).stripped(), whole.cut(middle, len(text)).stripped()]


def _break_positions(text: str, spoken: Language) -> list[int]:
    """The starts of a second line: after a blank, or, in Chinese, after a punctuation mark, but never before one."""
    inside = range(1, len(text))
    parting = [i for i in inside if text[i - 1] == " "]
    blanks = [i for i in parting if not _TOGETHER.search(text[:i] + "\n" + text[i:])] or parting
    if spoken.has_blanks:
        return blanks
    marks = [i for i in inside if text[i - 1] in _PAUSES and text[i] not in _CLOSING]
    return marks or blanks

"""A tokenized text: the names of its tokens, and the tokens of each word."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from attnviz.records import record

WORD_BEGINS = "▁"
"""By which SentencePiece marks the beginning of a word; alone it stands for no character."""
_UNSPACED = (
    *((0x3040, 0x30FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF)),
    *((0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF)),
)
"""Scripts whose words no blank parts: kana, Han, Thai, Lao, Burmese, Khmer."""
Span = tuple[int, int]


@record
class TokenizedText:
    """A tokenized text. Each tuple of ids, names, words and spans has an entry for each token."""

    ids: tuple[int, ...]
    names: tuple[str, ...]
    """The tokens as they are shown: their text, with the mark of a piece that goes on ("##ing") or of one that the
    model adds ("[CLS]"). Pieces that share a character are told apart: "猫 1/3"."""
    words: tuple[int | None, ...]
    """The number of the word each belongs to, as the tokenizer counts; None for what the model adds, and for a [SEP]
    between two texts."""
    kind: str
    """The kind of tokenizer: "WordPiece", "BPE", …"""
    text: str
    unknown: tuple[int, ...]
    """The positions of what the tokenizer does not know: the model sees the same token for all of it."""
    spans: tuple[Span, ...]
    """The span of each token in the text, without blanks around it; empty for tokens that the model adds."""
    segments: tuple[int, ...] = ()
    """The segment of each token: 0 up to the first [SEP], 1 for the second text, after it; () where all are 0."""

    @property
    def second_text(self) -> int | None:
        """The position at which the second of two texts begins; None of one text."""
        return self.segments.index(1) if 1 in self.segments else None

    @property
    def groups(self) -> tuple[tuple[int, ...], ...]:
        """The positions of each word, and of each piece that the model adds, in order.

        A tokenizer's own words may be whole clauses: where a script has no blanks, or where the tokenizer never parts
        words. So blanks and marks of punctuation part words too, and pieces of whole Chinese characters are each one.
        """
        groups: list[list[int]] = []
        for i, word in enumerate(self.words):
            if word is not None and i and word == self.words[i - 1] and self._goes_on(i):
                groups[-1].append(i)
            else:
                groups.append([i])
        return tuple(map(tuple, groups))

    @property
    def added(self) -> tuple[int, ...]:
        """The positions of what the model adds."""
        return tuple(i for i, word in enumerate(self.words) if word is None)

    def name_of(self, group: Sequence[int]) -> str:
        """The name of pieces that follow each other."""
        written = self.text[slice(*self.span_of(group))]
        marked = (self.names[i] for i in group[1:])
        joined = self.names[group[0]] + "".join(each.removeprefix("##") for each in marked)
        return written if written and joined.casefold() != written.casefold() else joined

    def span_of(self, group: Sequence[int]) -> Span:
        """The span in the text of pieces that follow each other."""
        return self.spans[group[0]][0], max(self.spans[i][1] for i in group)

    def _goes_on(self, i: int) -> bool:
        """Tells whether piece i belongs to the word of the piece before, as the tokenizer has it."""
        (begin, end), (own, _) = self.spans[i - 1], self.spans[i]
        if own < end:
            return True
        if any(each.isspace() for each in self.text[end:own]):
            return False
        if begin == end or self.spans[i][1] == own:
            return True
        return _together(self.text[end - 1], self.text[own])


def runs(text: str, spans: Sequence[Span], wanted: str) -> tuple[tuple[int, ...], ...]:
    """Finds the runs of spans that together cover exactly the wanted text, wherever it stands.

    >>> runs("it, its", [(0, 2), (2, 3), (4, 6), (6, 7)], "its")
    ((2, 3),)
    """
    found = []
    begin = text.find(wanted)
    while wanted and begin >= 0:
        end = begin + len(wanted)
        within = [i for i, (own, last) in enumerate(spans) if own < min(last, end) and last > begin]
        if within and spans[within[0]][0] == begin and max(spans[i][1] for i in within) == end:
            found.append(tuple(within))
        begin = text.find(wanted, begin + 1)
    return tuple(found)


def stripped(text: str, span: Span) -> Span:
    """The span without the blanks at its ends; where there is nothing else, its end.

    >>> stripped("a cat ", (1, 6)), stripped("a  b", (1, 3))
    ((2, 5), (3, 3))
    """
    begin, end = span
    written = text[begin:end]
    begin += len(written) - len(written.lstrip())
    return begin, begin + len(written.strip())


def _together(last: str, first: str) -> bool:
    """Tells whether a word may go on from one character to the other."""
    if unicodedata.category(first)[0] == "M":
        return True
    return _is_letter(last) == _is_letter(first) and not (_is_unspaced(last) or _is_unspaced(first))


def _is_letter(character: str) -> bool:
    return unicodedata.category(character)[0] in "LMN"


def _is_unspaced(character: str) -> bool:
    return any(first <= ord(character) <= last for first, last in _UNSPACED)

"""One head closely, in words: what views say of it, with its numbers as they are written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from attnviz.records import record
from attnviz.story.exhibits import Link
from attnviz.story.i18n import words
from attnviz.story.labels import shown_token
from attnviz.story.numbers import percent
from attnviz.survey.head_detail import LEAST_OF_ROW, HeadDetail, QueryWeights
from attnviz.survey.heads import MEASURES, MeasuredHead


def title_of(detail: HeadDetail, language: str) -> str:
    """Model, layer, head and how many tokens."""
    head = detail.head
    return words(language).phrase(
        *("heads", "title_head"),
        model=detail.survey.model,
        layer=head.layer,
        head=head.head,
        counted=detail.survey.counted(language),
    )


def written(weight: float) -> str:
    """A weight, rounded by itself.

    >>> written(0.636)
    '0.64'
    """
    return f"{weight:.2f}"


def token_text(position: int, detail: HeadDetail) -> str:
    """A token, with its position where another one reads the same."""
    token = detail.survey.tokens[position]
    is_alone = detail.survey.tokens.count(token) == 1
    return shown_token(token) if is_alone else f"{position + 1} {shown_token(token)}"


@record
class LinkText:
    """A query, a key and the weight between them, as they are written."""

    query: str
    key: str
    weight: str

    @property
    def ends(self) -> str:
        """The query with its key."""
        return f"{self.query} → {self.key}"


def link_text(link: Link, detail: HeadDetail) -> LinkText:
    """A link as it is written."""
    return LinkText(
        token_text(link.query, detail), token_text(link.key, detail), written(link.weight)
    )


def query_text(row: QueryWeights, detail: HeadDetail) -> str:
    """The query that is followed: its token, or the word that its pieces make."""
    return token_text(row.queries[0], detail) if row.word is None else shown_token(row.word)


def row_link_texts(row: QueryWeights, links: Sequence[Link], detail: HeadDetail) -> list[LinkText]:
    """Links of the query that is followed, as they are written."""
    query = query_text(row, detail)
    return [replace(link_text(each, detail), query=query) for each in links]


def pair_text(detail: HeadDetail) -> LinkText | None:
    """The pair that the survey is about, with its weight; None where there is none."""
    pair, weight = detail.survey.pair, detail.head.between
    if pair is None or weight is None:
        return None
    if not pair.is_merged:
        return link_text(Link(pair.query[0], pair.key[0], weight), detail)
    query, key = map(shown_token, pair.names)
    return LinkText(query, key, written(weight))


def reading(detail: HeadDetail, language: str, is_numbered: bool) -> str:
    """The sentences that say how the map is read."""
    phrase = words(language).phrase
    sentences = [phrase("heads", "rows")]
    if is_numbered:
        sentences.append(phrase("heads", "rounded"))
    if detail.is_pooled:
        sentences.append(phrase("heads", "blocks", n=f"{detail.n:,}", blocks=detail.blocks))
    return phrase("terminal", "between_sentences").join(sentences)


def arcs_text(detail: HeadDetail, language: str) -> str:
    """The sentence on which weights have an arc, and how many have none."""
    phrase, least = words(language).phrase, written(detail.least)
    if not detail.arcs:
        return phrase("heads", "no_arcs", least=least)
    facts = {"shown": f"{len(detail.arcs):,}", "count": f"{detail.blocks**2:,}", "least": least}
    if detail.share is None:
        return phrase("heads", "arcs_blocks", **facts)
    return phrase("heads", "arcs", **facts, share=percent(detail.share))


def row_text(row: QueryWeights, detail: HeadDetail, language: str) -> str:
    """The weights of the query that is followed, in one line."""
    said = words(language)
    given = said.phrase("common", "comma").join(
        f"{_in_a_list(token_text(each.key, detail))} {written(each.weight)}" for each in row.named
    )
    line = said.phrase("heads", "row", query=query_text(row, detail), given=given or "–")
    rest = rest_text(row, language)
    return line + said.phrase("terminal", "between_sentences") + rest if rest else line


def _in_a_list(token: str) -> str:
    """A token for a list, in quotation marks where it could be taken for punctuation."""
    return token if any(map(str.isalnum, token)) else f"“{token}”"


def rest_text(row: QueryWeights, language: str) -> str:
    """The weight of that query on all other keys, and that it is a mean; empty where neither is so."""
    said, sentences = words(language), []
    if row.others:
        facts = {"count": f"{row.others:,}", "weight": written(row.rest)}
        sentences.append(said.phrase("heads", "rest_one" if row.others == 1 else "rest", **facts))
    if row.pieces > 1:
        sentences.append(said.phrase("heads", "pieces", count=row.pieces))
    return said.phrase("terminal", "between_sentences").join(sentences)


def row_arcs_text(language: str) -> str:
    """The sentence on which weights of the query that is followed have an arc."""
    return words(language).phrase("heads", "row_arcs", least=written(LEAST_OF_ROW))


def measures_text(detail: HeadDetail, language: str) -> str:
    """The measures of the head, in one line."""
    return head_measures_text(detail.head, language)


def head_measures_text(head: MeasuredHead, language: str) -> str:
    """The measures of a head, in one line."""
    phrase = words(language).phrase
    measures = {**vars(head.measures), "induction": head.induction}
    names = (*MEASURES, "induction", "entropy")
    return phrase("common", "comma").join(
        f"{phrase('heads', _NAMES.get(name, name))} {written(value)}"
        for name in names
        if (value := measures[name]) is not None
    )


def notes(detail: HeadDetail, language: str) -> tuple[str, ...]:
    """The notes on the numbers."""
    return detail.survey.note_texts(language)


_NAMES = {"entropy": "entropy_alone"}

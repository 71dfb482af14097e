"""Tokens under arcs: all of a sentence where it fits, and a … wherever some are left out."""

from itertools import pairwise

import pytest

from attnviz.lessons.self_attention.steps import self_attention_storyboard
from attnviz.story.exhibits import Links
from attnviz.story.i18n import LANGUAGES
from attnviz.theme import Role
from attnviz.views.film.components.links import LinksView
from attnviz.views.film.style import WIDE, Style
from tests.cases import random_trace, trained

SHORT = {
    "16 tokens": "[CLS] the trophy didn ' t fit in the suitcase because it was too big [SEP]",
    "18 tokens": "[CLS] when we got to the old house it was too late to see him , so [SEP]",
    "another 18": "the quick brown fox jumps over the lazy dog while a small cat sits on the mat .",
    "in Chinese": "我 们 去 看 他 的 时 候 已 经 太 晚 了 ， 他 走 了 。",
}


def shown(tokens: list[str], language: str = "en") -> tuple[Links, LinksView]:
    trace = trained(random_trace(len(tokens), d_model=8, d_k=4, tokens=tokens))
    board = self_attention_storyboard(trace, query=1, language=language)
    links = board.step("links").exhibits[0].item
    assert isinstance(links, Links)
    return links, LinksView(links, Style(), WIDE)


@pytest.mark.parametrize("text", SHORT.values(), ids=list(SHORT))
def test_a_sentence_of_short_tokens_is_shown_whole(text):
    links, view = shown(text.split())

    assert [name.text for name in view.names] == text.split()
    assert links.gaps == ()


@pytest.mark.parametrize("language", LANGUAGES)
def test_there_is_a_mark_wherever_tokens_are_left_out_and_nowhere_else(language):
    tokens = [f"t{i}" for i in range(40)]
    _, view = shown(tokens, language)
    names = [name.text for name in view.names]

    assert 10 <= len([name for name in names if name != "…"]) < 40
    around = ["t-1", *names, "t40"]
    for one, other in pairwise(around):
        if "…" not in (one, other):
            assert int(other[1:]) == int(one[1:]) + 1
    for i, name in enumerate(around):
        if name == "…":
            assert int(around[i + 1][1:]) > int(around[i - 1][1:]) + 1


@pytest.mark.parametrize("word", ["m", "token", "internationally", "注意力"])
def test_however_long_the_tokens_the_names_stay_apart_and_in_their_room(word):
    links, view = shown([word] * 30)
    names = list(view.names)

    assert len(links.tokens) >= 2
    for one, other in pairwise(names):
        assert one.get_right()[0] < other.get_left()[0]
    assert WIDE.left - 0.01 <= names[0].get_left()[0]
    assert names[-1].get_right()[0] <= WIDE.right + 0.01
    assert {name.text for name in names} <= {word, "…", "internation…"}


def test_the_mark_is_not_in_the_colour_of_a_key():
    _, view = shown([f"t{i}" for i in range(40)])
    colours = {name[0].get_fill_color().to_hex() for name in view.names if name.text == "…"}

    assert colours == {Style().theme.dim}
    assert Style().colour(Role.KEY) not in colours

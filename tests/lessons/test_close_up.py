"""One head closely: which of its weights are named, and what is left out, counted by hand."""

import numpy as np
import pytest

from attnviz.survey.head_detail import LEAST, LEAST_OF_ROW, head_detail
from attnviz.survey.head_detail_text import (
    LinkText,
    arcs_text,
    link_text,
    pair_text,
    rest_text,
    row_link_texts,
    row_text,
)
from attnviz.survey.heads import Pair, Survey, measured_head

WEIGHTS = np.array(
    [
        [0.90, 0.06, 0.03, 0.01],
        [0.50, 0.26, 0.20, 0.04],
        [0.00, 1.00, 0.00, 0.00],
        [0.25, 0.25, 0.25, 0.25],
    ]
)


def closely(
    weights=WEIGHTS, tokens=("[CLS]", "a", "b", "c"), query=None, blocks=64, pair=None, word=None
):
    pair = pair and Pair((pair[0],), (pair[1],), (tokens[pair[0]], tokens[pair[1]]))
    head = measured_head(weights, (3, 1), tokens, (0,), pair, None, blocks)
    survey = Survey("m", "0" * 64, tuple(tokens), (head,), pair, layer=3)
    queries = (query, query + 1) if isinstance(query, int) else query
    return head_detail(weights, survey, (0,), queries, word)


def random(n):
    return np.random.default_rng(n).dirichlet(np.full(n, 0.1), n)


def test_arcs_are_the_weights_from_the_least_up_with_the_strongest_last():
    close = closely()

    assert {(arc.query, arc.key) for arc in close.arcs} == {
        (int(row), int(column)) for row, column in np.argwhere(WEIGHTS >= LEAST)
    }
    weights = [arc.weight for arc in close.arcs]
    assert weights == sorted(weights) and weights[-1] == 1
    assert close.share == pytest.approx((0.90 + 0.06 + 0.50 + 0.26 + 0.20 + 1 + 1) / 4)
    assert "10 of 16 weights, those of 0.05 or more, together 98%" in arcs_text(close, "en")


def test_links_of_what_the_model_adds_are_not_among_the_strongest():
    links = closely().strongest

    assert [(each.query, each.key, each.weight) for each in links[:2]] == [
        (2, 1, 1.0),
        (1, 1, 0.26),
    ]
    assert all(0 not in (each.query, each.key) for each in links)


def test_a_query_is_followed_to_every_key_that_has_a_hundredth():
    row = closely(query=0).row

    assert [(each.key, each.weight) for each in row.links] == [
        (0, 0.9),
        (1, 0.06),
        (2, 0.03),
        (3, 0.01),
    ]
    assert (row.others, rest_text(row, "en")) == (0, "")


@pytest.mark.parametrize("n", [5, 60, 300])
def test_what_a_query_gives_and_the_rest_are_its_whole_row(n):
    weights = random(n)

    for query in range(0, n, 7):
        row = closely(weights, [f"t{i}" for i in range(n)], query).row
        named = [each.key for each in row.named]
        assert (
            sorted(each.key for each in row.links)
            == np.flatnonzero(weights[query] >= LEAST_OF_ROW).tolist()
        )
        assert row.others == n - len(named)
        assert row.rest == pytest.approx(np.delete(weights[query], named).sum())


def test_of_a_long_text_arcs_join_blocks_by_their_largest_weight():
    weights = random(100)

    close = closely(weights, [f"t{i}" for i in range(100)], blocks=10)

    peaks = weights.reshape(10, 10, 10, 10).max(axis=(1, 3))
    assert {(a.query, a.key, a.weight) for a in close.arcs} == {
        (i, j, peaks[i, j]) for i in range(10) for j in range(10) if peaks[i, j] >= LEAST
    }
    assert close.is_pooled and close.share is None
    assert "blocks of queries" in arcs_text(close, "en")


def test_a_word_in_several_pieces_gives_the_mean_of_what_they_give():
    close = closely(query=(1, 3), word="ab")

    assert [(each.key, each.weight) for each in close.row.links] == [
        (1, pytest.approx(0.63)),
        (0, pytest.approx(0.25)),
        (2, pytest.approx(0.10)),
        (3, pytest.approx(0.02)),
    ]
    assert row_text(close.row, close, "en") == (
        "“ab” gives weight to: a 0.63, [CLS] 0.25, b 0.10, c 0.02. It is in 2 pieces: the mean of their weights."
    )
    told = row_link_texts(close.row, close.row.named, close)
    assert [each.ends for each in told][:2] == ["ab → a", "ab → [CLS]"]


def test_a_note_says_where_no_weight_is_large():
    close = closely(np.full((40, 40), 1 / 40), [str(i) for i in range(40)])

    assert close.arcs == ()
    assert arcs_text(close, "en") == "No weight reaches 0.05, the least that has an arc."


def test_a_repeated_token_has_its_position():
    close = closely(tokens=("[CLS]", "cat", "a", "cat"), query=1, pair=(1, 2))

    assert pair_text(close) == LinkText("2 cat", "a", "0.20")
    assert link_text(close.strongest[0], close).ends == "a → 2 cat"
    assert row_text(close.row, close, "en") == (
        "“2 cat” gives weight to: [CLS] 0.50, 2 cat 0.26, a 0.20, 4 cat 0.04."
    )


def test_a_query_without_weights_is_described_without_a_number():
    close = closely(np.array([[0.0, 0.0], [0.5, 0.5]]), "ab", query=0)

    assert close.row.links == ()
    assert "–" in row_text(close.row, close, "en")

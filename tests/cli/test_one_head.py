"""attnviz heads with --layer and --head: one layer, or one head closely."""

import re
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from attnviz import Trace
from attnviz.library.head_survey import HeadsOptions, one_head, survey

SENTENCE = "The animal didn't cross the street because it was too tired"


def test_one_head_is_shown_closely_with_its_strongest_links(attnviz):
    asked = ("heads", SENTENCE, "--model", "minilm", "--layer", "3", "--head", "1")

    out = attnviz(*asked, "--width", "120").out

    assert out.strip().startswith("all-MiniLM-L6-v2, layer 3, head 1, tokens: 15")
    (row,) = (line.split() for line in out.splitlines() if line.strip().startswith("11 it"))
    assert row[:5] == ["11", "it", "0.12", "0.05", "0.64"] and len(row) == 17
    assert re.search(r"it → animal +0\.64", out)
    assert re.search(r"cross → street +0\.59", out)
    assert "L3H1" not in out and "[CLS] →" not in out
    followed = attnviz(*asked, "--from", "it").out
    assert "“it” gives weight to:" in followed
    assert re.search(r"it → \[CLS\] +0\.12", followed)
    assert "All 7 others together: 0.02." in followed


def test_a_word_in_pieces_is_followed_as_one(attnviz, work):
    asked = ("heads", "an unbelievably story", "--model", "minilm", "--layer", "3", "--head", "1")

    word = attnviz(*asked, "--from", "unbelievably").out

    (pieces,) = re.findall(r"It is in (\d) pieces: the mean of their weights", word)
    first, *_, last = (
        line.split()[0] for line in word.splitlines() if re.match(r" +\d+ (un|##)", line)
    )
    assert int(last) - int(first) + 1 == int(pieces) > 1
    assert attnviz(*asked, "--from", "unbelievably", "-o", "head.svg").status == 0
    assert "unbelievably → story" in (work / "head.svg").read_text(encoding="utf-8")


def test_the_weights_of_one_head_are_those_that_the_lesson_computes(attnviz):
    asked = (SENTENCE, "--model", "minilm", "--layer", "3", "--head", "1")
    trace = Trace.from_json(attnviz("explain", *asked, "--format", "json").out)

    out = attnviz("heads", *asked, "--width", "120").out

    rows = [line for line in out.splitlines() if re.match(r" +\d+ \S+ +\d\.\d\d", line)]
    assert [re.findall(r"\d\.\d\d", line) for line in rows] == [
        [f"{weight:.2f}" for weight in row] for row in trace.heads[0].stages.weights
    ]


def test_a_layer_alone_shows_only_its_heads(attnviz):
    out = attnviz("heads", SENTENCE, "--model", "minilm", "--layer", "3").out

    assert out.strip().startswith("all-MiniLM-L6-v2, layer 3, heads: 12, tokens: 15")
    assert set(re.findall(r"L\d+H\d+", out)) == {f"L3H{head}" for head in range(12)}


def test_a_layer_alone_is_measured_as_among_the_others():
    asked = HeadsOptions(SENTENCE, "minilm", None, False, "it", "animal")

    alone, among = (survey(each, lambda heads: 8) for each in (replace(asked, layer=3), asked))

    assert len(alone.heads) == 12
    for one, other in zip(alone.heads, among.layers[3], strict=True):
        assert (one.name, one.measures) == (other.name, other.measures)
        assert (one.between, one.induction) == (other.between, other.induction)
    close = one_head(replace(asked, layer=3, head=1), 8)
    assert close.head.measures == among.layers[3][1].measures
    assert close.head.induction == among.layers[3][1].induction
    np.testing.assert_array_equal(close.head.map.peaks, among.layers[3][1].map.peaks)


def test_a_head_of_several_layers_needs_its_layer(attnviz, work):
    asked = ("heads", SENTENCE, "--model", "minilm", "--head", "1")
    assert attnviz(*asked).refusal == "--head 1 of which layer? Say --layer 0 to --layer 5"
    np.save(work / "own.npy", np.stack([np.eye(2), np.ones((2, 2)) / 2]))
    assert "layer 0, head 1" in attnviz("heads", "--attention", "own.npy", "--head", "1").out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--layer", "6"), "no layer 6: all-MiniLM-L6-v2 has layers 0 to 5, counted from 0 (--layer)"),
        (
            ("--layer", "0", "--head", "12"),
            "no head 12: a layer of all-MiniLM-L6-v2 has heads 0 to 11, counted from 0 (--head)",
        ),
        (
            ("--layer", "0", "--head", "1", "--to", "it"),
            "--to it is a key: name the query with --from",
        ),
        (("--layer", "0", "--from", "it"), "a pair is a query and a key: give --from and --to, or neither"),
        (("--layer", "0", "--head", "0", "--from", "them"), "--from 'them' is not among the 15 tokens"),
    ],
)  # fmt: skip
def test_a_head_that_is_not_there_is_refused_in_one_line(attnviz, arguments, said):
    assert attnviz("heads", SENTENCE, "--model", "minilm", *arguments).refusal.startswith(said)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_one_head_is_drawn_with_its_arcs(attnviz, work, language):
    asked = ("heads", SENTENCE, "--model", "minilm", "--layer", "3", "--head", "1", "--lang")

    for name in ("head.svg", "head.png"):
        done = attnviz(*asked, language, "--from", "it", "--to", "animal", "-o", name)
        assert (done.status, done.out, done.err) == (0, "", "")

    picture = (work / "head.svg").read_text()
    assert "<title>it → animal 0.64</title>" in picture
    assert "it → animal: 0.64" in picture
    with Image.open(work / "head.png") as drawn:
        width = int(re.match(r'<svg [^>]*width="(\d+)"', picture)[1])
        assert drawn.width == 2 * width
    assert sorted(each.name for each in work.iterdir()) == ["head.png", "head.svg"]


def test_one_head_of_a_quantised_model_says_how_its_weights_are_stored(attnviz):
    out = attnviz("heads", "the cat sat", "--model", "smollm2", "--layer", "5", "--head", "2").out

    assert "keeps weights rounded" in " ".join(out.split())

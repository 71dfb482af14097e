"""What runs elsewhere, or comes from there, is said where it is chosen."""

from pathlib import Path

import pytest

from attnviz.cli.render.command import render

ROOT = Path(__file__).parents[2]


def test_the_help_of_a_cluster_says_that_trust_goes_both_ways():
    (option,) = (each for each in render.params if each.name == "cluster")
    assert "can run anything here, as you can there" in option.help


@pytest.mark.parametrize("words", ["can run anything on its workers", "on your machine"])
def test_the_guide_to_a_cluster_says_so_too(words):
    guide = (ROOT / "README.md").read_text("utf-8")
    (section,) = (each for each in guide.split("\n### ") if each.startswith("On more than one"))
    assert words in section

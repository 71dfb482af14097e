"""The film of the limits of convolution: what lies under the kernel, what comes of it, and what finds no partner."""

from dataclasses import replace

import pytest
from attnviz.scenes import default_storyboard
from attnviz.scenes.cnn_limits import CnnLimits
from manim import SurroundingRectangle

from attnviz.render.quality import QUALITIES
from attnviz.views.film.components.cells import Cell
from attnviz.views.film.components.matrix import MatrixView
from attnviz.views.film.components.text import Line
from attnviz.views.film.film import Film
from attnviz.views.film.production.planning import plan
from attnviz.views.film.style import Style

SHOWN = ("sharing", "channels", "wrong-channels")


def family(scene):
    seen = {id(part): part for each in scene.mobjects for part in each.get_family()}
    return list(seen.values())


def inside(frame, view):
    """The cells of a view whose middles a frame holds."""
    (left, low), (right, high) = (frame.get_corner(c)[:2] for c in ((-1, -1, 0), (1, 1, 0)))
    middles = ((cell, cell.get_center()) for cell in view.cells)
    return [cell.text for cell, (x, y, _) in middles if left < x < right and low < y < high]


def lines_beside_cells(scene):
    in_cells = {id(each.number) for each in family(scene) if isinstance(each, Cell)}
    lines = [each for each in family(scene) if type(each) is Line]
    return [each.text for each in lines if id(each) not in in_cells]


def grids(scene):
    shown = [each for each in family(scene) if isinstance(each, MatrixView)]
    return {each.sheet.matrix.symbol: each for each in shown if each.sheet.matrix.symbol}


@pytest.fixture(scope="module")
def seen():
    """What the tests below ask for, by the beat it stood at the end of."""
    facts = {}

    def look(scene, beat):
        frames = [each for each in family(scene) if isinstance(each, SurroundingRectangle)]
        views = grids(scene)
        facts[beat.name] = {
            "cells": {
                name: [getattr(cell, "text", None) for cell in view.cells]
                for name, view in views.items()
            },
            "framed": {
                name: [held for each in frames if (held := inside(each, view))]
                for name, view in views.items()
                if isinstance(view.cell(0, 0), Cell)
            },
            "loose": [
                [cell.text for cell in each.cells]
                for each in family(scene)
                if isinstance(each, MatrixView) and not each.sheet.matrix.symbol
            ],
            "lines": lines_beside_cells(scene),
        }

    board = default_storyboard("cnn-limits")
    plan(Film(CnnLimits, board, Style(), replace(QUALITIES["low"], fps=8), SHOWN), look)
    return board, facts


def test_every_cell_of_the_output_is_filled_when_the_kernel_has_passed(seen):
    board, facts = seen
    output = board.step("sharing").exhibits[2].item
    texts = [text for row in board.numbers.cells(output) for text in row]

    assert facts["sharing.slide"]["cells"]["y"] == texts


def test_frames_lie_on_the_numbers_that_the_framed_results_come_of(seen):
    framed = seen[1]["sharing.contrast"]["framed"]
    kernel = [-1, 0, 1, -2, 0, 2, -1, 0, 1]

    assert framed["y"] == [["54"], ["−58"]]
    for under, (result,) in zip(framed["x"], framed["y"], strict=True):
        products = [int(number) * weight for number, weight in zip(under, kernel, strict=True)]
        assert sum(products) == int(result.replace("−", "-"))


def test_the_products_of_each_channel_have_the_shape_of_its_slice(seen):
    board, facts = seen
    *by_channel, _ = board.step("channels").worked

    written = [[term.text for term in each.terms] for each in by_channel]
    assert facts["channels.products"]["loose"] == written
    for line in ("y_R = 62", "y_G = −5", "y_B = −17"):
        assert line in facts["channels.products"]["lines"]


def test_the_sums_of_the_channels_are_added_up_beside_them(seen):
    lines = seen[1]["channels.sum"]["lines"]

    assert [line for line in lines if line in ("62", "−5", "−17", "40")] == [
        "62",
        "−5",
        "−17",
        "40",
    ]


def test_what_finds_no_partner_is_crossed_out(seen):
    def crosses(beat):
        return seen[1][f"wrong-channels.{beat}"]["lines"].count("✗")

    refusals = 1
    assert crosses("trained") == 0
    assert crosses("one") == 2 + refusals
    assert crosses("six") == 2 + 3 + 2 * refusals

"""A few frames, compared with the pictures in tests/film/references.

After a change that is meant: ATTNVIZ_UPDATE_REFERENCES=1 pytest tests/film/test_frames.py, then look at them.
"""

import os
from pathlib import Path

import numpy as np
import pytest
from manim import Camera, config
from PIL import Image

from attnviz.theme import Role
from attnviz.views.film.components.cells import Cell
from attnviz.views.film.components.shades import Shades
from attnviz.views.film.style import Size, Style

REFERENCES = Path(__file__).parent / "references"
UPDATE = "ATTNVIZ_UPDATE_REFERENCES"
TOLERANCE = 10
"""Of 255, for the mean of a window: other smoothing makes 4, another digit in the smallest letters 24."""
WINDOW = 4


def difference(one, other) -> float:
    """The largest difference of the means of any window of 4 × 4 pixels, in any colour."""
    signed = one.astype(float) - other.astype(float)
    sums = np.pad(signed.cumsum(axis=0).cumsum(axis=1), ((1, 0), (1, 0), (0, 0)))
    low, high = slice(None, -WINDOW), slice(WINDOW, None)
    windows = sums[high, high] - sums[low, high] - sums[high, low] + sums[low, low]
    return float(np.abs(windows).max()) / WINDOW**2


@pytest.mark.parametrize(
    ("case", "beat"),
    [
        pytest.param(case, beat, marks=pytest.mark.xdist_group(case))
        for case, beat in (
            ("illustrated", "scores.worked"),
            ("illustrated", "softmax.weight"),
            ("illustrated", "all-rows.matrix"),
            ("illustrated", "formula.softmax"),
            ("illustrated in light", "output.worked"),
        )
    ],
)
def test_a_frame_looks_as_it_was_approved(screens_of, case, beat):
    frame = screens_of(case).stills[beat]
    path = REFERENCES / f"{case} {beat}.png".replace(" ", "-")
    if os.environ.get(UPDATE):
        assert not os.environ.get("CI"), f"{UPDATE} is for a person who looks at the pictures"
        Image.fromarray(frame).save(path, optimize=True)
    reference = np.asarray(Image.open(path).convert("RGB"))
    assert frame.shape == reference.shape == (480, 854, 3)
    assert difference(frame, reference) <= TOLERANCE


def drawn(text="2", *, role=Role.VALUE, moved=0.0, scale=1) -> np.ndarray:
    """A cell as it is drawn at 480p, in the smallest letters."""
    style = Style()
    cell = Cell(4, text, role, style, width=0.6, height=0.4, shades=Shades(8), size=Size.SMALL)
    camera = Camera(
        pixel_width=854 * scale,
        pixel_height=480 * scale,
        frame_width=config.frame_width,
        frame_height=config.frame_height,
        background_color=style.theme.background,
    )
    camera.reset()
    camera.capture_mobjects([cell.shift((moved, 0, 0))])
    frame = camera.pixel_array[:, :, :3].astype(float)
    return frame.reshape(480, scale, 854, scale, 3).mean(axis=(1, 3))


@pytest.mark.parametrize(
    ("one", "other"), [("2", "3"), ("6", "8"), ("0.47", "0.46"), ("4", "−4"), ("4", "")]
)
def test_another_number_in_a_cell_is_found(one, other):
    weakest = (
        Role.WEIGHT
    )  # of all roles the one whose letters differ least from what is behind them

    assert difference(drawn(one, role=weakest), drawn(other, role=weakest)) > 1.5 * TOLERANCE


def test_a_cell_of_another_role_is_found():
    assert difference(drawn(role=Role.KEY), drawn(role=Role.VALUE)) > 1.5 * TOLERANCE


def test_a_cell_that_moved_by_two_pixels_is_found():
    assert difference(drawn(), drawn(moved=2 / 60)) > 1.5 * TOLERANCE


def test_other_smoothing_of_edges_is_no_difference():
    assert difference(drawn(), drawn(scale=3)) <= TOLERANCE

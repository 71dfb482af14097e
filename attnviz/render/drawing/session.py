"""manim's configuration, which is global to the process, for one scene at a time."""

from __future__ import annotations

import configparser
import logging
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from functools import cache

from manim import config as manim_config
from manim import logger as manim_logger
from manim import tempconfig
from manim._config.utils import ManimConfig, config_file_paths

from attnviz.render.drawing.mobject_colours import quick_colours
from attnviz.render.drawing.mobject_copies import quick_copies
from attnviz.render.drawing.mobject_families import quick_families
from attnviz.render.folders import work_folder
from attnviz.render.quality import Quality

_SEED = 0
"""The seed of manim's random numbers, the same in all processes that run one scene."""


@contextmanager
def session(
    quality: Quality,
    background: str | None = None,
    *,
    as_it_comes: bool = True,
) -> Iterator[None]:
    """manim for one scene of that size; its files live in a folder that goes when the scene is done.

    `background` is None for manim's own. With `as_it_comes`, what its user has configured plays no part.
    """
    with (
        tempfile.TemporaryDirectory(prefix="film-", dir=work_folder()) as folder,
        _unconfigured() if as_it_comes else nullcontext(),
        tempconfig(
            {
                "media_dir": folder,
                "pixel_width": quality.width,
                "pixel_height": quality.height,
                "frame_rate": quality.fps,
                **({} if background is None else {"background_color": background}),
                "disable_caching": True,
                "progress_bar": "none",
                "dry_run": True,
                "seed": _SEED if as_it_comes or manim_config.seed is None else manim_config.seed,
            }
        ),
        quick_colours(),
        quick_copies(),
        quick_families(),
    ):
        level = manim_logger.level
        manim_logger.setLevel(logging.ERROR)
        try:
            yield
        finally:
            manim_logger.setLevel(level)


@contextmanager
def _unconfigured() -> Iterator[None]:
    """manim as it comes: its import has read the manim.cfg of the user and that of the working directory."""
    configured = manim_config.copy()
    manim_config.update(_as_it_comes())
    try:
        yield
    finally:
        manim_config.update(configured)


@cache
def _as_it_comes() -> ManimConfig:
    library, *_ = config_file_paths()
    parser = configparser.ConfigParser()
    parser.read(library)
    return ManimConfig().digest_parser(parser)

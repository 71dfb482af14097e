"""The pictures of README.md and README.zh.md: a terminal, four beats of the film, two of that of a trained head, and
one of each lesson in each language; all for dark and for light pages.

The terminal is a real run of `attnviz explain`, drawn from its escape sequences; the beats are real films, told
without drawing the frames between them. All use bundled typefaces, so the pictures are the same on every machine.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import fontpkg
from attnviz.scenes import scene_of
from PIL import Image, ImageDraw, ImageFont
from rich.color import Color
from rich.color_triplet import ColorTriplet
from rich.console import Console
from rich.style import Style as Look
from rich.text import Text

from attnviz.inputs import InputRequest
from attnviz.lessons.lesson import Lesson
from attnviz.lessons.registry import LESSONS, build_storyboard
from attnviz.library.lesson_input import Presentation, lesson_request
from attnviz.render.quality import Quality
from attnviz.story.i18n import LANGUAGES
from attnviz.theme import THEMES, Theme, blend
from attnviz.views.film.film import Film
from attnviz.views.film.production.planning import plan
from attnviz.views.film.stage import Beat, Stage
from attnviz.views.film.style import MOST_WORKED, Style

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "images"
COMMAND = ("explain", "--step", "scores", "--step", "output")
COLUMNS = 80
BEATS = ("queries.worked", "scores.worked", "softmax.weight", "output.worked")
FRAME = Quality(880, 495, 15)
HEAD = InputRequest(
    text="The animal didn't cross the street because it was too tired",
    model="minilm",
    layer=3,
    head="1",
)
HEAD_BEATS = ("pair.groups", "links.why")
LESSON_BEATS = {
    "self-attention": "all-rows.matrix",
    "cnn-limits": "channels.products",
    "context": "planted.attention",
    "any-length": "append.same",
    "order": "with-positions.outputs",
    "scaling": "saturation.with",
    "masking": "before-softmax.zeros",
    "multi-head": "heads.second",
    "cost": "operations.crossing",
}
SMALL_FRAME = Quality(608, 342, 15)
COLOURS = 128
"""Of a sheet of lessons: a film has few."""

EM = 30
CELL = (18, 42)
"""Width and height of a character cell: the typeface is 0.6 em wide."""
PADDING, BAR, CORNER, GAP = 48, 72, 24, 16
SMALL_LETTERS = {"ᵀ": ("T", -8), "ⱼ": ("j", 8), "ₕ": ("h", 8)}
"""Letters that the typeface lacks: which letter is made small instead, and how far it is lowered."""


@dataclass(frozen=True)
class TerminalTypeface:
    """JetBrains Mono, regular and bold, and small for raised and lowered letters."""

    regular: ImageFont.FreeTypeFont
    bold: ImageFont.FreeTypeFont
    small: ImageFont.FreeTypeFont


def main(folder: Path, themes: Iterable[Theme] = tuple(THEMES.values())) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for theme in themes:
        save(terminal(theme), folder / f"terminal-{theme.name}.png")
        save(film(theme), folder / f"film-{theme.name}.png")
        save(head(theme), folder / f"head-{theme.name}.png")
        for language in LANGUAGES:
            save(lessons(theme, language), folder / f"lessons-{language}-{theme.name}.png")


def save(picture: Image.Image, path: Path) -> None:
    picture.save(path, optimize=True)
    print(path)


def terminal(theme: Theme) -> Image.Image:
    """A window with the command and what it printed."""
    lines = [Text.assemble(("$ ", theme.dim), ("attnviz " + " ".join(COMMAND), "bold")), Text("")]
    lines += Text.from_ansi(printed(theme)).split("\n", allow_blank=False)
    size = (COLUMNS * CELL[0] + 2 * PADDING, BAR + len(lines) * CELL[1] + PADDING)
    picture = window(size, theme)
    draw, typeface = ImageDraw.Draw(picture), load_typeface()
    for i, line in enumerate(lines):
        for column, character, look in characters(line):
            corner = (PADDING + column * CELL[0], BAR + i * CELL[1])
            paint(draw, corner, character, look, theme, typeface)
    return picture


def printed(theme: Theme) -> str:
    """The output of the program for a terminal of that width."""
    options = ("--color", "always", "--theme", theme.name, "--width", str(COLUMNS))
    done = subprocess.run(
        [sys.executable, "-m", "attnviz", *COMMAND, *options],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
        env={**os.environ, "COLORTERM": "truecolor"},
    )
    return done.stdout


def window(size: tuple[int, int], theme: Theme) -> Image.Image:
    """An empty terminal, its corners transparent."""
    picture = Image.new("RGBA", size, (0, 0, 0, 0))
    draw = ImageDraw.Draw(picture)
    draw.rounded_rectangle(
        (0, 0, size[0] - 1, size[1] - 1), CORNER, theme.background, theme.hairline, width=2
    )
    for i in range(3):
        left, top = PADDING + i * 34, 26
        draw.ellipse((left, top, left + 18, top + 18), blend(theme.background, theme.dim, 0.5))
    return picture


def load_typeface() -> TerminalTypeface:
    path = str(fontpkg.path("JetBrains Mono"))

    def font(size: int, weight: int) -> ImageFont.FreeTypeFont:
        loaded = ImageFont.truetype(path, size)
        loaded.set_variation_by_axes([weight])
        return loaded

    return TerminalTypeface(font(EM, 400), font(EM, 700), font(EM * 2 // 3, 500))


def characters(line: Text) -> Iterator[tuple[int, str, Look]]:
    """Every character of the line with its column and its look."""
    column = 0
    for segment in line.render(Console(color_system="truecolor")):
        look = segment.style or Look.null()
        for character in segment.text.rstrip("\n"):
            yield column, character, look
            column += 1


def paint(
    draw: ImageDraw.ImageDraw,
    corner: tuple[int, int],
    character: str,
    look: Look,
    theme: Theme,
    typeface: TerminalTypeface,
) -> None:
    """One character in its cell."""
    left, top = corner
    ink = hex_of(look.color, theme.ink)
    if look.bgcolor is not None:
        end = (left + CELL[0] - 1, top + CELL[1] - 1)
        draw.rectangle((corner, end), hex_of(look.bgcolor, theme.background))
    baseline = top + 30
    if character == "─":  # drawn to the edges of the cell: a line has no gaps
        draw.rectangle((left, top + 20, left + CELL[0] - 1, top + 21), ink)
    elif character in SMALL_LETTERS:
        letter, lowered = SMALL_LETTERS[character]
        draw.text((left + 2, baseline + lowered), letter, ink, typeface.small, anchor="ls")
    else:
        font = typeface.bold if look.bold else typeface.regular
        draw.text((left, baseline), character, ink, font, anchor="ls")


def hex_of(colour: Color | None, otherwise: str) -> str:
    triplet = colour.triplet if colour is not None else None
    return triplet.hex if isinstance(triplet, ColorTriplet) else otherwise


def film(theme: Theme) -> Image.Image:
    """Four beats of the film, two by two."""
    return sheet(stills(LESSONS["self-attention"], BEATS, Style(theme), FRAME), columns=2)


def head(theme: Theme) -> Image.Image:
    """Two beats of the film of a trained head, side by side."""
    lesson = LESSONS["self-attention"]
    return sheet(stills(lesson, HEAD_BEATS, Style(theme), FRAME, request=HEAD), columns=2)


def lessons(theme: Theme, language: str) -> Image.Image:
    """A beat of each lesson that is listed, three by three."""
    frames = [
        still
        for name, beat in LESSON_BEATS.items()
        for still in stills(LESSONS[name], [beat], Style(theme), SMALL_FRAME, language)
    ]
    return sheet(frames, columns=3).quantize(COLOURS)


def stills(
    lesson: Lesson,
    names: Collection[str],
    style: Style,
    frame: Quality,
    language: str = "en",
    request: InputRequest | None = None,
) -> list[Image.Image]:
    """The ends of these beats of the lesson, told on what is asked for, or its own example."""
    kept: list[Image.Image] = []

    def save_still(scene: Stage, beat: Beat) -> None:
        if beat.name in names:
            camera = scene.renderer.camera
            camera.reset()
            camera.capture_mobjects(scene.mobjects)
            kept.append(camera.get_image().convert("RGBA"))

    full_request = lesson_request(lesson, request or InputRequest(), Presentation(lang=language))
    storyboard = build_storyboard(lesson.name, replace(full_request, most=MOST_WORKED))
    steps = tuple(dict.fromkeys(name.partition(".")[0] for name in names))
    plan(Film(scene_of(lesson), storyboard, style, frame, only=steps), save_still)
    if len(kept) != len(names):
        raise SystemExit(f"the film {lesson.name} has not all of the beats {', '.join(names)}")
    return kept


def sheet(frames: Sequence[Image.Image], columns: int) -> Image.Image:
    """Frames side by side in rows, their corners round."""
    width, height = frames[0].size
    rows = -(-len(frames) // columns)
    size = (columns * (width + GAP) - GAP, rows * (height + GAP) - GAP)
    whole = Image.new("RGBA", size, (0, 0, 0, 0))
    shape = rounded(width, height)
    for i, frame in enumerate(frames):
        row, column = divmod(i, columns)
        whole.paste(frame, (column * (width + GAP), row * (height + GAP)), shape)
    return whole


def rounded(width: int, height: int) -> Image.Image:
    """A mask of that size with round corners."""
    shape = Image.new("L", (width, height), 0)
    ImageDraw.Draw(shape).rounded_rectangle((0, 0, width - 1, height - 1), CORNER, 255)
    return shape


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)

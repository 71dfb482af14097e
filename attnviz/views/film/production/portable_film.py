"""A film as it is sent to another machine: with the glyphs that its characters need, as each has other fonts."""

from __future__ import annotations

import tempfile
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import uharfbuzz
from manim import CairoRenderer, Camera

from attnviz.lessons.registry import LESSONS
from attnviz.records import record
from attnviz.render.folders import work_folder
from attnviz.render.quality import Quality
from attnviz.story.i18n import words
from attnviz.typeset.fonts import typeface, typefaces_needed
from attnviz.typeset.typefaces import Typeface
from attnviz.views.film.film import Film, texts_shown
from attnviz.views.film.stage import Beat, Stage


@record(eq=False)
class PortableFilm:
    """A film, and fonts that hold what its texts need besides Inter; none where they need nothing."""

    film: Film
    fonts: tuple[bytes, ...]

    @property
    def quality(self) -> Quality:
        return self.film.quality

    @contextmanager
    def session(self) -> Iterator[None]:
        """manim, set up for the film."""
        if not self.fonts:
            with self.film.session():
                yield
            return
        with tempfile.TemporaryDirectory(prefix="font-", dir=work_folder()) as folder:
            paths = [Path(folder, f"font{i}.otf") for i in range(len(self.fonts))]
            for path, data in zip(paths, self.fonts, strict=True):
                path.write_bytes(data)
            first, *others = map(Typeface, paths)
            font = replace(first, others=tuple(others))
            with replace(self.film, font=font).session():
                yield

    def camera_class(self) -> type[Camera]:
        return self.film.camera_class()

    def build_scene(
        self,
        renderer: CairoRenderer,
        on_beat: Callable[[Stage, Beat], None] | None = None,
    ) -> Stage:
        """The scene, ready to be rendered within `session`."""
        return self.film.build_scene(renderer, on_beat)


def portable_film(film: Film) -> PortableFilm:
    """Packs the film with its fonts cut down to its own characters: some kilobytes instead of twenty megabytes."""
    board = film.storyboard
    tables = ["common", "film", *([board.lesson] if board.lesson in LESSONS else [])]
    texts = [*texts_shown(film), *words(board.language).all_of(*tables)]
    with typeface(film.font):
        needed = typefaces_needed(texts)
    fonts = tuple(_cut(face, characters) for face, characters in needed.items())
    return PortableFilm(replace(film, font=None), fonts)


def _cut(face: Typeface, characters: str) -> bytes:
    blob = uharfbuzz.Blob.from_file_path(str(face.path))
    wanted = uharfbuzz.SubsetInput()
    wanted.unicode_set.update(map(ord, _with_equivalents(characters)))
    return bytes(uharfbuzz.subset(uharfbuzz.Face(blob, face.index), wanted).blob.data)


def _with_equivalents(characters: str) -> set[str]:
    """The characters, and those by which a shaper may replace them: letters with their accents, and both apart."""
    marks = [each for each in characters if unicodedata.category(each)[0] == "M"]
    composed = {unicodedata.normalize("NFC", each + mark) for each in characters for mark in marks}
    apart = unicodedata.normalize("NFKD", characters)
    return {*characters, *apart, *(each for each in composed if len(each) == 1)}
